"""Nested collections: the orders of a user are the orders, seen from the user."""

import pytest

from problems import assert_problem
from shop_data import created, order, product, user

pytestmark = pytest.mark.core


@pytest.fixture
def two_users(client):
    for email in ("a@example.com", "b@example.com"):
        created(client.post("/users", json=user(email=email)))
    created(client.post("/products", json=product()))
    return client


def nested_order(**more):
    body = order(**more)
    body.pop("userId")
    return body


def test_what_is_created_below_a_user_is_theirs(two_users):
    response = two_users.post("/users/2/orders", json=nested_order())
    made = created(response)
    assert made["userId"] == 2
    assert two_users.get(response.headers["Location"]).json() == made
    assert two_users.get(f"/orders/{made['id']}").json() == made


def test_a_list_below_a_user_has_theirs_alone(two_users):
    mine = [created(two_users.post("/users/1/orders", json=nested_order()))["id"] for _ in range(3)]
    theirs = created(two_users.post("/orders", json=order(userId=2)))["id"]
    page = two_users.get("/users/1/orders?limit=2").json()
    rest = two_users.get(page["next"]).json()
    assert [item["id"] for item in page["items"] + rest["items"]] == sorted(mine)
    assert page["total"] == 3 and rest["next"] is None
    assert page["next"].startswith("/users/1/orders?")
    assert [item["id"] for item in two_users.get("/users/2/orders").json()["items"]] == [theirs]


def test_filters_hold_within_the_scope(two_users):
    created(two_users.post("/users/1/orders", json=nested_order()))
    assert two_users.get("/users/1/orders?status=pending").json()["total"] == 1
    assert two_users.get("/users/1/orders?status=paid").json()["total"] == 0


@pytest.mark.parametrize("path", ["/users/9/orders", "/users/x/orders"])
def test_below_nobody_there_is_nothing(two_users, path):
    assert_problem(two_users.get(path), 404, "RESOURCE_NOT_FOUND", path=path)
    assert_problem(two_users.post(path, json=nested_order()), 404, "RESOURCE_NOT_FOUND")


def test_another_user_in_the_content_than_in_the_path_is_422(two_users):
    response = two_users.post("/users/1/orders", json=order(userId=2))
    assert response.status_code == 422
    assert_problem(response, 422, response.json()["error"])
    assert two_users.get("/orders").json()["total"] == 0


def test_the_same_user_in_the_content_is_accepted(two_users):
    assert created(two_users.post("/users/1/orders", json=order(userId=1)))["userId"] == 1


def test_rules_hold_below_a_user_too(two_users):
    assert_problem(two_users.post("/users/1/orders", json=nested_order(quantity=0)), 422, "VALIDATION_FAILED")
