"""Forty-two conversations with the API of faults.yaml, over one connection each, for whoever makes
the server fail in the middle of them.

A script is a list of steps, a step a list of requests that are sent without waiting. The
database that all begin with is made by SEED.
"""

import dataclasses
import json

from harness import request

JSON = "Content-Type: application/json"
MERGE = "Content-Type: application/merge-patch+json"
PATCH = "Content-Type: application/json-patch+json"


@dataclasses.dataclass(frozen=True)
class Ask:
    """One request. With `continues`, the content waits for 100 or for the answer."""

    method: str
    head: bytes
    content: bytes = b""
    continues: bool = False

    @property
    def changes(self):
        return self.method not in ("GET", "HEAD", "OPTIONS")


def ask(method, path, *fields, content=None):
    return Ask(method, request(method, path, *fields, content=content))


def get(path, *fields):
    return ask("GET", path, *fields)


def post(path, content, *fields):
    return ask("POST", path, JSON, *fields, content=content)


def put(path, content, *fields):
    return ask("PUT", path, JSON, *fields, content=content)


def merge(path, content, *fields):
    return ask("PATCH", path, MERGE, *fields, content=content)


def patch(path, *operations):
    return ask("PATCH", path, PATCH, content=list(operations))


def delete(path, *fields):
    return ask("DELETE", path, *fields)


def chunked(method, path, content, *fields, size=7):
    text = json.dumps(content).encode()
    parts = [text[at:at + size] for at in range(0, len(text), size)]
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    return Ask(method, request(method, path, JSON, "Transfer-Encoding: chunked", *fields) + body)


def expecting(method, path, content, *fields):
    text = json.dumps(content).encode()
    head = request(method, path, JSON, "Expect: 100-continue", f"Content-Length: {len(text)}", *fields)
    return Ask(method, head, text, continues=True)


def user(number, **more):
    return {"email": f"u{number}@example.com", "name": f"User {number}", **more}


def product(slug, **more):
    return {"slug": slug, "name": "Tea pot", "price": 19.90, **more}


def order(**more):
    return {"userId": 1, "productId": 1, "quantity": 2, "subtotal": 39.80, **more}


# Two users, three products, two orders, a note.
SEED = [
    [post("/users", user(1)), post("/users", user(2, pin="1234"))],
    [post("/products", product(slug)) for slug in ("tea-pot", "cup", "saucer")],
    [post("/orders", order()), post("/orders", order(discount=5))],
    [put("/notes/a", {"text": "one"})],
]

_LONG = "x" * 40000
_KEY = 'Idempotency-Key: "k-1"'
_MATCH = 'If-Match: "1"'

SCRIPTS = {
    "read an item, then again": [[get("/users/1")], [get("/users/1")]],
    "read what is not there": [[get("/users/9")], [get("/users/x")], [get("/nowhere")]],
    "read with conditions": [
        [get("/products/1", 'If-None-Match: "1"')], [get("/products/1", 'If-None-Match: "2", W/"1"')],
        [get("/products/1", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT")],
        [get("/products/1", 'If-Match: "7"')],
    ],
    "list a collection": [[get("/users")], [get("/orders")]],
    "list in an order, in pages": [[get("/users?sort=-email&limit=1")], [get("/products?sort=slug,-id&limit=2")]],
    "list with a filter": [[get("/users?email=u2%40example.com")], [get("/products?name=Tea%20pot&sort=-slug")]],
    "list with wrong parameters": [[get("/users?limit=x&sort=shoe&cursor=rubbish")], [get("/products?limit=0")]],
    "create": [[post("/products", product("jug"))], [get("/products/4")]],
    "create two, read the list": [[post("/users", user(3))], [post("/users", user(4))], [get("/users")]],
    "create a duplicate": [[post("/users", user(1))], [post("/products", product("cup"))]],
    "create what breaks the schema": [
        [post("/products", {"slug": "No Slug", "price": -1, "tags": ["a", "a"], "what": {"deep": [1, 2]}})],
        [post("/users", {"email": "no address", "name": ""})],
    ],
    "create with broken content": [[ask("POST", "/users", JSON, content=b'{"email": "a')], [post("/users", [])]],
    "create without content, or of a type nobody takes": [
        [ask("POST", "/products", "Content-Length: 0")],
        [ask("POST", "/products", "Content-Type: text/plain", content=b"tea pot")],
        [ask("POST", "/products", JSON, "Content-Encoding: gzip", content=b"tea pot")],
    ],
    "create what is long": [[post("/products", product("long", description=_LONG))], [get("/products/4")]],
    "send more than is taken": [[post("/products", product("huge", description="x" * 300000))]],
    "create in chunks": [[chunked("POST", "/products", product("jug"))], [get("/products?sort=id")]],
    "create in chunks, long": [[chunked("POST", "/products", product("jug", description=_LONG), size=9000)]],
    "wait for 100": [[expecting("POST", "/products", product("jug"))], [expecting("PUT", "/users/9", user(9))]],
    "replace": [[put("/products/1", product("pot", stock=3), _MATCH)], [get("/products/1")]],
    "replace under a condition that fails": [
        [put("/products/1", product("pot"))], [put("/products/1", product("pot"), 'If-Match: "3"')],
        [put("/products/9", product("pot"), "If-Match: *")],
    ],
    "change with a merge patch": [[merge("/users/2", {"name": "Eve", "pin": None})], [get("/users/2")]],
    "change nothing": [[merge("/users/1", {})], [merge("/users/1", {"name": "User 1"})]],
    "change with a JSON patch": [
        [patch("/users/1", {"op": "test", "path": "/name", "value": "User 1"},
               {"op": "replace", "path": "/name", "value": "Ada"}, {"op": "copy", "from": "/name", "path": "/pin"})],
        [get("/users/1")],
    ],
    "patches that do not fit": [
        [patch("/users/1", {"op": "test", "path": "/name", "value": "x"})],
        [patch("/users/1", {"op": "remove", "path": "/nothing"})],
        [patch("/users/1", {"op": "dance", "path": "/name"})], [merge("/users/1", {"email": 7})],
    ],
    "change to what another has": [[merge("/users/2", {"email": "u1@example.com"})]],
    "delete": [[delete("/products/3", _MATCH)], [get("/products/3")], [delete("/products/3", _MATCH)]],
    "delete what others refer to": [[delete("/users/1")], [delete("/users/2")]],
    "delete for good": [[delete("/orders/2")], [get("/orders/2")], [delete("/orders/2")]],
    "refer to nothing": [[post("/orders", order(userId=9))], [post("/orders", order(productId=7, userId=8))]],
    "break rules": [[post("/orders", order(quantity=0, discount=90))], [merge("/orders/1", {"quantity": -1})]],
    "move through states": [
        [merge("/orders/1", {"status": "paid"})], [merge("/orders/1", {"status": "pending"})],
        [merge("/orders/1", {"status": "shipped"})],
    ],
    "below a parent": [
        [get("/users/1/orders?status=pending")], [get("/users/9/orders")],
        [post("/users/2/orders", {"productId": 2, "quantity": 1, "subtotal": 5})],
        [post("/users/9/orders", {"productId": 2, "quantity": 1, "subtotal": 5})],
    ],
    "name the id oneself": [
        [put("/notes/b", {"text": "two"}, "If-None-Match: *")], [put("/notes/b", {"text": "three"})],
        [put("/notes/a", {"text": "x"}, "If-None-Match: *")], [delete("/notes/a")], [put("/notes/a", {"text": "new"})],
    ],
    "a singleton": [
        [get("/settings")], [put("/settings", {"name": "Corner"})], [merge("/settings", {"version": 7})],
        [merge("/settings", {"currency": "USD"})],
    ],
    "a password": [[post("/users", user(5, password="correct horse", pin="1"))], [get("/users/3")]],
    "methods": [
        [ask("OPTIONS", "/users/1")], [ask("OPTIONS", "*")], [ask("HEAD", "/users")], [ask("HEAD", "/users/9")],
        [delete("/users")], [ask("BREW", "/users")],
    ],
    "errors as pages": [
        [get("/users/9", "Accept: text/html")], [get("/users", "Accept: image/png")],
        [get("/-/errors", "Accept: text/html")], [get("/-/errors/RESOURCE_GONE")], [get("/-/ready")],
    ],
    "a pipeline of reads": [[get("/users/1"), get("/users/9"), get("/products"), get("/users/2"), get("/settings")]],
    "a pipeline of writes": [
        [post("/users", user(6)), merge("/users/2", {"name": "Eve"}), delete("/notes/a"), post("/users", user(6))],
        [get("/users")],
    ],
    "create under a key, and again": [
        [post("/products", product("jug"), _KEY)], [post("/products", product("jug"), _KEY)],
        [post("/products", product("mug"), _KEY)], [get("/products?sort=id")],
    ],
    "change under a key, and again": [
        [merge("/products/1", {"stock": 3}, _MATCH, _KEY)], [merge("/products/1", {"stock": 3}, _MATCH, _KEY)],
        [post("/products", product("cup"), 'Idempotency-Key: "a" b')], [get("/products/1")],
    ],
    "a head that is refused": [[Ask("GET", b"GET /users HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n")]],
}
assert len(SCRIPTS) == 42
