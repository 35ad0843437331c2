"""Singletons: there is one, it has no id, and here it has a version in its content."""

import pytest

from problems import assert_problem, errors_of
from shop_data import merge, settings

pytestmark = pytest.mark.core


def test_settings_that_nobody_set_are_their_defaults(client):
    response = client.get("/settings")
    assert response.status_code == 200
    assert response.json() == {"name": "Shop", "currency": "EUR", "version": 0}
    assert response.headers["ETag"]


def test_put_sets_and_then_replaces(client):
    for sent in (settings(supportEmail="help@example.com"), settings(name="Shop")):
        response = client.put("/settings", json=sent)
        assert response.status_code == 204 and response.content == b""
        read = client.get("/settings").json()
        assert read["name"] == sent["name"] and read.get("supportEmail") == sent.get("supportEmail")


def test_the_first_write_is_under_conditions_too(client):
    tag = client.get("/settings").headers["ETag"]
    assert client.put("/settings", json=settings(), headers={"If-None-Match": "*"}).status_code == 412
    assert client.put("/settings", json=settings(), headers={"If-Match": tag}).status_code == 204
    assert client.put("/settings", json=settings(), headers={"If-Match": tag}).status_code == 412


def test_patch_of_the_defaults_changes_one_of_them(client):
    assert merge(client, "/settings", {"currency": "GBP"}).status_code == 200
    read = client.get("/settings").json()
    assert (read["name"], read["currency"], read["version"]) == ("Shop", "GBP", 1)


def test_its_version_counts_the_changes(client):
    client.put("/settings", json=settings())
    versions = [client.get("/settings").json()["version"]]
    merge(client, "/settings", {"currency": "GBP"})
    versions.append(client.get("/settings").json()["version"])
    client.put("/settings", json=settings())
    versions.append(client.get("/settings").json()["version"])
    assert versions == [versions[0], versions[0] + 1, versions[0] + 2]


def test_a_stale_version_in_the_content_is_409(client):
    client.put("/settings", json=settings())
    read = client.get("/settings").json()
    read.pop("updatedAt")
    assert client.put("/settings", json={**read, "name": "First"}).status_code == 204
    problem = assert_problem(client.put("/settings", json={**read, "name": "Second"}), 409, "VERSION_MISMATCH")
    assert str(read["version"] + 1) in str(problem["details"])
    assert client.get("/settings").json()["name"] == "First"
    assert_problem(merge(client, "/settings", {"version": read["version"], "name": "Third"}), 409, "VERSION_MISMATCH")


def test_a_version_that_is_no_number_is_422_and_not_stale(client):
    client.put("/settings", json=settings())
    for version in ("1", 1.5, True, [1], {"of": 1}):
        body = settings() | {"version": version}
        for response in (client.put("/settings", json=body), merge(client, "/settings", {"version": version})):
            problem = assert_problem(response, 422, "VALIDATION_FAILED")
            assert [error["field"] for error in problem["validationErrors"]] == ["version"]
    assert_problem(client.put("/settings", json=settings() | {"version": 10 ** 30}), 409, "VERSION_MISMATCH")
    assert client.get("/settings").json()["version"] == 1


def test_a_stale_tag_wins_over_a_stale_version(client):
    """RFC 9110 section 13.2.1: a precondition of the head is asked before the content is read."""
    client.put("/settings", json=settings())
    old = client.get("/settings")
    client.put("/settings", json=settings(name="Other"))
    body = {"name": "x", "currency": "EUR", "version": old.json()["version"]}
    response = client.put("/settings", json=body, headers={"If-Match": old.headers["ETag"]})
    assert_problem(response, 412, "PRECONDITION_FAILED")


def test_patch_changes_what_it_names(client):
    client.put("/settings", json=settings(supportEmail="help@example.com"))
    response = merge(client, "/settings", {"supportEmail": None, "currency": "GBP"})
    assert response.status_code == 200
    assert response.json()["currency"] == "GBP" and "supportEmail" not in response.json()
    assert response.headers["ETag"] == client.get("/settings").headers["ETag"]


def test_it_is_held_to_its_schema(client):
    problem = assert_problem(client.put("/settings", json={"currency": "euro"}), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/currency", "PATTERN"), ("/name", "REQUIRED")]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_it_cannot_be_posted_or_deleted(client, method):
    assert_problem(client.request(method, "/settings"), 405, "METHOD_NOT_ALLOWED")
