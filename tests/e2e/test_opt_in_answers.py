"""What an operation answers only where its owner says so: early hints (103), payment (402), locks (423)."""

import json
import shutil

import pytest

from frames import Frames, fields
from harness import EXAMPLE, request, run
from problems import assert_problem
from tokens import make

pytestmark = pytest.mark.core

DOCUMENT = """
openapi: 3.1.0
info: {title: Notes, version: "1"}
paths:
  /notes:
    %s
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
      responses: {"201": {description: Made.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
    patch:
      requestBody: {content: {application/merge-patch+json: {}}}
      responses: {"200": {description: Changed.}}
components:
  schemas:
    Note: {type: object, properties: {id: {type: integer, readOnly: true}, text: {type: string}, tags: {type: array}, done: {type: boolean}}}
"""


@pytest.fixture
def shop(serve):
    return serve(EXAMPLE, "--dev")


@pytest.fixture
def client(shop):
    return shop.client()


@pytest.fixture
def who(shop):
    """who(id, …): the field of a token made with the key for development."""
    def who(subject, *options):
        return {"Authorization": f"Bearer {make(f'{shop.database}.dev-keys.json', '--subject', subject, *options)}"}
    return who


@pytest.fixture
def order(client, who):
    """The path of an order of user 1's."""
    admin = who(100, "--roles", "admin")
    for name in ("ada", "eve"):
        client.post("/users", json={"email": f"{name}@example.com", "name": name, "password": "correct horse"})
    assert client.post("/products", headers=admin, json={"slug": "tea", "name": "Tea", "price": 3.5}).status_code == 201
    made = client.post("/orders", headers=who(1), json={"productId": 1, "quantity": 1, "subtotal": 3.5})
    assert made.status_code == 201, made.text
    return made.headers["Location"]


def change(client, path, who, **members):
    return client.patch(path, content=json.dumps(members), headers={**who, "Content-Type": "application/merge-patch+json"})


# ---- 423 ----

def test_what_somebody_holds_nobody_else_changes_or_deletes(client, who, order):
    admin, ada = who(100, "--roles", "admin"), who(1)
    assert change(client, order, admin, heldBy=100).json()["heldBy"] == 100
    problem = assert_problem(change(client, order, ada, quantity=2), 423, "RESOURCE_LOCKED", path=order)
    assert problem["details"] == {"field": "heldBy"}
    assert_problem(client.delete(order, headers=ada), 423, "RESOURCE_LOCKED", path=order)
    assert client.get(order, headers=ada).json()["quantity"] == 1
    assert change(client, order, admin, quantity=3).status_code == 200


def test_a_lock_that_was_given_back_stops_nobody(client, who, order):
    admin, ada = who(100, "--roles", "admin"), who(1)
    change(client, order, admin, heldBy=100)
    assert change(client, order, admin, heldBy=None).status_code == 200
    assert change(client, order, ada, quantity=2).status_code == 200
    assert change(client, order, ada, heldBy=1).status_code == 200
    assert change(client, order, ada, quantity=3).status_code == 200
    assert change(client, order, admin, quantity=4).status_code == 423


def test_a_lock_comes_before_preconditions_and_after_what_is_hidden(client, who, order):
    change(client, order, who(100, "--roles", "admin"), heldBy=100)
    assert client.delete(order, headers={**who(1), "If-Match": '"0"'}).status_code == 423
    assert client.delete(order, headers=who(2)).status_code == 404


LOCKED = DOCUMENT % "x-statute: {lock: %s}"


@pytest.mark.parametrize("lock, place, says", [
    ("7", "api.yaml:6:23", "x-statute.lock is a number"),
    ("nobody", "api.yaml:6:23", "'nobody'"),
    ("id", "api.yaml:6:23", "'id' is no scalar member"),
    ("done", "api.yaml:6:23", "'done' cannot hold who has the lock"),
    ("{break: [admin]}", "api.yaml:6:23", "the lock has no `member`"),
    ("{member: text, brake: [admin]}", "api.yaml:6:38", "'brake' is no key of a lock"),
    ("{member: text, break: admin}", "api.yaml:6:45", "x-statute.lock.break is no list of roles"),
])
def test_a_lock_that_cannot_be_is_told_of_at_its_place(tmp_path, lock, place, says):
    said = refused(tmp_path, LOCKED % lock)
    assert f"{place}: error: " in said and says in said


def test_roles_that_break_locks_are_not_stopped(serve, tmp_path):
    server = serve(altered(tmp_path, "lock: heldBy", "lock: { member: heldBy, break: [admin] }"), "--dev")
    client, keys = server.client(), f"{server.database}.dev-keys.json"
    admin, ada = ({"Authorization": f"Bearer {make(keys, *options)}"}
                  for options in (("--subject", "100", "--roles", "admin"), ("--subject", "1")))
    client.post("/users", json={"email": "ada@example.com", "name": "Ada", "password": "correct horse"})
    client.post("/products", headers=admin, json={"slug": "tea", "name": "Tea", "price": 3.5})
    order = client.post("/orders", headers=ada, json={"productId": 1, "quantity": 1, "subtotal": 3.5}).headers["Location"]
    assert change(client, order, admin, heldBy=100).status_code == 200
    assert change(client, order, ada, quantity=2).status_code == 423
    assert change(client, order, ada, heldBy=None).status_code == 423
    assert change(client, order, admin, heldBy=1).status_code == 200
    assert change(client, order, admin, quantity=3).status_code == 200


def altered(folder, was, becomes):
    """The example with one thing otherwise."""
    shutil.copytree(EXAMPLE.parent, folder / "shop")
    path = folder / "shop" / EXAMPLE.name
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, becomes))
    return path


def refused(tmp_path, text):
    (tmp_path / "api.yaml").write_text(text)
    done = run("routes", tmp_path / "api.yaml")
    assert done.returncode == 2, done.stdout
    return done.stderr


# ---- 402 ----

def test_whoever_owes_has_to_pay_first(client, who, order):
    owes = who(1, "--claims", '{"account": "past-due"}')
    ordered = {"productId": 1, "quantity": 1, "subtotal": 3.5}
    assert_problem(client.post("/orders", headers=owes, json=ordered), 402, "PAYMENT_REQUIRED", path="/orders")
    assert client.get("/orders", headers=owes).json()["total"] == 1
    for claims in ('{"account": "good"}', '{"account": ["past-due"]}', '{"other": "past-due"}'):
        assert client.post("/orders", headers=who(1, "--claims", claims), json=ordered).status_code == 201


def test_who_is_a_row_owes_what_the_row_says(serve, tmp_path):
    path = altered(tmp_path, "payment: { claim: account, due: [past-due] }", "payment: { claim: name, due: [Eve] }")
    client = serve(path, "--dev").client()
    for name in ("Ada", "Eve"):
        client.post("/users", json={"email": f"{name}@example.com", "name": name, "password": "correct horse"})
    ordered = {"productId": 1, "quantity": 1, "subtotal": 3.5}
    answers = [client.post("/orders", json=ordered, auth=(f"{name}@example.com", "correct horse")).status_code for name in ("Ada", "Eve")]
    assert answers == [422, 402]  # there is no such product; who owes is not told


@pytest.mark.parametrize("payment", ["true", "{claim: account}", "{claim: account, due: past-due}", "{claim: '', due: [1]}",
                                     "{claim: account, due: []}", "{claim: account, due: [[1]]}", "{claim: a, due: [1], or: 2}"])
def test_a_payment_that_says_nothing_is_told_of_at_its_place(tmp_path, payment):
    said = refused(tmp_path, DOCUMENT % f"x-statute: {{payment: {payment}}}")
    assert "api.yaml:6:26: error: x-statute.payment needs a `claim`" in said and said.count("payment needs") == 1


# ---- 103 ----

HINT = "</shop.css>; rel=preload; as=style"


@pytest.mark.threads
def test_hints_come_ahead_of_the_answer(shop):
    with shop.wire() as wire:
        wire.send(request("GET", "/settings") + request("GET", "/settings", 'If-None-Match: "x"') + request("GET", "/products"))
        for _ in range(2):
            early, answer = wire.read(), wire.read()
            assert (early.status, early.field("Link"), early.field("Content-Length")) == (103, HINT, None)
            assert answer.status == 200 and answer.json()["name"] == "Shop" and answer.field("Link") is None
        assert wire.read().status == 200


def test_no_hints_come_before_an_answer_that_is_no_success_nor_to_http_1_0(shop):
    with shop.wire() as wire:
        tag = [wire.ask(request("GET", "/settings")), wire.read()][1].field("ETag")
        assert wire.ask(request("GET", "/settings", f"If-None-Match: {tag}")).status == 304
        assert wire.ask(request("GET", "/settings", "Accept: image/png")).status == 406
    with shop.wire() as wire:
        assert wire.ask(request("GET", "/settings", version="HTTP/1.0")).status == 200


def test_hints_come_over_http_2_too(shop):
    with Frames(shop.port) as peer:
        answer = peer.ask(1, fields(path="/settings"))
        assert [dict(head) for head in answer.interim] == [{":status": "103", "link": HINT}]
        assert answer.status == 200 and answer.field("link") is None


@pytest.mark.parametrize("hints", ["true", "[]", "[7]", "[style.css]", "['<>; rel=preload']", "['</a.css>']", '["</a.css>; x\\n"]'])
def test_hints_that_are_no_links_are_told_of_at_their_place(tmp_path, hints):
    said = refused(tmp_path, DOCUMENT % f"x-statute: {{early-hints: {hints}}}")
    assert "api.yaml:6:30: error: x-statute.early-hints is no list" in said and said.count("is no list") == 1


def test_a_part_of_a_batch_has_no_hints(shop, who):
    content = {"requests": [{"method": "GET", "path": "/settings"}]}
    with shop.wire() as wire:
        answer = wire.ask(request("POST", "/batch", f"Authorization: {who(1)['Authorization']}", "Content-Type: application/json",
                                  content=content), "POST")
    assert answer.status == 207 and answer.json()["responses"][0]["status"] == 200
