"""Every error of RFC 9113 that a client can make gets the error that the RFC names: of the
stream, after which the connection goes on, or of the connection, which ends with GOAWAY.

An endpoint may treat a stream error as one of the connection (section 5.4.2 leaves it that
way round alone): rows that say ON_STREAM allow both, rows that say ON_CONNECTION do not.
"""

import pytest

from harness import SHOP
from frames import (
    ACK, COMPRESSION_ERROR, CONTINUATION, DATA, END_HEADERS, END_STREAM, FLOW_CONTROL_ERROR,
    FRAME_SIZE_ERROR, GOAWAY, HEADERS, PADDED, PING, PREFACE, PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE,
    REFUSED_STREAM, RST_STREAM, SETTINGS, STREAM_CLOSED, WINDOW_UPDATE, WITH_PRIORITY, Frames, block, fields, frame,
    headers, number, setting,
)

GET = fields()
POST = fields("POST", "/products", ("content-type", "application/json"))
OPEN = headers(1, POST, END_HEADERS)  # a stream whose content is to come
DONE = headers(1, GET)
CANCEL_IT = frame(RST_STREAM, 0, 1, number(8))

CONNECTION = {
    # Section 3.4
    "a preface that goes on wrongly": (None, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\rX", None),
    "no SETTINGS after the preface": (None, PREFACE + frame(PING, 0, 0, b"12345678"), {PROTOCOL_ERROR}),
    # Section 4.2
    "a frame larger than SETTINGS_MAX_FRAME_SIZE": (OPEN, frame(DATA, 0, 1, b"x" * 16385), {FRAME_SIZE_ERROR}),
    "HEADERS larger than SETTINGS_MAX_FRAME_SIZE": (
        b"", frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x00" * 16385), {FRAME_SIZE_ERROR}),
    # Section 4.3
    "a field section that is no HPACK": (
        b"", frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\xff\xff\xff\xff\xff\xff"), {COMPRESSION_ERROR}),
    "an index beyond the table": (b"", frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\xfe"), {COMPRESSION_ERROR}),
    "index 0": (b"", frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x80"), {COMPRESSION_ERROR}),
    "a table size update beyond the setting": (
        b"", frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x3f\xff\xff\x03" + block(*GET)), {COMPRESSION_ERROR}),
    "a text of Huffman code that is none": (
        b"", frame(HEADERS, END_HEADERS | END_STREAM, 1, block(*GET) + b"\x00\x84\xff\xff\xff\xff\x01x"),
        {COMPRESSION_ERROR}),
    "HEADERS within a field section of another stream": (
        b"", frame(HEADERS, END_STREAM, 1, block(*GET)) + headers(3, GET), {PROTOCOL_ERROR}),
    "PING within a field section": (
        b"", frame(HEADERS, END_STREAM, 1, block(*GET)) + frame(PING, 0, 0, b"12345678"), {PROTOCOL_ERROR}),
    "an unknown frame within a field section": (
        b"", frame(HEADERS, END_STREAM, 1, block(*GET)) + frame(0xEE, 0, 1), {PROTOCOL_ERROR}),
    # Section 5.1: a stream that is idle, half-closed (remote) or closed
    "DATA on an idle stream": (b"", frame(DATA, END_STREAM, 1, b"{}"), {PROTOCOL_ERROR}),
    "RST_STREAM on an idle stream": (b"", frame(RST_STREAM, 0, 1, number(8)), {PROTOCOL_ERROR}),
    "WINDOW_UPDATE on an idle stream": (b"", frame(WINDOW_UPDATE, 0, 1, number(1)), {PROTOCOL_ERROR}),
    "CONTINUATION on an idle stream": (b"", frame(CONTINUATION, END_HEADERS, 1, block(*GET)), {PROTOCOL_ERROR}),
    "DATA on a stream that ended, answered": ((DONE, 1), frame(DATA, END_STREAM, 1, b"{}"), {STREAM_CLOSED}),
    "HEADERS on a stream that ended, answered": ((DONE, 1), headers(1, GET), {STREAM_CLOSED, PROTOCOL_ERROR}),
    # Section 5.1.1
    "an even stream identifier": (b"", headers(2, GET), {PROTOCOL_ERROR}),
    "an identifier lower than one before": ((headers(5, GET), 5), headers(3, GET), {PROTOCOL_ERROR, STREAM_CLOSED}),
    # Section 6.1
    "DATA on stream 0": (b"", frame(DATA, 0, 0, b"x"), {PROTOCOL_ERROR}),
    "DATA with padding as long as the frame": (OPEN, frame(DATA, PADDED, 1, b"\x05abcd"), {PROTOCOL_ERROR}),
    "DATA with padding and no length of it": (OPEN, frame(DATA, PADDED, 1, b""), {FRAME_SIZE_ERROR, PROTOCOL_ERROR}),
    # Section 6.2
    "HEADERS on stream 0": (b"", headers(0, GET), {PROTOCOL_ERROR}),
    "HEADERS with padding as long as the frame": (
        b"", frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, b"\xff" + block(*GET)[:100]), {PROTOCOL_ERROR}),
    "HEADERS with a priority cut short": (
        b"", frame(HEADERS, END_HEADERS | END_STREAM | WITH_PRIORITY, 1, b"\0\0\0"), {FRAME_SIZE_ERROR}),
    # Section 6.3
    "PRIORITY on stream 0": (b"", frame(PRIORITY, 0, 0, number(0) + b"\x10"), {PROTOCOL_ERROR}),
    # Section 6.4
    "RST_STREAM on stream 0": (b"", frame(RST_STREAM, 0, 0, number(8)), {PROTOCOL_ERROR}),
    "RST_STREAM of 3 bytes": (OPEN, frame(RST_STREAM, 0, 1, b"abc"), {FRAME_SIZE_ERROR}),
    "RST_STREAM of 5 bytes": (OPEN, frame(RST_STREAM, 0, 1, b"abcde"), {FRAME_SIZE_ERROR}),
    # Section 6.5
    "SETTINGS on a stream": (OPEN, frame(SETTINGS, 0, 1), {PROTOCOL_ERROR}),
    "SETTINGS of 5 bytes": (b"", frame(SETTINGS, 0, 0, b"abcde"), {FRAME_SIZE_ERROR}),
    "a SETTINGS acknowledgement with content": (b"", frame(SETTINGS, ACK, 0, setting(3, 1)), {FRAME_SIZE_ERROR}),
    "SETTINGS_ENABLE_PUSH of 2": (b"", frame(SETTINGS, 0, 0, setting(2, 2)), {PROTOCOL_ERROR}),
    "SETTINGS_INITIAL_WINDOW_SIZE of 2^31": (b"", frame(SETTINGS, 0, 0, setting(4, 2**31)), {FLOW_CONTROL_ERROR}),
    "SETTINGS_MAX_FRAME_SIZE of 16383": (b"", frame(SETTINGS, 0, 0, setting(5, 16383)), {PROTOCOL_ERROR}),
    "SETTINGS_MAX_FRAME_SIZE of 2^24": (b"", frame(SETTINGS, 0, 0, setting(5, 2**24)), {PROTOCOL_ERROR}),
    # Section 6.6 and 8.4
    "PUSH_PROMISE from a client": (OPEN, frame(PUSH_PROMISE, END_HEADERS, 1, number(2) + block(*GET)), {PROTOCOL_ERROR}),
    # Section 6.7
    "PING on a stream": (OPEN, frame(PING, 0, 1, b"12345678"), {PROTOCOL_ERROR}),
    "PING of 7 bytes": (b"", frame(PING, 0, 0, b"1234567"), {FRAME_SIZE_ERROR}),
    # Section 6.8
    "GOAWAY on a stream": (OPEN, frame(GOAWAY, 0, 1, number(0) + number(0)), {PROTOCOL_ERROR}),
    "GOAWAY of 7 bytes": (b"", frame(GOAWAY, 0, 0, b"1234567"), {FRAME_SIZE_ERROR}),
    # Section 6.9
    "WINDOW_UPDATE of 3 bytes": (b"", frame(WINDOW_UPDATE, 0, 0, b"abc"), {FRAME_SIZE_ERROR}),
    "WINDOW_UPDATE by 0 on the connection": (b"", frame(WINDOW_UPDATE, 0, 0, number(0)), {PROTOCOL_ERROR}),
    "a window of the connection beyond 2^31-1": (
        b"", frame(WINDOW_UPDATE, 0, 0, number(2**31 - 1)) * 2, {FLOW_CONTROL_ERROR}),
    "a window that SETTINGS makes larger than 2^31-1": (
        OPEN + frame(WINDOW_UPDATE, 0, 1, number(2**31 - 1 - 65535)), frame(SETTINGS, 0, 0, setting(4, 65536)),
        {FLOW_CONTROL_ERROR}),
    # Section 6.10
    "CONTINUATION after a field section that ended": (DONE, frame(CONTINUATION, END_HEADERS, 1, b""), {PROTOCOL_ERROR}),
    "CONTINUATION on stream 0": (
        frame(HEADERS, END_STREAM, 1, block(*GET)), frame(CONTINUATION, END_HEADERS, 0, b""), {PROTOCOL_ERROR}),
    "CONTINUATION of another stream": (
        frame(HEADERS, END_STREAM, 1, block(*GET)), frame(CONTINUATION, END_HEADERS, 3, b""), {PROTOCOL_ERROR}),
}


def prepare(peer, before):
    """Sends what comes before; a pair is to be answered on a stream first."""
    if isinstance(before, tuple):
        peer.send(before[0])
        assert peer.answer(before[1]).status == 200
    else:
        peer.send(before)


@pytest.mark.core
@pytest.mark.parametrize("name", CONNECTION)
def test_ends_the_connection(shop, name):
    before, wrong, codes = CONNECTION[name]
    if before is None:
        peer = Frames(shop.port, preface=wrong)
    else:
        peer = Frames(shop.port)
        prepare(peer, before)
        peer.send(wrong)
    with peer:
        if codes is None:
            peer.socket.settimeout(30)
            assert b"505" in peer.socket.recv(100)  # it is HTTP/1.1, of a version that is none
        else:
            assert peer.finish() in codes
    assert shop.client().get("/products").status_code == 200


def request_of(*pairs):
    return headers(1, pairs)


M, S, P, A = (":method", "GET"), (":scheme", "http"), (":path", "/products"), (":authority", "shop.test")
LENGTH_5 = headers(1, [*POST, ("content-length", "5")], END_HEADERS)

STREAM = {
    # Section 5.1
    "DATA on a stream that is half-closed (remote)": (
        headers(1, fields(path="/products")) + frame(DATA, END_STREAM, 1, b"{}"), {STREAM_CLOSED}),
    "HEADERS on a stream that is half-closed (remote)": (headers(1, GET) + headers(1, GET), {STREAM_CLOSED}),
    # Section 6.3
    "PRIORITY of 4 bytes": (OPEN + frame(PRIORITY, 0, 1, number(0)), {FRAME_SIZE_ERROR}),
    # Section 6.9
    "WINDOW_UPDATE by 0 on a stream": (OPEN + frame(WINDOW_UPDATE, 0, 1, number(0)), {PROTOCOL_ERROR}),
    "a window of a stream beyond 2^31-1": (
        OPEN + frame(WINDOW_UPDATE, 0, 1, number(2**31 - 1)) * 2, {FLOW_CONTROL_ERROR}),
    # Section 8.1
    "a second field section without END_STREAM": (
        OPEN + frame(HEADERS, END_HEADERS, 1, block(("x-a", "1"))), {PROTOCOL_ERROR}),
    "a pseudo-field among the trailers": (
        OPEN + frame(HEADERS, END_HEADERS | END_STREAM, 1, block((":path", "/"))), {PROTOCOL_ERROR}),
    # Section 8.1.1
    "less content than Content-Length says": (LENGTH_5 + frame(DATA, END_STREAM, 1, b"{}"), {PROTOCOL_ERROR}),
    "more content than Content-Length says": (LENGTH_5 + frame(DATA, 0, 1, b"{      }"), {PROTOCOL_ERROR}),
    "Content-Length and no content": (request_of(*POST, ("content-length", "5")), {PROTOCOL_ERROR}),
    "a Content-Length that is no number": (request_of(*POST, ("content-length", "x")), {PROTOCOL_ERROR}),
    "two Content-Length": (
        request_of(*GET, ("content-length", "0"), ("content-length", "1")), {PROTOCOL_ERROR}),
    # Section 8.2
    "a field name with a capital": (request_of(*GET, ("X-A", "1")), {PROTOCOL_ERROR}),
    "a field name with a space": (request_of(*GET, ("x a", "1")), {PROTOCOL_ERROR}),
    "a field name with a colon": (request_of(*GET, ("x:a", "1")), {PROTOCOL_ERROR}),
    "an empty field name": (request_of(*GET, ("", "1")), {PROTOCOL_ERROR}),
    "a field value with CR": (request_of(*GET, ("x-a", "a\rb")), {PROTOCOL_ERROR}),
    "a field value with LF": (request_of(*GET, ("x-a", "a\nb")), {PROTOCOL_ERROR}),
    "a field value with NUL": (request_of(*GET, ("x-a", "a\0b")), {PROTOCOL_ERROR}),
    "a field value that begins with a space": (request_of(*GET, ("x-a", " a")), {PROTOCOL_ERROR}),
    "a field value that ends with a tab": (request_of(*GET, ("x-a", "a\t")), {PROTOCOL_ERROR}),
    # Section 8.2.2
    "Connection": (request_of(*GET, ("connection", "keep-alive")), {PROTOCOL_ERROR}),
    "Transfer-Encoding": (request_of(*GET, ("transfer-encoding", "chunked")), {PROTOCOL_ERROR}),
    "Keep-Alive": (request_of(*GET, ("keep-alive", "1")), {PROTOCOL_ERROR}),
    "Proxy-Connection": (request_of(*GET, ("proxy-connection", "close")), {PROTOCOL_ERROR}),
    "Upgrade": (request_of(*GET, ("upgrade", "h2c")), {PROTOCOL_ERROR}),
    "TE with more than trailers": (request_of(*GET, ("te", "gzip")), {PROTOCOL_ERROR}),
    # Section 8.3
    "a pseudo-field that there is not": (request_of(*GET, (":x", "1")), {PROTOCOL_ERROR}),
    "a pseudo-field of responses": (request_of(*GET[:3], (":status", "200"), GET[3]), {PROTOCOL_ERROR}),
    "a pseudo-field after another field": (request_of(M, S, ("x-a", "1"), P, A), {PROTOCOL_ERROR}),
    "a pseudo-field twice": (request_of(M, S, P, P, A), {PROTOCOL_ERROR}),
    "no :method": (request_of(S, P, A), {PROTOCOL_ERROR}),
    "no :scheme": (request_of(M, P, A), {PROTOCOL_ERROR}),
    "no :path": (request_of(M, S, A), {PROTOCOL_ERROR}),
    "an empty :path": (request_of(M, S, (":path", ""), A), {PROTOCOL_ERROR}),
    "a :path without a slash": (request_of(M, S, (":path", "products"), A), {PROTOCOL_ERROR}),
    "an absolute :path": (request_of(M, S, (":path", "http://shop.test/products"), A), {PROTOCOL_ERROR}),
    "a :path of * with GET": (request_of(M, S, (":path", "*"), A), {PROTOCOL_ERROR}),
    "neither :authority nor Host": (request_of(M, S, P), {PROTOCOL_ERROR}),
    "an empty field section": (frame(HEADERS, END_HEADERS | END_STREAM, 1, b""), {PROTOCOL_ERROR}),
    "Host that differs from :authority": (request_of(*GET, ("host", "other.test")), {PROTOCOL_ERROR}),
    "CONNECT with a :path": (request_of((":method", "CONNECT"), P, A), {PROTOCOL_ERROR}),
    "CONNECT without :authority": (request_of((":method", "CONNECT")), {PROTOCOL_ERROR}),
}


@pytest.mark.core
@pytest.mark.parametrize("name", STREAM)
def test_ends_the_stream(shop, name):
    wrong, codes = STREAM[name]
    with Frames(shop.port) as peer:
        peer.send(wrong)
        answer = peer.answer(1)
        if answer.reset in (None, FLOW_CONTROL_ERROR):
            assert peer.finish() in codes, answer
        else:
            assert answer.reset in codes, answer
            assert not answer.fields, "a malformed request was answered"
            assert peer.ask(3, GET).status == 200


IGNORED = {
    # Section 4.1, 5.5
    "a frame of an unknown type": frame(0xEE, 0xFF, 0, b"what?"),
    "a frame of an unknown type on a stream": frame(0xEE, 0xFF, 1, b"what?"),
    "flags that the type has not": frame(PING, 0xFE, 0, b"12345678"),
    "the reserved bit of an identifier": frame(WINDOW_UPDATE, 0, 0x80000000, number(1)),
    # Section 6.3
    "PRIORITY on an idle stream": frame(PRIORITY, 0, 9, number(0) + b"\x10"),
    # Section 6.5.2
    "an unknown setting": frame(SETTINGS, 0, 0, setting(0xEEEE, 1)),
    # Section 6.8
    "GOAWAY from the client": frame(GOAWAY, 0, 0, number(0) + number(0) + b"bye"),
    # RFC 9218
    "PRIORITY_UPDATE": frame(0x10, 0, 0, number(1) + b"u=1"),
}


@pytest.mark.parametrize("name", IGNORED)
def test_goes_on_after(shop, name):
    with Frames(shop.port) as peer:
        peer.send(IGNORED[name])
        assert peer.is_alive() or name.startswith("GOAWAY")
        if not name.startswith("GOAWAY"):
            assert peer.ask(11, GET).status == 200


CLOSED = {
    "WINDOW_UPDATE": frame(WINDOW_UPDATE, 0, 1, number(10)),
    "RST_STREAM": frame(RST_STREAM, 0, 1, number(8)),
    "PRIORITY": frame(PRIORITY, 0, 1, number(0) + b"\x10"),
}


@pytest.mark.parametrize("name", CLOSED)
def test_on_a_closed_stream_is_no_error(shop, name):
    """Section 5.1: they may have been on their way when the stream ended."""
    with Frames(shop.port) as peer:
        assert peer.ask(1, GET).status == 200
        peer.send(CLOSED[name])
        assert peer.ask(3, GET).status == 200


def test_content_on_its_way_to_a_stream_that_the_server_reset_is_forgotten(shop):
    """Section 5.4.2; and what of it was sent is given back to the connection's window."""
    with Frames(shop.port) as peer:
        for stream in range(1, 41, 2):
            peer.send(headers(stream, [*POST, ("Bad", "1")], END_HEADERS), frame(DATA, 0, stream, b"x" * 16384) * 4,
                      frame(DATA, END_STREAM, stream))
            assert peer.answer(stream).reset == PROTOCOL_ERROR
        assert peer.ask(41, GET).status == 200


def test_more_streams_than_allowed_are_refused_or_an_error(serve):
    """Section 5.1.2: of type PROTOCOL_ERROR or REFUSED_STREAM."""
    with Frames(serve(SHOP, "--streams", "3").port) as peer:
        assert peer.is_alive()
        for stream in (1, 3, 5, 7):
            peer.send(headers(stream, POST, END_HEADERS))
        answer = peer.answer(7)
        assert answer.reset == REFUSED_STREAM or peer.goaway[1] == PROTOCOL_ERROR


def test_content_beyond_the_window_is_a_flow_control_error(shop):
    """Section 6.9.1. An answer before the content gives no more room for it."""
    with Frames(shop.port) as peer:
        peer.acks_pings = False
        assert peer.ask_only_head(1, [*POST, ("content-length", "4000000")]).status == 413
        try:
            for _ in range(200):
                peer.send(frame(DATA, 0, 1, b" " * 16384))
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert peer.finish() == FLOW_CONTROL_ERROR
