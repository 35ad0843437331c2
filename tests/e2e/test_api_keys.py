"""API keys: rows of a collection, found by the hash of what was sent."""

import hashlib

import pytest

from harness import request, run
from problems import assert_problem

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Notes, version: "1"}
security: [{key: []}]
paths:
  /keys:
    x-statute: {unique: [keyHash]}
    post:
      security: []
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Key"}}}}
      responses: {"201": {description: New.}}
  /keys/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {security: [], responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Key"}}}}}}
    delete: {security: [], responses: {"204": {description: Gone.}}}
  /notes:
    get: {responses: {"200": {description: All.}}}
    post:
      x-statute: {roles: [writer]}
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: New.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {security: [{}, {key: []}], responses: {"200": {description: One.}}}
components:
  schemas:
    Key:
      type: object
      required: [keyHash]
      properties:
        id: {type: integer, readOnly: true}
        keyHash: {type: string, pattern: "^[0-9a-f]{64}$"}
        userId: {type: [string, "null"]}
        roles: {type: array, items: {type: string}}
        expiresAt: {type: [string, "null"]}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-API-Key, x-statute: {EXTENSION}}
"""

LINE = DOCUMENT[:DOCUMENT.index("EXTENSION")].count("\n") + 1  # of the scheme
EXTENSION = "collection: keys, hash: keyHash, owner: userId, roles: roles"


def document(extension=EXTENSION, place="in: header, name: X-API-Key"):
    return DOCUMENT.replace("EXTENSION", extension).replace("in: header, name: X-API-Key", place)


def make_key():
    """A key, and the hash that is stored of it."""
    done = run("token", "apikey")
    assert done.returncode == 0, done.stderr
    (_, key), (_, hashed) = (line.split() for line in done.stdout.splitlines())
    return key, hashed


def add(client, **more):
    key, hashed = make_key()
    response = client.post("/keys", json={"keyHash": hashed, **more})
    assert response.status_code == 201, response.text
    return key, response.headers["Location"]


def sent(key):
    return {"X-API-Key": key}


@pytest.fixture
def server(serve):
    return serve(document())


@pytest.fixture
def client(server):
    return server.client()


def test_a_key_is_made_with_the_hash_that_is_stored(server):
    (key, hashed), (other, _) = make_key(), make_key()
    assert hashlib.sha256(key.encode()).hexdigest() == hashed
    assert key != other and len(key) == 46


def test_nothing_sent_is_challenged_with_the_name_of_the_field(client):
    response = client.get("/notes")
    problem = assert_problem(response, 401, "API_KEY_MISSING")
    assert response.headers["WWW-Authenticate"] == 'ApiKey realm="Notes", in="header", name="X-API-Key"'
    assert problem["hint"]


def test_a_key_lets_in_and_the_log_says_whose_it_is_and_never_the_key(server, client):
    key, _ = add(client, userId="ada")
    response = client.get("/notes", headers=sent(key))
    assert response.status_code == 200 and "X-API-Key" in response.headers["Vary"]
    line = server.wait_for_log(lambda line: line["path"] == "/notes" and line["status"] == 200)
    assert line["principal"] == "ada" and key not in str(server.log())


def test_a_key_that_is_nobodys_is_401(client):
    add(client)
    for wrong in (make_key()[0], "x", "é".encode().decode("latin-1"), "' OR 1=1 --", "x" * 256):
        response = client.get("/notes", headers=sent(wrong.encode("latin-1")))
        assert_problem(response, 401, "API_KEY_INVALID")


def test_the_stored_hash_is_no_key(client):
    key, hashed = make_key()
    assert client.post("/keys", json={"keyHash": hashed}).status_code == 201
    assert_problem(client.get("/notes", headers=sent(hashed)), 401, "API_KEY_INVALID")
    assert client.get("/notes", headers=sent(key)).status_code == 200


def test_a_key_that_was_deleted_is_401_from_then_on(client):
    key, path = add(client)
    assert client.get("/notes", headers=sent(key)).status_code == 200
    assert client.delete(path).status_code == 204
    assert_problem(client.get("/notes", headers=sent(key)), 401, "API_KEY_INVALID")


def test_a_key_whose_time_is_over_is_told_apart(client):
    key, _ = add(client, expiresAt="2020-01-08T12:00:00Z")
    assert_problem(client.get("/notes", headers=sent(key)), 401, "API_KEY_EXPIRED")
    key, _ = add(client, expiresAt="2999-01-08T12:00:00Z")
    assert client.get("/notes", headers=sent(key)).status_code == 200
    key, _ = add(client, expiresAt=None)
    assert client.get("/notes", headers=sent(key)).status_code == 200


def test_an_end_that_is_no_time_lets_nobody_in(client):
    key, _ = add(client, expiresAt="tomorrow")
    assert_problem(client.get("/notes", headers=sent(key)), 401, "API_KEY_EXPIRED")


def test_a_role_that_the_key_lacks_is_403(client):
    reader, _ = add(client, roles=["reader"])
    writer, _ = add(client, roles=["reader", "writer"])
    problem = assert_problem(client.post("/notes", json={}, headers=sent(reader)), 403, "INSUFFICIENT_PERMISSION")
    assert problem["details"]["requiredRole"] == "writer" and problem["details"]["yourRole"] == "reader"
    assert client.post("/notes", json={}, headers=sent(writer)).status_code == 201


def test_optional_credentials_are_still_checked_where_some_are_sent(client):
    assert_problem(client.get("/notes/1"), 404, "RESOURCE_NOT_FOUND")
    assert_problem(client.get("/notes/1", headers=sent("wrong")), 401, "API_KEY_INVALID")


def test_a_key_twice_none_or_one_too_long_is_malformed(server, client):
    key, _ = add(client)
    with server.wire() as wire:
        for fields in ([f"X-API-Key: {key}", f"x-api-key: {key}"], ["X-API-Key: "], ["X-API-Key: " + "x" * 257]):
            assert_problem(wire.ask(request("GET", "/notes", *fields)), 400, "MALFORMED_CREDENTIALS")


def test_what_ends_before_block_d_checks_no_key(client):
    assert_problem(client.put("/notes", headers=sent("wrong")), 405, "METHOD_NOT_ALLOWED")
    assert_problem(client.get("/nothing", headers=sent("wrong")), 404, "PATH_NOT_FOUND")


def test_a_key_can_be_in_a_cookie(serve):
    server = serve(document(place="in: cookie, name: session"))
    client = server.client()
    response = client.get("/notes")
    assert response.headers["WWW-Authenticate"] == 'ApiKey realm="Notes", in="cookie", name="session"'
    key, _ = add(client)
    with server.wire() as wire:
        response = wire.ask(request("GET", "/notes", f"Cookie: a=b; session={key}; xsession=1"))
        assert response.status == 200 and "Cookie" in response.field("Vary")
        assert_problem(wire.ask(request("GET", "/notes", f"Cookie: a={key}")), 401, "API_KEY_MISSING")
        twice = request("GET", "/notes", f"Cookie: session={key}; session={key}")
        assert_problem(wire.ask(twice), 400, "MALFORMED_CREDENTIALS")


@pytest.mark.parametrize("fields, is_forged", [
    ([], False),
    (["Origin: http://shop.test"], False),
    (["Origin: https://SHOP.test"], False),
    (["Sec-Fetch-Site: same-origin", "Origin: https://front.test"], False),
    (["Sec-Fetch-Site: none"], False),
    (["Origin: https://friend.test", "Sec-Fetch-Site: cross-site"], False),
    (["Origin: https://evil.test"], True),
    (["Origin: null"], True),
    (["Origin: http://shop.test.evil.test"], True),
    (["Origin: https://friend.test", "Origin: https://evil.test"], True),
    (["Sec-Fetch-Site: cross-site"], True),
    (["Sec-Fetch-Site: same-site", "Origin: http://shop.test"], True),
])
def test_a_cookie_vouches_for_no_write_of_another_sites_page(serve, fields, is_forged):
    text = document("collection: keys, hash: keyHash, roles: roles", "in: cookie, name: session")
    server = serve(text + 'x-statute: {cors: {origins: ["https://friend.test"], credentials: true}}\n')
    key, _ = add(server.client(), roles=["writer"])
    with server.wire() as wire:
        cookie = f"Cookie: session={key}"
        assert wire.ask(request("GET", "/notes", cookie, *fields)).status == 200
        response = wire.ask(request("POST", "/notes", cookie, "Content-Type: application/json", *fields, content=b"{}"))
    if is_forged:
        assert_problem(response, 403, "CROSS_SITE_REQUEST")
    else:
        assert response.status == 201


def test_a_key_in_a_field_is_no_matter_of_sites(client):
    key, _ = add(client, roles=["writer"])
    foreign = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    assert client.post("/notes", json={}, headers=sent(key) | foreign).status_code == 201


def test_a_key_in_the_query_has_to_be_allowed(serve, tmp_path):
    place = "in: query, name: api_key"
    (tmp_path / "x.yaml").write_text(document(place=place))
    done = run("serve", "x.yaml", "--listen", "127.0.0.1:0", "--db", "x.db", cwd=tmp_path)
    assert done.returncode == 2 and f"x.yaml:{LINE}:" in done.stderr and "allow-query: true" in done.stderr
    client = serve(document(EXTENSION + ", allow-query: true", place)).client()
    assert_problem(client.get("/notes"), 401, "API_KEY_MISSING")
    key, _ = add(client)
    assert client.get("/notes", params={"api_key": key}).status_code == 200
    assert_problem(client.get("/notes", params={"api_key": "wrong"}), 401, "API_KEY_INVALID")


@pytest.mark.parametrize("extension, told", [
    ("", "collection: apiKeys, hash: keyHash"),
    ("collection: kays", "'kays' is no collection"),
    ("collection: keys, hash: hash", "no text 'hash'"),
    ("collection: keys, hash: userId", "unique: [userId]"),
    ("collection: keys, hash: keyHash, owner: user", "no member 'user'"),
    ("collection: keys, hash: keyHash, roles: role", "no member 'role'"),
    ("collection: keys, hash: keyHash, expires: until", "no member 'until'"),
    ("collection: [keys]", "must be a name"),
    ("collection: keys, hash: keyHash, allow-query: 1", "must be true or false"),
    ("collection: keys, key: keyHash", "no key 'key'"),
])
def test_what_is_wrong_with_a_scheme_is_told_at_the_start(tmp_path, extension, told):
    (tmp_path / "x.yaml").write_text(document(extension))
    done = run("serve", "x.yaml", "--listen", "127.0.0.1:0", "--db", "x.db", cwd=tmp_path)
    assert done.returncode == 2 and f"x.yaml:{LINE}:" in done.stderr and told in done.stderr
