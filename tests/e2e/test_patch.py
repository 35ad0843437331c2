"""PATCH: merge patch (RFC 7396) and JSON Patch (RFC 6902)."""

import pytest

from problems import assert_problem, errors_of
from shop_data import created, json_patch, merge, user, with_order

pytestmark = pytest.mark.core


@pytest.fixture
def ada(client):
    created(client.post("/users", json=user(role="admin")))
    return client


def test_a_merge_patch_changes_what_it_names(ada):
    before = ada.get("/users/1").json()
    response = merge(ada, "/users/1", {"name": "Ada King"})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    after = response.json()
    assert after["name"] == "Ada King" and after["role"] == "admin" and after["email"] == before["email"]
    assert after["createdAt"] == before["createdAt"]
    assert after == ada.get("/users/1").json()
    assert response.headers["ETag"] == ada.get("/users/1").headers["ETag"]


def test_null_in_a_merge_patch_removes(ada):
    assert errors_of(assert_problem(merge(ada, "/users/1", {"name": None}), 422, "VALIDATION_FAILED")) == [
        ("/name", "REQUIRED")
    ]


def test_the_result_is_held_to_schema_and_rules(client):
    path = f"/orders/{with_order(client)['id']}"
    problem = assert_problem(merge(client, path, {"subtotal": -1}), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/discount", "DISCOUNT_EXCEEDS_SUBTOTAL"), ("/subtotal", "MIN_VALUE")]
    problem = assert_problem(merge(client, path, {"discount": 99}), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/discount", "DISCOUNT_EXCEEDS_SUBTOTAL")]
    assert_problem(merge(client, path, {"userId": 99}), 422, "REFERENCE_NOT_FOUND")


def test_a_patch_may_change_a_password_and_never_shows_it(ada):
    response = merge(ada, "/users/1", {"password": "another secret"})
    assert response.status_code == 200 and "secret" not in response.text
    problem = assert_problem(merge(ada, "/users/1", {"password": "tiny"}), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/password", "MIN_LENGTH")]


@pytest.mark.parametrize("patch", [{"id": 2}, {"createdAt": "2020-01-01T00:00:00Z"}])
def test_what_is_read_only_cannot_be_patched(ada, patch):
    response = merge(ada, "/users/1", patch)
    assert response.status_code == 422
    assert_problem(response, 422, response.json()["error"])
    assert ada.get("/users/1").json()["id"] == 1


def test_a_patch_that_changes_nothing_is_200(ada):
    assert merge(ada, "/users/1", {}).status_code == 200
    assert merge(ada, "/users/1", {"name": "Ada"}).status_code == 200


def test_json_patch_applies_each_operation_in_order(ada):
    response = json_patch(ada, "/users/1", [
        {"op": "test", "path": "/name", "value": "Ada"},
        {"op": "replace", "path": "/name", "value": "Ada King"},
        {"op": "copy", "from": "/name", "path": "/email"},
        {"op": "replace", "path": "/email", "value": "king@example.com"},
        {"op": "remove", "path": "/role"},
        {"op": "add", "path": "/role", "value": "user"},
    ])
    assert response.status_code == 200, response.text
    assert (response.json()["name"], response.json()["email"], response.json()["role"]) == (
        "Ada King", "king@example.com", "user")


@pytest.mark.parametrize("operations, status, code", [
    ([{"op": "test", "path": "/name", "value": "Eve"}], 409, "PATCH_TEST_FAILED"),
    ([{"op": "remove", "path": "/shoe"}], 409, "PATCH_PATH_NOT_FOUND"),
    ([{"op": "replace", "path": "/a/b", "value": 1}], 409, "PATCH_PATH_NOT_FOUND"),
    ([{"op": "move", "from": "/shoe", "path": "/name"}], 409, "PATCH_PATH_NOT_FOUND"),
    ([{"op": "add", "path": "/shoe", "value": 1}], 422, "VALIDATION_FAILED"),
    ([{"op": "remove", "path": "/email"}], 422, "VALIDATION_FAILED"),
    ([{"op": "jump", "path": "/name"}], 400, "MALFORMED_BODY"),
    ([{"op": "add", "path": "/name"}], 400, "MALFORMED_BODY"),
    ([{"op": "add", "path": "name", "value": 1}], 400, "MALFORMED_BODY"),
    ([{"path": "/name", "value": 1}], 400, "MALFORMED_BODY"),
    ({"op": "add"}, 400, "MALFORMED_BODY"),
], ids=str)
def test_a_json_patch_that_does_not_apply_changes_nothing(ada, operations, status, code):
    both = [{"op": "replace", "path": "/name", "value": "Half"}, *operations] if isinstance(operations, list) else operations
    if code == "PATCH_TEST_FAILED":
        both = operations
    assert_problem(json_patch(ada, "/users/1", both), status, code)
    assert ada.get("/users/1").json()["name"] == "Ada"


def test_json_that_is_no_patch_type_is_415(ada):
    response = ada.patch("/users/1", json={"name": "x"})
    assert_problem(response, 415, "UNSUPPORTED_MEDIA_TYPE")
    accepted = response.headers["Accept-Patch"]
    assert "application/merge-patch+json" in accepted and "application/json-patch+json" in accepted


def test_a_patch_of_nothing_is_404_and_of_no_content_400(ada):
    assert_problem(merge(ada, "/users/9", {"name": "x"}), 404, "RESOURCE_NOT_FOUND")
    headers = {"Content-Type": "application/merge-patch+json"}
    assert_problem(ada.patch("/users/1", headers=headers), 400, "CONTENT_REQUIRED")
    assert_problem(ada.patch("/users/1", content=b"{", headers=headers), 400, "MALFORMED_BODY")
