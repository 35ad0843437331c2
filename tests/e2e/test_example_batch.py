"""The example shop's batches: each request with an answer of its own, or all of them or none."""

import pytest

from problems import assert_problem
from test_example import TEA, client, shop, sign_up, who  # noqa: F401

pytestmark = pytest.mark.core


def requests(*parts):
    return {"requests": list(parts)}


def test_each_request_of_a_batch_is_answered_for_itself(client, who):
    ada = sign_up(client, "ada")
    assert client.post("/products", json=TEA, headers=who(100, "admin")).status_code == 201
    answer = client.post("/batch", headers=who(ada), json=requests(
        {"method": "GET", "path": "/products/tea"},
        {"method": "DELETE", "path": "/products/1", "headers": {"If-Match": "*"}},
        {"method": "POST", "path": "/orders", "body": {"productId": 1, "quantity": 2, "subtotal": 7.00}},
        {"method": "GET", "path": "/orders"},
        {"method": "GET", "path": "/users/77"}))
    assert answer.status_code == 207
    responses = answer.json()["responses"]
    assert [response["status"] for response in responses] == [200, 403, 201, 200, 404]
    assert responses[3]["body"]["items"] == [responses[2]["body"]]


def test_a_transaction_is_done_as_a_whole_or_not_at_all(client, who):
    ada = sign_up(client, "ada")
    assert client.post("/products", json=TEA, headers=who(100, "admin")).status_code == 201
    order = {"method": "POST", "path": "/orders", "body": {"productId": 1, "quantity": 2, "subtotal": 7.00}}
    lost = {"method": "POST", "path": "/orders", "body": {"productId": 9, "quantity": 2, "subtotal": 7.00}}
    problem = assert_problem(client.post("/transaction", headers=who(ada), json=requests(order, lost)),
                             422, "REFERENCE_NOT_FOUND")
    assert [response["status"] for response in problem["details"]["responses"]] == [424, 422]
    assert client.get("/orders", headers=who(ada)).json()["items"] == []
    answer = client.post("/transaction", headers=who(ada), json=requests(order, order))
    assert answer.status_code == 200 and len(client.get("/orders", headers=who(ada)).json()["items"]) == 2


def test_without_credentials_a_batch_reads_what_anybody_may(client):
    answer = client.post("/batch", json=requests({"method": "GET", "path": "/products"}, {"method": "GET", "path": "/orders"}))
    assert [response["status"] for response in answer.json()["responses"]] == [200, 401]
