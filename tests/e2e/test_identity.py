"""Who may use an operation: tokens, scopes, roles, and what a client is told (RFC 6750, RFC 9110 section 11)."""

import json
import time

import pytest

from harness import request
from problems import assert_problem
from reloading import hang_up
from tokens import bearer, claims, secret_key, signed

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Notes, version: "1"}
security: [{login: []}]
paths:
  /notes:
    x-statute: {roles: {post: [admin, editor]}}
    get: {security: [{}, {login: []}], responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: New.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
    put:
      security: [{oauth: ["notes:write", "notes:read"]}, {login: [root]}]
      requestBody: {content: {application/json: {}}}
      responses: {"200": {description: Put.}}
    delete:
      x-statute: {roles: [admin], conceal: true}
      responses: {"204": {description: Gone.}}
  /open:
    get: {security: [], responses: {"200": {description: All.}}}
  /open/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {security: [], responses: {"200": {description: One.}}}
components:
  securitySchemes:
    login: {type: http, scheme: bearer, x-statute: {keys: keys.json, EXTENSION}}
    oauth:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: "https://id.example/t", scopes: {"notes:write": "", "notes:read": ""}}}
      x-statute: {keys: keys.json}
"""


@pytest.fixture
def start(serve, tmp_path):
    def start(extension="leeway: 0", *options, document=DOCUMENT, **more):
        (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
        path = tmp_path / "api.yaml"
        path.write_text(document.replace("EXTENSION", extension))
        return serve(path, *options, **more)

    return start


@pytest.fixture
def client(start):
    return start().client()


def challenges(response):
    return response.headers.get_list("WWW-Authenticate")


def token(**more):
    return bearer(signed(claims(**more)))


def test_nothing_sent_is_challenged_without_an_error(client):
    response = client.get("/notes/1")
    problem = assert_problem(response, 401, "TOKEN_MISSING", path="/notes/1")
    assert challenges(response) == ['Bearer realm="Notes"']
    assert "Authorization: Bearer" in problem["hint"]


def test_every_scheme_challenges_on_a_line_of_its_own(client):
    response = client.put("/notes/1", json={})
    assert_problem(response, 401, "TOKEN_MISSING")
    assert challenges(response) == ['Bearer realm="Notes", scope="notes:write notes:read"', 'Bearer realm="Notes"']


def test_a_scheme_that_is_not_taken_counts_as_nothing_sent(client):
    for sent in ("Basic YTpi", "Digest a=b", "Bearerx abc", "="):
        response = client.get("/notes/1", headers={"Authorization": sent})
        assert_problem(response, 401, "TOKEN_MISSING")


def test_a_valid_token_is_let_in_and_the_log_says_who_it_was(start):
    server = start()
    assert_problem(server.client().get("/notes/1", headers=token(sub="ada")), 404, "RESOURCE_NOT_FOUND")
    line = server.wait_for_log(lambda line: line["path"] == "/notes/1")
    assert line["principal"] == "ada"


def test_the_scheme_is_named_without_regard_to_case(client):
    for name in ("bearer", "BEARER", "Bearer  "):
        response = client.get("/notes/1", headers={"Authorization": f"{name} {signed(claims())}"})
        assert_problem(response, 404, "RESOURCE_NOT_FOUND")


def test_an_expired_token_is_told_from_an_invalid_one(client):
    response = client.get("/notes/1", headers=token(exp=int(time.time()) - 1))
    problem = assert_problem(response, 401, "TOKEN_EXPIRED")
    assert challenges(response) == [
        'Bearer realm="Notes", error="invalid_token", error_description="its exp is over"']
    assert "Refresh" in problem["hint"] and "exp is over" in problem["detail"]
    response = client.get("/notes/1", headers=bearer(signed(claims(), secret=b"x" * 32)))
    problem = assert_problem(response, 401, "TOKEN_INVALID")
    assert 'error="invalid_token"' in challenges(response)[0] and problem["hint"]


def test_a_token_expires_while_it_is_in_use(client):
    held = token(exp=int(time.time()) + 2)
    assert_problem(client.get("/notes/1", headers=held), 404, "RESOURCE_NOT_FOUND")
    end = time.monotonic() + 30
    while (response := client.get("/notes/1", headers=held)).status_code == 404:
        assert time.monotonic() < end
    assert_problem(response, 401, "TOKEN_EXPIRED")


@pytest.mark.parametrize("sent", ["Bearer", "Bearer a b", "Bearer a,b", 'Bearer "abc"', "Bearer ===",
                                  "Bearer a=b", "Bearer token=abc"])
def test_what_cannot_be_a_token_is_malformed(client, sent):
    response = client.get("/notes/1", headers={"Authorization": sent})
    assert_problem(response, 400, "MALFORMED_CREDENTIALS")
    assert 'error="invalid_request"' in challenges(response)[0]


def test_two_fields_and_a_token_in_two_places_are_malformed(start):
    server = start()
    field = f"Authorization: Bearer {signed(claims())}"
    with server.wire() as wire:
        for sent in (request("GET", "/notes/1", field, field),
                     request("GET", "/notes/1", field, "Authorization: Basic YTpi"),
                     request("GET", "/notes/1?access_token=abc", field)):
            response = wire.ask(sent)
            assert_problem(response, 400, "MALFORMED_CREDENTIALS")
            assert 'error="invalid_request"' in response.field("WWW-Authenticate")


def test_a_token_in_the_query_is_never_read(client):
    response = client.get("/notes/1", params={"access_token": signed(claims())})
    problem = assert_problem(response, 401, "TOKEN_MISSING")
    assert "query is never read" in problem["hint"] and challenges(response) == ['Bearer realm="Notes"']


def test_a_missing_role_is_named(client):
    for mine, told in (({}, None), ({"roles": ["user"]}, "user"), ({"roles": ["user", "guest"]}, ["user", "guest"])):
        response = client.post("/notes", json={}, headers=token(**mine))
        problem = assert_problem(response, 403, "INSUFFICIENT_PERMISSION")
        assert problem["details"] == {"requiredRole": ["admin", "editor"], "yourRole": told, "resource": "notes",
                                      "action": "create"}
        assert challenges(response) == ['Bearer realm="Notes", error="insufficient_scope"']
    for role in ("admin", "editor"):
        assert client.post("/notes", json={}, headers=token(roles=["user", role])).status_code == 201
    assert client.post("/notes", json={}, headers=token(roles="user admin")).status_code == 201
    for not_it in ("Admin", "administrator", ["admin "], {"admin": True}, 7):
        assert client.post("/notes", json={}, headers=token(roles=not_it)).status_code == 403


def test_a_missing_scope_is_named_and_all_are_needed(client):
    response = client.put("/notes/1", json={}, headers=token(scope="notes:write"))
    problem = assert_problem(response, 403, "INSUFFICIENT_PERMISSION")
    assert problem["details"] == {"requiredScope": ["notes:write", "notes:read"], "yourScope": "notes:write",
                                  "resource": "notes", "action": "replace"}
    assert challenges(response)[0] == (
        'Bearer realm="Notes", scope="notes:write notes:read", error="insufficient_scope"')
    for enough in ({"scope": "notes:read notes:write"}, {"scope": ["notes:write", "other", "notes:read"]},
                   {"roles": ["root"]}):
        assert_problem(client.put("/notes/1", json={}, headers=token(**enough)), 404, "RESOURCE_NOT_FOUND")


def test_where_credentials_are_optional_bad_ones_are_refused_all_the_same(client):
    assert client.get("/notes").status_code == 200
    assert client.get("/notes", headers=token()).status_code == 200
    response = client.get("/notes", headers=bearer("a.b.c"))
    assert_problem(response, 401, "TOKEN_INVALID")
    assert_problem(client.get("/notes", headers={"Authorization": "Bearer"}), 400, "MALFORMED_CREDENTIALS")


def test_an_operation_without_security_looks_at_no_credentials(client):
    assert client.get("/open", headers=bearer("a.b.c")).status_code == 200
    assert "Vary" not in client.get("/open").headers or "Authorization" not in client.get("/open").headers["Vary"]


def test_what_depends_on_credentials_says_so_to_caches(client):
    assert client.get("/notes").headers["Vary"] == "Accept, Accept-Encoding, Authorization"
    response = client.get("/notes", headers={"If-None-Match": client.get("/notes").headers["ETag"]})
    assert response.status_code == 304 and response.headers["Vary"] == "Accept, Accept-Encoding, Authorization"


def test_a_path_or_method_that_is_not_there_needs_no_credentials(client):
    assert_problem(client.get("/nothing", headers=bearer("a.b.c")), 404, "PATH_NOT_FOUND")
    assert_problem(client.patch("/notes/1", headers=bearer("a.b.c")), 405, "METHOD_NOT_ALLOWED")
    assert client.options("/notes/1").status_code == 204


def test_credentials_come_before_parameters_and_content(client):
    assert_problem(client.post("/notes", content=b"{", headers={"Content-Type": "text/plain"}), 401, "TOKEN_MISSING")
    response = client.post("/notes", content=b"{", headers={"Content-Type": "text/plain", **token()})
    assert_problem(response, 403, "INSUFFICIENT_PERMISSION")


def test_a_concealed_operation_is_like_a_path_that_is_not_there(client):
    created = client.post("/notes", json={"a": 1}, headers=token(roles=["admin"]))
    where = created.headers["Location"]
    hidden, absent = client.delete(where, headers=token(roles=["user"])), client.delete(f"/x{where}")
    assert_problem(hidden, 404, "PATH_NOT_FOUND")
    varies = {"Date", "X-Request-Id", "Content-Length"}
    assert [(k, v) for k, v in hidden.headers.multi_items() if k.title() not in varies] == [
        (k, v) for k, v in absent.headers.multi_items() if k.title() not in varies]
    of_request = {"instance", "requestId", "timestamp", "path"}
    assert {k: v for k, v in hidden.json().items() if k not in of_request} == {
        k: v for k, v in absent.json().items() if k not in of_request}
    assert client.delete(where, headers=token(roles=["admin"])).status_code == 204


def test_issuer_audience_and_type_are_demanded(start):
    client = start("leeway: 0, issuer: 'https://id.example', audience: [notes, shop], required-type: at+jwt").client()
    right = {"iss": "https://id.example", "aud": ["x", "notes"]}
    header = {"alg": "HS256", "kid": "s", "typ": "application/AT+jwt"}

    def ask(header, **more):
        return client.get("/notes/1", headers=bearer(signed(claims(**{**right, **more}), header)))

    assert_problem(ask(header), 404, "RESOURCE_NOT_FOUND")
    assert_problem(ask(header, aud="shop"), 404, "RESOURCE_NOT_FOUND")
    for more in ({"iss": "https://id.example/"}, {"iss": None}, {"aud": "other"}, {"aud": []}, {"aud": None},
                 {"aud": {"notes": 1}}, {"iss": ["https://id.example"]}):
        assert_problem(ask(header, **more), 401, "TOKEN_INVALID")
    for kind in ("JWT", None, "at+jwt2", ["at+jwt"]):
        assert_problem(ask({**header, "typ": kind}), 401, "TOKEN_INVALID")


def test_the_leeway_holds_on_both_sides(start):
    client = start("leeway: 1m").client()
    now = int(time.time())
    assert client.get("/notes", headers=token(exp=now - 30, nbf=now + 30)).status_code == 200
    assert_problem(client.get("/notes", headers=token(exp=now - 90)), 401, "TOKEN_EXPIRED")
    assert_problem(client.get("/notes", headers=token(nbf=now + 90)), 401, "TOKEN_INVALID")


@pytest.mark.parametrize("name, more", [
    ("realm_access.roles", {"realm_access": {"roles": ["admin"]}}),
    ("'https://id.example/roles'", {"https://id.example/roles": ["admin"]}),
    ("groups", {"groups": "admin"}),
])
def test_roles_are_found_where_the_document_says(start, name, more):
    client = start(f"roles: {name}").client()
    assert client.post("/notes", json={}, headers=token(**more)).status_code == 201
    assert client.post("/notes", json={}, headers=token(roles=["admin"])).status_code == 403


def test_keys_are_read_again_in_a_reload_and_old_tokens_end_with_their_key(start, tmp_path):
    server = start()
    client, old = server.client(), bearer(signed(claims()))
    assert_problem(client.get("/notes/1", headers=old), 404, "RESOURCE_NOT_FOUND")
    keys = tmp_path / "keys.json"
    keys.write_text('{"keys": [')
    told = hang_up(server)
    assert "keys.json, line 1" in told and "was not reloaded" in told
    assert_problem(client.get("/notes/1", headers=old), 404, "RESOURCE_NOT_FOUND")
    keys.write_text(json.dumps({"keys": [secret_key(b"y" * 32)]}))
    assert " was reloaded" in hang_up(server)
    assert_problem(client.get("/notes/1", headers=old), 401, "TOKEN_INVALID")
    new = bearer(signed(claims(), secret=b"y" * 32))
    assert_problem(client.get("/notes/1", headers=new), 404, "RESOURCE_NOT_FOUND")


def test_no_credentials_are_written_anywhere(start, tmp_path):
    server = start()
    sent = [signed(claims(sub="ada")), signed(claims(exp=1)), "not.a.token", "secret{"]
    for one in sent:
        response = server.client().get("/notes/1", headers=bearer(one))
        trace = server.admin_client().get(f"/-/trace/{response.headers['X-Request-Id']}")
        assert trace.status_code == 200 and one not in trace.text and one not in response.text
    server.stop()
    for one in sent:
        assert one not in server.log_path.read_text() and one not in server.errors()


def test_a_trace_says_who_it_was(start):
    server = start()
    response = server.client().post("/notes", json={}, headers=token(sub="ada", roles=["user"]))
    trace = server.admin_client().get(f"/-/trace/{response.headers['X-Request-Id']}").text
    assert "Principal: ada" in trace


def test_a_token_that_outlives_many_others_is_still_known(client):
    """More different tokens than are kept: each is verified anew or found, and none is taken for another."""
    first = token(sub="first", roles=["admin"])
    assert client.post("/notes", json={}, headers=first).status_code == 201
    for i in range(200):
        assert client.post("/notes", json={}, headers=token(sub=f"u{i}", pad="x" * 3000)).status_code == 403
    assert client.post("/notes", json={}, headers=first).status_code == 201
