"""The example shop as it is served: who may do what in it."""

import pytest

from harness import EXAMPLE, run
from problems import assert_problem
from tokens import make

pytestmark = pytest.mark.core

TEA = {"slug": "tea", "name": "Tea", "price": 3.50}


@pytest.fixture
def shop(serve):
    return serve(EXAMPLE, "--dev")


@pytest.fixture
def client(shop):
    return shop.client()


@pytest.fixture
def who(shop):
    """who(id, roles): the field of a token made with the key for development."""
    keys = f"{shop.database}.dev-keys.json"

    def who(subject, *roles):
        options = ["--subject", subject, *(["--roles", ",".join(roles)] if roles else [])]
        return {"Authorization": f"Bearer {make(keys, *options)}"}

    return who


def sign_up(client, name):
    answer = client.post("/users", json={"email": f"{name}@example.com", "name": name, "password": "correct horse"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_token_is_printed_for_an_admin_and_for_somebody(shop):
    printed = [line for line in shop.lines if line.startswith("curl ")]
    assert len(printed) == 2 and any("admin" in line for line in printed)


def test_users_see_and_delete_themselves_and_admins_all(client, who):
    ada, bob = sign_up(client, "ada"), sign_up(client, "bob")
    admin = who(100, "admin")
    assert_problem(client.delete(f"/users/{ada}"), 401, "CREDENTIALS_REQUIRED", path=f"/users/{ada}")
    assert client.delete(f"/users/{ada}", headers=who(bob)).status_code == 404
    assert client.get("/users", headers=who(ada)).json()["total"] == 1
    assert client.get("/users", headers=admin).json()["total"] == 2
    assert client.delete(f"/users/{ada}", headers=who(ada)).status_code == 204
    assert client.delete(f"/users/{bob}", headers=admin).status_code == 204


def test_products_are_for_everybody_and_changed_by_admins(client, who):
    assert_problem(client.post("/products", json=TEA), 401, "CREDENTIALS_REQUIRED", path="/products")
    problem = assert_problem(client.post("/products", json=TEA, headers=who(1)), 403, "INSUFFICIENT_PERMISSION",
                             path="/products")
    assert problem["details"]["requiredRole"] == "admin"
    assert client.post("/products", json=TEA, headers=who(100, "admin")).status_code == 201
    assert client.get("/products/tea").status_code == 200


def test_orders_are_seen_by_their_user_and_admins_and_so_many_a_minute(client, who):
    ada, bob = sign_up(client, "ada"), sign_up(client, "bob")
    client.post("/products", json=TEA, headers=who(100, "admin"))
    order = {"productId": 1, "quantity": 1, "subtotal": 3.50}
    made = client.post("/orders", json=order, headers=who(ada))
    assert made.status_code == 201 and made.json()["userId"] == ada
    path = made.headers["Location"]
    assert client.get(path, headers=who(bob)).status_code == 404
    assert client.get(path, headers=who(100, "admin")).status_code == 200
    assert client.get(f"/users/{ada}/orders", headers=who(bob)).status_code == 404
    assert client.get(f"/users/{ada}/orders", headers=who(ada)).json()["total"] == 1
    answers = [client.post("/orders", json=order, headers=who(ada)).status_code for _ in range(60)]  # some more than fit, wherever in its window
    assert answers[-1] == 429 and set(answers) == {201, 429}
    assert client.post("/orders", json=order, headers=who(bob)).status_code == 201


def test_a_list_of_orders_has_those_of_every_status(client, who):
    admin = who(100, "admin")
    tea = client.post("/products", json=TEA, headers=admin).json()["id"]
    ada = who(sign_up(client, "ada"))
    made = client.post("/orders", json={"productId": tea, "quantity": 1, "subtotal": 3.50}, headers=ada)
    assert made.status_code == 201 and made.json()["status"] == "pending", made.text
    merge = {**admin, "Content-Type": "application/merge-patch+json"}
    assert client.patch(made.headers["Location"], content=b'{"status": "paid"}', headers=merge).status_code == 200
    for query, count in (("", 1), ("?status=paid", 1), ("?status=pending", 0)):
        assert client.get(f"/orders{query}", headers=admin).json()["total"] == count, query


def test_a_password_says_who_a_user_is_and_gives_no_role(client):
    answer = client.post("/users", json={"email": "eve@example.com", "name": "Eve", "password": "correct horse",
                                         "role": "admin"})
    eve = ("eve@example.com", "correct horse")
    assert answer.json()["role"] == "admin"
    assert client.get(f"/users/{answer.json()['id']}", auth=eve).status_code == 200
    assert client.post("/products", json=TEA, auth=eve).status_code == 403
    assert client.get("/users/1", auth=("eve@example.com", "battery staple")).status_code == 401


def test_an_order_that_is_sent_again_with_its_key_is_ordered_once(client, who):
    ada = who(sign_up(client, "ada"))
    client.post("/products", json=TEA, headers=who(100, "admin"))
    order = {"productId": 1, "quantity": 1, "subtotal": 3.50}
    first, again = (client.post("/orders", json=order, headers={**ada, "Idempotency-Key": '"once"'}) for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert client.get("/orders", headers=ada).json()["total"] == 1


def test_the_global_configuration_can_only_be_read(client, who):
    assert client.get("/config/global").json() == {"apiVersion": 1, "currencies": ["EUR", "GBP", "USD"],
                                                   "orderMax": 10000}
    for method in ("PUT", "PATCH", "POST", "DELETE"):
        answer = client.request(method, "/config/global", headers=who(100, "admin"))
        assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_the_document_has_every_answer():
    lines = run("routes", EXAMPLE).stdout.splitlines()
    assert not [line for line in lines if line.startswith(("+ ", "- "))]
