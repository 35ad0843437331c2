"""Rows that have an owner: who may see them, who may change them, and what the others can find out."""

import json
import re
import threading

import pytest

from harness import request, run
from problems import assert_problem
from tokens import bearer, claims, secret_key, signed

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Shop, version: "1"}
security: [{login: []}]
paths:
  /users:
    x-statute: {owner: id, unique: [email], roles: {get: [admin, support], put: [admin], delete: [admin]}}
    get: {responses: {"200": {description: All.}}}
    post:
      security: []
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"201": {description: New.}}
  /users/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"200": {description: Put.}}
    delete: {responses: {"204": {description: Gone.}}}
  /orders:
    x-statute:
      owner: userId
      unique: [reference]
      references: {cardId: cards}
      on-delete: gone
      roles: {get: [admin, support], post: [admin], put: [admin], patch: [admin], delete: [admin]}
    get:
      parameters:
        - {name: userId, in: query, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: sort, in: query, schema: {type: string}}
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: {type: object, properties: {items: {type: array}, total: {type: integer}, cursor: {type: string}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {description: New.}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"200": {description: Put.}, "201": {description: New.}}
    patch:
      requestBody: {content: {application/merge-patch+json: {schema: {type: object}}}}
      responses: {"200": {description: Changed.}}
    delete: {responses: {"204": {description: Gone.}}}
  /users/{userId}/orders:
    parameters: [{name: userId, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {description: New.}}
  /users/{userId}/notes:
    parameters: [{name: userId, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"201": {description: New.}}
  /users/{userId}/notes/{id}:
    parameters:
      - {name: userId, in: path, required: true, schema: {type: integer}}
      - {name: id, in: path, required: true, schema: {type: integer}}
    get: {responses: {"200": {description: One.}}}
  /cards:
    x-statute: {owner: holder, conceal: false}
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Card"}}}}
      responses: {"201": {description: New.}}
  /cards/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Card"}}}}}}
    delete: {responses: {"204": {description: Gone.}}}
components:
  schemas:
    User:
      type: object
      properties: {id: {type: integer, readOnly: true}, email: {type: string}}
    Order:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        userId: {type: integer}
        reference: {type: string}
        status: {type: string}
        cardId: {type: integer}
    Card:
      type: object
      properties: {id: {type: integer, readOnly: true}, holder: {type: string, readOnly: true}, number: {type: string}}
  securitySchemes:
    login: {type: http, scheme: bearer, x-statute: {keys: keys.json}}
"""


def start_it(serve, tmp_path, document=DOCUMENT, *options):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    path = tmp_path / "api.yaml"
    path.write_text(document)
    return serve(path, *options)


def who(subject, *roles):
    return {"Authorization": bearer_text(subject, *roles)}


def bearer_text(subject, *roles):
    return bearer(signed(claims(sub=subject, roles=list(roles))))["Authorization"]


ADA, BOB = who("1", "user"), who("2", "user")
ADMIN, SUPPORT = who("900", "admin"), who("901", "support")
STRANGER = who("ada@elsewhere", "user")


@pytest.fixture
def server(serve, tmp_path):
    return start_it(serve, tmp_path)


@pytest.fixture
def client(server):
    client = server.client()
    for name in ("ada", "bob", "cy"):
        assert client.post("/users", json={"email": name}).status_code == 201
    return client


def order(client, as_whom, **more):
    answer = client.post("/orders", headers=as_whom, json=more)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"], answer.json()


def patch(client, path, as_whom, body):
    return client.patch(path, headers={**as_whom, "Content-Type": "application/merge-patch+json"},
                        content=json.dumps(body))


def same(answer, other):
    """Do two answers differ in nothing but ids, times and the path that was asked for?"""
    def bare(response):
        body = response.json()
        for name in ("instance", "requestId", "timestamp", "path"):
            body.pop(name)
        skipped = ("x-request-id", "date", "content-length")
        fields = [(name, value) for name, value in response.headers.multi_items() if name not in skipped]
        names = [name for name, _ in response.headers.multi_items()]
        return response.status_code, body, fields, names
    return bare(answer) == bare(other)


# ---- New rows ------------------------------------------------------------------------


def test_a_new_row_belongs_to_whoever_makes_it(client):
    path, body = order(client, ADA, status="new")
    assert body["userId"] == 1
    assert client.get(path, headers=ADA).json()["userId"] == 1
    assert order(client, ADA, userId=1)[1]["userId"] == 1


def test_a_row_for_somebody_else_is_403(client):
    answer = client.post("/orders", headers=ADA, json={"userId": 2})
    problem = assert_problem(answer, 403, "MEMBER_FORBIDDEN", path="/orders")
    assert problem["details"] == {"requiredRole": "admin", "yourRole": "user", "resource": "orders", "action": "create",
                                  "field": "userId"}
    assert client.get("/orders", headers=ADMIN).json()["total"] == 0


def test_a_role_makes_rows_for_anybody(client):
    assert order(client, ADMIN, userId=2)[1]["userId"] == 2
    assert order(client, ADMIN)[1]["userId"] == 900


def test_an_owner_whose_id_cannot_stand_in_the_row_makes_none(client):
    assert_problem(client.post("/orders", headers=STRANGER, json={}), 403, "RESOURCE_FORBIDDEN", path="/orders")
    for subject in ("007", "+1", "1.0", " 1"):
        assert client.post("/orders", headers=who(subject), json={"userId": 7}).status_code == 403
        assert client.get("/orders", headers=who(subject)).json()["total"] == 0


def test_a_readonly_owner_is_filled_in_and_cannot_be_sent(client):
    made = client.post("/cards", headers=STRANGER, json={"number": "1"})
    assert made.status_code == 201 and made.json()["holder"] == "ada@elsewhere"
    assert_problem(client.post("/cards", headers=STRANGER, json={"holder": "ada@elsewhere"}), 422, "VALIDATION_FAILED",
                   path="/cards")


def test_nobody_is_asked_who_they_are_before_they_may_sign_up(client):
    assert client.post("/users", json={"email": "new"}).status_code == 201
    assert_problem(client.get("/users"), 401, "TOKEN_MISSING", path="/users")
    assert_problem(client.post("/orders", json={}), 401, "TOKEN_MISSING", path="/orders")


# ---- Rows of others --------------------------------------------------------------------


def every_way(client, path, as_whom):
    """Each method on a path, with conditions and without; name and answer."""
    for conditions in ({}, {"If-Match": '"1"'}, {"If-Match": "*"}, {"If-None-Match": "*"}):
        headers = {**as_whom, **conditions}
        yield client.get(path, headers=headers)
        yield client.put(path, headers=headers, json={"status": "x"})
        yield client.put(path, headers=headers, json={"status": 7})
        yield patch(client, path, headers, {"status": "x"})
        yield client.delete(path, headers=headers)


@pytest.mark.parametrize("options", [(), ("--dev",)])
def test_a_hidden_row_differs_in_nothing_from_one_that_never_was(serve, tmp_path, options):
    client = start_it(serve, tmp_path, DOCUMENT, *options).client()
    for name in ("ada", "bob"):
        client.post("/users", json={"email": name})
    path, _ = order(client, ADA, status="new")
    gone, _ = order(client, ADA)
    assert client.delete(gone, headers=ADA).status_code == 204
    for hidden in (path, gone):
        for found, never in zip(every_way(client, hidden, BOB), every_way(client, "/orders/1000", BOB), strict=True):
            assert found.status_code == 404 and same(found, never), (found.request, found.text, never.text)
    head, other = client.head(path, headers=BOB), client.head("/orders/1000", headers=BOB)
    assert head.status_code == other.status_code == 404
    assert client.get(path, headers=ADA).json()["status"] == "new"


def test_a_row_that_everybody_may_know_of_is_403_to_others(client):
    path = client.post("/cards", headers=ADA, json={"number": "1"}).headers["Location"]
    for answer in (client.get(path, headers=BOB), client.delete(path, headers=BOB)):
        problem = assert_problem(answer, 403, "RESOURCE_FORBIDDEN", path=path)
        assert problem["details"]["resource"] == "cards"
    assert client.get(path, headers=ADA).status_code == 200
    assert client.get("/cards/1000", headers=BOB).status_code == 404


def test_who_may_read_a_row_is_told_that_more_is_forbidden(client):
    path, _ = order(client, ADA)
    assert client.get(path, headers=SUPPORT).status_code == 200
    problem = assert_problem(client.delete(path, headers=SUPPORT), 403, "RESOURCE_FORBIDDEN", path=path)
    assert problem["details"] == {"requiredRole": "admin", "yourRole": "support", "resource": "orders",
                                  "action": "delete"}
    assert client.delete(path, headers=ADMIN).status_code == 204
    assert client.get(path, headers=ADMIN).status_code == 410


def test_a_user_is_its_own_owner(client):
    assert client.get("/users/1", headers=ADA).status_code == 200
    assert client.put("/users/1", headers=ADA, json={"email": "ada2"}).status_code == 200
    assert same(client.get("/users/2", headers=ADA), client.get("/users/1000", headers=ADA))
    assert [user["id"] for user in client.get("/users", headers=ADA).json()] == [1]
    assert len(client.get("/users", headers=ADMIN).json()) == 3
    assert client.delete("/users/1", headers=BOB).status_code == 404
    assert client.delete("/users/1", headers=ADA).status_code == 204
    assert client.delete("/users/2", headers=ADMIN).status_code == 204


# ---- Who owns a row stays ----------------------------------------------------------------


def test_an_owner_cannot_give_a_row_away(client):
    path, body = order(client, ADA, status="new")
    assert_problem(client.put(path, headers=ADA, json={**body, "userId": 2}), 403, "MEMBER_FORBIDDEN", path=path)
    assert_problem(patch(client, path, ADA, {"userId": 2}), 403, "MEMBER_FORBIDDEN", path=path)
    assert client.get(path, headers=ADA).json() == body


def test_a_row_keeps_its_owner_where_a_change_does_not_name_one(client):
    path, _ = order(client, ADA)
    assert client.put(path, headers=ADA, json={"status": "paid"}).json()["userId"] == 1
    assert client.put(path, headers=ADMIN, json={"status": "sent"}).json()["userId"] == 1
    assert patch(client, path, ADA, {"userId": None}).json()["userId"] == 1
    assert patch(client, path, ADMIN, {"status": "done"}).json()["userId"] == 1


def test_a_role_gives_a_row_to_somebody_else(client):
    path, _ = order(client, ADA)
    assert patch(client, path, ADMIN, {"userId": 2}).json()["userId"] == 2
    assert client.get(path, headers=ADA).status_code == 404
    assert client.get(path, headers=BOB).status_code == 200


def test_a_put_makes_no_row_for_who_could_tell_by_it_that_there_was_none(client):
    assert client.put("/orders/77", headers=ADA, json={}).status_code == 404
    made = client.put("/orders/77", headers=ADMIN, json={"userId": 1})
    assert made.status_code == 201
    assert client.get("/orders/77", headers=ADA).status_code == 200


def test_a_row_is_never_written_by_who_owned_it_before(server, client):
    """Each change meets the row as it is inside the transaction: after the last gift nothing of Ada's is in it."""
    path, _ = order(client, ADA, status="0")
    answers = []

    def change():
        own = server.client()
        for number in range(40):
            answers.append((patch(own, path, ADA, {"status": f"ada-{number}"}).status_code))

    threads = [threading.Thread(target=change) for _ in range(3)]
    for thread in threads:
        thread.start()
    given = patch(client, path, ADMIN, {"userId": 2, "status": "given"})
    for thread in threads:
        thread.join()
    assert given.status_code == 200 and set(answers) <= {200, 404}
    assert client.get(path, headers=BOB).json()["status"] == "given"


# ---- Lists -----------------------------------------------------------------------------


def test_a_list_has_ones_own_rows_with_count_and_pages(client):
    for number in range(5):
        order(client, ADA, reference=f"a{number}")
        order(client, BOB, reference=f"b{number}")
    seen, url = [], "/orders?limit=2&sort=-reference"
    while url:
        page = client.get(url, headers=ADA)
        assert page.json()["total"] == 5
        seen += [item["reference"] for item in page.json()["items"]]
        found = re.search(r'<([^>]+)>; rel="next"', page.headers.get("Link", ""))
        url = found.group(1) if found else None
    assert seen == ["a4", "a3", "a2", "a1", "a0"]
    assert client.get("/orders", headers=ADMIN).json()["total"] == 10
    assert client.get("/orders?userId=2", headers=ADA).json()["total"] == 0
    assert client.get("/orders?userId=2", headers=SUPPORT).json()["total"] == 5
    assert client.get("/orders", headers=STRANGER).json()["items"] == []


def test_a_cursor_is_of_no_use_to_others(client):
    for _ in range(3):
        order(client, ADA)
        order(client, BOB)
    link = client.get("/orders?limit=1", headers=ADA).headers["Link"]
    assert client.get(re.search("<([^>]+)>", link).group(1), headers=BOB).status_code == 400


def test_two_who_see_different_rows_see_different_tags(client):
    order(client, ADA)
    tags = {client.get("/orders", headers=headers).headers["ETag"] for headers in (ADA, BOB, ADMIN)}
    assert len(tags) == 3
    mine = client.get("/orders", headers=ADA).headers["ETag"]
    assert client.get("/orders", headers={**ADA, "If-None-Match": mine}).status_code == 304
    assert client.get("/orders", headers={**BOB, "If-None-Match": mine}).status_code == 200
    assert client.get("/orders", headers=ADA).headers["Vary"] == "Accept, Accept-Encoding, Authorization"


# ---- Paths below, references, details ---------------------------------------------------


@pytest.mark.parametrize("what", ["orders", "notes"])
def test_what_lies_below_a_hidden_row_is_404_as_below_none(client, what):
    assert client.post("/users/1/notes", headers=ADA, json={"a": 1}).status_code == 201
    assert client.get(f"/users/1/{what}", headers=ADA).status_code == 200
    assert client.get(f"/users/1/{what}", headers=ADMIN).status_code == 200
    for method in ("GET", "POST"):
        body = {} if method == "GET" else {"json": {}}
        found = client.request(method, f"/users/1/{what}", headers=BOB, **body)
        never = client.request(method, f"/users/1000/{what}", headers=BOB, **body)
        assert found.status_code == 404 and same(found, never)
    assert same(client.get("/users/1/notes/1", headers=BOB), client.get("/users/1000/notes/1", headers=BOB))


def test_a_reference_to_a_hidden_row_is_one_to_nothing(client):
    card = client.post("/cards", headers=ADA, json={"number": "1"}).json()["id"]
    hidden = client.post("/orders", headers=BOB, json={"cardId": card})
    never = client.post("/orders", headers=BOB, json={"cardId": card + 1000})
    for answer in (hidden, never):
        assert_problem(answer, 422, "REFERENCE_NOT_FOUND", path="/orders")
    assert hidden.json()["details"] == never.json()["details"]
    path, _ = order(client, ADA, cardId=card)
    assert patch(client, path, ADMIN, {"userId": 2}).status_code == 200
    assert patch(client, path, BOB, {"status": "x"}).status_code == 200, "what was there before stays"


def test_a_conflict_names_the_other_row_only_to_who_may_see_it(client):
    path, _ = order(client, ADA, reference="R1")
    mine = client.post("/orders", headers=ADA, json={"reference": "R1"})
    theirs = client.post("/orders", headers=BOB, json={"reference": "R1"})
    assert mine.json()["error"] == theirs.json()["error"] == "REFERENCE_ALREADY_EXISTS"
    assert mine.json()["details"]["conflictingResource"] == path
    assert "conflictingResource" not in theirs.json()["details"]
    signing_up = client.post("/users", json={"email": "ada"})
    assert signing_up.status_code == 409 and "conflictingResource" not in signing_up.json()["details"]


def test_a_row_in_use_names_who_uses_it_only_to_who_may_see_that(client):
    document_card = client.post("/cards", headers=ADA, json={"number": "1"}).json()["id"]
    order_id = order(client, ADA, cardId=document_card)[1]["id"]
    answer = client.delete(f"/cards/{document_card}", headers=ADA)
    assert answer.json()["error"] == "RESOURCE_IN_USE" and answer.json()["details"]["id"] == str(order_id)
    patch(client, f"/orders/{order_id}", ADMIN, {"userId": 2})
    answer = client.delete(f"/cards/{document_card}", headers=ADA)
    assert answer.json()["error"] == "RESOURCE_IN_USE" and "id" not in answer.json()["details"]


# ---- The document ----------------------------------------------------------------------


def refused(tmp_path, change):
    path = tmp_path / "api.yaml"
    path.write_text(change(DOCUMENT))
    result = run("serve", path, "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db")
    assert result.returncode == 2
    return result.stderr


def test_an_owner_without_security_is_refused_at_the_start(tmp_path):
    told = refused(tmp_path, lambda text: text.replace("security: [{login: []}]\n", ""))
    assert "GET /orders is of rows that have an owner, and lets a client go without credentials" in told
    assert "demand credentials in its `security`" in told
    assert "POST /users is" not in told


@pytest.mark.parametrize(("owner", "what"), [
    ("userid", "'userid' is no scalar member of 'orders'"), ("[userId]", "x-statute.owner is no text")])
def test_an_owner_that_is_no_member_is_refused_at_the_start(tmp_path, owner, what):
    assert what in refused(tmp_path, lambda text: text.replace("owner: userId", f"owner: {owner}"))


def test_without_security_rows_are_everybodys(serve, tmp_path):
    client = start_it(serve, tmp_path, DOCUMENT, "--no-security").client()
    assert client.post("/orders", json={"userId": 5}).status_code == 201
    assert client.get("/orders/1").json()["userId"] == 5 and client.get("/orders").json()["total"] == 1


def test_a_trace_of_a_hidden_row_says_so_to_the_operator(server, client):
    path, _ = order(client, ADA)
    hidden = client.get(path, headers=BOB)
    line = server.wait_for_log(lambda line: line["id"] == hidden.headers["X-Request-Id"])
    assert line["node"] == "G04"


def test_a_hidden_row_costs_no_connection(server, client):
    path, _ = order(client, ADA)
    with server.wire() as wire:
        field = f"Authorization: {BOB['Authorization']}"
        assert wire.ask(request("PUT", path, field, "Content-Type: application/json", content={})).status == 404
        assert wire.ask(request("GET", path, field)).status == 404
