"""Preconditions hold at the moment of the write: of many writers with one tag exactly one wins."""

import json

import pytest

from harness import request
from problems import assert_problem
from shop_data import product, user

pytestmark = pytest.mark.threads

CLIENTS = 100
ROUNDS = 50


@pytest.fixture
def wires(shop):
    """A hundred connections that are open already, so that what they send arrives together."""
    opened = [shop.wire() for _ in range(CLIENTS)]
    yield opened
    for wire in opened:
        wire.close()


def ask_at_once(wires, requests):
    for wire, data in zip(wires, requests):
        wire.send(data)
    return [wire.read() for wire in wires]


def test_of_a_hundred_writers_with_one_tag_one_wins(shop, wires):
    client = shop.client()
    assert client.post("/products", json=product()).status_code == 201
    for number in range(ROUNDS):
        tag = client.get("/products/1").headers["ETag"]
        responses = ask_at_once(wires, [
            request("PUT", "/products/1", "Content-Type: application/json", f"If-Match: {tag}",
                    content=product(stock=number * CLIENTS + index))
            for index in range(CLIENTS)
        ])
        won = [index for index, response in enumerate(responses) if response.status == 200]
        assert len(won) == 1, [response.status for response in responses]
        assert [response.status for response in responses].count(412) == CLIENTS - 1
        current = client.get("/products/1")
        assert current.json()["stock"] == number * CLIENTS + won[0]
        assert current.headers["ETag"] != tag
    assert_problem(responses[0 if won[0] else 1], 412, "PRECONDITION_FAILED")


def test_of_a_hundred_users_with_one_address_one_is_made(shop, wires):
    responses = ask_at_once(wires, [
        request("POST", "/users", "Content-Type: application/json", content=user(name=f"User {index}"))
        for index in range(CLIENTS)
    ])
    assert sorted({response.status for response in responses}) == [201, 409]
    assert [response.status for response in responses].count(201) == 1
    winner = next(response for response in responses if response.status == 201)
    for response in responses:
        if response.status == 409:
            problem = assert_problem(response, 409, "EMAIL_ALREADY_EXISTS")
            assert problem["details"]["conflictingResource"] == winner.field("Location")
    assert shop.client().get("/users").json()["total"] == 1


def test_writers_without_tags_all_succeed_and_each_change_counts(shop, wires):
    client = shop.client()
    assert client.put("/settings", json={"name": "Shop", "currency": "EUR"}).status_code == 204
    before = client.get("/settings").json()["version"]
    patch = json.dumps({"currency": "GBP"}).encode()
    responses = ask_at_once(
        wires, [request("PATCH", "/settings", "Content-Type: application/merge-patch+json", content=patch)] * CLIENTS)
    assert {response.status for response in responses} == {200}
    versions = sorted(response.json()["version"] for response in responses)
    assert versions == list(range(before + 1, before + 1 + CLIENTS))


def test_readers_see_whole_states_while_others_write(shop, wires):
    client = shop.client()
    assert client.post("/products", json=product(name="n0", description="n0")).status_code == 201
    readers, writers = wires[:50], wires[50:]
    for number in range(1, 11):
        tag = client.get("/products/1").headers["ETag"]
        write = request("PUT", "/products/1", "Content-Type: application/json", f"If-Match: {tag}",
                        content=product(name=f"n{number}", description=f"n{number}"))
        for wire in writers[:5]:
            wire.send(write)
        for response in ask_at_once(readers, [request("GET", "/products/1")] * len(readers)):
            body = response.json()
            assert response.status == 200 and body["name"] == body["description"]
        assert sorted(wire.read().status for wire in writers[:5]) == [200, 412, 412, 412, 412]


def test_of_a_hundred_creators_with_one_tag_of_the_list_one_wins(shop, wires):
    tag = shop.client().get("/products").headers["ETag"]
    responses = ask_at_once(wires, [
        request("POST", "/products", "Content-Type: application/json", f"If-Match: {tag}",
                content=product(slug=f"product-{index}"))
        for index in range(CLIENTS)
    ])
    assert sorted(response.status for response in responses) == [201] + [412] * (CLIENTS - 1)
    assert shop.client().get("/products").json()["total"] == 1
