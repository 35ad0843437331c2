"""The access log: one JSON object a request, in step with what clients were told."""

import re

from harness import SHOP, request
from shop_data import user


def line_of(server, response):
    return server.wait_for_log(lambda line: line["id"] == response.headers["X-Request-Id"])


def test_a_request_is_one_line_with_its_answer(shop):
    client = shop.client()
    created = client.post("/users", json=user())
    line = line_of(shop, created)
    assert line["method"] == "POST" and line["path"] == line["route"] == "/users"
    assert line["status"] == 201 and "error" not in line
    assert line["client"] == "127.0.0.1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert line["us"] > 0 and line["in"] > 100 and line["out"] > 100
    line = line_of(shop, client.get("/users/99?x=secret"))
    assert (line["path"], line["route"], line["status"]) == ("/users/99", "/users/{userId}", 404)
    assert (line["error"], line["node"]) == ("RESOURCE_NOT_FOUND", "G06c")
    assert "secret" not in shop.log_path.read_text()


def test_every_request_has_its_line_refused_ones_too(shop):
    with shop.wire() as wire:
        wire.send(b"".join(request("GET", "/users") for _ in range(20)))
        ids = [wire.read().field("X-Request-Id") for _ in range(20)]
        refused = wire.ask("GET /users HTTP/1.1\r\n\r\n")
        ids.append(refused.field("X-Request-Id"))
    line = shop.wait_for_log(lambda line: line["id"] == ids[-1])
    assert (line["status"], line["error"], line["node"]) == (400, "INVALID_HOST", "A09")
    assert [line["id"] for line in shop.log()] == ids


def test_what_clients_send_cannot_forge_a_line(shop):
    with shop.wire() as wire:
        response = wire.ask(request("GET", '/a%0A%7B%22status%22:200%7D"'.replace('"', "%22")))
        line = shop.wait_for_log(lambda line: line["id"] == response.field("X-Request-Id"))
    assert line["status"] == 404
    assert len(shop.log()) == 1


def test_passwords_are_in_no_log(shop):
    client = shop.client()
    client.post("/users", json=user(password="hunter2-hunter2"))
    refused = client.post("/users", json=user(password="hunter2"))
    line_of(shop, refused)
    shop.stop()
    assert "hunter2" not in shop.log_path.read_text() + shop.errors() + "\n".join(shop.lines)
    for path in shop.folder.glob("data.db*"):
        assert b"hunter2" not in path.read_bytes()


def test_the_log_goes_to_stdout_or_nowhere(serve):
    server = serve(SHOP, "--log", "-")
    response = server.client().get("/users")
    server.stop()
    assert any(response.headers["X-Request-Id"] in line for line in server.lines)
    silent = serve(SHOP, "--log", "off")
    silent.client().get("/users")
    silent.stop()
    assert silent.lines[-1].startswith("listening on ")
