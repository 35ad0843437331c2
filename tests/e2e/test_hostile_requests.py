"""Requests that no client would send: mutated, cut, piped together, in pieces, ended at any moment.

The generator is seeded, so that every run sends the same. What comes back must be responses of
RFC 9112, errors in the one shape, no 5xx but those that say what a client did wrong, and a line of
the log for each."""

import json
import random
import socket

import pytest

from harness import Wire, patiently, request
from problems import assert_problem
from shop_data import created, order, product, user

pytestmark = pytest.mark.core

CASES = 150
SEEDS = range(4)
ALLOWED_5XX = (501, 505)

PATHS = [
    "/users", "/users/1", "/products", "/products/1", "/orders", "/orders/1", "/settings", "/nowhere", "/", "//users",
    "/users/", "/users/1/", "/users/..", "/users/%2e%2e", "/users/1%2f2", "/users/%00", "/users/%0d%0aX-Evil:%20yes",
    "/users/%F0%9F%98%80", "/users/%C0%AF", "/users/" + "9" * 200, "/users/" + "a" * 5000, "/users/-1", "/users/1e3",
    "/users/01", "/users/9223372036854775808", "/users/1;a=b", "/users/'%20OR%201=1--", "*", "http://shop.test/users",
    "http://shop.test:99999/users", "http://u:p@shop.test/users", "/-/ready", "/-/health", "/-/errors", "/-/errors/X",
    "/-/errors/%3Cscript%3E", "/-/",
]
QUERIES = [
    "", "?", "?limit=1", "?limit=0", "?limit=-1", "?limit=99999999999999999999", "?limit=1&limit=2", "?limit=%31",
    "?cursor=", "?cursor=AAAA", "?cursor=%00", "?cursor=eyJhIjoxfQ", "?cursor=" + "A" * 3000, "?sort=name",
    "?sort=-price",
    "?sort=,,,", "?sort=" + ",".join(["name"] * 500), "?sort=password", "?sort=name%20desc", "?email=%0d%0aX-Evil:yes",
    "?email=a%40b.c&role=admin", "?role=%F0%9F%98%80", "?a[b]=c&&&=&=x", "?" + "&".join(f"x{i}=1" for i in range(700)),
    "?email=" + "%41" * 1000, "?price=1e400", "?price=NaN", "?limit=1&cursor=%22%7D%2C%7B%22&sort=name",
]
NEAR = [(method, path) for path in ("/users", "/products", "/orders") for method in ("GET", "POST")]
NEAR += [(method, f"/{name}/{id}") for name in ("users", "products", "orders") for id in (1, 5)
         for method in ("GET", "PUT", "PATCH", "DELETE")]
NEAR += [(method, "/settings") for method in ("GET", "PUT", "PATCH")]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "CONNECT", "FOO", "get"]
FIELDS = [
    "Accept: text/html", "Accept: application/json;q=0, */*;q=0", "Accept: " + "a/b," * 300, "Accept: ;;;,,q=",
    "Accept: */*;q=1.0001", 'Accept: application/json; a="\\', "If-Match: *", 'If-Match: "1"',
    'If-Match: "' + "x" * 900,
    "If-None-Match: " + '"1",' * 900, "If-None-Match: W/", "If-Modified-Since: Thu, 32 Foo 9999 99:99:99 GMT",
    "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", "If-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT",
    "Range: bytes=0-0", "Range: bytes=" + "0-0," * 500, "Prefer: return=minimal", 'Prefer: return="', "Prefer: ,;,=",
    "Expect: 100-continue", "Expect: 200-ok", "Connection: close", "Connection: keep-alive, upgrade", "Upgrade: h2c",
    "X-Request-Id: abc", "X-Request-Id: a\tb\"\\", "X-Request-Id: " + "z" * 900, "X-Request-Id: \xff\xfe",
    "X-Forwarded-For: 1.1.1.1", "X-HTTP-Method-Override: DELETE", "Content-Encoding: gzip",
    "Content-Encoding: identity", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: \x0bchunked", "Content-Length: 5", "Content-Length: 18446744073709551617",
    "Content-Length: 5, 5", "Host: evil.test", "Cookie: a=b; c=\"d", "TE: trailers",
    "Content-Range: bytes 0-1/2", "Idempotency-Key: \"k\"", "Origin: null", "Access-Control-Request-Method: PUT",
    "Accept-Encoding: identity;q=0", "Accept-Language: *", "Content-Type: text/plain",
    "Content-Type: application/json; charset=utf-7", "Authorization: Bearer x", "X-" + "N" * 300 + ": 1",
    "X-Latin: \xe9\xe8", "Date: now", "Trailer: Host", "Early-Data: 1",
]
TYPES = ["application/json", "application/merge-patch+json", "application/json-patch+json", "text/json",
         "APPLICATION/JSON", "application/json;", "application/json; charset=\"UTF-8\"", ""]
NUMBERS = ["-0", "1e-400", "0." + "1" * 9000, "9" * 4000, "1E+", "Infinity"]
COPY_OF_ALL = {"op": "copy", "from": "", "path": "/a"}  # twice as large with each
BYTES = [0, 9, 10, 11, 13, 32, 34, 37, 44, 58, 92, 127, 128, 255]
ENDS = [b"0\r\n\r\n", b"0\r\n\r\n", b"000\r\n\r\n", b"0\r\nX-T: 1\r\n\r\n", b"0\r\nHost: x\r\n\r\n", b"0\r\n", b"",
        b"g\r\n", b"-1\r\n", b"ffffffffffffffff1\r\n", b"0\r\n" + b"X: y\r\n" * 300 + b"\r\n"]


def json_rubbish(dice):
    """Content that is JSON, or nearly."""
    good = json.dumps(dice.choice([user(), product(), order(), {"name": "n"}, {"email": None}, [], {}, 1, "x", None]))
    return dice.choice([
        lambda: good,
        lambda: good[: dice.randrange(len(good) + 1)],
        lambda: mutated(dice, good.encode()),
        lambda: "[" * dice.choice([10, 100, 5000, 100000]),
        lambda: "[" * 60 + "]" * 60,
        lambda: '{"a":' * dice.choice([60, 70000]) + "1",
        lambda: "{" + ",".join(f'"k{i}":{i}' for i in range(dice.choice([100, 20000]))) + "}",
        lambda: "{" + ",".join(['"a":1'] * 1000) + "}",
        lambda: json.dumps(user(name="\u0000\u001f\u2028\U0001F600", email="a\r\nX-Evil: yes@example.com")),
        lambda: '{"name":"\\ud800","email":"a@b.cc"}',
        lambda: json.dumps(product(slug="a" * dice.choice([100, 100000]), price=0)).replace(" 0", " 1e400"),
        lambda: json.dumps(product()).replace("19.9", dice.choice(NUMBERS)),
        lambda: "\ufeff{}",
        lambda: json.dumps([{"op": dice.choice(["add", "remove", "replace", "copy", "move", "test", "?"]),
                             "path": dice.choice(["", "/", "/name", "/a/b/c", "/~2", "/tags/-", "/tags/01", "x"]),
                             "from": dice.choice(["", "/name", "/nope"]), "value": dice.choice([None, {}, "x", [1]])}
                            for _ in range(dice.choice([1, 3, 2000]))]),
        lambda: json.dumps([{"op": "add", "path": "/a", "value": [1] * 100}] + [COPY_OF_ALL] * 40),
        lambda: bytes(dice.randrange(256) for _ in range(200)),
    ])()


def json_for(dice, path):
    """Content that the path takes, as long as nothing is in the way."""
    number = dice.randrange(1 << 30)
    if path.startswith("/users"):
        return json.dumps(user(email=f"{number}@example.com"))
    return json.dumps(product(slug=f"s-{number}") if path.startswith("/products") else order())


def mutated(dice, data):
    """A few bytes changed, put in, taken away, doubled."""
    data = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 5])):
        at = dice.randrange(len(data) + 1)
        what = dice.randrange(5)
        if what == 0:
            data[at:at] = bytes([dice.choice([*BYTES, dice.randrange(256)])])
        elif what == 1:
            del data[at : at + dice.choice([1, 1, 2, 20])]
        elif what == 2:
            data[at:at] = data[max(0, at - dice.choice([1, 8, 60])) : at]
        elif what == 3 and at < len(data):
            data[at] ^= 1 << dice.randrange(8)
        else:
            data[at:at] = dice.choice([b"\r\n", b"\n", b"\r", b"\r\n\r\n", b": ", b" ", b"\t", b"%", b",", b"\0"])
    return bytes(data)


def chunked(dice, content):
    """Content in chunks of odd sizes, with extensions and trailers, sometimes not quite right."""
    parts, at = [], 0
    while at < len(content):
        size = min(dice.choice([1, 7, 300, 5000, 70000]), len(content) - at)
        extension = dice.choice(["", "", "", ";a=b", ';a="b;\\"c"', " ;x", ";" + "e" * 300])
        head = f"{size:{dice.choice(['x', 'X', '05x'])}}{extension}\r\n".encode()
        parts.append(head + content[at : at + size] + b"\r\n")
        at += size
    return b"".join(parts) + dice.choice(ENDS)


def one_request(dice):
    is_near = dice.random() < 0.6  # one that is nearly right gets further
    method, path = dice.choice(NEAR) if is_near else (dice.choice(METHODS), dice.choice(PATHS))
    target = path + dice.choice(["", dice.choice(QUERIES)])
    fields = dice.sample(FIELDS, dice.choice([0, 0, 0, 1, 2, 6]))
    if dice.random() < 0.5:
        return request(method, target, *fields)
    content = json_for(dice, path) if is_near and dice.random() < 0.5 else json_rubbish(dice)
    content = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    kind = ("application/json" if method != "PATCH" else dice.choice(TYPES[1:3])) if is_near else dice.choice(TYPES)
    fields += [f"Content-Type: {kind}"] if kind else []
    if dice.random() < 0.3:
        return request(method, target, "Transfer-Encoding: chunked", *fields) + chunked(dice, content)
    return request(method, target, *fields, content=content)


def conversation(dice):
    """The bytes of one connection."""
    data = b"".join(one_request(dice) for _ in range(dice.choice([1, 1, 2, 5])))
    if dice.random() < 0.3:
        data = mutated(dice, data)
    if dice.random() < 0.2:
        data = data[: dice.randrange(len(data) + 1)]
    return data


class Patient(Wire):
    """Reads whatever comes to the end of the connection, and holds it to the rules."""

    def _content(self, response, method):
        if self.is_at_end() or self.buffer.startswith(b"HTTP/1.1 "):
            assert self.may_be_head or response.field("Content-Length") in (None, "0"), response
            return b""
        return super()._content(response, method)

    def is_at_end(self):
        while not self.buffer:
            try:
                if not self._more():
                    return True
            except (ConnectionResetError, TimeoutError):
                return True
        return False

    def read_all(self):
        responses = []
        while not self.is_at_end():
            responses.append(self.read())
        return responses


def send_in_pieces(dice, wire, data):
    """False where the server had enough."""
    size = dice.choice([len(data) + 1, len(data) // 2 + 1, 1000, 1460] + ([1] if len(data) < 600 else []))
    try:
        for at in range(0, len(data), size):
            wire.send(data[at : at + size])
    except (ConnectionResetError, BrokenPipeError):
        return False
    return True


def hold(response):
    assert response.status < 500 or response.status in ALLOWED_5XX, response
    assert not response.all("X-Evil"), response
    if response.status >= 400:
        kind = response.field("Content-Type")
        if kind == "application/problem+json" and response.content:
            assert_problem(response, response.status, response.json()["error"])
        else:
            assert kind in ("application/json", "application/problem+json", "text/html; charset=utf-8"), response


def talk(dice, server):
    """One connection; how many answers were read of it."""
    data = conversation(dice)
    wire = Patient(server.port)
    wire.may_be_head = b"HEAD" in data
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    whole = send_in_pieces(dice, wire, data)
    manner = dice.random()
    if manner < 0.15:
        wire.reset()
        return 0
    if manner < 0.2:
        wire.close()
        return 0
    try:
        if whole:
            wire.finish()
        responses = wire.read_all()
    except OSError:
        wire.close()
        return 0
    for response in responses:
        if response.status >= 200:
            hold(response)
    wire.close()
    return sum(response.status >= 200 for response in responses)


def fill(server):
    client = server.client()
    for index in range(20):
        created(client.post("/users", json=user(email=f"u{index}@example.com")))
        created(client.post("/products", json=product(slug=f"p-{index}")))
    client.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_is_sent_brings_it_out_of_its_rules(shop, seed):
    fill(shop)
    dice = random.Random(seed)
    before = len(shop.log())
    answers = sum(talk(dice, shop) for _ in range(CASES))
    assert answers > CASES / 2
    with shop.wire() as wire:
        assert wire.ask(request("GET", "/-/ready")).status == 200
    for _ in patiently("answers without a line in the log"):
        if len(shop.log()) - before > answers:
            break
