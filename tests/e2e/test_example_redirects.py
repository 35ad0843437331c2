"""The example shop: what of it is elsewhere, or nowhere any more."""

import pytest

from harness import EXAMPLE
from problems import assert_problem


@pytest.fixture
def client(serve):
    return serve(EXAMPLE, "--dev", expects_5xx=True).client()


def test_users_of_the_first_version_moved_to_the_second(client):
    response = client.get("/api/v1/users/7?fields=name")
    assert (response.status_code, response.headers["Location"]) == (301, "/users/7?fields=name")
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        response = client.request(method, "/api/v1/users/7")
        assert (response.status_code, response.headers["Location"]) == (308, "/users/7")


def test_the_old_endpoint_moved_for_good(client):
    for method in ("GET", "POST", "DELETE"):
        response = client.request(method, "/old-endpoint")
        assert (response.status_code, response.headers["Location"]) == (308, "/products")
        assert response.headers["Cache-Control"] == "max-age=3600"
    assert client.get("/old-endpoint", follow_redirects=True).json()["items"] == []


def test_the_sale_and_the_offer_are_elsewhere_for_now(client):
    assert client.get("/sale").status_code == 307
    response = client.post("/sale", json={}, follow_redirects=True)
    assert [step.status_code for step in response.history] == [303] and response.status_code == 200
    assert client.get("/offer").status_code == 302


def test_the_newsletter_is_gone(client):
    response = client.get("/newsletter")
    assert_problem(response, 410, "PATH_GONE")
    assert response.headers["Link"] == '</settings>; rel="successor-version"'
    assert response.headers["Sunset"] == "Wed, 31 Dec 2025 00:00:00 GMT"


def test_xml_is_not_spoken(client):
    problem = assert_problem(client.post("/legacy-xml-api"), 501, "NOT_SUPPORTED")
    assert problem["details"]["alternatives"] == ["/users", "/products", "/orders"]


def test_the_lottery_is_forbidden(client):
    response = client.get("/lottery")
    assert_problem(response, 451, "LEGALLY_BLOCKED")
    assert response.headers["Link"] == '<https://regulator.example/orders/7>; rel="blocked-by"'


def test_help_is_there_in_two_languages(client):
    response = client.get("/help")
    assert response.status_code == 300
    assert [choice["language"] for choice in response.json()["choices"]] == ["en", "de"]
    assert response.headers["Location"] == "https://help.shop.example/en"
