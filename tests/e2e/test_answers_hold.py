"""What `statute routes` computes holds: the example shop answers nothing else, and all of it can be had.

One request is made for every operation, status and error code that is listed, by whatever brings that
code: a wrong field, a wrong content, a state of the store. What no request from outside can bring has its
reason below. Then each line of the log must be in the lists, and its node must be a row that decides so.
"""

import collections
import concurrent.futures
import contextlib
import itertools
import json
import re
import sqlite3

import pytest

from harness import SHOP, request, run
from problems import assert_obliged, assert_problem
from shop_data import created, order, product, settings, user

pytestmark = pytest.mark.expects_5xx

Operation = collections.namedtuple("Operation", "method path")

UNBROUGHT = {
    "OUTCOME_UNKNOWN": "the disk would have to break between a commit and its answer",
    "STORAGE_FULL": "takes a disk that is full: test_hostile_database.py makes one, where it may",
    "STORE_READ_ONLY": "takes a database that becomes read-only while it is open, which root never sees",
    "STORE_TIMEOUT": "takes a statement of seconds, and no write of one row is so slow",
}

CONTENT_MAX = 65536
ABSENT = {"userId": 999999, "productId": 999999, "orderId": "01990000-0000-7000-8000-000000000000"}


def computed():
    """{operation: {(status, code)}} of the shop, what any path can answer, and what unknown ones can."""
    routes = json.loads(run("routes", "--json", SHOP).stdout)

    def pairs(answers):
        return {(each["status"], code) for each in answers for code in each["errors"] or [None]}

    operations = {Operation(each["method"], each["path"]): pairs(each["answers"]) for each in routes["operations"]}
    return operations, pairs(routes["anywhere"]), pairs(routes["elsewhere"])


OPERATIONS, ANYWHERE, ELSEWHERE = computed()
NUMBERS = itertools.count(1)


class Shop:
    """A shop that is asked: the request that succeeds, on what no other request works on, and its like."""

    def __init__(self, server):
        self.server = server
        self.client = server.client()

    def make(self, kind):
        number = next(NUMBERS)
        if kind == "users":
            return created(self.client.post("/users", json=user(email=f"u{number}@example.com")))
        if kind == "products":
            return created(self.client.post("/products", json=product(slug=f"p-{number}")))
        return created(self.client.post("/orders", json=self.new_order()))

    def new_order(self):
        return order(userId=self.make("users")["id"], productId=self.make("products")["id"])

    def content(self, operation):
        """What a POST, PUT or PATCH may send."""
        kind = kind_of(operation)
        if operation.path == "/users/{userId}/orders":
            return {name: value for name, value in self.new_order().items() if name != "userId"}
        if kind == "orders":
            return self.new_order()
        number = next(NUMBERS)
        return {"users": user(email=f"u{number}@example.com"), "products": product(slug=f"p-{number}"),
                "settings": settings()}[kind]

    def path(self, operation):
        """The path with a new resource in it, where it names one."""
        found = re.search(r"\{(\w+)Id\}", operation.path)
        return operation.path.replace(found[0], str(self.make(found[1] + "s")["id"])) if found else operation.path

    def prepare(self, operation, fields=(), without=(), content=None, path=None, **members):
        """A request that succeeds, but for what the arguments change in it: (method, path, fields, content)."""
        sent = {}
        if operation.method in ("POST", "PUT", "PATCH"):
            sent["Content-Type"] = "application/merge-patch+json" if operation.method == "PATCH" else "application/json"
            if content is None:
                content = {**self.content(operation), **members}
        if operation.path == "/products/{productId}" and operation.method != "GET":
            sent["If-Match"] = "*"
        sent = {name: value for name, value in {**sent, **dict(fields)}.items() if name not in without}
        content = content if content is None or isinstance(content, bytes) else json.dumps(content).encode()
        return operation.method, path or self.path(operation), sent, content

    def send(self, prepared):
        method, path, fields, content = prepared
        return self.client.request(method, path, headers=fields, content=content or None)

    def ask(self, operation, **changes):
        return self.send(self.prepare(operation, **changes))


def kind_of(operation):
    """What an operation makes or works on: the last word of its path that is no id."""
    return re.findall(r"/(\w+)", operation.path)[-1]


# ---- What brings each answer -------------------------------------------------


def absent(shop, operation):
    return shop.ask(operation, path=re.sub(r"\{(\w+)\}", lambda name: str(ABSENT[name[1]]), operation.path))


def already_there(shop, operation):
    member = {"users": "email", "products": "slug"}[kind_of(operation)]
    return shop.ask(operation, **{member: shop.make(kind_of(operation))[member]})


def gone(shop, operation):
    prepared = shop.prepare(operation)
    assert shop.client.delete(prepared[1]).status_code == 204
    return shop.send(prepared)


def in_use(shop, operation):
    in_order = {"users": "userId", "products": "productId"}[kind_of(operation)]
    return shop.ask(operation, path=f"/{kind_of(operation)}/{shop.make('orders')[in_order]}")


def other_id(shop, operation):
    if operation.path == "/users/{userId}/orders":
        return shop.ask(operation, userId=shop.make("users")["id"])
    return shop.ask(operation, id=ABSENT[re.search(r"\{(\w+)\}", operation.path)[1]])


def new_key():
    return {"Idempotency-Key": f'"key-{next(NUMBERS)}"'}


def key_of_another_request(shop, operation):
    method, path, fields, content = shop.prepare(operation, fields=new_key())
    assert shop.send((method, path, fields, content)).status_code in (200, 201)
    return shop.send((method, path, fields, content + b" "))


def key_at_work(shop, operation):
    """The first request with the key waits for 100, and then sends nothing."""
    method, path, fields, content = prepared = shop.prepare(operation, fields=new_key())
    lines = [f"{name}: {value}" for name, value in fields.items()]
    with shop.server.wire() as wire:
        head = request(method, path, *lines, "Expect: 100-continue", f"Content-Length: {len(content)}")
        assert wire.ask(head).status == 100
        return shop.send(prepared)


def invalid_parameter(shop, operation):
    if operation.method == "GET":
        return shop.ask(operation, path=shop.path(operation) + "?limit=0")
    return shop.ask(operation, fields={"If-Match": b'"\xff"'})  # a parameter that is a string is UTF-8


def refused_by_the_database(shop, operation):
    """A trigger of the owner's own, of which no document says anything."""
    prepared = shop.prepare(operation)
    table = "_singleton" if kind_of(operation) == "settings" else kind_of(operation)
    with contextlib.closing(sqlite3.connect(shop.server.database)) as owner:
        for verb in ("INSERT", "UPDATE"):
            owner.execute(f"CREATE TRIGGER no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
        response = shop.send(prepared)
        for verb in ("INSERT", "UPDATE"):
            owner.execute(f"DROP TRIGGER no_{verb}")
    return response


def changed(**changes):
    return lambda shop, operation: shop.ask(operation, **changes)


def with_fields(**fields):
    return changed(fields={name.replace("_", "-"): value for name, value in fields.items()})


def json_patch(**step):
    return changed(fields={"Content-Type": "application/json-patch+json"}, content=[step])


BRINGS = {
    200: with_fields(Prefer="return=representation"),
    201: changed(),
    204: changed(),
    304: with_fields(If_None_Match="*"),
    "CONSTRAINT_VIOLATED": refused_by_the_database,
    "CONTENT_REQUIRED": changed(content=b"", without=["Content-Type"]),
    "CONTENT_TOO_LARGE": changed(content="x" * CONTENT_MAX),
    "DIGEST_MISMATCH": with_fields(Content_Digest="sha-256=:AAAA:"),
    "EMAIL_ALREADY_EXISTS": already_there,
    "ENCODING_NOT_ACCEPTABLE": with_fields(Accept_Encoding="identity;q=0"),
    "IDEMPOTENCY_KEY_REUSED": key_of_another_request,
    "ID_MISMATCH": other_id,
    "INVALID_IDEMPOTENCY_KEY": with_fields(Idempotency_Key="two words"),
    "INVALID_PARAMETER": invalid_parameter,
    "INVALID_STATE_TRANSITION": changed(status="delivered"),
    "MALFORMED_BODY": changed(content=b'{"name": '),
    "MALFORMED_CODING": with_fields(Content_Encoding="br"),
    "MALFORMED_CONDITION": with_fields(If_Match="no quotes"),
    "NOT_ACCEPTABLE": with_fields(Accept="image/png"),
    "PARTIAL_PUT_UNSUPPORTED": with_fields(Content_Range="bytes 0-9/100"),
    "PATCH_PATH_NOT_FOUND": json_patch(op="remove", path="/no/such/place"),
    "PATCH_TEST_FAILED": json_patch(op="test", path="/createdAt", value="never"),
    "PRECONDITION_FAILED": with_fields(If_Match='"stale"'),
    "PRECONDITION_REQUIRED": changed(without=["If-Match"]),
    "REFERENCE_NOT_FOUND": changed(productId=ABSENT["productId"]),
    "REQUEST_IN_PROGRESS": key_at_work,
    "RESOURCE_GONE": gone,
    "RESOURCE_IN_USE": in_use,
    "RESOURCE_NOT_FOUND": absent,
    "SLUG_ALREADY_EXISTS": already_there,
    "UNSUPPORTED_CONTENT_ENCODING": with_fields(Content_Encoding="zstd"),
    "UNSUPPORTED_MEDIA_TYPE": with_fields(Content_Type="text/plain"),
    "VALIDATION_FAILED": changed(name=5, quantity="two"),
    "VERSION_MISMATCH": changed(version=999999),
}

# What takes bytes of its own, or a state of the store: tests of their own below.
ON_THE_WIRE = {"MALFORMED_CHUNK", "REQUEST_TIMEOUT"}
BY_THE_STORE = {"STORE_BUSY", "STORE_UNAVAILABLE", "INTERNAL_ERROR"}


# ---- Holding one against the other -------------------------------------------


def listed(*codes):
    """(operation, status) of each that lists one of the codes."""
    return [(operation, status) for operation, answers in OPERATIONS.items()
            for status, code in answers if code in codes]


def assert_answer(response, status, code):
    if code:
        assert_problem(response, status, code)
    else:
        assert_obliged(response, status)


def verdicts_of_nodes():
    """{node: {(status, code)}}: what each row of the graph decides."""
    nodes = json.loads(run("decide", "--json").stdout)["nodes"]
    return {node["id"]: {(way["status"], way["code"]) for way in (node["yes"], node["no"]) if "status" in way}
            for node in nodes}


def assert_log_holds(server):
    """No line of the log has an answer that is not listed, or one that its node does not decide."""
    verdicts, lines = verdicts_of_nodes(), [line for line in server.log() if line["status"]]
    for line in lines:
        status, code = line["status"], line.get("error")
        method = "GET" if line["method"] == "HEAD" else line["method"]
        known = OPERATIONS.get(Operation(method, line.get("route")), ELSEWHERE)
        if line["method"] != "OPTIONS" or status >= 400:
            assert (status, code) in known | ANYWHERE, line
        generic = re.sub(".*_ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS", code or "")
        decided = verdicts.get(line["node"])  # none where it was a row of the parser
        assert not decided or (status, generic) in decided or not code and status in dict(decided), line
    return len(lines)


# ---- The tests ---------------------------------------------------------------


@pytest.mark.core
def test_each_listed_answer_has_a_way_to_it_or_a_reason():
    everything = {code or status for answers in OPERATIONS.values() for status, code in answers}
    assert everything == set(BRINGS) | ON_THE_WIRE | BY_THE_STORE | set(UNBROUGHT)


def test_each_listed_answer_comes_and_no_other(serve):
    server = serve(SHOP, "--content-max", CONTENT_MAX)
    shop, others = Shop(server), []
    for operation, answers in OPERATIONS.items():
        for status, code in answers:
            if (code or status) not in BRINGS:
                continue
            response = BRINGS[code or status](shop, operation)
            try:
                assert_answer(response, status, code)
            except AssertionError as error:
                others.append(f"{operation} {status} {code}: {error}")
    assert not others, "\n".join(others)
    assert assert_log_holds(server) > 200


def test_each_operation_with_content_refuses_a_broken_chunk(serve):
    server = serve()
    shop = Shop(server)
    for operation, status in listed("MALFORMED_CHUNK"):
        method, path, fields, _ = shop.prepare(operation)
        with server.wire() as wire:
            lines = [f"{name}: {value}" for name, value in fields.items()]
            response = wire.ask(request(method, path, *lines, "Transfer-Encoding: chunked") + b"2\r\n{}xx\r\n")
            assert_problem(response, status, "MALFORMED_CHUNK")
            assert response.closes
    assert_log_holds(server)


def test_each_operation_with_content_waits_for_it_and_not_for_ever(serve):
    server = serve(SHOP, "--content-timeout", "300ms")
    shop = Shop(server)
    with contextlib.ExitStack() as stack:
        waiting = []
        for operation, status in listed("REQUEST_TIMEOUT"):
            method, path, fields, _ = shop.prepare(operation)
            wire = stack.enter_context(server.wire())
            wire.send(request(method, path, *[f"{name}: {value}" for name, value in fields.items()],
                              "Content-Length: 100"))
            waiting.append((wire, status))
        for wire, status in waiting:
            assert_problem(wire.read(), status, "REQUEST_TIMEOUT")
    assert_log_holds(server)


def locked(server, owner):
    owner.execute("BEGIN IMMEDIATE")


def away(server, owner):
    server.database.rename(server.folder / "away.db")


def without_tables(server, owner):
    for table in ("users", "products", "orders", "_singleton"):
        owner.execute(f"ALTER TABLE {table} RENAME TO {table}_away")


@pytest.mark.parametrize("code, trouble", [
    ("STORE_BUSY", locked), ("STORE_UNAVAILABLE", away), ("INTERNAL_ERROR", without_tables),
])
def test_each_operation_that_needs_the_store_says_what_is_wrong_with_it(serve, code, trouble):
    server = serve()
    shop = Shop(server)
    # Writes first: that a file is away is seen by the first write.
    asked = sorted(listed(code), key=lambda each: each[0].method == "GET")
    prepared = [shop.prepare(operation) for operation, _ in asked]
    with contextlib.closing(sqlite3.connect(server.database, isolation_level=None)) as owner:
        trouble(server, owner)
        if code == "STORE_BUSY":  # each waits for the lock a while, so all do it at once
            with concurrent.futures.ThreadPoolExecutor(len(asked)) as pool:
                responses = list(pool.map(shop.send, prepared))
        else:
            responses = [shop.send(each) for each in prepared]
    for response, (operation, status) in zip(responses, asked):
        assert_problem(response, status, code)
    assert_log_holds(server)


def test_what_the_document_does_not_name_answers_what_is_listed_too(serve):
    """HEAD that follows GET, OPTIONS, methods and paths that are not there."""
    server = serve()
    shop = Shop(server)
    for operation in OPERATIONS:
        path = shop.path(operation)
        if operation.method == "GET":
            for fields in ({}, {"If-None-Match": "*"}, {"If-Match": "none"}, {"Accept": "image/png"}):
                got, head = (shop.client.request(method, path, headers=fields) for method in ("GET", "HEAD"))
                assert (head.status_code, head.content) == (got.status_code, b""), (path, fields)
        assert shop.client.request("OPTIONS", path, headers={"If-Match": '"stale"'}).status_code == 204
        assert_problem(shop.client.request("TRACE", path), 405, "METHOD_NOT_ALLOWED")
        assert_problem(shop.client.request("FROB", path), 501, "METHOD_NOT_IMPLEMENTED")
        assert_problem(shop.client.request("GET", path + "/no/more"), 404, "PATH_NOT_FOUND")
    assert_problem(shop.client.get("/users", headers={"Expect": "a miracle"}), 417, "EXPECTATION_FAILED")
    assert_problem(shop.client.delete("/settings"), 405, "METHOD_NOT_ALLOWED")
    assert_log_holds(server)
