"""Idempotency-Key: what is done under a key is done once, and answered the same each time."""

import json
import sqlite3

import pytest

from harness import SHOP, patiently, request
from problems import assert_problem
from reloading import hang_up
from shop_data import created, merge, product, user
from test_resource_links import TEAMS
from tokens import bearer, claims, secret_key, signed

pytestmark = pytest.mark.core

CLIENTS = 100
JSON = "Content-Type: application/json"

NOTES = """
openapi: 3.1.0
info: {{ title: Notes, version: "1" }}
{root}
paths:
  /notes:
    x-statute: {{ {path} }}
    get: {{ responses: {{ "200": {{ description: All. }} }} }}
    post:
      requestBody: {{ content: {{ application/json: {{ schema: {{ type: object }} }} }} }}
      responses: {{ "201": {{ description: Made. }} }}
  /notes/{{id}}:
    parameters: [{{ name: id, in: path, required: true, schema: {{ type: integer }} }}]
    get: {{ responses: {{ "200": {{ description: One. }} }} }}
    put:
      requestBody: {{ content: {{ application/json: {{ schema: {{ type: object }} }} }} }}
      responses: {{ "200": {{ description: Stored. }} }}
    patch:
      requestBody: {{ content: {{ application/merge-patch+json: {{ schema: {{ type: object }} }} }} }}
      responses: {{ "200": {{ description: Changed. }} }}
"""


def notes(root="", path=""):
    return NOTES.format(root=root, path=path)


def post(client, content, key='"k-1"', path="/products", **fields):
    return client.post(path, json=content, headers={"Idempotency-Key": key, **fields})


def is_replay(response):
    return response.headers.get("Idempotency-Replayed") == "true"


def fields_of(response):
    own = ("date", "x-request-id", "idempotency-replayed")
    return [(name, value) for name, value in response.headers.multi_items() if name not in own]


def assert_replays(first, again):
    assert not is_replay(first) and is_replay(again)
    assert again.status_code == first.status_code and again.content == first.content
    assert fields_of(again) == fields_of(first)
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def count(client, path="/products"):
    return client.get(path).json()["total"]


def test_the_same_request_is_done_once_and_answered_the_same(client):
    first, again = post(client, product()), post(client, product())
    assert first.status_code == 201 and first.headers["Location"] == "/products/1"
    assert_replays(first, again)
    assert_replays(first, post(client, product()))
    assert count(client) == 1


def test_a_key_is_the_same_with_and_without_quotes(client):
    first = post(client, product(), key='"8e03978e-40d5-43dd-bc93-6894a57f9324"')
    assert_replays(first, post(client, product(), key="8e03978e-40d5-43dd-bc93-6894a57f9324"))


def test_a_new_key_is_a_new_request(client):
    assert post(client, product(), key='"a"').status_code == 201
    response = post(client, product(), key='"b"')
    assert_problem(response, 409, "SLUG_ALREADY_EXISTS")


def test_what_the_row_has_become_is_not_what_was_answered(client):
    first = post(client, product())
    assert merge(client, "/products/1", {"stock": 1}, **{"If-Match": "*"}).status_code == 200
    assert client.delete("/products/1", headers={"If-Match": "*"}).status_code == 204
    assert_replays(first, post(client, product()))
    assert count(client) == 0


def test_a_preference_is_part_of_the_kept_answer(client):
    first = post(client, product(), Prefer="return=minimal")
    assert first.status_code == 201 and first.content == b""
    assert first.headers["Preference-Applied"] == "return=minimal"
    assert_replays(first, post(client, product()))


@pytest.mark.parametrize("content, path, fields", [
    (product(stock=13), "/products", {}),
    (product(), "/products?stock=12", {}),
    (product(), "/products", {"Content-Type": "application/json; charset=utf-8"}),
])
def test_another_request_with_the_key_is_422(client, content, path, fields):
    created(post(client, product()))
    response = post(client, content, path=path, **fields)
    assert_problem(response, 422, "IDEMPOTENCY_KEY_REUSED")
    assert count(client) == 1


def test_the_owner_may_have_that_409(serve):
    client = serve(notes(path="idempotency: {reuse-status: 409}")).client()
    created(post(client, {"a": 1}, path="/notes"))
    assert_problem(post(client, {"a": 2}, path="/notes"), 409, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("key", ['""', '"open', 'a b', 'a,b', '"a", "b"', '"a";p=1', "x" * 256, "\xe9"])
def test_what_is_no_key_is_400(client, key):
    response = client.post("/products", json=product(), headers={b"Idempotency-Key": key.encode("latin-1")})
    assert_problem(response, 400, "INVALID_IDEMPOTENCY_KEY")
    assert count(client) == 0


def test_two_keys_are_400(wire):
    response = wire.ask(request("POST", "/products", JSON, "Idempotency-Key: a", "Idempotency-Key: b", content=product()))
    assert_problem(response, 400, "INVALID_IDEMPOTENCY_KEY")


@pytest.mark.parametrize("document", [
    notes(root="x-statute: { idempotency: required }"), notes(path="idempotency: required"),
    notes(path="idempotency: {required: true}"),
])
def test_where_a_key_is_required_its_absence_is_400(serve, document):
    client = serve(document).client()
    assert_problem(client.post("/notes", json={}), 400, "IDEMPOTENCY_KEY_REQUIRED")
    created(post(client, {}, path="/notes"))


def test_it_is_required_where_the_operation_declares_it_so(serve):
    key = "parameters: [{ name: Idempotency-Key, in: header, required: true, schema: { type: string, format: uuid } }]"
    client = serve(notes().replace("    post:\n", f"    post:\n      {key}\n")).client()
    assert_problem(client.post("/notes", json={}), 400, "IDEMPOTENCY_KEY_REQUIRED")
    created(post(client, {}, path="/notes"))


def test_where_it_is_off_a_key_means_nothing(serve):
    client = serve(notes(path="idempotency: off")).client()
    for expected in ("/notes/1", "/notes/2"):
        response = post(client, {}, path="/notes")
        assert created(response) and response.headers["Location"] == expected and not is_replay(response)


def test_a_request_that_was_refused_may_be_mended_under_its_key(client):
    assert_problem(post(client, product(price=-1)), 422, "VALIDATION_FAILED")
    first = post(client, product())
    assert first.status_code == 201
    assert_replays(first, post(client, product()))


def test_a_patch_is_answered_again_though_its_tag_is_stale(client):
    created(client.post("/products", json=product()))
    fields = {"If-Match": '"1"', "Idempotency-Key": '"k-1"'}
    first = merge(client, "/products/1", {"stock": 1}, **fields)
    assert first.status_code == 200 and first.headers["ETag"] == '"2"'
    assert merge(client, "/products/1", {"stock": 2}, **{"If-Match": '"1"'}).status_code == 412
    assert_replays(first, merge(client, "/products/1", {"stock": 1}, **fields))
    assert client.get("/products/1").headers["ETag"] == '"2"'


def test_a_key_is_of_one_method_and_path(client):
    for slug in ("a", "b"):
        created(client.post("/products", json=product(slug=slug)))
    for number in (1, 2):
        response = merge(client, f"/products/{number}", {"stock": 7}, **{"If-Match": "*", "Idempotency-Key": "k"})
        assert response.status_code == 200 and not is_replay(response)
    assert created(post(client, product(slug="c"), key="k"))


def test_put_is_repeated_as_it_is(client):
    created(client.post("/products", json=product()))
    for tag in ('"2"', '"3"'):
        response = client.put("/products/1", json=product(), headers={"If-Match": "*", "Idempotency-Key": "no key, at all"})
        assert response.status_code == 200 and not is_replay(response)
        assert client.get("/products/1").headers["ETag"] == tag


def test_links_through_parents_are_kept_with_the_answer(serve):
    client = serve(TEAMS).client()
    org = created(client.post("/v1/orgs", json={"name": "red"}))["id"]
    for path, content, name in ((f"/v1/orgs/{org}/teams", {"code": "a"}, "self"), ("/v1/people", {"teamId": 1}, "team")):
        first = post(client, content, path=path)
        assert first.status_code == 201 and first.json()["_links"][name]["href"] == f"/v1/orgs/{org}/teams/1"
        assert_replays(first, post(client, content, path=path))


def test_a_password_is_hashed_once_and_never_kept_in_an_answer(shop, client):
    first = post(client, user(), path="/users")
    assert_replays(first, post(client, user(), path="/users"))
    with sqlite3.connect(shop.database) as database:
        (result,) = database.execute("SELECT result FROM _key").fetchone()
    assert b"correct horse" not in result and b"$argon2" not in result


def test_while_the_first_one_runs_the_key_is_taken(shop, client):
    text = json.dumps(product()).encode()
    head = request("POST", "/products", JSON, "Idempotency-Key: k", "Expect: 100-continue", f"Content-Length: {len(text)}")
    with shop.wire() as wire:
        assert wire.ask(head).status == 100
        response = post(client, product(), key='"k"')
        assert_problem(response, 409, "REQUEST_IN_PROGRESS")
        assert response.headers["Retry-After"] == "1"
        assert count(client) == 0
        first = wire.ask(text)
    assert first.status == 201
    again = post(client, product(), key='"k"')
    assert is_replay(again) and again.content == first.content


def test_a_client_that_leaves_gives_its_key_back(shop, client):
    with shop.wire() as wire:
        assert wire.ask(request("POST", "/products", JSON, "Idempotency-Key: k", "Expect: 100-continue",
                                "Content-Length: 100")).status == 100
        assert post(client, product(), key="k").status_code == 409
    for _ in patiently("the key is not given back"):
        response = post(client, product(), key="k")
        if response.status_code != 409:
            break
    assert response.status_code == 201 and not is_replay(response)


def test_a_request_that_is_refused_gives_its_key_back_at_once(client):
    for _ in range(3):
        assert_problem(post(client, product(price=-1)), 422, "VALIDATION_FAILED")
    assert created(post(client, product()))


def test_a_replay_that_waits_for_100_is_told_to_go_on(shop, client):
    text = json.dumps(product()).encode()
    first = client.post("/products", content=text, headers={"Content-Type": "application/json", "Idempotency-Key": "k"})
    assert first.status_code == 201
    with shop.wire() as wire:
        assert wire.ask(request("POST", "/products", JSON, "Idempotency-Key: k", "Expect: 100-continue",
                                f"Content-Length: {len(text)}")).status == 100
        again = wire.ask(text)
        assert again.status == 201 and again.content == first.content
        assert again.field("Idempotency-Replayed") == "true"


@pytest.mark.threads
def test_of_a_hundred_with_one_key_one_is_done(serve):
    shop = serve(SHOP, "--queue-age", "30s")  # however busy the machine is
    wires = [shop.wire() for _ in range(CLIENTS)]
    try:
        for key in range(10):
            data = request("POST", "/products", JSON, f"Idempotency-Key: k-{key}", content=product(slug=f"slug-{key}"))
            for wire in wires:
                wire.send(data)
            responses = [wire.read() for wire in wires]
            assert {response.status for response in responses} <= {201, 409}
            done = [response for response in responses if response.status == 201]
            assert len([response for response in done if not response.field("Idempotency-Replayed")]) == 1
            assert len({response.content for response in done}) == 1
            for response in responses:
                if response.status == 409:
                    assert_problem(response, 409, "REQUEST_IN_PROGRESS")
            assert count(shop.client()) == key + 1
    finally:
        for wire in wires:
            wire.close()


def rows_of(database, table):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reader:
        return reader.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]


def test_what_was_committed_before_a_crash_is_answered_after_it(serve, tmp_path):
    """The answer may not have been read, or not even sent: the row and its answer are there, or neither is."""
    database = tmp_path / "kept.db"
    first = serve(SHOP, database=database)
    wire = first.wire()
    wire.send(request("POST", "/products", JSON, "Idempotency-Key: k", content=product()))
    for _ in patiently("nothing was committed"):
        if rows_of(database, "products"):
            break
    first.kill()
    wire.close()
    assert rows_of(database, "_key") == 1
    client = serve(SHOP, database=database).client()
    again = post(client, product(), key="k")
    assert again.status_code == 201 and is_replay(again) and again.headers["Location"] == "/products/1"
    assert count(client) == 1


def test_keys_outlive_a_reload(shop, client):
    first = post(client, product())
    assert "was reloaded" in hang_up(shop)
    assert_replays(first, post(client, product()))


def test_an_answer_that_was_tampered_with_is_not_given(serve):
    shop = serve(SHOP, expects_5xx=True)
    client = shop.client()
    created(post(client, product()))
    for result in (b"", b"500 1\n\n", b"201 1\nLocation /products\n\n", b"201 2\n\n{}", b"201 1\nA: b\rC: d\n\n"):
        with sqlite3.connect(shop.database) as database:
            database.execute("UPDATE _key SET result = ?", (result,))
        assert_problem(post(client, product()), 500, "INTERNAL_ERROR")
    assert count(client) == 1


SECURED = """
openapi: 3.1.0
info: { title: Orders, version: "1" }
security: [{ login: [] }]
paths:
  /orders:
    x-statute: { idempotency: required }
    get: { responses: { "200": { description: All. } } }
    post:
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { "201": { description: Made. } }
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get: { responses: { "200": { description: One. } } }
components:
  securitySchemes:
    login: { type: http, scheme: bearer, x-statute: { keys: keys.json } }
"""


def test_a_key_is_of_one_client(serve, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    document = tmp_path / "api.yaml"
    document.write_text(SECURED)
    client = serve(document).client()
    ada, bob = (bearer(signed(claims(sub=name))) for name in ("ada", "bob"))
    first = post(client, {}, path="/orders", **ada)
    assert first.status_code == 201 and first.headers["Location"] == "/orders/1"
    other = post(client, {}, path="/orders", **bob)
    assert other.status_code == 201 and other.headers["Location"] == "/orders/2" and not is_replay(other)
    assert_replays(first, post(client, {}, path="/orders", **ada))
    assert_replays(other, post(client, {}, path="/orders", **bob))
    assert_problem(post(client, {}, path="/orders"), 401, "TOKEN_MISSING")
    assert_problem(client.post("/orders", json={}), 401, "TOKEN_MISSING")
    assert_problem(client.post("/orders", json={}, headers=ada), 400, "IDEMPOTENCY_KEY_REQUIRED")


def h2_fields(frames, key):
    more = [("content-type", "application/json"), ("idempotency-key", key)]
    return frames.fields("POST", "/products", *more)


def test_http_2_and_http_1_share_keys(shop, client):
    frames = pytest.importorskip("frames", reason="python3-hpack is not installed")
    content = json.dumps(product()).encode()
    first = client.post("/products", content=content,
                        headers={"Content-Type": "application/json", "Idempotency-Key": '"k-1"'})
    assert first.status_code == 201
    with frames.Frames(shop.port) as peer:
        again = peer.ask(1, h2_fields(frames, "k-1"), content)
    assert (again.status, again.content) == (201, first.content)
    assert again.field("idempotency-replayed") == "true"


def test_a_stream_that_is_cancelled_gives_its_key_back(shop, client):
    frames = pytest.importorskip("frames", reason="python3-hpack is not installed")
    with frames.Frames(shop.port) as peer:
        peer.send(frames.headers(1, h2_fields(frames, "k"), frames.END_HEADERS))
        assert peer.is_alive()  # it answers in order: the stream has taken the key by now
        assert post(client, product(price=-1), key="k").status_code == 409
        peer.send(frames.frame(frames.RST_STREAM, 0, 1, frames.number(frames.CANCEL)))
        for _ in patiently("the key is not given back"):
            response = post(client, product(), key="k")
            if response.status_code != 409:
                break
        assert response.status_code == 201 and not is_replay(response)
