"""Connections: their order, their timeouts, their ends, and how the server itself ends."""

import concurrent.futures
import json
import os
import re
import signal
import socket
import subprocess

import pytest

from harness import PATIENCE, Wire, binary, patiently, request, run
from problems import assert_obliged, assert_problem

DOCUMENT = """
openapi: 3.1.0
info: { title: Things, version: 1.0.0 }
paths:
  /things:
    get:
      responses: { "200": { description: All of them } }
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/Thing" }
      responses: { "201": { description: Made } }
  /things/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: integer } }
    get:
      responses: { "200": { description: One } }
    delete:
      responses: { "204": { description: Deleted } }
components:
  schemas:
    Thing:
      type: object
      properties:
        id: { type: integer, readOnly: true }
        name: { type: string }
      required: [name]
"""

JSON = "Content-Type: application/json"


def post(name, *fields):
    return request("POST", "/things", JSON, *fields, content={"name": name})


def half(name="late"):
    """A request in two pieces, the second being the end of its content."""
    whole = post(name)
    return whole[:-5], whole[-5:]


def begin(wire, name="late"):
    """Sends a request but for its last bytes, which are returned; the server is at work on it."""
    content = json.dumps({"name": name}).encode()
    head = request("POST", "/things", JSON, f"Content-Length: {len(content)}", "Expect: 100-continue")
    assert wire.ask(head, "POST").status == 100
    wire.send(content[:-1])
    return content[-1:]


def wait_until_refused(server):
    """The listening sockets are closed: the server heeds that it was told to stop."""
    for _ in patiently("it still takes connections"):
        try:
            server.wire().close()
        except ConnectionResetError:
            continue  # it was waiting to be taken when the socket closed
        except ConnectionRefusedError:
            return


def wait_for_end(server):
    assert server.process.wait(PATIENCE) == 0


@pytest.mark.core
def test_a_hundred_requests_in_one_write_get_a_hundred_answers_in_order(serve):
    with serve(DOCUMENT).wire() as wire:
        wire.send(b"".join(request("GET", f"/things/{i}") for i in range(100)))
        for i in range(100):
            body = assert_problem(wire.read(), 404, "RESOURCE_NOT_FOUND")
            assert body["path"] == f"/things/{i}"


@pytest.mark.core
def test_writes_in_one_write_are_done_and_answered_in_order(serve):
    with serve(DOCUMENT).wire() as wire:
        wire.send(b"".join(post(f"thing {i}") for i in range(40)) + request("GET", "/things/40"))
        for i in range(40):
            response = wire.read("POST")
            assert response.status == 201 and response.json()["name"] == f"thing {i}"
        assert wire.read().json()["name"] == "thing 39"


@pytest.mark.core
def test_a_head_that_comes_byte_by_byte_is_a_request_like_any_other(serve):
    with serve(DOCUMENT).wire() as wire:
        for byte in request("GET", "/things/1"):
            wire.send(bytes([byte]))
        assert wire.read().status == 404
        assert wire.ask(request("GET", "/things")).status == 200


@pytest.mark.core
def test_a_slow_head_is_answered_408(serve):
    with serve(DOCUMENT, "--header-timeout", "200ms").wire() as wire:
        response = wire.ask(b"GET /things HTTP/1.1\r\nHost: a\r\nX-Slow")
        assert_problem(response, 408, "REQUEST_TIMEOUT")
        assert response.closes and wire.is_ended()


def test_a_byte_now_and_then_does_not_put_the_timeout_off(serve):
    with serve(DOCUMENT, "--header-timeout", "300ms").wire() as wire:
        wire.send(b"GET /things HTTP/1.1\r\nX: ")
        for _ in patiently("no timeout", step=0.05):
            if not wire.is_silent(0):
                break
            wire.send(b"x")
        assert wire.read().status == 408


@pytest.mark.core
def test_slow_content_is_answered_408(serve):
    with serve(DOCUMENT, "--content-timeout", "200ms").wire() as wire:
        first, _ = half()
        response = wire.ask(first, "POST")
        assert_problem(response, 408, "REQUEST_TIMEOUT")
        assert response.closes and wire.is_ended()


def test_an_idle_connection_is_closed_without_a_word(serve):
    server = serve(DOCUMENT, "--idle-timeout", "200ms")
    with server.wire() as fresh, server.wire() as used:
        assert used.ask(request("GET", "/things")).status == 200
        assert fresh.is_ended() and used.is_ended()


def test_a_connection_lives_on_from_request_to_request(serve):
    with serve(DOCUMENT, "--header-timeout", "1s", "--idle-timeout", "400ms").wire() as wire:
        for _ in range(6):
            assert wire.ask(request("GET", "/things")).status == 200
            assert wire.is_silent(0.1)


@pytest.mark.core
def test_a_client_that_closed_its_side_still_gets_its_answers(serve):
    with serve(DOCUMENT).wire() as wire:
        wire.send(post("last words") + request("GET", "/things/1"))
        wire.finish()
        assert wire.read("POST").status == 201
        assert wire.read().json()["name"] == "last words"
        assert wire.is_ended()


def test_half_a_request_and_an_end_get_no_answer(serve):
    server = serve(DOCUMENT)
    first, _ = half()
    for data in (b"GET /thi", first):
        with server.wire() as wire:
            wire.send(data)
            wire.finish()
            assert wire.is_ended()
    gone = server.wait_for_log(lambda line: line.get("error") == "CLIENT_GONE")
    assert gone["status"] == 0 and gone["path"] == "/things"


@pytest.mark.core
def test_an_early_answer_leaves_the_connection_usable_where_little_content_was_announced(serve):
    with serve(DOCUMENT).wire() as wire:
        wire.send(request("POST", "/nowhere", "Content-Length: 1000"))
        response = wire.read("POST")
        assert_problem(response, 404, "PATH_NOT_FOUND")
        assert not response.closes
        assert wire.ask(b"x" * 1000 + request("GET", "/things")).status == 200


@pytest.mark.core
def test_an_early_answer_closes_where_much_content_was_announced_and_can_be_read(serve):
    with serve(DOCUMENT).wire() as wire:
        wire.send(request("POST", "/nowhere", "Content-Length: 5000000") + b"x" * 5000000)
        response = wire.read("POST")
        assert_problem(response, 404, "PATH_NOT_FOUND")
        assert response.closes and wire.is_ended()


@pytest.mark.core
def test_who_waits_for_100_continue_and_is_refused_is_closed(serve):
    with serve(DOCUMENT).wire() as wire:
        response = wire.ask(request("POST", "/nowhere", "Content-Length: 10", "Expect: 100-continue"), "POST")
        assert response.status == 404 and response.closes
        wire.finish()
        assert wire.is_ended()


def big_things(client, count=20, size=50000):
    for i in range(count):
        assert client.post("/things", json={"name": f"{i}" + "x" * size}).status_code == 201


def memory_of(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024


def fill(wire, data):
    """Sends until the server takes no more; returns how often it took all of `data`."""
    wire.socket.settimeout(0.3)
    times = 0
    try:
        while times < 100000:
            wire.socket.sendall(data)
            times += 1
    except TimeoutError:
        pass
    finally:
        wire.socket.settimeout(PATIENCE)
    return times


def test_a_client_that_never_reads_costs_little_and_is_cut_off(serve):
    server = serve(DOCUMENT, "--write-timeout", "1s", "--workers", "1")
    big_things(server.client())
    before = memory_of(server)
    with server.wire() as greedy, server.wire() as other:
        assert fill(greedy, request("GET", "/things") * 100) < 100000
        assert memory_of(server) - before < 100 << 20
        assert other.ask(request("GET", "/things/1")).status == 200
        for _ in patiently("it is not cut off", step=0.1):
            try:
                greedy.socket.send(b"\r\n", socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            except OSError:
                break
        assert other.ask(request("GET", "/things/1")).status == 200


@pytest.mark.threads
def test_five_hundred_connections_are_all_served(serve):
    server = serve(DOCUMENT)
    wires = [server.wire() for _ in range(500)]
    for i, wire in enumerate(wires):
        wire.send(post(f"from {i}"))
    for i, wire in enumerate(wires):
        response = wire.read("POST")
        assert response.status == 201 and response.json()["name"] == f"from {i}"
    for wire in wires:
        wire.close()


@pytest.mark.core
def test_resets_in_the_middle_of_anything_harm_nobody_else(serve):
    server = serve(DOCUMENT)
    big_things(server.client(), count=5)
    first, _ = half()
    for data in (b"GET /things HT", first, post("unread"), request("GET", "/things") * 20):
        for _ in range(10):
            wire = server.wire()
            wire.send(data)
            wire.reset()
    with server.wire() as wire:
        assert wire.ask(post("after all")).status == 201


@pytest.mark.core
def test_ipv6_is_served(serve):
    server = serve(DOCUMENT, "--listen", "[::1]:0")
    assert server.host == "[::1]"
    with Wire(server.port, "::1") as wire:
        assert wire.ask(request("GET", "/things")).status == 200
    assert server.wait_for_log(lambda line: line["path"] == "/things")["client"] == "::1"


@pytest.mark.threads
def test_several_workers_see_each_others_writes_and_keep_their_log_lines_apart(serve):
    server = serve(DOCUMENT, "--workers", "4")

    def work(number):
        with server.wire() as wire:
            for i in range(10):
                location = wire.ask(post(f"{number}/{i}"), "POST").field("Location")
                assert wire.ask(request("GET", location)).json()["name"] == f"{number}/{i}"

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        for done in [pool.submit(work, number) for number in range(20)]:
            done.result()
    for _ in patiently("lines are missing"):
        if len(server.log()) == 400:
            break
    assert len({line["id"] for line in server.log()}) == 400


@pytest.mark.core
def test_a_stop_lets_what_is_in_progress_finish(serve):
    server = serve(DOCUMENT)
    with server.wire() as busy, server.wire() as idle:
        assert idle.ask(request("GET", "/things")).status == 200
        rest = begin(busy)
        server.signal(signal.SIGTERM)
        wait_until_refused(server)
        assert idle.is_ended()
        response = busy.ask(rest, "POST")
        assert response.status == 201 and response.closes
        assert busy.is_ended()
    wait_for_end(server)


@pytest.mark.core
@pytest.mark.expects_5xx
def test_a_request_that_comes_after_the_stop_is_answered_503(serve):
    server = serve(DOCUMENT, "--workers", "1")
    with server.wire() as wire:
        assert wire.ask(request("GET", "/things")).status == 200
        wire.send(b"GET /things HTTP/1.1\r\nHos")
        with server.wire() as other:  # so that the bytes before it have been seen
            assert other.ask(request("GET", "/things")).status == 200
        server.signal(signal.SIGINT)
        wait_until_refused(server)
        response = wire.ask(b"t: a\r\n\r\n")
        assert_problem(response, 503, "SERVICE_UNAVAILABLE")
        assert response.closes and wire.is_ended()
    wait_for_end(server)


def test_a_second_stop_does_not_wait(serve):
    server = serve(DOCUMENT)
    with server.wire() as wire:
        begin(wire)
        server.signal(signal.SIGINT)
        wait_until_refused(server)
        server.signal(signal.SIGINT)
        wait_for_end(server)
        assert wire.is_ended()


def test_a_stop_waits_no_longer_than_the_drain_timeout(serve):
    server = serve(DOCUMENT, "--drain-timeout", "200ms")
    with server.wire() as wire:
        begin(wire)
        server.signal(signal.SIGINT)
        wait_for_end(server)
        assert wire.is_ended()


def test_the_log_is_opened_anew_after_a_hangup(serve):
    server = serve(DOCUMENT)
    client = server.client()
    client.get("/things/1")
    server.wait_for_log(lambda line: line["path"] == "/things/1")
    old = server.log_path.with_suffix(".1")
    os.rename(server.log_path, old)
    server.signal(signal.SIGHUP)
    for _ in patiently("it is not opened anew"):
        client.get("/things/2")
        if server.log_path.exists():
            break
    assert "/things/1" in old.read_text() and "/things/1" not in server.log_path.read_text()


@pytest.mark.core
def test_the_servers_own_paths_are_beside_every_document(serve):
    client = serve(DOCUMENT).client()
    assert client.get("/-/health").json() == {"status": "ok"}
    assert client.get("/-/ready").json() == {"status": "ok"}
    assert client.head("/-/health").status_code == 200
    refused = client.post("/-/health")
    assert_problem(refused, 405, "METHOD_NOT_ALLOWED")
    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert client.options("/-/errors").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert_problem(client.get("/-/nothing"), 404, "PATH_NOT_FOUND")


@pytest.mark.core
def test_the_servers_own_paths_know_preconditions_and_have_no_validator(serve):
    """RFC 9110 section 13.1: If-Match: * holds for what exists, a tag does not match what has none."""
    client = serve(DOCUMENT).client()
    assert client.get("/-/errors", headers={"If-Match": "*"}).status_code == 200
    assert_problem(client.get("/-/errors", headers={"If-Match": '"1"'}), 412, "PRECONDITION_FAILED")
    assert client.get("/-/errors", headers={"If-None-Match": '"1"'}).status_code == 200
    assert client.get("/-/errors", headers={"If-None-Match": "*"}).status_code == 304
    old = "Thu, 01 Jan 1970 00:00:00 GMT"
    for name in ("If-Modified-Since", "If-Unmodified-Since"):
        assert client.get("/-/errors", headers={name: old}).status_code == 200
    assert_problem(client.get("/-/errors/NONE", headers={"If-Match": "*"}), 404, "PATH_NOT_FOUND")


def test_a_taken_port_is_an_error_and_not_shared(serve, tmp_path):
    server = serve(DOCUMENT, "--workers", "2")
    again = run("serve", server.document, "--listen", f"127.0.0.1:{server.port}", "--db", tmp_path / "other.db")
    assert again.returncode == 1
    assert f"127.0.0.1:{server.port}: Address already in use" in again.stderr


@pytest.mark.parametrize(
    "options, code, message",
    [
        (["--listen", "nowhere"], 2, "nowhere: not ADDRESS:PORT"),
        (["--log", "/nonexistent/log"], 1, "/nonexistent/log: "),
        (["--db", "/nonexistent/data.db"], 1, "/nonexistent/data.db: "),
        (["--header-timeout", "0"], 2, "header-timeout"),
        (["--workers", "1000"], 2, "workers"),
    ],
)
def test_what_cannot_be_done_is_said_at_the_start(tmp_path, options, code, message):
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT)
    ended = run("serve", document, "--listen", "127.0.0.1:0", "--db", tmp_path / "data.db", *options)
    assert ended.returncode == code, ended.stderr
    assert message in ended.stderr and ended.stdout == ""


def test_what_demands_credentials_is_served_only_where_that_is_asked_for(serve, tmp_path):
    secured = DOCUMENT + """
  securitySchemes:
    token: { type: http, scheme: bearer }
security:
  - token: []
"""
    document = tmp_path / "secured.yaml"
    document.write_text(secured)
    refused = run("serve", document, "--listen", "127.0.0.1:0", "--db", tmp_path / "data.db")
    assert refused.returncode == 2 and refused.stdout == ""
    assert "'token' has no keys to check tokens with" in refused.stderr and "--no-security" in refused.stderr
    assert serve(secured, "--no-security").client().get("/things").status_code == 200


def test_the_database_stands_beside_the_document_where_nothing_is_said(tmp_path):
    document = tmp_path / "shop.v1.yaml"
    document.write_text(DOCUMENT)
    with subprocess.Popen([binary(), "serve", document, "--listen=127.0.0.1:0", "--log=off"],
                          stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline().rstrip("\n") for _ in range(7)]
        process.send_signal(signal.SIGINT)
    assert process.returncode == 0
    assert lines[:4] == ["GET /things → things (list)", "POST /things → things (create)",
                         "GET /things/{id} → things (read)", "DELETE /things/{id} → things (delete)"]
    assert lines[4] == f"data in {tmp_path / 'shop.v1.db'}"
    assert re.fullmatch(r"admin on http://127\.0\.0\.1:[0-9]+", lines[5])
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:[0-9]+", lines[6])
    assert (tmp_path / "shop.v1.db").exists()
