"""HTTP/2: the same answers as over HTTP/1.1, and what is its own: streams, windows, 100 Continue,
trailers, cookies in crumbs, GOAWAY at the end, a reload between two streams."""

import json
import signal
import socket
import subprocess

import pytest

from certificates import made, needs_openssl
from frames import (
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, NO_ERROR, PADDED, PREFACE, PROTOCOL_ERROR, RST_STREAM,
    SETTINGS, WINDOW_UPDATE, Frames, block, fields, frame, headers, number, setting,
)
from harness import PATIENCE, SHOP, patiently, request
from shop_data import user

JSON = ("content-type", "application/json")


@pytest.fixture
def peer(shop):
    with Frames(shop.port) as peer:
        yield peer


def post(path, *more):
    return fields("POST", path, JSON, *more)


def content(name="ada"):
    return json.dumps(user(email=f"{name}@example.com")).encode()


# ---- The same answers -------------------------------------------------------

ASKED = {
    "a list": ("GET", "/users", [], None),
    "nothing there": ("GET", "/nope", [], None),
    "an item that is not there": ("GET", "/users/7", [], None),
    "a method that is not there": ("DELETE", "/users", [], None),
    "a method that nobody knows": ("BREW", "/users", [], None),
    "a method longer than any": ("A" * 30, "/users", [], None),
    "OPTIONS": ("OPTIONS", "/users", [], None),
    "OPTIONS *": ("OPTIONS", "*", [], None),
    "HEAD": ("HEAD", "/users", [], None),
    "a query that does not fit": ("GET", "/users?limit=many", [], None),
    "an escape that is none": ("GET", "/users/%zz", [], None),
    "an escaped NUL": ("GET", "/users/%00", [], None),
    "a fragment": ("GET", "/users#top", [], None),
    "a target that is too long": ("GET", "/" + "a" * 20000, [], None),
    "a field that is too long": ("GET", "/users", [("x-long", "a" * 20000)], None),
    "too many fields": ("GET", "/users", [("x-a", "1")] * 120, None),
    "an Accept that cannot be met": ("GET", "/users", [("accept", "image/png")], None),
    "no content": ("POST", "/users", [JSON], b""),
    "content that is no JSON": ("POST", "/users", [JSON], b"{"),
    "content of another type": ("POST", "/users", [("content-type", "text/plain")], b"hello"),
    "content that is too large": ("POST", "/users", [JSON], b" " * 1100000),
    "content that does not fit": ("POST", "/users", [JSON], b"{}"),
    "an expectation that nobody knows": ("GET", "/users", [("expect", "miracles")], None),
    "an id of the client": ("GET", "/users", [("x-request-id", "mine-1")], None),
}


def ask_h1(server, method, path, more, content):
    lines = [f"{name}: {value}" for name, value in more]
    with server.wire() as wire:
        got = wire.ask(request(method, path, *lines, content=content), method)
    return got.status, {name.lower(): value for name, value in got.fields}, got.content


def ask_h2(server, method, path, more, content):
    length = [] if content is None else [("content-length", str(len(content)))]
    with Frames(server.port) as peer:
        whole = block(*fields(method, path, *more, *length))
        parts = [whole[at : at + 16384] for at in range(0, len(whole), 16384)]
        last = END_STREAM if content is None else 0
        peer.send(frame(HEADERS, last | (END_HEADERS if len(parts) == 1 else 0), 1, parts[0]))
        for at, part in enumerate(parts[1:], 2):
            peer.send(frame(CONTINUATION, END_HEADERS if at == len(parts) else 0, 1, part))
        if content is not None and len(content) < 60000:
            peer.send(frame(DATA, END_STREAM, 1, content))
        got = peer.answer(1)
        assert got.has_ended, got
        return got.status, dict(got.fields), got.content


def settled(answer):
    """Without what differs from one request to the next, or from one version to the other."""
    status, fields, content = answer
    for name in ("date", "x-request-id", "connection", ":status"):
        if fields.get(name) != "mine-1":
            fields.pop(name, None)
    if content and "problem+json" in fields["content-type"]:
        content = json.loads(content)
        for member in ("instance", "requestId", "timestamp"):
            content.pop(member, None)
        fields.pop("content-length")
    return status, fields, content


@pytest.mark.core
@pytest.mark.parametrize("name", ASKED)
def test_is_answered_as_over_http1(shop, name):
    method, path, more, content = ASKED[name]
    expected = settled(ask_h1(shop, method, path, more, content))
    assert settled(ask_h2(shop, method, path, more, content)) == expected


def test_a_request_is_logged_as_over_http1(shop):
    with Frames(shop.port) as peer:
        peer.ask(1, fields("GET", "/users?limit=3"))
    line = shop.wait_for_log(lambda line: line["path"] == "/users")
    assert (line["method"], line["route"], line["status"], line["client"]) == ("GET", "/users", 200, "127.0.0.1")
    assert line["in"] > 9 and line["out"] > 18


def test_curl_speaks_it_by_prior_knowledge(shop):
    done = subprocess.run(["curl", "-sS", "--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_version} %{http_code}",
                           shop.url + "/users"], capture_output=True, text=True, timeout=30)
    assert done.stdout == "2 200", done


def test_upgrade_from_http1_is_ignored(shop):
    with shop.wire() as wire:
        answer = wire.ask(request("GET", "/users", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
                                  "HTTP2-Settings: AAMAAABkAAQAAP__"))
        assert answer.status == 200


@pytest.mark.parametrize("size", [1, 7, 23, 24, 25])
def test_the_preface_may_come_in_parts(shop, size):
    whole = PREFACE + frame(SETTINGS) + headers(1, fields("GET", "/users"))
    with Frames(shop.port, preface=b"") as peer:
        for at in range(0, len(whole), size):
            peer.send(whole[at : at + size])
        assert peer.answer(1).status == 200


# ---- Requests ---------------------------------------------------------------


def test_content_needs_no_length(peer):
    assert peer.ask(1, post("/users"), content()).status == 201


def test_content_may_come_in_any_parts_with_padding_between(peer):
    whole = content()
    peer.send(headers(1, post("/users"), END_HEADERS))
    for at in range(len(whole)):
        peer.send(frame(DATA, PADDED, 1, b"\x03" + whole[at : at + 1] + b"\0\0\0"))
    peer.send(frame(DATA, END_STREAM, 1))
    assert peer.answer(1).status == 201


def test_trailers_are_read_and_ignored(peer):
    peer.send(headers(1, post("/users"), END_HEADERS), frame(DATA, 0, 1, content()),
              headers(1, [("x-checksum", "1"), ("content-type", "text/plain")]))
    assert peer.answer(1).status == 201


def test_expect_gets_100_before_the_content_is_sent(peer):
    peer.send(headers(1, post("/users", ("expect", "100-continue")), END_HEADERS))
    assert peer.until(lambda: peer.streams[1].interim)
    assert dict(peer.streams[1].interim[0])[":status"] == "100"
    peer.send(frame(DATA, END_STREAM, 1, content()))
    assert peer.answer(1).status == 201


def test_expect_gets_the_answer_where_the_head_decides(peer):
    got = peer.ask_only_head(1, fields("POST", "/nope", JSON, ("expect", "100-continue")))
    assert got.status == 404 and not got.interim


def test_an_answer_before_the_content_ends_with_no_error(peer):
    """RFC 9113 section 8.1; the answer is whole before, and the connection goes on."""
    got = peer.ask_only_head(1, fields("POST", "/nope", JSON))
    assert (got.status, got.has_ended) == (404, True)
    assert peer.until(lambda: got.reset is not None) and got.reset == NO_ERROR
    assert peer.ask(3, fields("GET", "/users")).status == 200


def test_content_that_is_too_large_is_413_and_the_connection_goes_on(peer):
    peer.send(headers(1, post("/users"), END_HEADERS))
    for _ in range(80):
        peer.send(frame(DATA, 0, 1, b" " * 16000))
        assert peer.is_alive()  # the window was given back by now
    assert peer.answer(1).status == 413
    assert peer.ask(3, fields("GET", "/users")).status == 200


def test_host_may_stand_for_authority(peer):
    pairs = fields("GET", "/users")[:3] + [("host", "shop.test")]
    assert peer.ask(1, pairs).status == 200


def test_host_may_say_the_same_as_authority(peer):
    assert peer.ask(1, fields("GET", "/users", ("host", "SHOP.test"))).status == 200


@pytest.mark.parametrize("authority", ["a b", "user@shop.test", "shop.test:http", "[::1"])
def test_an_authority_that_is_none_is_refused(peer, authority):
    got = peer.ask(1, fields("GET", "/users", authority=authority))
    assert got.reset == PROTOCOL_ERROR or got.status == 400


def test_connect_opens_no_tunnel(peer):
    assert peer.ask(1, [(":method", "CONNECT"), (":authority", "shop.test:80")]).status == 501


def test_head_and_204_and_304_have_no_data(peer):
    got = peer.ask(1, post("/users"), content())
    item = got.field("location")
    assert peer.ask(3, fields("HEAD", item)).content == b"" and peer.streams[3].field("content-length")
    tag = peer.streams[3].field("etag")
    got = peer.ask(5, fields("GET", item, ("if-none-match", tag)))
    assert (got.status, got.content, got.field("content-length")) == (304, b"", None)
    got = peer.ask(7, fields("DELETE", item, ("if-match", tag)))
    assert (got.status, got.content, got.field("content-length")) == (204, b"", None)


# ---- Streams and windows ----------------------------------------------------


def test_many_streams_are_answered_whatever_their_order(peer):
    ids = range(1, 201, 2)
    for stream in ids:
        peer.send(headers(stream, fields("POST", "/users", JSON), END_HEADERS))
    for stream in reversed(ids):
        peer.send(frame(DATA, END_STREAM, stream, content(f"user{stream}")))
    assert [peer.answer(stream).status for stream in ids] == [201] * 100


def fill(server, count=60):
    with server.client() as client:
        for at in range(count):
            assert client.post("/users", json=user(email=f"user{at}@example.com")).status_code == 201


def test_an_answer_waits_for_the_window_of_its_stream(shop):
    fill(shop)
    with Frames(shop.port, preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 10))) as peer:
        peer.send(headers(1, fields("GET", "/users?limit=50")))
        assert peer.until(lambda: len(peer.streams[1].content) == 10)
        assert peer.ask(3, fields("HEAD", "/users")).status == 200
        assert len(peer.streams[1].content) == 10
        peer.send(frame(WINDOW_UPDATE, 0, 1, number(7)))
        assert peer.until(lambda: len(peer.streams[1].content) == 17)
        peer.send(frame(SETTINGS, 0, 0, setting(4, 60000)))
        assert len(json.loads(peer.answer(1).content)["items"]) == 50


def test_answers_share_the_window_of_the_connection(shop):
    """None waits for the end of another: each has some of what the client takes."""
    fill(shop)
    with Frames(shop.port, preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 2**30))) as peer:
        for stream in range(1, 41, 2):
            peer.send(headers(stream, fields("GET", "/users?limit=60")))
        assert peer.until(lambda: sum(len(peer.streams[s].content) for s in range(1, 41, 2)) == 65535)
        peer.send(frame(WINDOW_UPDATE, 0, 0, number(2**30)))
        assert [len(json.loads(peer.answer(s).content)["items"]) for s in range(1, 41, 2)] == [60] * 20


def test_a_window_that_became_negative_is_waited_out(shop):
    """RFC 9113 section 6.9.2."""
    fill(shop)
    with Frames(shop.port, preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 100))) as peer:
        peer.send(headers(1, fields("GET", "/users?limit=50")))
        assert peer.until(lambda: len(peer.streams[1].content) == 100)
        peer.send(frame(SETTINGS, 0, 0, setting(4, 0)), frame(WINDOW_UPDATE, 0, 1, number(100)))
        assert peer.is_alive() and len(peer.streams[1].content) == 100
        peer.send(frame(WINDOW_UPDATE, 0, 1, number(5)))
        assert peer.until(lambda: len(peer.streams[1].content) == 105)


def test_a_stream_that_its_client_reset_does_not_disturb_the_others(peer):
    peer.send(headers(1, post("/users"), END_HEADERS), frame(DATA, 0, 1, content()[:20]),
              frame(RST_STREAM, 0, 1, number(8)))
    assert peer.ask(3, fields("GET", "/users")).status == 200


def test_a_request_that_its_client_left_is_logged(shop):
    with Frames(shop.port) as peer:
        peer.send(headers(1, post("/users"), END_HEADERS), frame(DATA, 0, 1, b"{"), frame(RST_STREAM, 0, 1, number(8)))
        line = shop.wait_for_log(lambda line: line["status"] == 0)
        assert line["error"] == "CLIENT_GONE"


# ---- Over TLS ---------------------------------------------------------------


def agreed(server, protocols=("h2", "http/1.1")):
    """A connection of TLS for which ALPN came to HTTP/2."""
    plain = socket.create_connection((server.host, server.port), timeout=PATIENCE)
    secure = made().context(protocols=protocols).wrap_socket(plain, server_hostname="shop.test")
    assert secure.selected_alpn_protocol() == "h2"
    return secure


@needs_openssl
@pytest.mark.core
def test_over_tls_alpn_agrees_on_it(serve):
    server = serve(SHOP, *made().options)
    with Frames(server.port, over=agreed(server)) as peer:
        ids = range(1, 61, 2)
        for stream in ids:
            peer.send(headers(stream, fields("GET", f"/users?limit={stream}")))
        assert [peer.answer(stream).status for stream in ids] == [200] * 30


@needs_openssl
def test_over_tls_who_agreed_on_it_may_not_speak_http1(serve):
    """RFC 9113 section 3.4."""
    server = serve(SHOP, *made().options)
    with Frames(server.port, over=agreed(server), preface=request("GET", "/users")) as peer:
        assert peer.finish() == PROTOCOL_ERROR


@needs_openssl
def test_over_tls_large_content_goes_both_ways(serve):
    server = serve(SHOP, *made().options)
    name = "x" * 60
    with Frames(server.port, over=agreed(server), preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 2**30)) +
                frame(WINDOW_UPDATE, 0, 0, number(2**30))) as peer:
        for at in range(1, 121, 2):
            assert peer.ask(at, post("/users"), content(f"{name}{at}")).status == 201
        assert len(json.loads(peer.ask(201, fields("GET", "/users?limit=60")).content)["items"]) == 60


# ---- Its end ----------------------------------------------------------------


def test_content_that_does_not_come_is_408(serve):
    server = serve(SHOP, "--content-timeout", "200ms")
    with Frames(server.port) as peer:
        assert peer.ask_only_head(1, post("/users")).status == 408
        assert peer.ask(3, fields("GET", "/users")).status == 200


def test_an_idle_connection_is_told_when_it_ends(serve):
    server = serve(SHOP, "--idle-timeout", "200ms")
    with Frames(server.port) as peer:
        assert peer.finish() == NO_ERROR


def test_draining_answers_what_came_and_says_which_it_was(shop):
    with Frames(shop.port) as peer:
        peer.send(headers(1, post("/users", ("expect", "100-continue")), END_HEADERS))
        assert peer.until(lambda: peer.streams[1].interim)
        shop.signal(signal.SIGTERM)
        assert peer.until(lambda: peer.goaway) and peer.goaway == (1, NO_ERROR)
        peer.send(headers(3, fields("GET", "/users")), frame(DATA, END_STREAM, 1, content()))
        assert peer.answer(1).status == 201
        assert peer.finish() == NO_ERROR and 3 not in {s for s, a in peer.streams.items() if a.fields}


def test_a_client_that_closed_its_side_is_answered(peer):
    peer.send(headers(1, fields("GET", "/users")))
    peer.socket.shutdown(1)
    assert peer.answer(1).status == 200
    peer.finish()


EMPTY = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"


def test_a_reload_is_seen_by_the_next_stream(serve):
    server = serve(SHOP.read_text())
    with Frames(server.port) as peer:
        assert peer.ask(1, fields("GET", "/users")).status == 200
        server.document.write_text(EMPTY)
        server.signal(signal.SIGHUP)
        stream = 3
        for _ in patiently("the new document is not served"):
            if peer.ask(stream, fields("GET", "/users")).status == 404:
                return
            stream += 2
