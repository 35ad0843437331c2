"""Feeds: changes of a collection as server-sent events and over a WebSocket."""

import json
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

from certificates import SecureWire, made, needs_openssl
from feeds import (BINARY, CLOSE, KEY, PING, PONG, TEXT, Socket, Stream, handshake, is_quiet, narrow_wire)
from harness import is_sanitized, patiently, request
from problems import assert_problem
from reloading import hang_up
from tokens import bearer, claims, secret_key, signed

DOCUMENT = """openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      parameters: [{name: status, in: query, schema: {type: string}}]
      responses: {"200": {description: All.}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {description: New.}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"200": {description: Put.}}
    delete: {responses: {"204": {description: Gone.}}}
  /orders/feed:
    x-statute: {feed: orders, cors: {origins: ["https://app.example.com"]}}
    get:
      parameters:
        - {name: status, in: query, schema: {type: string, enum: [new, paid]}}
        - {name: quantity, in: query, schema: {type: array, items: {type: integer}}, style: form, explode: false}
      responses: {"200": {description: Changes.}}
  /customers/{customer}/feed:
    parameters: [{name: customer, in: path, required: true, schema: {type: string}}]
    x-statute: {feed: orders}
    get: {responses: {"200": {description: Changes.}}}
components:
  schemas:
    Order:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        status: {type: string}
        quantity: {type: integer}
        customer: {type: string}
        note: {type: string}
        pin: {type: string, writeOnly: true}
        _links: {type: object, readOnly: true}
"""


def open_feed(kind, server, path="/orders/feed", *fields):
    return {"stream": Stream, "socket": Socket}[kind](server.wire(), path, *fields)


both = pytest.mark.parametrize("kind", ["stream", "socket"])


@pytest.fixture
def server(serve):
    return serve(DOCUMENT)


@pytest.fixture
def client(server):
    return server.client()


# ---- What is sent ----------------------------------------------------------


@pytest.mark.core
@both
def test_each_change_is_sent_once_and_in_order(kind, server, client):
    feed = open_feed(kind, server)
    assert client.post("/orders", json={"status": "new", "pin": "1234"}).status_code == 201
    assert client.put("/orders/1", json={"status": "paid"}).status_code == 200
    assert client.delete("/orders/1").status_code == 204
    links = {"self": {"href": "/orders/1"}, "collection": {"href": "/orders"}}
    assert feed.event() == ("created", {"id": 1, "status": "new", "_links": links})
    assert feed.event() == ("updated", {"id": 1, "status": "paid", "_links": links})
    assert feed.event() == ("deleted", {"id": 1})
    assert is_quiet(feed)


@both
def test_what_was_refused_is_not_sent(kind, server, client):
    feed = open_feed(kind, server)
    assert client.post("/orders", json={"status": 5}).status_code == 422
    assert client.delete("/orders/7").status_code == 404
    assert client.post("/orders", json={"status": "new"}).status_code == 201
    assert feed.event()[1]["id"] == 1


def test_a_row_with_line_ends_is_one_event(server, client):
    feed = open_feed("stream", server)
    content = '{\n  "note":\r\n "two\\nlines"\n}'
    client.post("/orders", content=content, headers={"Content-Type": "application/json"})
    assert feed.event()[1]["note"] == "two\nlines"


@both
def test_messages_of_any_length_are_whole(kind, server, client):
    feed = open_feed(kind, server)
    for length in (0, 60, 125, 126, 300, 65400, 65600, 300000):
        client.post("/orders", json={"note": "x" * length})
        assert len(feed.event()[1]["note"]) == length


@pytest.mark.threads
def test_all_clients_are_told_on_all_workers(serve):
    server = serve(DOCUMENT, "--workers", "2")
    feeds = [open_feed(kind, server) for kind in ("stream", "socket") for _ in range(20)]
    client = server.client()
    for number in range(10):
        client.post("/orders", json={"quantity": number})
    for feed in feeds:
        assert [feed.event()[1]["quantity"] for _ in range(10)] == list(range(10))


# ---- What is asked for ------------------------------------------------------


def test_neither_a_stream_nor_a_websocket_is_426(server, client):
    for fields in ([], ["Accept: */*"], ["Accept: application/problem+json"], ["Accept: text/event-stream;q=0"]):
        with server.wire() as wire:
            answer = wire.ask(request("GET", "/orders/feed", *fields))
            assert assert_problem(answer, 426, "UPGRADE_REQUIRED")["hint"]
            assert answer.field("Upgrade") == "websocket" and answer.field("Sec-WebSocket-Version") == "13"
            assert answer.field("Connection").lower() == "upgrade"
            assert wire.ask(request("GET", "/orders")).status == 200  # the connection goes on


def test_a_handshake_that_is_none_says_why(server):
    cases = [
        (handshake("/orders/feed", version="8"), 426, "UPGRADE_REQUIRED"),
        (handshake("/orders/feed", key="short"), 400, "INVALID_WEBSOCKET_KEY"),
        (request("GET", "/orders/feed", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"), 400,
         "INVALID_WEBSOCKET_KEY"),
        (handshake("/orders/feed", f"Sec-WebSocket-Key: {KEY}"), 400, "INVALID_WEBSOCKET_KEY"),
        (handshake("/orders/feed").replace(b"Connection: Upgrade", b"Connection: keep-alive"), 426, "UPGRADE_REQUIRED"),
        (handshake("/orders/feed").replace(b"Upgrade: websocket", b"Upgrade: h2c"), 426, "UPGRADE_REQUIRED"),
        (handshake("/orders/feed").replace(b"HTTP/1.1", b"HTTP/1.0"), 426, "UPGRADE_REQUIRED"),
        (handshake("/orders/feed?status=lost"), 400, "INVALID_PARAMETER"),
        (request("GET", "/orders/feed?status=lost", "Accept: text/event-stream"), 400, "INVALID_PARAMETER"),
    ]
    for data, status, code in cases:
        with server.wire() as wire:
            assert_problem(wire.ask(data), status, code)


def test_content_stands_not_where_frames_would(server):
    with server.wire() as wire:
        wire.send(handshake("/orders/feed", "Content-Length: 5") + b"hello")
        assert_problem(wire.read(), 426, "UPGRADE_REQUIRED")


def test_pages_of_other_origins_open_no_websocket(server):
    for origin, status in [("https://evil.example", 403), ("null", 403), ("http://shop.test.evil.example", 403),
                           ("http://shop.test", 101), ("https://app.example.com", 101)]:
        with server.wire() as wire:
            answer = wire.ask(handshake("/orders/feed", f"Origin: {origin}"))
            assert answer.status == status, origin
            if status == 403:
                assert_problem(answer, 403, "ORIGIN_FORBIDDEN")


def test_head_says_what_get_would(server):
    with server.wire() as wire:
        answer = wire.ask(request("HEAD", "/orders/feed", "Accept: text/event-stream"), "HEAD")
        assert answer.status == 200 and answer.field("Content-Type") == "text/event-stream"
        assert wire.ask(request("HEAD", "/orders/feed"), "HEAD").status == 426


def test_whoever_waits_for_100_gets_it_before_101(server):
    with server.wire() as wire:
        wire.send(handshake("/orders/feed", "Expect: 100-continue"))
        assert [wire.read().status, wire.read().status] == [100, 101]


def test_a_client_of_http_1_0_reads_to_the_end(server, client):
    with server.wire() as wire:
        wire.send(request("GET", "/orders/feed", "Accept: text/event-stream", version="HTTP/1.0"))
        head = wire._until(b"\r\n\r\n")
        assert b"Transfer-Encoding" not in head and b"Connection: close" in head
        client.post("/orders", json={})
        wire._until(b"event: created\n")


# ---- Who sees what ----------------------------------------------------------


@pytest.mark.core
@both
def test_a_filter_makes_rows_come_and_go(kind, server, client):
    feed = open_feed(kind, server, "/orders/feed?status=paid")
    client.post("/orders", json={"status": "new"})
    client.put("/orders/1", json={"status": "paid"})
    client.put("/orders/1", json={"status": "paid", "note": "x"})
    client.put("/orders/1", json={"status": "new"})
    client.put("/orders/1", json={"status": "new", "note": "y"})
    client.post("/orders", json={"status": "paid"})
    client.delete("/orders/2")
    assert [feed.event()[0] for _ in range(5)] == ["created", "updated", "deleted", "created", "deleted"]
    assert is_quiet(feed)


def test_filters_compare_as_lists_do(server, client):
    feed = open_feed("stream", server, "/orders/feed?quantity=2,5")
    for quantity in (1, 2, 3, 5, None):
        client.post("/orders", json={} if quantity is None else {"quantity": quantity})
    assert [feed.event()[1]["quantity"] for _ in range(2)] == [2, 5]
    assert is_quiet(feed)


def test_a_parameter_of_the_path_narrows_too(server, client):
    feed = open_feed("stream", server, "/customers/ada/feed")
    client.post("/orders", json={"customer": "eve"})
    client.post("/orders", json={"customer": "ada"})
    assert feed.event()[1]["customer"] == "ada"


OWNED = DOCUMENT.replace("paths:\n  /orders:\n", """security: [{login: []}]
paths:
  /orders:
    x-statute: {owner: customer, roles: {get: [admin], put: [admin], delete: [admin]}}
""").replace("components:\n", """components:
  securitySchemes: {login: {type: http, scheme: bearer, x-statute: {keys: keys.json}}}
""")


@pytest.fixture
def owned(serve, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    (tmp_path / "api.yaml").write_text(OWNED)
    return serve(tmp_path / "api.yaml")


def authorization(**more):
    return "Authorization: " + bearer(signed(claims(**more)))["Authorization"]


@pytest.mark.core
@both
def test_an_owner_is_told_of_their_own_rows_alone(kind, owned):
    ada = open_feed(kind, owned, "/orders/feed", authorization(sub="ada"))
    eve = open_feed(kind, owned, "/orders/feed", authorization(sub="eve"))
    admin = open_feed(kind, owned, "/orders/feed", authorization(sub="root", roles=["admin"]))
    client = owned.client()
    as_ada, as_admin = bearer(signed(claims(sub="ada"))), bearer(signed(claims(sub="root", roles=["admin"])))
    assert client.post("/orders", json={"status": "new"}, headers=as_ada).status_code == 201
    assert client.put("/orders/1", json={"customer": "eve", "note": "secret"}, headers=as_admin).status_code == 200
    assert client.delete("/orders/1", headers=as_admin).status_code == 204
    assert ada.event()[0] == "created"
    assert ada.event() == ("deleted", {"id": 1})  # and not whose it is now
    assert eve.event()[0] == "created"
    assert eve.event() == ("deleted", {"id": 1})
    assert [admin.event()[0] for _ in range(3)] == ["created", "updated", "deleted"]
    assert is_quiet(ada) and is_quiet(eve)


def test_a_filter_does_not_show_rows_of_others(owned):
    feed = open_feed("stream", owned, "/customers/ada/feed", authorization(sub="eve"))
    owned.client().post("/orders", json={}, headers=bearer(signed(claims(sub="ada"))))
    assert is_quiet(feed)


def test_nobody_follows_without_credentials(owned):
    with owned.wire() as wire:
        assert_problem(wire.ask(handshake("/orders/feed")), 401, "TOKEN_MISSING")
        assert_problem(wire.ask(request("GET", "/orders/feed", "Accept: text/event-stream")), 401, "TOKEN_MISSING")


def test_a_feed_ends_with_its_token(owned):
    soon = int(time.time()) + 2
    socket = open_feed("socket", owned, "/orders/feed", authorization(sub="ada", exp=soon))
    stream = open_feed("stream", owned, "/orders/feed", authorization(sub="ada", exp=soon))
    client = owned.client()
    for _ in patiently("the token does not expire", 0.2):
        client.post("/orders", json={}, headers=bearer(signed(claims(sub="ada"))))
        if time.time() > soon + 0.1:
            break
    assert socket.closed() == 3000
    assert stream.ends()


# ---- Going on ---------------------------------------------------------------


@pytest.mark.core
@both
def test_a_client_goes_on_after_what_it_saw_last(kind, server, client):
    for number in range(5):
        client.post("/orders", json={"quantity": number})
    feed = open_feed(kind, server, "/orders/feed", "Last-Event-ID: 2")
    assert [feed.event()[1]["quantity"] for _ in range(3)] == [2, 3, 4]
    feed = open_feed(kind, server, "/orders/feed?lastEventId=4")
    assert feed.event()[1]["quantity"] == 4
    client.delete("/orders/1")
    assert feed.event()[0] == "deleted"


def test_the_tag_of_a_list_is_where_its_feed_begins(server, client):
    client.post("/orders", json={"quantity": 1})
    tag = client.get("/orders").headers["ETag"]
    client.post("/orders", json={"quantity": 2})
    feed = open_feed("stream", server, "/orders/feed", f"Last-Event-ID: {tag}")
    assert feed.event()[1]["quantity"] == 2


def test_many_missed_changes_come_in_order(server, client):
    post_many(server, 700, {})  # more than a new channel begins with
    late = open_feed("socket", server)
    feed = open_feed("stream", server, "/orders/feed", "Last-Event-ID: 0")
    client.post("/orders", json={})
    assert [feed.event()[1]["id"] for _ in range(701)] == list(range(1, 702))
    assert late.event()[1]["id"] == 701


@pytest.mark.core
def test_nothing_is_lost_over_a_kill(tmp_path, serve):
    server = serve(DOCUMENT)
    feed = open_feed("stream", server)
    assert server.client().post("/orders", json={"quantity": 1}).status_code == 201
    feed.event()
    seen = feed.last_id
    assert server.client().post("/orders", json={"quantity": 2}).status_code == 201
    server.kill()
    server.start()
    feed = open_feed("stream", server, "/orders/feed", f"Last-Event-ID: {seen}")
    assert feed.event()[1]["quantity"] == 2


@both
@pytest.mark.parametrize("known", ["99", "-1", "abc", "1e3", "9" * 40])
def test_what_is_not_known_here_is_a_reset(kind, known, server, client):
    client.post("/orders", json={"quantity": 1})
    feed = open_feed(kind, server, "/orders/feed", f"Last-Event-ID: {known}")
    assert feed.event()[0] == "reset"
    client.post("/orders", json={"quantity": 2})
    assert feed.event()[1]["quantity"] == 2


@both
def test_what_is_not_kept_any_more_is_a_reset(kind, server, client):
    for number in range(6):
        client.post("/orders", json={"quantity": number})
    with sqlite3.connect(server.database) as database:
        database.execute('DELETE FROM "_change" WHERE "version" < 4')
    database.close()
    feed = open_feed(kind, server, "/orders/feed", "Last-Event-ID: 1")
    assert feed.event()[0] == "reset"
    feed = open_feed(kind, server, "/orders/feed", "Last-Event-ID: 3")
    assert feed.event()[1]["quantity"] == 3


def test_a_gap_while_it_is_followed_is_a_reset(server, client):
    feed = open_feed("stream", server)
    client.post("/orders", json={})
    feed.event()
    with sqlite3.connect(server.database) as database:
        database.execute('UPDATE "_collection" SET "version" = "version" + 5 WHERE "name" = \'orders\'')
    database.close()
    client.post("/orders", json={"quantity": 3})
    assert feed.event()[0] == "reset"
    assert feed.event()[1]["quantity"] == 3


# ---- A WebSocket's own ------------------------------------------------------


def test_a_ping_is_answered_with_what_it_has(server):
    feed = open_feed("socket", server)
    feed.message()
    feed.send(PING, b"are you there")
    assert feed.frame() == (PONG, b"are you there")
    feed.send(TEXT, b"said to nobody")
    feed.send(BINARY, bytes(4096))
    feed.send(PING)
    assert feed.frame() == (PONG, b"")


def test_frames_may_come_with_the_handshake_and_byte_by_byte(server):
    with server.wire() as wire:
        wire.send(handshake("/orders/feed") + b"\x89\x83mask" + bytes(a ^ b for a, b in zip(b"abc", b"mas")))
        assert wire.read().status == 101
        feed = Socket.__new__(Socket)
        feed.wire, feed.pings = wire, 0
        assert {feed.frame()[0] for _ in range(2)} == {TEXT, PONG}
        for byte in b"\x89\x81mask" + bytes([b"x"[0] ^ b"m"[0]]):
            wire.send(bytes([byte]))
            time.sleep(0.01)
        assert feed.frame() == (PONG, b"x")


def test_a_close_is_answered_with_its_code(server):
    for payload in (b"\x03\xe8bye", b"\x0f\xa1", b""):
        feed = open_feed("socket", server)
        feed.message()
        feed.send(CLOSE, payload)
        assert feed.frame() == (CLOSE, payload[:2])
        assert feed.wire.is_ended()


@pytest.mark.core
def test_what_breaks_the_protocol_is_closed_with_why(server):
    def fails(code, *frame, **more):
        feed = open_feed("socket", server)
        feed.message()
        feed.send(*frame, **more)
        assert feed.closed() == code
        feed.wire.close()

    fails(1002, TEXT, b"in the clear", masked=False)
    fails(1002, TEXT, b"x", first=0xC0)
    fails(1002, 3, b"x")
    fails(1002, PING, b"x", first=0)
    fails(1002, CLOSE, b"\x03")
    fails(1002, CLOSE, b"\x03\xed")
    fails(1007, TEXT, b"\xff")
    fails(1009, TEXT, b"x" * 4097)


def test_a_client_that_answers_no_ping_is_gone(serve):
    server = serve(DOCUMENT, "--feed-ping", "200ms")
    silent = open_feed("socket", server)
    silent.message()
    assert silent.frame() == (PING, b"")
    assert silent.wire.is_ended()
    feed = open_feed("socket", server)
    client = server.client()
    for _ in patiently("it is not asked", 0):
        if feed.pings >= 3:
            break
        client.post("/orders", json={})
        feed.event()


def test_a_quiet_stream_shows_that_it_is_there(serve):
    server = serve(DOCUMENT, "--feed-ping", "100ms")
    feed = open_feed("stream", server, "/orders/feed?status=paid")
    client = server.client()
    client.post("/orders", json={"status": "new"})  # which this client does not see
    for _ in patiently("it does not say how far it is", 0):
        if feed.block() == {"id": "1"}:
            break


# ---- Ends -------------------------------------------------------------------


@pytest.mark.core
def test_a_server_that_stops_says_so(server):
    socket, stream = open_feed("socket", server), open_feed("stream", server)
    server.signal(signal.SIGTERM)
    assert socket.closed() == 1001
    assert socket.wire.is_ended()
    assert stream.ends()
    stream.wire.close()
    server.stop()


def test_a_reload_ends_feeds_which_go_on_under_the_new_document(server, client):
    socket, stream = open_feed("socket", server), open_feed("stream", server)
    assert "was reloaded" in hang_up(server)
    assert socket.closed() == 1012
    assert stream.ends()
    client.post("/orders", json={"quantity": 1})
    feed = open_feed("stream", server, "/orders/feed", "Last-Event-ID: 0")
    assert feed.event()[1]["quantity"] == 1
    client.post("/orders", json={"quantity": 2})
    assert feed.event()[1]["quantity"] == 2


def test_a_client_that_leaves_is_forgotten_and_logged(server, client):
    socket, stream = open_feed("socket", server), open_feed("stream", server)
    assert "statute_feeds_open 2\n" in server.admin_client().get("/-/metrics").text
    for feed in (socket, stream):
        feed.wire.close()
    for status in (101, 200):
        line = server.wait_for_log(lambda line: line["status"] == status and line["path"] == "/orders/feed")
        assert line["route"] == "/orders/feed" and line["out"] > 100 and line["in"] > 50
    assert "statute_feeds_open 0\n" in server.admin_client().get("/-/metrics").text


def post_many(server, count, content):
    with server.wire() as wire:
        for begin in range(0, count, 50):
            wire.send(b"".join(request("POST", "/orders", "Content-Type: application/json", content=content)
                               for _ in range(50)))
            for _ in range(50):
                assert wire.read("POST").status == 201


@pytest.mark.skipif(is_sanitized(), reason="takes a while")
def test_clients_that_are_too_slow_are_dropped_and_others_told(server):
    stream = Stream(narrow_wire(server.port), "/orders/feed")
    socket = Socket(narrow_wire(server.port), "/orders/feed")
    quick = open_feed("socket", server)
    heard = []
    listener = threading.Thread(target=lambda: heard.extend(quick.event()[1]["id"] for _ in range(1500)))
    listener.start()
    post_many(server, 1500, {"note": "x" * 8000})
    listener.join()
    assert heard == list(range(1, 1501))
    assert socket.closed() == 1013
    assert stream.ends()
    assert 0 < int(stream.last_id) < 1500
    again = open_feed("stream", server, "/orders/feed", f"Last-Event-ID: {stream.last_id}")
    assert again.event()[1]["id"] == int(stream.last_id) + 1
    for status in (101, 200):
        assert server.wait_for_log(lambda line: line["status"] == status and line.get("dropped"))
    assert "statute_feeds_dropped_total 2\n" in server.admin_client().get("/-/metrics").text
    socket.wire.close()


@pytest.mark.expects_5xx
def test_there_are_no_more_feeds_than_may_be(serve):
    server = serve(DOCUMENT, "--feeds", "2")
    feeds = [open_feed("socket", server), open_feed("stream", server)]
    with server.wire() as wire:
        assert_problem(wire.ask(handshake("/orders/feed")), 503, "SERVER_OVERLOADED")
        assert_problem(wire.ask(request("GET", "/orders/feed", "Accept: text/event-stream")), 503, "SERVER_OVERLOADED")
        assert wire.ask(request("GET", "/orders")).status == 200
    feeds[0].send(CLOSE)
    feeds[0].wire.close()
    for _ in patiently("its place is not free again"):
        with server.wire() as wire:
            if wire.ask(handshake("/orders/feed")).status == 101:
                break


# ---- Other ways -------------------------------------------------------------


@needs_openssl
@both
def test_feeds_go_over_tls(kind, serve):
    server = serve(DOCUMENT, *made().options)
    feed = {"stream": Stream, "socket": Socket}[kind](SecureWire(server.port), "/orders/feed")
    with SecureWire(server.port) as wire:
        wire.ask(request("POST", "/orders", "Content-Type: application/json", content={"note": "x" * 50000}), "POST")
    assert len(feed.event()[1]["note"]) == 50000
    feed.wire.close()


class Events:
    """Of a stream over HTTP/2."""

    def __init__(self, response):
        self.lines = response.iter_lines()

    def event(self):
        name = None
        for line in self.lines:
            line = line.rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                return name, json.loads(line[6:])
        return None


@pytest.mark.core
def test_streams_go_over_http_2(server):
    client = server.client(http1=False, http2=True)
    with client.stream("GET", "/orders/feed", headers={"Accept": "text/event-stream"}) as response:
        assert response.http_version == "HTTP/2" and response.status_code == 200
        events = Events(response)
        other = server.client()
        other.post("/orders", json={"note": "x" * 100000})
        other.delete("/orders/1")
        assert len(events.event()[1]["note"]) == 100000
        assert events.event() == ("deleted", {"id": 1})
    assert client.get("/orders").status_code == 200
    assert client.get("/orders/feed").status_code == 426


def test_a_stream_over_http_2_ends_with_the_server(server, client):
    command = ["curl", "-sN", "--http2-prior-knowledge", "-H", "Accept: text/event-stream", server.url + "/orders/feed"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as curl:
        assert [curl.stdout.readline() for _ in range(3)] == ["retry: 2000\n", "id: 0\n", "\n"]
        client.post("/orders", json={})
        assert curl.stdout.readline() == "id: 1\n"
        server.signal(signal.SIGTERM)
        assert curl.stdout.read().startswith("event: created\n")
        assert curl.wait() == 0
    server.stop()


def test_a_quiet_stream_over_http_2_shows_that_it_is_there(serve):
    server = serve(DOCUMENT, "--feed-ping", "100ms")
    client = server.client(http1=False, http2=True)
    with client.stream("GET", "/orders/feed", headers={"Accept": "text/event-stream"}) as response:
        lines = response.iter_lines()
        for _ in patiently("it says nothing", 0):
            if next(lines).startswith(":"):
                break
