"""The example shop: what of it is elsewhere, or nowhere any more."""

import pytest

from harness import EXAMPLE
from problems import assert_problem
from tokens import make


@pytest.fixture
def shop(serve):
    return serve(EXAMPLE, "--dev", expects_5xx=True)


@pytest.fixture
def client(shop):
    return shop.client()


def test_who_checks_out_is_sent_to_the_order(shop, client):
    keys = f"{shop.database}.dev-keys.json"
    admin = {"Authorization": f"Bearer {make(keys, '--subject', 100, '--roles', 'admin')}"}
    client.post("/products", json={"slug": "tea", "name": "Tea", "price": 3.50}, headers=admin)
    client.post("/users", json={"email": "ada@example.com", "name": "Ada", "password": "correct horse"})
    ada = ("ada@example.com", "correct horse")
    order = {"productId": 1, "quantity": 2, "subtotal": 7.00}
    response = client.post("/checkout", json=order, auth=ada, headers={"Idempotency-Key": "tea"})
    assert response.status_code == 303
    order = client.get(response.headers["Location"], auth=ada).json()
    assert (order["userId"], order["quantity"]) == (1, 2)
    assert order["_links"]["self"]["href"] == response.headers["Location"] == f"/orders/{order['id']}"
    again = client.post("/checkout", json={"productId": 1, "quantity": 2, "subtotal": 7.00}, auth=ada,
                        headers={"Idempotency-Key": "tea"})
    assert again.headers["Location"] == response.headers["Location"]
    assert client.get("/orders", auth=ada).json()["total"] == 1
    assert_problem(client.post("/checkout", json={}), 401, "CREDENTIALS_REQUIRED")


def test_a_product_by_number_leads_to_its_slug(shop, client):
    keys = f"{shop.database}.dev-keys.json"
    admin = {"Authorization": f"Bearer {make(keys, '--subject', 100, '--roles', 'admin')}"}
    made = client.post("/products", json={"slug": "tea-pot", "name": "Tea pot", "price": 19.90}, headers=admin)
    assert made.headers["Location"] == "/products/tea-pot"
    response = client.get("/products/1")
    assert (response.status_code, response.headers["Location"]) == (308, "/products/tea-pot")
    assert client.get("/products/1", follow_redirects=True).json()["slug"] == "tea-pot"
    assert_problem(client.get("/products/nothing"), 404, "RESOURCE_NOT_FOUND")


def test_a_form_is_emptied_once_it_was_sent(client):
    response = client.post("/feedback", json={"text": "The tea is good."})
    assert (response.status_code, response.content) == (205, b"")


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
