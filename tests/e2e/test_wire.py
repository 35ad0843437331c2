"""Block A of the decision list over real sockets: what is answered before there is a
request, how connections live on and end, and when 100 Continue is sent."""

import json

import pytest

from harness import SHOP, request, serving
from problems import assert_obliged, assert_problem
from shop_data import user

HOST = "Host: shop.test\r\n"
JSON = "Content-Type: application/json"


def assert_refused(wire, response, status, code):
    """Refused for its bytes: the problem, and the end of the connection."""
    assert_problem(response, status, code)
    assert response.closes
    assert wire.is_ended()


def chunked(content, size=7):
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def post_chunked(body, *fields):
    return request("POST", "/users", JSON, "Transfer-Encoding: chunked", *fields) + body


# ---- What is no request -----------------------------------------------------

REFUSED = {
    # The request line (RFC 9112 section 3).
    "a method longer than any known one": ("A" * 200 + " /users HTTP/1.1\r\n" + HOST, 501, "METHOD_NOT_IMPLEMENTED"),
    "a method that is no token": ("GE(T /users HTTP/1.1\r\n" + HOST, 400, "MALFORMED_REQUEST_LINE"),
    "two spaces after the method": ("GET  /users HTTP/1.1\r\n" + HOST, 400, None),
    "a space in the target": ("GET /us ers HTTP/1.1\r\n" + HOST, 400, None),
    "a tab for a space": ("GET\t/users HTTP/1.1\r\n" + HOST, 400, None),
    "no target": ("GET HTTP/1.1\r\n" + HOST, 400, None),
    "a target of 20 kB": ("GET /" + "a" * 20000 + " HTTP/1.1\r\n" + HOST, 414, "URI_TOO_LONG"),
    "a query of 20 kB": ("GET /users?name=" + "a" * 20000 + " HTTP/1.1\r\n" + HOST, 414, "URI_TOO_LONG"),
    "an escape that is none": ("GET /users/%zz HTTP/1.1\r\n" + HOST, 400, "MALFORMED_TARGET"),
    "an escape cut short": ("GET /users/%4 HTTP/1.1\r\n" + HOST, 400, "MALFORMED_TARGET"),
    "an escaped NUL": ("GET /users/%00 HTTP/1.1\r\n" + HOST, 400, "MALFORMED_TARGET"),
    "escapes that are no UTF-8": ("GET /users/%ff%fe HTTP/1.1\r\n" + HOST, 400, "MALFORMED_TARGET"),
    "a fragment": ("GET /users#top HTTP/1.1\r\n" + HOST, 400, "MALFORMED_TARGET"),
    "a relative target": ("GET users HTTP/1.1\r\n" + HOST, 400, "MALFORMED_TARGET"),
    "an asterisk with GET": ("GET * HTTP/1.1\r\n" + HOST, 400, "MALFORMED_TARGET"),
    "a target that is not UTF-8": (b"GET /caf\xe9 HTTP/1.1\r\n" + HOST.encode(), 400, "MALFORMED_TARGET"),
    "a version in small letters": ("GET /users http/1.1\r\n" + HOST, 400, None),
    "a version with one number": ("GET /users HTTP/1\r\n" + HOST, 400, None),
    "HTTP/2.0": ("GET /users HTTP/2.0\r\n" + HOST, 505, "HTTP_VERSION_NOT_SUPPORTED"),
    "HTTP/3.7": ("GET /users HTTP/3.7\r\n" + HOST, 505, "HTTP_VERSION_NOT_SUPPORTED"),
    # Field lines (RFC 9112 section 5).
    "a space before a colon": ("GET /users HTTP/1.1\r\nHost : shop.test\r\n", 400, "MALFORMED_FIELD"),
    "a folded field": ("GET /users HTTP/1.1\r\n" + HOST + "X-A: one\r\n two\r\n", 400, "MALFORMED_FIELD"),
    "a space before the first field": ("GET /users HTTP/1.1\r\n " + HOST, 400, "MALFORMED_FIELD"),
    "a field without a name": ("GET /users HTTP/1.1\r\n" + HOST + ": x\r\n", 400, "MALFORMED_FIELD"),
    "a field without a colon": ("GET /users HTTP/1.1\r\n" + HOST + "Hello\r\n", 400, "MALFORMED_FIELD"),
    "a field name that is no token": ("GET /users HTTP/1.1\r\n" + HOST + "X(A): 1\r\n", 400, "MALFORMED_FIELD"),
    "a NUL in a field": ("GET /users HTTP/1.1\r\n" + HOST + "X-A: a\0b\r\n", 400, "MALFORMED_FIELD"),
    "a CR in a field": ("GET /users HTTP/1.1\r\n" + HOST + "X-A: a\rb\r\n", 400, "MALFORMED_FIELD"),
    "a lone LF at the end of a field": ("GET /users HTTP/1.1\r\n" + HOST + "X-A: a\n", 400, "MALFORMED_FIELD"),
    "a field of 40 kB": ("GET /users HTTP/1.1\r\n" + HOST + "X-Long: " + "a" * 40000, 431, "FIELD_SECTION_TOO_LARGE"),
    "a thousand fields": ("GET /users HTTP/1.1\r\n" + HOST + "X-A: 1\r\n" * 1000, 431, "FIELD_SECTION_TOO_LARGE"),
    # Host (RFC 9112 section 3.2).
    "no Host": ("GET /users HTTP/1.1\r\n", 400, "INVALID_HOST"),
    "two Host fields": ("GET /users HTTP/1.1\r\n" + HOST + HOST, 400, "INVALID_HOST"),
    "a Host that is none": ("GET /users HTTP/1.1\r\nHost: a b\r\n", 400, "INVALID_HOST"),
    "a Host with a path": ("GET /users HTTP/1.1\r\nHost: shop.test/x\r\n", 400, "INVALID_HOST"),
    "a Host with a port of letters": ("GET /users HTTP/1.1\r\nHost: shop.test:http\r\n", 400, "INVALID_HOST"),
    # Framing (RFC 9112 section 6).
    "both lengths": (
        "POST /users HTTP/1.1\r\n" + HOST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400, "AMBIGUOUS_FRAMING"),
    "two different lengths": (
        "POST /users HTTP/1.1\r\n" + HOST + "Content-Length: 4\r\nContent-Length: 5\r\n", 400, "AMBIGUOUS_FRAMING"),
    "a negative length": ("POST /users HTTP/1.1\r\n" + HOST + "Content-Length: -1\r\n", 400, "AMBIGUOUS_FRAMING"),
    "a length with a plus": ("POST /users HTTP/1.1\r\n" + HOST + "Content-Length: +4\r\n", 400, "AMBIGUOUS_FRAMING"),
    "a length in hexadecimal": ("POST /users HTTP/1.1\r\n" + HOST + "Content-Length: 0x4\r\n", 400, "AMBIGUOUS_FRAMING"),
    "a length past 64 bits": (
        "POST /users HTTP/1.1\r\n" + HOST + "Content-Length: 18446744073709551617\r\n", 400, "AMBIGUOUS_FRAMING"),
    "chunked twice": (
        "POST /users HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked, chunked\r\n", 400, "AMBIGUOUS_FRAMING"),
    "chunked not last": ("POST /users HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked, gzip\r\n", 400, None),
    "an unknown transfer coding": (
        "POST /users HTTP/1.1\r\n" + HOST + "Transfer-Encoding: gzip, chunked\r\n", 501, "TRANSFER_CODING_NOT_IMPLEMENTED"),
    "Transfer-Encoding in HTTP/1.0": (
        "POST /users HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n", 400, "AMBIGUOUS_FRAMING"),
    "CONNECT": ("CONNECT shop.test:80 HTTP/1.1\r\n" + HOST, 501, "METHOD_NOT_IMPLEMENTED"),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """One server for all the tests here that change nothing."""
    with serving(tmp_path_factory.mktemp("wire")) as server:
        yield server


@pytest.fixture
def wire(kept):
    with kept.wire() as wire:
        yield wire


@pytest.mark.core
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_request_is_refused_and_the_connection_closed(wire, name):
    head, status, code = REFUSED[name]
    wire.send(head)
    wire.send("\r\n")
    response = wire.read()
    if code is None:
        code = response.json()["error"]
    assert_refused(wire, response, status, code)


def test_a_request_without_version_is_refused(wire):
    assert_refused(wire, wire.ask("GET /users\r\n\r\n"), 505, "HTTP_VERSION_NOT_SUPPORTED")


def test_a_limit_is_answered_before_the_head_is_whole(wire):
    assert_refused(wire, wire.ask("GET /" + "a" * 70000), 414, "URI_TOO_LONG")


def test_431_names_the_field_to_blame(wire):
    response = wire.ask("GET /users HTTP/1.1\r\n" + HOST + "X-Long: " + "a" * 40000)
    assert "x-long" in response.content.decode().lower()


def test_505_names_the_versions_that_there_are(wire):
    response = wire.ask("GET /users HTTP/3.7\r\n" + HOST + "\r\n")
    assert "HTTP/1.1" in response.json()["detail"]


def test_after_a_refusal_nothing_that_follows_is_a_request(wire):
    smuggled = request("GET", "/settings")
    wire.send("POST /users HTTP/1.1\r\n" + HOST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    wire.send(smuggled)
    assert_refused(wire, wire.read(), 400, "AMBIGUOUS_FRAMING")


@pytest.mark.core
def test_408_ends_a_head_that_does_not_come(serve):
    with serve(SHOP, "--header-timeout", "300ms").wire() as wire:
        wire.send("GET /users HTTP/1.1\r\nHost: sh")
        assert_refused(wire, wire.read(), 408, "REQUEST_TIMEOUT")


def test_408_ends_content_that_does_not_come(serve):
    server = serve(SHOP, "--content-timeout", "300ms")
    with server.wire() as wire:
        wire.send(request("POST", "/users", JSON, "Content-Length: 1000") + b'{"email":')
        response = wire.read()
        assert_problem(response, 408, response.json()["error"])
        assert response.closes and wire.is_ended()


def test_an_idle_connection_is_closed_without_a_word(serve):
    server = serve(SHOP, "--idle-timeout", "300ms")
    with server.wire() as wire:
        assert wire.is_ended()
    with server.wire() as wire:
        assert wire.ask(request("GET", "/users")).status == 200
        assert wire.is_ended()


# ---- Targets and versions ---------------------------------------------------


@pytest.mark.parametrize("head", [
    "GET http://other.test/users HTTP/1.1\r\n" + HOST,
    "GET http://other.test:8080/users?limit=5 HTTP/1.1\r\n" + HOST,
    "GET /users HTTP/1.1\r\nHost: [::1]:8080\r\n",
    "GET /users HTTP/1.1\r\nhOsT:shop.test\r\n",
    "GET /users HTTP/1.7\r\n" + HOST,
    "\r\nGET /users HTTP/1.1\r\n" + HOST,
    "GET /%75sers HTTP/1.1\r\n" + HOST,
    "GET /users? HTTP/1.1\r\n" + HOST,
], ids=lambda head: head.strip().split("\r\n")[0])
def test_unusual_requests_that_are_valid_are_served(wire, head):
    assert wire.ask(head + "\r\n").status == 200
    assert wire.ask(request("GET", "/users")).status == 200


def test_http_1_0_needs_no_host_and_is_closed(wire):
    response = wire.ask("GET /users HTTP/1.0\r\n\r\n")
    assert response.status == 200 and response.closes
    assert wire.is_ended()


def test_http_1_0_is_kept_where_the_client_asks(wire):
    response = wire.ask("GET /users HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert response.status == 200
    assert response.field("Connection").lower() == "keep-alive"
    assert wire.ask("GET /users HTTP/1.0\r\n\r\n").status == 200


@pytest.mark.parametrize("method, status, code", [
    ("FOO", 501, "METHOD_NOT_IMPLEMENTED"),
    ("PROPFIND", 501, "METHOD_NOT_IMPLEMENTED"),
    ("get", 501, "METHOD_NOT_IMPLEMENTED"),
    ("TRACE", 405, "METHOD_NOT_ALLOWED"),
    ("DELETE", 405, "METHOD_NOT_ALLOWED"),
    ("PATCH", 405, "METHOD_NOT_ALLOWED"),
])
def test_a_method_is_unknown_or_not_allowed(wire, method, status, code):
    assert_problem(wire.ask(request(method, "/users")), status, code, path="/users")
    assert wire.ask(request("GET", "/users")).status == 200


def test_405_lists_what_is_allowed(wire):
    allow = wire.ask(request("DELETE", "/users")).field("Allow")
    assert {method.strip() for method in allow.split(",")} == {"GET", "HEAD", "POST", "OPTIONS"}


def test_options_of_the_server_and_of_a_path(wire):
    everything = wire.ask(request("OPTIONS", "*"))
    assert_obliged(everything, 204)
    assert {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} <= {
        method.strip() for method in everything.field("Allow").split(",")
    }
    one = wire.ask(request("OPTIONS", "/users/1"))
    assert_obliged(one, 204)
    assert {method.strip() for method in one.field("Allow").split(",")} == {
        "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"
    }
    assert "application/merge-patch+json" in one.field("Accept-Patch")


@pytest.mark.parametrize("path", ["/users", "/users/99", "/nowhere", "/users?limit=0", "/-/errors", "/-/health"])
def test_head_has_the_fields_of_get_and_no_content(wire, path):
    get = wire.ask(request("GET", path))
    head = wire.ask(request("HEAD", path), method="HEAD")
    assert head.status == get.status
    varying = ("date", "x-request-id")
    assert [f for f in head.fields if f[0].lower() not in varying] == [
        f for f in get.fields if f[0].lower() not in varying
    ]
    assert wire.ask(request("GET", "/users")).status == 200


# ---- A connection that goes on ----------------------------------------------


@pytest.mark.core
def test_errors_that_are_no_fault_of_the_framing_keep_the_connection(wire):
    for data, status in [
        (request("GET", "/nowhere"), 404),
        (request("POST", "/users", JSON, content=b"{"), 400),
        (request("POST", "/users", JSON, content={}), 422),
        (request("POST", "/users", "Content-Type: text/csv", content=b"a,b"), 415),
        (request("PUT", "/products/1", JSON, content={}), 404),
        (request("GET", "/users", "Accept: image/png"), 406),
        (request("GET", "/users"), 200),
    ]:
        response = wire.ask(data)
        assert response.status == status, response
        assert not response.closes


def test_connection_close_is_obeyed(wire):
    response = wire.ask(request("GET", "/users", "Connection: close"))
    assert response.status == 200 and response.closes
    assert wire.is_ended()


@pytest.mark.core
def test_pipelined_requests_are_answered_in_order(wire):
    paths = ["/users", "/nowhere", "/products", "/users/99", "/-/health"] * 10
    wire.send(b"".join(request("GET", path) for path in paths))
    assert [wire.read().status for _ in paths] == [200, 404, 200, 404, 200] * 10


def test_content_is_never_taken_for_a_request(wire):
    inner = request("DELETE", "/users/1")
    wire.send(request("POST", "/users", "Content-Type: text/plain", content=inner) + request("GET", "/products"))
    assert [wire.read().status, wire.read().status] == [415, 200]
    wire.send(request("GET", "/users", content=inner) + request("GET", "/products"))
    assert [wire.read().status, wire.read().status] == [200, 200]


def test_what_comes_byte_by_byte_is_the_same_request(wire):
    for byte in request("GET", "/users?limit=3", "Accept: application/json"):
        wire.send(bytes([byte]))
    assert wire.read().status == 200


def test_a_client_that_closed_its_side_still_gets_its_answers(wire):
    wire.send(request("GET", "/users") + request("GET", "/nowhere"))
    wire.finish()
    assert [wire.read().status, wire.read().status] == [200, 404]
    assert wire.is_ended()


# ---- Content ----------------------------------------------------------------


@pytest.mark.core
def test_chunked_content_is_taken(shop):
    with shop.wire() as wire:
        content = json.dumps(user()).encode()
        wire.send(post_chunked(chunked(content)) + request("GET", "/users/1"))
        assert wire.read().status == 201
        assert wire.read().json()["email"] == "ada@example.com"
        content = json.dumps(user(email="b@example.com")).encode()
        body = b'%X;name="a b"\r\n%s\r\n000\r\nTrailer: x\r\n\r\n' % (len(content), content)
        assert wire.ask(post_chunked(body)).status == 201


@pytest.mark.parametrize("body", [
    b"xyz\r\n", b"-1\r\n", b"0x5\r\nhello\r\n", b" 5\r\nhello\r\n", b"5\nhello\r\n", b"5\r\nhello!\r\n",
    b"ffffffffffffffffff\r\n", b"5\r\nhello\r\n0\r\nBad Trailer: x\r\n\r\n",
])
def test_chunks_that_are_malformed_are_400(wire, body):
    wire.send(post_chunked(body))
    assert_refused(wire, wire.read(), 400, "MALFORMED_CHUNK")


def test_content_that_ends_early_is_no_request(kept):
    with kept.wire() as wire:
        wire.send(request("POST", "/users", JSON, "Content-Length: 1000") + json.dumps(user()).encode())
        wire.finish()
        if not wire.is_ended():
            assert_problem(wire.read(), 400, "MALFORMED_CHUNK")
    with kept.wire() as wire:
        assert wire.ask(request("GET", "/users?email=ada@example.com")).json()["total"] == 0


@pytest.mark.core
def test_a_refused_upload_of_5_mb_can_read_its_answer(wire):
    wire.send(request("POST", "/users", JSON, "Content-Length: 5000000"))
    for _ in range(100):
        wire.send(b"a" * 50000)
    response = wire.read()
    assert_problem(response, 413, "CONTENT_TOO_LARGE", path="/users")
    assert response.closes


def test_chunked_content_past_the_limit_is_413(wire):
    wire.send(post_chunked(b""))
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    for _ in range(48):
        wire.send(chunk)
    response = wire.read()
    assert_problem(response, 413, "CONTENT_TOO_LARGE")
    assert response.closes


@pytest.mark.parametrize("fields, status, code", [
    (["Content-Length: 1"], 415, "UNSUPPORTED_MEDIA_TYPE"),
    (["Content-Type: application/json; charset=utf-16", "Content-Length: 1"], 415, "UNSUPPORTED_MEDIA_TYPE"),
    ([JSON, "Content-Encoding: zstd", "Content-Length: 1"], 415, "UNSUPPORTED_CONTENT_ENCODING"),
    ([JSON, "Content-Length: 0"], 400, "CONTENT_REQUIRED"),
    ([JSON], 400, "CONTENT_REQUIRED"),
])
def test_fields_about_content_decide_before_the_content(wire, fields, status, code):
    wire.send(request("POST", "/users", *fields))
    assert_problem(wire.read(), status, code)


@pytest.mark.parametrize("expect", ["200-ok", "100-continue, x", "x=1"])
def test_an_unknown_expectation_is_417(wire, expect):
    assert_problem(wire.ask(request("GET", "/users", f"Expect: {expect}")), 417, "EXPECTATION_FAILED")


# ---- 100 Continue (RFC 9110 section 10.1.1) -----------------------------------


@pytest.mark.core
def test_100_continue_is_sent_once_everything_else_is_well(shop):
    content = json.dumps(user()).encode()
    with shop.wire() as wire:
        wire.send(request("POST", "/users", JSON, "Expect: 100-continue", f"Content-Length: {len(content)}"))
        assert wire.read().status == 100
        wire.send(content)
        assert wire.read().status == 201
        assert wire.ask(request("GET", "/users/1")).status == 200


@pytest.mark.parametrize("method, path, fields, status", [
    ("POST", "/nowhere", [JSON], 404),
    ("POST", "/users", ["Content-Type: text/csv"], 415),
    ("DELETE", "/users", [JSON], 405),
    ("PUT", "/users/99", [JSON], 404),
    ("POST", "/users", [JSON, "Accept: image/png"], 406),
])
def test_what_the_head_decides_is_answered_without_100(wire, method, path, fields, status):
    wire.send(request(method, path, *fields, "Expect: 100-continue", "Content-Length: 30"))
    assert wire.read().status == status


def test_500_mb_are_refused_without_100(wire):
    wire.send(request("POST", "/users", JSON, "Expect: 100-continue", "Content-Length: 500000000"))
    response = wire.read()
    assert_problem(response, 413, "CONTENT_TOO_LARGE")
    assert response.closes


def test_a_stale_tag_is_412_without_100(shop):
    client = shop.client()
    client.post("/users", json=user()).raise_for_status()
    with shop.wire() as wire:
        wire.send(request("PUT", "/users/1", JSON, 'If-Match: "stale"', "Expect: 100-continue", "Content-Length: 30"))
        assert_problem(wire.read(), 412, "PRECONDITION_FAILED")


def test_no_100_goes_to_http_1_0_nor_without_content(wire):
    content = b'{"email":"x"}'
    wire.send(f"POST /users HTTP/1.0\r\n{JSON}\r\nExpect: 100-continue\r\nContent-Length: {len(content)}\r\n\r\n")
    wire.send(content)
    assert wire.read().status == 422


def test_no_100_is_sent_where_no_content_is_announced(wire):
    assert wire.ask(request("GET", "/users", "Expect: 100-continue")).status == 200
