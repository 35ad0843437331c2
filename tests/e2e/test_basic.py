"""HTTP basic (RFC 7617) against a collection of users whose passwords are kept as hashes."""

import base64
import concurrent.futures
import pathlib

import pytest

from harness import patiently, request, run
from problems import assert_problem

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Notes, version: "1"}
paths:
  /users:
    x-statute: {unique: [email]}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"201": {description: New., content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}}
  /users/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    patch:
      requestBody: {content: {application/merge-patch+json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}}
    delete: {responses: {"204": {description: Gone.}}}
  /notes:
    get: {security: [{login: []}], responses: {"200": {description: All.}}}
    post:
      security: [{login: []}]
      x-statute: {roles: [admin]}
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: New.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {security: [{login: []}], responses: {"200": {description: One.}}}
components:
  schemas:
    User:
      type: object
      required: [email]
      properties:
        id: {type: integer, readOnly: true}
        email: {type: string}
        role: {type: string}
        password: {type: [string, "null"], format: password, writeOnly: true}
  securitySchemes:
    login: {type: http, scheme: basic, x-statute: {EXTENSION}}
"""

LINE = DOCUMENT[:DOCUMENT.index("EXTENSION")].count("\n") + 1  # of the scheme
EXTENSION = "collection: users, name: email, password: password, roles: role"


def basic(user, password):
    return raw(f"{user}:{password}".encode())


def raw(data):
    return {"Authorization": "Basic " + base64.b64encode(data).decode()}


def add(client, email="ada@example.com", password="correct horse", **more):
    response = client.post("/users", json={"email": email, "password": password, **more})
    assert response.status_code == 201, response.text
    return response.headers["Location"]


@pytest.fixture
def server(serve):
    return serve(DOCUMENT.replace("EXTENSION", EXTENSION))


@pytest.fixture
def client(server):
    return server.client()


def test_nothing_sent_is_challenged_with_the_charset(client):
    response = client.get("/notes")
    assert_problem(response, 401, "CREDENTIALS_REQUIRED")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="Notes", charset="UTF-8"'


def test_who_knows_the_password_is_let_in_and_logged_by_the_id_of_the_row(server, client):
    path = add(client)
    response = client.get("/notes", headers=basic("ada@example.com", "correct horse"))
    assert response.status_code == 200 and "Authorization" in response.headers["Vary"]
    line = server.wait_for_log(lambda line: line["path"] == "/notes" and line["status"] == 200)
    assert line["principal"] == path.split("/")[-1] and "correct horse" not in str(server.log())


def test_a_wrong_password_and_an_unknown_user_are_told_the_same(client):
    add(client)
    add(client, email="none@example.com", password=None)
    answers = []
    for user, password in (("ada@example.com", "wrong"), ("eve@example.com", "correct horse"), ("", ""),
                           ("ada@example.com", ""), ("none@example.com", ""), ("ADA@example.com", "correct horse")):
        response = client.get("/notes", headers=basic(user, password))
        problem = assert_problem(response, 401, "INVALID_CREDENTIALS")
        for varying in ("instance", "requestId", "timestamp"):
            del problem[varying]
        answers.append((problem, response.headers["WWW-Authenticate"]))
    assert all(answer == answers[0] for answer in answers)


def test_an_unknown_user_costs_the_work_of_a_known_one(server, client):
    """In time of the processor, which no busy machine lengthens; a lookup alone would take none to speak of."""
    add(client)

    def spent():
        words = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(words[11]) + int(words[12])

    def cost(user):
        before = spent()
        for _ in range(10):
            assert client.get("/notes", headers=basic(user, "wrong")).status_code == 401
        return spent() - before

    assert cost("eve@example.com") > cost("ada@example.com") / 4


def test_passwords_are_utf_8_and_may_have_colons(client):
    add(client, email="zoë", password="pässwörd:with:colons 🐎")
    assert client.get("/notes", headers=basic("zoë", "pässwörd:with:colons 🐎")).status_code == 200


@pytest.mark.parametrize("sent", [
    "Basic", "Basic ", "Basic YTpi YTpi", "Basic Y", "Basic YTp", "Basic YTpi=", "Basic YWRh", "Basic YTp_",
    "Basic =", "Basic " + base64.b64encode(b"a:\xff").decode(), "Basic " + base64.b64encode(b"a:b\n").decode(),
    "Basic " + base64.b64encode(b"a\0:b").decode(), "Basic " + base64.b64encode(b"a:" + b"b" * 4096).decode(),
])
def test_what_cannot_be_read_is_malformed_with_a_challenge(server, sent):
    with server.wire() as wire:
        response = wire.ask(request("GET", "/notes", f"Authorization: {sent}"))
    assert_problem(response, 400, "MALFORMED_CREDENTIALS")
    assert response.field("WWW-Authenticate").startswith("Basic ")


def test_a_changed_password_holds_at_once_and_the_old_one_no_more(client):
    path = add(client)
    old, new = basic("ada@example.com", "correct horse"), basic("ada@example.com", "battery staple")
    assert [client.get("/notes", headers=old).status_code for _ in range(3)] == [200] * 3
    patch = {"Content-Type": "application/merge-patch+json"}
    assert client.patch(path, json={"password": "battery staple"}, headers=patch).status_code == 200
    assert_problem(client.get("/notes", headers=old), 401, "INVALID_CREDENTIALS")
    assert client.get("/notes", headers=new).status_code == 200
    assert client.delete(path).status_code == 204
    assert_problem(client.get("/notes", headers=new), 401, "INVALID_CREDENTIALS")


def test_a_role_that_the_user_lacks_is_403(client):
    add(client, role="user")
    add(client, email="root@example.com", role="admin")
    response = client.post("/notes", json={}, headers=basic("ada@example.com", "correct horse"))
    problem = assert_problem(response, 403, "INSUFFICIENT_PERMISSION")
    assert problem["details"]["requiredRole"] == "admin" and problem["details"]["yourRole"] == "user"
    allowed = basic("root@example.com", "correct horse")
    assert client.post("/notes", json={}, headers=allowed).status_code == 201


@pytest.mark.expects_5xx
def test_beyond_a_bound_passwords_are_503_and_nobody_is_let_in_or_lost(server):
    """200 at once wait for the helper threads: 64 of them, the rest is told to come again.

    A machine that is busy with them may find itself overloaded as well; that is told of otherwise.
    """
    with server.client() as client:
        add(client)
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            asked = [pool.submit(client.get, "/notes", headers=basic("ada@example.com", f"wrong {i}"), timeout=60)
                     for i in range(200)]
        answers = [future.result() for future in asked]
        assert {response.status_code for response in answers} <= {401, 503}
        assert any(response.status_code == 401 for response in answers)
        for response in answers:
            if response.status_code == 503:
                assert_problem(response, 503, response.json()["error"])
                assert response.json()["error"] in ("IDENTITY_UNAVAILABLE", "SERVER_OVERLOADED")
        for _ in patiently("who knows the password is not let in afterwards"):
            if client.get("/notes", headers=basic("ada@example.com", "correct horse")).status_code == 200:
                return


@pytest.mark.parametrize("extension, told", [
    ("", "collection: users, name: email, password: password"),
    ("collection: people", "'people' is no collection"),
    ("collection: users, name: login", "no text 'login'"),
    ("collection: users, name: role", "unique: [role]"),
    ("collection: users, password: role", "format: password, writeOnly: true"),
    ("collection: users, roles: rank", "no member 'rank'"),
    ("collection: users, hash: email", "no key 'hash'"),
])
def test_what_is_wrong_with_a_scheme_is_told_at_the_start(tmp_path, extension, told):
    (tmp_path / "x.yaml").write_text(DOCUMENT.replace("EXTENSION", extension))
    done = run("serve", "x.yaml", "--listen", "127.0.0.1:0", "--db", "x.db", cwd=tmp_path)
    assert done.returncode == 2 and f"x.yaml:{LINE}:" in done.stderr and told in done.stderr
