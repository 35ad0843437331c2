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


PLACES = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /things:
    get: {responses: {"200": {description: All., content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}}
    patch:
      requestBody: {content: {application/merge-patch+json: {schema: {type: object}}}}
      responses: {"200": {description: Changed., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
components:
  schemas:
    Secret: {type: string, writeOnly: true}
    Thing:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        choice:
          oneOf:
            - type: object
              required: [kind]
              properties: {kind: {const: card}, number: {$ref: "#/components/schemas/Secret"}}
            - type: object
              required: [kind]
              properties: {kind: {const: seat}, number: {type: string}}
        any:
          anyOf:
            - {properties: {a: {type: string}}}
            - {properties: {token: {$ref: "#/components/schemas/Secret"}}}
        map: {type: object, additionalProperties: {$ref: "#/components/schemas/Secret"}}
        patterns: {type: object, patternProperties: {"^x-": {$ref: "#/components/schemas/Secret"}}}
        tuple: {type: array, prefixItems: [{type: object, properties: {key: {$ref: "#/components/schemas/Secret"}}}]}
        list: {type: array, items: {$ref: "#/components/schemas/Secret"}}
        when:
          type: object
          properties: {mode: {type: string}}
          if: {properties: {mode: {const: private}}}
          then: {properties: {note: {writeOnly: true}}}
        holder:
          type: object
          writeOnly: true
          properties: {word: {type: string, format: password}}
"""


@pytest.mark.core
@pytest.mark.parametrize("sent, served", [
    ({"choice": {"kind": "card", "number": "HIDDEN"}}, {"choice": {"kind": "card"}}),
    ({"choice": {"kind": "seat", "number": "12A"}}, {"choice": {"kind": "seat", "number": "12A"}}),
    ({"any": {"a": "x", "token": "HIDDEN"}}, {"any": {"a": "x"}}),
    ({"map": {"one": "HIDDEN", "two": "HIDDEN"}}, {"map": {}}),
    ({"patterns": {"x-a": "HIDDEN", "b": "c"}}, {"patterns": {"b": "c"}}),
    ({"tuple": [{"key": "HIDDEN", "name": "n"}]}, {"tuple": [{"name": "n"}]}),
    ({"list": ["HIDDEN", "HIDDEN"]}, {}),
    ({"when": {"mode": "private", "note": "HIDDEN"}}, {"when": {"mode": "private"}}),
    ({"when": {"mode": "public", "note": "n"}}, {"when": {"mode": "public", "note": "n"}}),
    ({"holder": {"word": "HIDDEN"}}, {}),
])
def test_a_secret_is_taken_wherever_the_schema_places_it(serve, sent, served):
    server = serve(PLACES)
    client = server.client()
    made = client.post("/things", json=sent)
    created(made)
    changed = merge(client, "/things/1", sent)
    assert changed.status_code == 200
    for answer in (made, changed, client.get("/things/1")):
        assert answer.json() == {"id": 1, **served}
    assert client.get("/things").json() == [{"id": 1, **served}]
    server.stop()
    assert b"HIDDEN" not in server.database.read_bytes() or "holder" not in sent
