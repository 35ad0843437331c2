"""`statute serve` as a command: its options, what it says, how it ends."""

import re
import signal
import socket
import sqlite3

import pytest

from harness import SHOP, Wire, patiently, request, run
from shop_data import created, user


def test_help_names_every_option_and_ends_well():
    result = run("serve", "--help")
    assert result.returncode == 0 and result.stderr == ""
    for option in ("--listen", "--db", "--workers", "--log", "--dev", "--content-max", "--header-timeout"):
        assert option in result.stdout


@pytest.mark.parametrize("arguments, words", [
    (["serve", SHOP, "--lsiten", "127.0.0.1:0"], ["--lsiten", "--listen"]),
    (["sevre", SHOP], ["sevre", "serve"]),
    (["serve"], []),
    (["serve", SHOP, "--workers", "many"], ["--workers"]),
    (["serve", SHOP, "--listen"], ["--listen"]),
    (["serve", SHOP, SHOP], []),
])
def test_a_wrong_use_is_2_and_says_what_was_meant(arguments, words):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == "" and result.stderr != ""
    for word in words:
        assert word in result.stderr


def test_it_lists_how_each_operation_is_bound(shop):
    assert "GET /users → users (list)" in shop.lines
    assert "POST /users/{userId}/orders → orders (create)" in shop.lines
    assert shop.lines[-1] == f"listening on {shop.url}"
    assert any("data.db" in line for line in shop.lines)


BROKEN = """openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /things:
    x-statute: {%s: [name]}
    get: {responses: {"200": {description: All.}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: %s}}]
    get: {responses: {"200": {description: One.}}}
"""


@pytest.mark.parametrize("key, type_, message", [
    ("unique", "qux", r"broken\.yaml:8:\d+: error: .*qux"),
    ("uniqe", "integer", r"broken\.yaml:5:\d+: error: .*uniqe.*unique"),
])
def test_a_document_with_errors_is_2_with_their_places(tmp_path, key, type_, message):
    document = tmp_path / "broken.yaml"
    document.write_text(BROKEN % (key, type_))
    result = run("serve", document, "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db")
    assert result.returncode == 2
    assert re.search(message, result.stderr), result.stderr


def test_a_document_that_is_not_there_is_2(tmp_path):
    result = run("serve", tmp_path / "none.yaml")
    assert result.returncode == 2 and "none.yaml" in result.stderr


def test_a_database_that_is_none_is_1(tmp_path):
    database = tmp_path / "text.db"
    database.write_text("This is no database. " * 100)
    result = run("serve", SHOP, "--listen", "127.0.0.1:0", "--db", database)
    assert result.returncode == 1 and "text.db" in result.stderr
    assert database.read_text().startswith("This is no database.")


def test_a_port_that_is_taken_is_1(shop, tmp_path):
    result = run("serve", SHOP, "--listen", f"127.0.0.1:{shop.port}", "--db", tmp_path / "x.db")
    assert result.returncode == 1 and str(shop.port) in result.stderr


def test_the_database_is_made_beside_the_document_where_nothing_is_said(tmp_path):
    import subprocess

    from harness import PATIENCE, binary

    document = tmp_path / "my-api.yaml"
    document.write_text(SHOP.read_text())
    process = subprocess.Popen(
        [binary(), "serve", document, "--listen", "127.0.0.1:0", "--log", "off"], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("listening on "):
            break
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    process.stdout.close()
    assert (tmp_path / "my-api.db").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_well_though_connections_are_open(shop, number):
    with shop.wire() as idle, shop.wire() as used:
        assert used.ask(request("GET", "/users")).status == 200
        shop.signal(number)
        assert idle.is_ended() and used.is_ended()
        assert shop.process.wait(30) == 0
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", shop.port), timeout=5).close()


def test_a_signal_lets_what_is_in_progress_be_answered(shop):
    import json

    content = json.dumps(user()).encode()
    with shop.wire() as wire:
        wire.send(request("POST", "/users", "Content-Type: application/json", "Expect: 100-continue",
                          f"Content-Length: {len(content)}"))
        assert wire.read().status == 100
        shop.signal(signal.SIGINT)
        for _ in patiently("it goes on to accept connections"):
            try:
                Wire(shop.port).close()
            except OSError:
                break
        wire.send(content)
        response = wire.read()
        assert response.status == 201 and response.closes
        assert wire.is_ended()
    assert shop.process.wait(30) == 0
    assert sqlite3.connect(shop.database).execute("SELECT count(*) FROM users").fetchone() == (1,)


def test_data_stays_over_a_restart(serve, tmp_path):
    database = tmp_path / "kept.db"
    first = serve(SHOP, database=database)
    client = first.client()
    created(client.post("/users", json=user()))
    before = client.get("/users/1")
    first.stop()
    again = serve(SHOP, database=database).client().get("/users/1")
    assert again.json() == before.json() and again.headers["ETag"] == before.headers["ETag"]
    assert sqlite3.connect(database).execute("SELECT email FROM users").fetchall() == [("ada@example.com",)]


def test_content_max_is_obeyed(serve):
    client = serve(SHOP, "--content-max", "1KiB").client()
    assert client.post("/users", json=user(name="a" * 100)).status_code == 201
    assert client.post("/products", json=user(name="a" * 1100)).status_code == 413


def test_dev_names_the_node_that_decided(serve):
    assert serve(SHOP, "--dev").client().get("/nowhere").json()["node"] == "C03"


def test_a_filter_that_filters_nothing_is_told(serve):
    server = serve("""openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /things:
    get:
      parameters:
        - {name: name, in: query, schema: {type: string}}
        - {name: tags, in: query, schema: {type: string}}
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}}
components:
  schemas:
    Thing:
      type: object
      properties: {name: {type: string}, tags: {type: array, items: {type: string}}}
""")
    assert re.search(r"api\.yaml:8:\d+: warning: 'tags' filters nothing", server.errors())
    assert "'name'" not in server.errors()
