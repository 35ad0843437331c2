"""Items: reading, replacing, deleting, states and tombstones."""

import pytest

from harness import request
from problems import assert_obliged, assert_problem, errors_of
from shop_data import created, merge, order, product, user, with_order

pytestmark = pytest.mark.core


def tag(client, path):
    return client.get(path).headers["ETag"]


@pytest.mark.parametrize("path", ["/users/99", "/users/abc", "/users/1.5", "/users/-1", "/users/01", "/users/1e0",
                                  "/users/%31x", "/users/99999999999999999999999",
                                  "/orders/not-a-uuid", "/orders/9d834389-e164-4dc2-b605-b7b9ff15679e"])
def test_what_is_not_there_is_404(client, path):
    created(client.post("/users", json=user()))
    for method in ("GET", "DELETE"):
        assert_problem(client.request(method, path), 404, "RESOURCE_NOT_FOUND", path=path)


@pytest.mark.parametrize("path", ["/", "/user", "/users/", "/users//1", "/users/1/", "/USERS", "/users/1/carts", "/users/./1",
                                  "/x/../users"])
def test_what_no_path_describes_is_404(shop, path):
    with shop.wire() as wire:
        assert_problem(wire.ask(request("GET", path)), 404, "PATH_NOT_FOUND", path=path)


def test_an_escaped_id_is_the_same_id(client):
    created(client.post("/users", json=user()))
    assert client.get("/users/%31").json()["id"] == 1


def test_reading_gives_validators(client):
    created(client.post("/users", json=user()))
    response = client.get("/users/1")
    assert_obliged(response, 200)
    assert response.headers["ETag"].startswith('"') and response.headers["ETag"].endswith('"')
    assert response.headers["Last-Modified"].endswith(" GMT")
    assert "Vary" in response.headers and "Cache-Control" in response.headers


# ---- PUT --------------------------------------------------------------------


def test_put_replaces_all_but_what_the_server_makes(client):
    before = created(client.post("/users", json=user(role="admin")))
    response = client.put("/users/1", json=user(name="Ada King"))
    assert response.status_code == 200
    after = response.json()
    assert after == client.get("/users/1").json()
    assert after["name"] == "Ada King" and after["role"] == "user"
    assert after["id"] == 1 and after["createdAt"] == before["createdAt"]
    assert after["updatedAt"] >= before["updatedAt"]


def test_put_changes_the_tag_and_does_not_give_the_new_one(client):
    """RFC 9110 section 9.3.4: what is stored is not what was sent (times, defaults), so no tag goes with the answer."""
    old = client.post("/users", json=user()).headers["ETag"]
    assert "ETag" not in client.put("/users/1", json=user(name="Ada King")).headers
    assert tag(client, "/users/1") != old


def test_put_cannot_create_where_ids_are_made_by_the_server(client):
    assert_problem(client.put("/users/7", json=user()), 404, "RESOURCE_NOT_FOUND")


def test_put_with_another_id_is_422(client):
    created(client.post("/users", json=user()))
    response = client.put("/users/1", json=user(id=2))
    assert response.status_code == 422
    assert response.json()["error"] in ("ID_MISMATCH", "VALIDATION_FAILED")
    assert client.get("/users/1").json()["id"] == 1


def test_put_of_what_was_read_is_accepted(client):
    """A client may send back what it got: read-only members that say what is there change nothing."""
    created(client.post("/products", json=product()))
    response = client.get("/products/1")
    sent = {**response.json(), "name": "Big tea pot"}
    again = client.put("/products/1", json=sent, headers={"If-Match": response.headers["ETag"]})
    assert again.status_code == 200, again.text
    assert again.json()["name"] == "Big tea pot"


def test_put_holds_to_schema_uniqueness_and_references(client):
    with_order(client)
    created(client.post("/users", json=user(email="b@example.com")))
    assert errors_of(assert_problem(client.put("/users/2", json={"name": ""}), 422, "VALIDATION_FAILED")) == [
        ("/email", "REQUIRED"), ("/name", "MIN_LENGTH"), ("/password", "REQUIRED"),
    ]
    assert_problem(client.put("/users/2", json=user()), 409, "EMAIL_ALREADY_EXISTS")
    path = client.get("/orders").json()["items"][0]["id"]
    assert_problem(client.put(f"/orders/{path}", json=order(userId=99)), 422, "REFERENCE_NOT_FOUND")


def test_put_of_its_own_unique_value_is_no_conflict(client):
    created(client.post("/users", json=user()))
    assert client.put("/users/1", json=user(name="Ada King")).status_code == 200


# ---- DELETE -----------------------------------------------------------------


def test_delete_is_204_and_then_404(client):
    created(client.post("/users", json=user()))
    response = client.delete("/users/1")
    assert_obliged(response, 204)
    assert response.content == b"" and "Content-Length" not in response.headers
    assert_problem(client.get("/users/1"), 404, "RESOURCE_NOT_FOUND")
    assert_problem(client.delete("/users/1"), 404, "RESOURCE_NOT_FOUND")


def test_a_unique_value_is_free_after_its_owner_is_deleted(client):
    created(client.post("/users", json=user()))
    client.delete("/users/1")
    created(client.post("/users", json=user()))


def test_what_others_refer_to_cannot_be_deleted(client):
    with_order(client)
    problem = assert_problem(client.delete("/users/1"), 409, "RESOURCE_IN_USE")
    assert "orders" in str(problem)
    assert client.get("/users/1").status_code == 200
    assert_problem(
        client.delete("/products/1", headers={"If-Match": tag(client, "/products/1")}), 409, "RESOURCE_IN_USE")


def test_a_deleted_order_is_gone_for_good(client):
    path = f"/orders/{with_order(client)['id']}"
    assert client.delete(path).status_code == 204
    for method, options in [("GET", {}), ("DELETE", {}), ("PUT", {"json": order()})]:
        assert_problem(client.request(method, path, **options), 410, "RESOURCE_GONE", path=path)
    assert_problem(merge(client, path, {"quantity": 3}), 410, "RESOURCE_GONE")
    assert client.head(path).status_code == 410
    assert client.get("/orders").json()["total"] == 0
    assert client.delete("/users/1").status_code == 204


# ---- States -----------------------------------------------------------------


def test_a_status_goes_only_where_it_may(client):
    path = f"/orders/{with_order(client)['id']}"
    problem = assert_problem(merge(client, path, {"status": "delivered"}), 409, "INVALID_STATE_TRANSITION")
    assert "paid" in str(problem["details"]) and "cancelled" in str(problem["details"])
    assert client.get(path).json()["status"] == "pending"
    for status in ("paid", "paid", "shipped", "delivered"):
        response = merge(client, path, {"status": status})
        assert response.status_code == 200 and response.json()["status"] == status
    for status in ("pending", "cancelled"):
        assert_problem(merge(client, path, {"status": status}), 409, "INVALID_STATE_TRANSITION")


def test_put_is_held_to_transitions_too(client):
    path = f"/orders/{with_order(client)['id']}"
    assert_problem(client.put(path, json=order(status="shipped")), 409, "INVALID_STATE_TRANSITION")
    assert client.put(path, json=order(status="paid")).status_code == 200


def test_an_order_says_where_it_is(client):
    made = with_order(client)
    assert made["_links"]["self"]["href"] == f"/orders/{made['id']}"
    assert client.get(made["_links"]["self"]["href"]).json() == made
