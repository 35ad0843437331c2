"""x-statute: {batch: …}: several requests in one, each with its own answer, or all of them or none."""

import base64
import json
import sqlite3
import threading

import httpx
import pytest

from harness import request, run
from problems import assert_problem, errors_of
from prometheus import scrape
from reloading import hang_up
from test_reload import _wait_until_read as wait_until_read
from tokens import bearer, claims, secret_key, signed

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Bank, version: "1"}
security: [{token: []}, {password: []}, {}]
paths:
  /batch:
    post:
      x-statute: {batch: each}
      requestBody: {content: {application/json: {}}}
      responses: {"207": {description: Each., content: {application/json: {}}}}
  /transaction:
    post:
      x-statute: {batch: {mode: atomic, max: 100}}
      requestBody: {content: {application/json: {}}}
      responses: {"200": {description: All., content: {application/json: {}}}}
  /few:
    post:
      x-statute: {batch: {mode: each, max: 2}}
      requestBody: {content: {application/json: {}}}
      responses: {"207": {description: Each., content: {application/json: {}}}}
  /accounts:
    x-statute:
      unique: [name]
      transitions: {state: {open: [closed]}}
      rules: [{check: "balance >= 0", code: OVERDRAWN, message: Has not so much, field: balance}]
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: cursor, in: query, schema: {type: string}}
        - {name: name, in: query, schema: {type: string}}
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: {type: object, properties: {items: {type: array}, total: {type: integer}, next: {type: string}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Account"}}}}
      responses: {"201": {description: New.}}
  /accounts/{id}:
    x-statute: {require-match: true}
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Account"}}}}}}
    patch:
      requestBody:
        content:
          application/merge-patch+json: {schema: {$ref: "#/components/schemas/Account"}}
          application/json-patch+json: {}
      responses: {"200": {description: Changed.}}
    delete: {responses: {"204": {description: Gone.}}}
  /entries:
    x-statute: {references: {accountId: accounts}, limit: {requests: 3, window: 86400, by: principal}, idempotency: required}
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [accountId], properties: {accountId: {type: integer}}}}}}
      responses: {"201": {description: New.}}
  /entries/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
  /letters:
    x-statute: {owner: holder, roles: {get: [admin]}}
    get: {security: [{token: []}], responses: {"200": {description: All.}}}
    post:
      security: [{token: []}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Letter"}}}}
      responses: {"201": {description: New.}}
  /letters/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {security: [{token: []}], responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Letter"}}}}}}
    delete: {security: [{token: []}], responses: {"204": {description: Gone.}}}
  /users:
    x-statute: {unique: [email]}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"201": {description: New.}}
  /users/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    patch:
      requestBody: {content: {application/merge-patch+json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"200": {description: Changed.}}
  /tags:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Tag"}}}}
      responses: {"201": {description: New.}}
  /tags/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    x-statute: {early-hints: ["</colors.css>; rel=preload"]}
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Tag"}}}}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Tag"}}}}
      responses: {"200": {description: Put.}, "201": {description: New.}}
  /private:
    x-statute: {singleton: true}
    get: {security: [{password: []}], responses: {"200": {description: One.}}}
  /old:
    x-statute: {unsupported: true}
    get: {responses: {"501": {description: Not supported.}}}
components:
  schemas:
    Account:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        balance: {type: integer, default: 0}
        state: {type: string, default: open}
    Tag: {type: object, properties: {id: {type: string, minLength: 2}, color: {type: string}}}
    Letter:
      type: object
      properties: {id: {type: integer, readOnly: true}, holder: {type: string, readOnly: true}, text: {type: string}}
    User:
      type: object
      required: [email]
      properties:
        id: {type: integer, readOnly: true}
        email: {type: string}
        password: {type: string, format: password, writeOnly: true}
  securitySchemes:
    token: {type: http, scheme: bearer, x-statute: {keys: keys.json}}
    password: {type: http, scheme: basic, x-statute: {collection: users, name: email, password: password}}
"""

MANY = 100


@pytest.fixture
def server(serve, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT)
    return serve(path)


@pytest.fixture
def client(server):
    return server.client()


def who(subject, *roles):
    return bearer(signed(claims(sub=subject, roles=list(roles))))


def part(method, path, body=None, **headers):
    made = {"method": method, "path": path}
    if body is not None:
        made["body"] = body
    if headers:
        made["headers"] = {name.replace("_", "-"): value for name, value in headers.items()}
    return made


def send(client, path, parts, **headers):
    return client.post(path, json={"requests": parts}, headers=headers)


def each(client, *parts, **headers):
    """The answers of the parts, once the batch itself went well."""
    response = send(client, "/batch", parts, **headers)
    assert response.status_code == 207, response.text
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert list(response.json()) == ["responses"]
    assert len(response.json()["responses"]) == len(parts)
    return response.json()["responses"]


def statuses(responses):
    return [response["status"] for response in responses]


def account(client, name, balance=0):
    response = client.post("/accounts", json={"name": name, "balance": balance})
    assert response.status_code == 201, response.text
    return response.headers["Location"]


def names(client):
    return [row["name"] for row in client.get("/accounts?limit=100").json()["items"]]


# ---- Each by itself -----------------------------------------------------------------------------


def test_each_part_is_answered_as_if_it_had_come_alone(client):
    responses = each(
        client,
        part("POST", "/accounts", {"name": "ada"}),
        part("POST", "/accounts", {"name": "ada"}),
        part("POST", "/accounts", {"name": 7}),
        part("PATCH", "/accounts/1", {"balance": 5}),
        part("PATCH", "/accounts/1", {"balance": 5}, If_Match='"9"'),
        part("PATCH", "/accounts/1", {"balance": 5}, If_Match='"1"'),
        part("GET", "/accounts/1"),
        part("GET", "/accounts/1", If_None_Match='"2"'),
        part("HEAD", "/accounts/1"),
        part("DELETE", "/accounts/9", If_Match="*"),
        part("GET", "/accounts/none"),
        part("GET", "/nowhere"),
        part("DELETE", "/accounts"),
        part("GET", "/old"),
    )
    assert statuses(responses) == [201, 409, 422, 428, 412, 200, 200, 304, 200, 404, 404, 404, 405, 501]
    assert responses[0]["headers"]["Location"] == "/accounts/1" and responses[0]["headers"]["ETag"] == '"1"'
    assert responses[0]["body"] == {"id": 1, "name": "ada", "balance": 0, "state": "open"}
    assert responses[1]["body"]["error"] == "NAME_ALREADY_EXISTS"
    assert responses[1]["body"]["details"]["conflictingResource"] == "/accounts/1"
    assert responses[2]["body"]["validationErrors"][0]["pointer"] == "/name"
    assert responses[4]["headers"]["ETag"] == '"1"'
    assert responses[6]["body"]["balance"] == 5 and responses[6]["headers"]["ETag"] == '"2"'
    assert "body" not in responses[7] and "body" not in responses[8]
    assert responses[12]["headers"]["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert all(response["body"]["status"] == response["status"] for response in responses if response["status"] >= 400)
    assert client.get("/accounts/1").json() == responses[6]["body"]


def test_a_part_that_fails_takes_nothing_of_the_others_with_it(client):
    responses = each(client, *[part("POST", "/accounts", {"name": f"n{i // 2}"}) for i in range(20)])
    assert statuses(responses) == [201, 409] * 10
    assert sorted(names(client)) == [f"n{i}" for i in range(10)]


def test_a_read_sees_what_stood_before_it_in_the_batch(client):
    account(client, "old")
    responses = each(
        client,
        part("GET", "/accounts"),
        part("POST", "/accounts", {"name": "new"}),
        part("GET", "/accounts?name=new"),
        part("DELETE", "/accounts/1", If_Match="*"),
        part("GET", "/accounts"),
        part("GET", "/accounts/1"),
    )
    assert statuses(responses) == [200, 201, 200, 204, 200, 404]
    assert [row["name"] for row in responses[0]["body"]["items"]] == ["old"]
    assert [row["id"] for row in responses[2]["body"]["items"]] == [2]
    assert [row["name"] for row in responses[4]["body"]["items"]] == ["new"]
    assert responses[4]["body"]["total"] == 1


def test_a_page_that_was_found_in_a_batch_goes_on_outside_of_it(client):
    responses = each(client, *[part("POST", "/accounts", {"name": f"n{i}"}) for i in range(5)],
                     part("GET", "/accounts?limit=2"))
    rest = client.get(responses[-1]["body"]["next"]).json()["items"]
    assert [row["name"] for row in responses[-1]["body"]["items"] + rest] == ["n0", "n1", "n2", "n3"]
    refused = each(client, part("POST", "/accounts", {"name": "x"}), part("GET", "/accounts?cursor=AAAA"))
    assert refused[1]["status"] == 400 and refused[1]["body"]["error"] == "INVALID_PARAMETER"


def test_ids_come_back_with_the_answers_that_they_are_of(client):
    responses = each(client, {"id": "first", **part("GET", "/accounts/1")}, part("GET", "/accounts/2"),
                     {"id": "first", **part("GET", "/accounts/3")})
    assert [response.get("id") for response in responses] == ["first", None, "first"]


def test_a_batch_of_reads_alone_is_a_207_too(client):
    account(client, "ada")
    assert statuses(each(client, part("GET", "/accounts/1"), part("GET", "/accounts"))) == [200, 200]


def test_ids_that_clients_make_are_those_of_the_rows(client):
    responses = each(
        client,
        part("POST", "/tags", {"id": "red", "color": "#f00"}),
        part("POST", "/tags", {"id": "red", "color": "#00f"}),
        part("POST", "/tags", {"id": "r"}),
        part("PUT", "/tags/blue", {"color": "#00f"}),
        part("PUT", "/tags/blue", {"id": "green"}),
        part("POST", "/tags", {"color": "#0f0"}),
    )
    assert statuses(responses) == [201, 409, 422, 201, 422, 201]
    assert responses[0]["headers"]["Location"] == "/tags/red" and responses[3]["headers"]["Location"] == "/tags/blue"
    assert responses[1]["body"]["error"] == "ID_ALREADY_EXISTS"
    assert client.get("/tags/red").json() == {"id": "red", "color": "#f00"}
    assert client.get(responses[5]["headers"]["Location"]).json()["color"] == "#0f0"


def test_a_part_sends_no_hints_ahead(client):
    read = part("GET", "/tags/red")
    responses = each(client, part("PUT", "/tags/red", {"color": "#f00"}), read)
    assert statuses(responses) == [201, 200]
    assert statuses(each(client, read)) == [200]
    assert client.get("/tags/red").status_code == 200


def test_a_body_is_of_the_type_that_its_operation_takes_such_a_body_in(client):
    responses = each(
        client,
        part("POST", "/accounts", {"name": "ada"}),
        part("PATCH", "/accounts/1", {"balance": 1}, If_Match="*"),
        part("PATCH", "/accounts/1", [{"op": "replace", "path": "/balance", "value": 2}], If_Match="*"),
        part("PATCH", "/accounts/1", {"balance": 3}, If_Match="*", Content_Type="application/json"),
        part("PATCH", "/accounts/1", {"balance": 4}, If_Match="*", content_type="application/merge-patch+json"),
        part("POST", "/accounts"),
        part("POST", "/accounts", "text"),
    )
    assert statuses(responses) == [201, 200, 200, 415, 200, 400, 422]
    assert responses[5]["body"]["error"] == "CONTENT_REQUIRED"
    assert client.get("/accounts/1").json()["balance"] == 4


def test_errors_in_another_form_are_texts(client):
    responses = each(client, part("GET", "/accounts/9", Accept="text/plain"))
    assert responses[0]["status"] == 406 and responses[0]["body"].startswith("406 Not Acceptable\n")


# ---- All or none --------------------------------------------------------------------------------


def test_an_atomic_batch_is_done_as_a_whole(client):
    account(client, "from", 10)
    account(client, "to")
    response = send(client, "/transaction", [
        part("PATCH", "/accounts/1", {"balance": 3}, If_Match='"1"'),
        part("PATCH", "/accounts/2", {"balance": 7}, If_Match='"1"'),
        part("GET", "/accounts"),
    ])
    assert response.status_code == 200
    assert statuses(response.json()["responses"]) == [200, 200, 200]
    assert [row["balance"] for row in client.get("/accounts").json()["items"]] == [3, 7]


FAILURES = [
    (part("PATCH", "/accounts/2", {"balance": -1}, If_Match="*"), 422, "VALIDATION_FAILED"),
    (part("PATCH", "/accounts/2", {"state": "lost"}, If_Match="*"), 409, "INVALID_STATE_TRANSITION"),
    (part("PATCH", "/accounts/2", {"balance": 1}, If_Match='"7"'), 412, "PRECONDITION_FAILED"),
    (part("PATCH", "/accounts/2", {"balance": 1}), 428, "PRECONDITION_REQUIRED"),
    (part("POST", "/accounts", {"name": "to"}), 409, "NAME_ALREADY_EXISTS"),
    (part("DELETE", "/accounts/9", If_Match="*"), 404, "RESOURCE_NOT_FOUND"),
    (part("GET", "/letters"), 401, "CREDENTIALS_REQUIRED"),
    (part("PUT", "/accounts", {}), 405, "METHOD_NOT_ALLOWED"),
    (part("POST", "/accounts", {}, Content_Type="text/csv"), 415, "UNSUPPORTED_MEDIA_TYPE"),
    (part("GET", "/accounts", Accept="image/png"), 406, "NOT_ACCEPTABLE"),
    (part("GET", "/accounts?limit=none"), 400, "INVALID_PARAMETER"),
    (part("GET", "/nowhere"), 404, "PATH_NOT_FOUND"),
]


@pytest.mark.parametrize("failing, status, code", FAILURES, ids=[row[2] for row in FAILURES])
def test_where_one_part_fails_nothing_is_done_and_its_error_is_the_answer(client, failing, status, code):
    account(client, "from", 10)
    account(client, "to")
    response = send(client, "/transaction", [
        part("PATCH", "/accounts/1", {"balance": 3}, If_Match='"1"'),
        failing,
        {"id": "third", **part("POST", "/accounts", {"name": "third"})},
    ])
    code = "TOKEN_MISSING" if code == "CREDENTIALS_REQUIRED" else code
    problem = assert_problem(response, status, code, path="/transaction")
    assert problem["details"]["part"] == 1
    assert statuses(problem["details"]["responses"]) == [424, status, 424]
    assert problem["details"]["responses"][0]["body"]["error"] == "FAILED_DEPENDENCY"
    assert problem["details"]["responses"][1]["body"]["error"] == code
    assert problem["details"]["responses"][1]["body"]["path"] == failing["path"].split("?")[0]
    assert problem["details"]["responses"][2]["id"] == "third"
    assert client.get("/accounts").json()["items"] == [
        {"id": 1, "name": "from", "balance": 10, "state": "open"}, {"id": 2, "name": "to", "balance": 0, "state": "open"}]
    assert client.get("/accounts/1").headers["ETag"] == '"1"'
    assert account(client, "third") == "/accounts/3"


def test_what_is_wrong_with_the_content_of_a_part_is_placed_in_the_batch(client):
    response = send(client, "/transaction", [part("GET", "/accounts"), part("POST", "/accounts", {"name": 7})])
    problem = assert_problem(response, 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/requests/1/body/name", "TYPE")]


def test_the_challenge_of_a_part_is_that_of_the_batch(client):
    response = send(client, "/transaction", [part("GET", "/letters")])
    assert response.headers.get_list("WWW-Authenticate") == ['Bearer realm="Bank"']
    response = send(client, "/transaction", [part("PUT", "/accounts/1", {})])
    assert response.headers["Allow"] == "GET, HEAD, PATCH, DELETE, OPTIONS"


def test_an_error_tells_no_tag_of_what_was_undone(client):
    account(client, "ada")
    change = part("PATCH", "/accounts/1", {"balance": 1}, If_Match='"1"')
    for failing in (change, part("PATCH", "/accounts/1", {"balance": 2})):
        problem = send(client, "/transaction", [change, failing]).json()
        failed = problem["details"]["responses"][1]
        assert failed["status"] in (412, 428) and "ETag" not in failed["headers"] and "etag" not in str(failed["body"])
    made = [part("POST", "/accounts", {"name": "bob"})] * 2
    problem = assert_problem(send(client, "/transaction", made), 409, "NAME_ALREADY_EXISTS")
    assert "conflictingResource" not in problem["details"]["responses"][1]["body"]["details"]
    alone = send(client, "/transaction", [part("PATCH", "/accounts/1", {"balance": 2}, If_Match='"9"')]).json()
    assert alone["details"]["responses"][0]["headers"]["ETag"] == '"1"'


def test_a_304_is_no_failure(client):
    account(client, "ada")
    response = send(client, "/transaction", [part("GET", "/accounts/1", If_None_Match='"1"')])
    assert statuses(response.json()["responses"]) == [304]


# ---- Who and how much ---------------------------------------------------------------------------


def test_each_part_is_of_whoever_sent_the_batch(client):
    made = each(client, part("POST", "/letters", {"text": "of ada"}), **who("ada"))
    assert made[0]["body"]["holder"] == "ada"
    responses = each(client, part("POST", "/letters", {"text": "of bob"}), part("GET", "/letters"),
                     part("GET", "/letters/1"), part("DELETE", "/letters/1"), part("GET", "/letters/77"), **who("bob"))
    assert statuses(responses) == [201, 200, 404, 404, 404]
    assert [row["text"] for row in responses[1]["body"]] == ["of bob"]
    hidden, absent = responses[2], responses[4]
    for response in (hidden, absent):
        del response["body"]["path"]
    assert hidden == absent, "what is hidden tells that it is there"
    seen = each(client, part("POST", "/accounts", {"name": "a"}), part("GET", "/letters"), **who("root", "admin"))
    assert [row["text"] for row in seen[1]["body"]] == ["of ada", "of bob"]


def test_without_credentials_only_that_is_answered_which_needs_none(client):
    responses = each(client, part("GET", "/letters"), part("POST", "/accounts", {"name": "a"}))
    assert statuses(responses) == [401, 201]
    assert responses[0]["headers"]["WWW-Authenticate"] == 'Bearer realm="Bank"'


def test_credentials_that_are_not_valid_end_the_batch_itself(client):
    response = send(client, "/batch", [part("GET", "/accounts")], Authorization="Bearer nonsense")
    assert_problem(response, 401, "TOKEN_INVALID")


def test_a_password_is_checked_for_each_part_and_waits_for_its_hash(client):
    assert client.post("/users", json={"email": "ada", "password": "of ada"}).status_code == 201
    right = {"Authorization": "Basic " + base64.b64encode(b"ada:of ada").decode()}
    wrong = {"Authorization": "Basic " + base64.b64encode(b"ada:of bob").decode()}
    responses = each(client, part("GET", "/private"), part("POST", "/accounts", {"name": "a"}), **right)
    assert statuses(responses) == [200, 201]
    assert send(client, "/batch", [part("GET", "/private")], **wrong).status_code == 401


@pytest.mark.parametrize("header", ["Authorization", "Cookie", "Origin", "Host", "Idempotency-Key", "Content-Length",
                                    "Transfer-Encoding", "Content-Encoding", "Accept-Encoding", "Expect", "Range",
                                    "Connection", "Content-Digest", "Repr-Digest", "Sec-Fetch-Site", "X-Request-Id", "no token"])
def test_a_part_has_no_field_that_is_of_the_whole(client, header):
    parts = [part("GET", "/accounts"), {**part("GET", "/accounts"), "headers": {header: "x"}}]
    problem = assert_problem(send(client, "/batch", parts), 422, "VALIDATION_FAILED")
    place = "/requests/1/headers/" + (header if " " not in header else "")
    assert errors_of(problem) == [(place, "PROPERTY_NAME")]


def test_a_field_has_no_line_end(client):
    parts = [{**part("GET", "/accounts"), "headers": {"If-Match": "x\r\nAuthorization: y"}}]
    assert_problem(send(client, "/batch", parts), 422, "VALIDATION_FAILED")


def test_each_part_is_counted_by_the_limit_of_its_operation(client):
    account(client, "ada")
    entry = part("POST", "/entries", {"accountId": 1})
    key = {"Idempotency-Key": "k-1"}
    responses = each(client, entry, entry, entry, entry, part("GET", "/accounts/1"), **who("bob"), **key)
    assert statuses(responses) == [201, 201, 201, 429, 200]
    assert int(responses[3]["headers"]["Retry-After"]) > 0 and responses[3]["body"]["error"] == "RATE_LIMIT_EXCEEDED"
    response = send(client, "/transaction", [entry], **who("bob"), **{"Idempotency-Key": "k-2"})
    assert_problem(response, 429, "RATE_LIMIT_EXCEEDED")
    assert response.headers["X-RateLimit-Limit"] == "3"


def test_the_key_that_a_part_needs_is_that_of_the_batch(client):
    account(client, "ada")
    entry = part("POST", "/entries", {"accountId": 1})
    missing = each(client, entry, **who("ada"))
    assert statuses(missing) == [400] and missing[0]["body"]["error"] == "IDEMPOTENCY_KEY_REQUIRED"
    assert statuses(each(client, entry, **who("ada"), **{"Idempotency-Key": "k-1"})) == [201]


# ---- Keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path, status", [("/batch", 207), ("/transaction", 200)])
def test_under_a_key_a_batch_is_done_once_and_answered_the_same(client, path, status):
    parts = [part("POST", "/accounts", {"name": "ada"}), part("GET", "/accounts")]
    key = {"Idempotency-Key": "once"}
    first, again = send(client, path, parts, **key), send(client, path, parts, **key)
    assert first.status_code == again.status_code == status
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert again.content == first.content and names(client) == ["ada"]
    assert_problem(send(client, path, parts[:1], **key), 422, "IDEMPOTENCY_KEY_REUSED")


def test_a_batch_that_failed_may_be_mended_under_its_key(client):
    key = {"Idempotency-Key": "once"}
    assert send(client, "/transaction", [part("POST", "/accounts", {"name": 7})], **key).status_code == 422
    assert send(client, "/transaction", [part("POST", "/accounts", {"name": "ada"})], **key).status_code == 200


def test_a_batch_of_reads_has_a_key_too(client):
    key = {"Idempotency-Key": "once"}
    first = send(client, "/batch", [part("GET", "/accounts")], **key)
    account(client, "ada")
    assert send(client, "/batch", [part("GET", "/accounts")], **key).content == first.content


# ---- Passwords ----------------------------------------------------------------------------------


def secrets(server):
    store = sqlite3.connect(server.database)
    rows = [row[0] for row in store.execute("SELECT _secret FROM users ORDER BY id")]
    store.close()
    return rows


@pytest.mark.parametrize("path", ["/batch", "/transaction"])
def test_passwords_are_stored_as_hashes_alone(server, client, path):
    response = send(client, path, [
        part("POST", "/users", {"email": "ada", "password": "clear-text-1"}),
        part("POST", "/users", {"email": "bob"}),
        part("PATCH", "/users/2", {"password": "clear-text-2"}),
        part("PATCH", "/users/1", {"email": "eve"}),
    ])
    assert statuses(response.json()["responses"]) == [201, 201, 200, 200]
    assert "password" not in response.text
    assert all('"password":"$argon2id$' in secret for secret in secrets(server))
    for name in server.folder.iterdir():
        assert b"clear-text" not in name.read_bytes(), name
    right = {"Authorization": "Basic " + base64.b64encode(b"eve:clear-text-1").decode()}
    assert client.get("/private", headers=right).status_code == 200


# ---- What is no batch ---------------------------------------------------------------------------

WRONG = [
    ([], [("", "TYPE")]),
    ({}, [("/requests", "REQUIRED")]),
    ({"requests": []}, [("/requests", "MIN_ITEMS")]),
    ({"requests": {}, "more": 1}, [("/more", "ADDITIONAL_PROPERTY"), ("/requests", "TYPE")]),
    ({"requests": [7, {"method": "GET"}]}, [("/requests/0", "TYPE"), ("/requests/1/path", "REQUIRED")]),
    ({"requests": [{"method": "OPTIONS", "path": "x", "url": "/"}]},
     [("/requests/0/method", "ENUM"), ("/requests/0/path", "PATTERN"), ("/requests/0/url", "ADDITIONAL_PROPERTY")]),
    ({"requests": [part("GET", "/a b"), part("GET", "/a?b c"), part("GET", "/%zz"), part("GET", "/%00"),
                   part("GET", "/%ff"), part("GET", "/a#b")]},
     [(f"/requests/{i}/path", "FORMAT") for i in range(6)]),
    ({"requests": [part("GET", "/accounts", 1)]}, [("/requests/0/body", "FALSE_SCHEMA")]),
    ({"requests": [{**part("GET", "/accounts"), "id": 1, "headers": {"A": 1}}]},
     [("/requests/0/headers/A", "TYPE"), ("/requests/0/id", "TYPE")]),
    ({"requests": [part("POST", "/batch", {"requests": []}), part("POST", "/transaction")]},
     [("/requests/0/path", "NOT_IN_BATCH"), ("/requests/1/path", "NOT_IN_BATCH")]),
]


@pytest.mark.parametrize("content, errors", WRONG, ids=[json.dumps(row[0])[:40] for row in WRONG])
def test_what_is_no_list_of_requests_is_refused_with_the_place(client, content, errors):
    problem = assert_problem(client.post("/batch", json=content), 422, "VALIDATION_FAILED")
    assert [error for error in errors_of(problem) if error in errors] == sorted(errors)


def test_where_the_shape_is_wrong_nothing_of_the_batch_is_done(client):
    send(client, "/batch", [part("POST", "/accounts", {"name": "ada"}), {"method": "GET"}])
    assert names(client) == []


def test_a_batch_has_a_largest_number_of_requests(client):
    parts = [part("GET", "/accounts")] * 3
    problem = assert_problem(send(client, "/few", parts), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/requests", "MAX_ITEMS")]
    assert send(client, "/few", parts[:2]).status_code == 207


def test_content_that_is_no_json_is_400(client):
    assert_problem(client.post("/batch", content="{", headers={"Content-Type": "application/json"}), 400, "MALFORMED_BODY")


# ---- Many, at once, and to the end --------------------------------------------------------------


def test_a_hundred_requests_are_one_commit(server, client):
    before = commits(server)
    response = send(client, "/transaction", [part("POST", "/accounts", {"name": f"n{i}"}) for i in range(MANY)])
    assert statuses(response.json()["responses"]) == [201] * MANY
    assert commits(server) == before + 1


def test_a_batch_is_counted_and_logged_once_by_what_failed_it(server, client):
    response = send(client, "/transaction", [part("GET", "/accounts"), part("DELETE", "/accounts/9", If_Match="*")])
    assert response.status_code == 404
    line = server.wait_for_log(lambda line: line["id"] == response.headers["X-Request-Id"])
    assert (line["status"], line["error"], line["node"]) == (404, "RESOURCE_NOT_FOUND", "K00a")
    metrics = scrape(server)
    assert metrics.get("statute_errors_total", code="RESOURCE_NOT_FOUND") == 1
    assert len(server.log()) == 1
    text = run("explain", response.headers["X-Request-Id"], "--admin", server.admin).stdout
    assert "404" in text and "K00a" in text


def commits(server):
    text = server.admin_client().get("/-/metrics").text
    name = "statute_store_commit_duration_seconds_count "
    return next(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))


def transfer(client, amount):
    """Moves some of account 1 to account 2, as long as nobody else changes them meanwhile."""
    rows = {row["id"]: row for row in client.get("/accounts").json()["items"]}
    tags = [client.get(f"/accounts/{i}") for i in (1, 2)]
    balances = [tag.json()["balance"] for tag in tags]
    assert set(rows) == {1, 2}
    return send(client, "/transaction", [
        part("PATCH", f"/accounts/{i + 1}", {"balance": balances[i] + change}, If_Match=tags[i].headers["ETag"])
        for i, change in enumerate((-amount, amount))
    ])


def test_of_racing_batches_none_loses_what_another_wrote(server, client):
    account(client, "from", 1000)
    account(client, "to", 0)
    answers, problems = [], []

    def move():
        with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as own:
            won = 0
            while won < 4 and not problems:  # of those who have seen the same, one wins
                response = transfer(own, 1)
                answers.append(response.status_code)
                won += response.status_code == 200
                if response.status_code not in (200, 412):
                    problems.append(response.text)

    def disturb():
        with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as own:
            for i in range(30):
                own.patch("/accounts/2", json={"name": f"to {i}"},
                          headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"})

    threads = [threading.Thread(target=move) for _ in range(4)] + [threading.Thread(target=disturb)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == [] and answers.count(200) == 16
    balances = [row["balance"] for row in client.get("/accounts").json()["items"]]
    assert balances == [1000 - 16, 16]


def test_kill_9_leaves_all_of_an_atomic_batch_or_nothing(serve, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT)
    database = tmp_path / "kept.db"
    acknowledged = set()
    for number in range(6):
        server = serve(document, database=database)
        answered = threading.Semaphore(0)

        def write(name):
            with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as own:
                try:
                    for i in range(1000):
                        batch = f"{name}-{i}"
                        response = send(own, "/transaction",
                                        [part("POST", "/accounts", {"name": f"{batch}-{k}"}) for k in range(10)])
                        assert response.status_code == 200
                        acknowledged.add(batch)
                        answered.release()
                except httpx.TransportError:
                    return

        threads = [threading.Thread(target=write, args=(f"{number}-{k}",)) for k in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(5 + number):
            assert answered.acquire(timeout=30)
        server.kill()
        for thread in threads:
            thread.join()
    store = sqlite3.connect(database)
    counts = dict(store.execute("SELECT substr(name, 1, length(name) - 2), count(*) FROM accounts GROUP BY 1"))
    assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store.close()
    assert set(counts.values()) == {10}
    assert acknowledged <= set(counts)


def test_the_memory_of_one_request_bounds_the_whole_batch(serve, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT)
    server = serve(document, "--content-max", "64KiB", "--request-memory", "512KiB", expects_5xx=True)
    client = server.client()
    parts = [part("POST", "/accounts", {"name": f"n{i}"}) for i in range(4)]
    assert send(client, "/transaction", parts).status_code == 200
    large = [part("POST", "/accounts", {"name": f"m{i}" + "x" * 400}) for i in range(100)]
    assert_problem(send(client, "/transaction", large), 503, "SERVER_OVERLOADED")
    assert len(names(client)) == 4
    assert send(client, "/batch", [part("POST", "/accounts", {"name": "after"})]).status_code == 207


# ---- The document -------------------------------------------------------------------------------


def codes_of(routes, path):
    route = next(route for route in routes if route["path"] == path)
    assert route["action"] == "run" and route["resource"] == "batch"
    return {answer["status"]: answer["errors"] for answer in route["answers"]}


def test_routes_tells_what_a_batch_can_answer(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT)
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    routes = json.loads(run("routes", "--json", path).stdout)["operations"]
    alone, whole = codes_of(routes, "/batch"), codes_of(routes, "/transaction")
    assert 207 in alone and not {200, 404, 412, 424, 428} & set(alone)
    assert 200 in whole and not {207, 424} & set(whole)
    assert {404, 405, 409, 412, 415, 422, 428, 429, 501} <= set(whole)
    assert {"NAME_ALREADY_EXISTS", "EMAIL_ALREADY_EXISTS", "INVALID_STATE_TRANSITION"} <= set(whole[409])
    assert "IDEMPOTENCY_KEY_REQUIRED" in whole[400] and "IDEMPOTENCY_KEY_REQUIRED" not in alone[400]


@pytest.mark.parametrize("value, place", [
    ("some", "neither 'each' nor 'atomic'"), ("{mode: each, max: 0}", "from 1 to 1000"),
    ("{mode: each, max: 1001}", "from 1 to 1000"), ("{max: 5}", "has no mode"),
    ("{mode: each, size: 5}", "has no key 'size'"),
])
def test_what_is_wrong_with_the_key_is_told_with_its_place(tmp_path, value, place):
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT.replace("{batch: each}", "{batch: " + value + "}"))
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    done = run("routes", path)
    assert done.returncode != 0 and place in done.stderr and "api.yaml:7:" in done.stderr


def test_it_stands_on_a_post_that_takes_json(tmp_path):
    path = tmp_path / "api.yaml"
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    path.write_text(DOCUMENT.replace("x-statute: {unsupported: true}", "x-statute: {batch: each}"))
    assert "x-statute.batch is on a GET" in run("routes", path).stderr
    path.write_text(DOCUMENT.replace("""      x-statute: {batch: each}
      requestBody: {content: {application/json: {}}}
""", "      x-statute: {batch: each}\n"))
    assert "takes no JSON" in run("routes", path).stderr


# ---- Over a reload ------------------------------------------------------------------------------

SIZES = """openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /PATH:
    post:
      x-statute: {batch: MODE}
      requestBody: {content: {application/json: {}}}
      responses: {default: {description: Batch.}}
  /things:
    x-statute: {unique: [UNIQUE]}
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"201": {description: New.}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
components:
  schemas:
    Thing: {type: object, properties: {id: {type: integer, readOnly: true}, name: {type: string}, size: {type: integer}}}
"""


@pytest.mark.parametrize("mode, status", [("each", 207), ("atomic", 503)])
def test_a_batch_of_an_earlier_document_meets_both_documents(serve, mode, status):
    def document(unique):
        return SIZES.replace("MODE", mode).replace("PATH", "batch").replace("UNIQUE", unique)

    server = serve(document("name"), expects_5xx=True)
    client = server.client()
    assert client.post("/things", json={"name": "a", "size": 1}).status_code == 201
    bodies = [{"name": "c", "size": 3}, {"name": "b", "size": 1}, {"name": "a", "size": 2}]
    whole = request("POST", "/batch", "Content-Type: application/json",
                    content={"requests": [part("POST", "/things", body) for body in bodies]})
    with server.wire() as wire:
        wire.send(whole[:-1])
        wait_until_read(server, wire)
        server.document.write_text(document("size"))
        hang_up(server)
        answer = wire.ask(whole[-1:], "POST")
    assert answer.status == status
    things = [row["name"] for row in client.get("/things").json()]
    if mode == "each":
        responses = answer.json()["responses"]
        assert statuses(responses) == [201, 503, 409]
        assert responses[1]["body"]["error"] == "STORE_BUSY" and responses[1]["headers"]["Retry-After"]
        assert responses[2]["body"]["error"] == "NAME_ALREADY_EXISTS" and things == ["a", "c"]
    else:
        assert answer.json()["error"] == "STORE_BUSY" and answer.field("Retry-After") and things == ["a"]
