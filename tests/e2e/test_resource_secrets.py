"""What is writeOnly, or a password, never comes back, however deep in the content it stands."""

import json
import sqlite3

import pytest

from problems import assert_problem, errors_of
from shop_data import created, json_patch, merge

pytestmark = pytest.mark.core

ACCOUNTS = """
openapi: 3.1.0
info: { title: Accounts, version: "1" }
paths:
  /accounts:
    x-statute: { rules: [{ check: "name <> 'root'", code: NO_ROOT, message: Cannot be root, field: login }] }
    get:
      responses:
        "200":
          description: All.
          content:
            application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Account" } } }
    post:
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Account" } } }
      responses:
        "201":
          description: Made.
          content: { application/json: { schema: { $ref: "#/components/schemas/Account" } } }
  /accounts/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      responses:
        "200":
          description: One.
          content: { application/json: { schema: { $ref: "#/components/schemas/Account" } } }
    put:
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Account" } } }
      responses:
        "200":
          description: Replaced.
          content: { application/json: { schema: { $ref: "#/components/schemas/Account" } } }
    patch:
      requestBody:
        required: true
        content:
          application/merge-patch+json: { schema: { $ref: "#/components/schemas/Account" } }
          application/json-patch+json: { schema: { type: array } }
      responses:
        "200":
          description: Changed.
          content: { application/json: { schema: { $ref: "#/components/schemas/Account" } } }
components:
  schemas:
    Account:
      type: object
      required: [name]
      properties:
        id: { type: integer, readOnly: true }
        name: { type: string }
        code: { type: string, writeOnly: true }
        login:
          type: object
          properties:
            user: { type: string }
            token: { type: string, writeOnly: true }
            password: { type: string, format: password, minLength: 8 }
        keys:
          type: array
          items: { type: object, properties: { label: { type: string }, key: { type: string, writeOnly: true } } }
"""

SECRETS = ["TOKENSECRET", "PASSWORDSECRET", "KEYSECRET", "CODESECRET"]


def account(**more):
    return {
        "name": "Ada",
        "code": "CODESECRET",
        "login": {"user": "ada", "token": "TOKENSECRET", "password": "PASSWORDSECRET"},
        "keys": [{"label": "first", "key": "KEYSECRET1"}, {"label": "second", "key": "KEYSECRET2"}],
        **more,
    }


def assert_no_secret(text):
    for secret in SECRETS:
        assert secret not in text


@pytest.fixture
def accounts(serve):
    return serve(ACCOUNTS, "--dev")


def test_secrets_in_objects_and_arrays_are_taken_and_never_served(accounts):
    client = accounts.client()
    answers = [
        client.post("/accounts", json=account()),
        client.get("/accounts/1"),
        client.get("/accounts"),
        client.put("/accounts/1", json=account(name="Eve")),
        merge(client, "/accounts/1", {"login": {"token": "TOKENSECRET", "password": "PASSWORDSECRET"}}),
        json_patch(client, "/accounts/1", [{"op": "add", "path": "/login/token", "value": "TOKENSECRET"}]),
    ]
    for answer in answers:
        assert answer.status_code in (200, 201), answer.text
        assert_no_secret(answer.text)
    assert client.get("/accounts/1").json() == {
        "id": 1, "name": "Eve", "login": {"user": "ada"}, "keys": [{"label": "first"}, {"label": "second"}],
    }
    accounts.stop()
    assert_no_secret(accounts.log_path.read_text())


def test_a_password_in_an_object_is_stored_as_a_hash_alone(accounts):
    created(accounts.client().post("/accounts", json=account()))
    accounts.stop()
    stored = accounts.database.read_bytes()
    assert b"TOKENSECRET" in stored and b"PASSWORDSECRET" not in stored


@pytest.mark.parametrize("path", ["/code", "/login/token", "/login/password", "/keys/0/key"])
def test_a_json_patch_cannot_ask_for_a_secret(accounts, path):
    client = accounts.client()
    created(client.post("/accounts", json=account()))
    answers = [
        json_patch(client, "/accounts/1", [{"op": "test", "path": path, "value": value}])
        for value in ["CODESECRET", "TOKENSECRET", "PASSWORDSECRET", "KEYSECRET1", "x", None]
    ]
    answers.append(json_patch(client, "/accounts/1", [{"op": "copy", "from": path, "path": "/name"}]))
    for answer in answers:
        problem = assert_problem(answer, 409, "PATCH_PATH_NOT_FOUND")
        assert problem["details"] == {"operation": 0, "path": path}


def test_errors_do_not_show_secrets(accounts):
    client = accounts.client()
    wrong = account(name="root", keys=[{"key": ["KEYSECRET"]}])
    wrong["login"]["token"] = {"x": "TOKENSECRET"}
    problem = assert_problem(client.post("/accounts", json=wrong), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/keys/0/key", "TYPE"), ("/login", "NO_ROOT"), ("/login/token", "TYPE")]
    assert_no_secret(json.dumps(problem))


def test_null_in_a_merge_patch_removes_a_secret(accounts):
    client = accounts.client()
    created(client.post("/accounts", json=account()))
    assert merge(client, "/accounts/1", {"code": None}).status_code == 200
    accounts.stop()
    database = sqlite3.connect(accounts.database)
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = [str(row) for table in tables for row in database.execute(f'SELECT * FROM "{table}"')]
    database.close()
    assert any("TOKENSECRET" in row for row in rows)
    assert not any("CODESECRET" in row for row in rows)
