"""When the database is in trouble: what can be waited out is 503 with Retry-After, what cannot is
500, and neither says what it is to anybody but the log."""

import sqlite3

import pytest

from problems import assert_problem
from shop_data import created, user

pytestmark = [pytest.mark.core, pytest.mark.expects_5xx]


def test_a_lock_of_another_process_is_503_for_writes_and_nothing_for_reads(shop):
    client = shop.client()
    created(client.post("/users", json=user()))
    other = sqlite3.connect(shop.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    problem = assert_problem(client.post("/users", json=user(email="b@example.com")), 503, "STORE_BUSY")
    assert problem["retryAfter"] >= 1
    assert client.get("/users/1").status_code == 200
    other.execute("ROLLBACK")
    other.close()
    created(client.post("/users", json=user(email="b@example.com")))
    assert client.get("/users").json()["total"] == 2


def test_a_500_says_nothing_of_its_cause_and_the_log_does(shop):
    client = shop.client()
    created(client.post("/users", json=user()))
    other = sqlite3.connect(shop.database)
    other.execute('DROP TABLE "users"')
    other.close()
    for response in (client.get("/users/1"), client.post("/users", json=user(email="b@example.com"))):
        problem = assert_problem(response, 500, "INTERNAL_ERROR")
        assert "sql" not in response.text.lower() and "table" not in response.text.lower()
        line = shop.wait_for_log(lambda line: line["id"] == problem["requestId"])
        assert line["status"] == 500 and "users" in line["cause"]
    assert client.get("/products").status_code == 200


def test_readiness_follows_the_database(shop):
    client = shop.client()
    assert client.get("/-/ready").status_code == 200
    moved = shop.database.with_name("moved.db")
    shop.database.rename(moved)
    response = client.get("/-/ready")
    assert_problem(response, 503, response.json()["error"])
    assert client.get("/-/health").status_code == 200
    moved.rename(shop.database)
    assert client.get("/-/ready").status_code == 200
