"""Half an hour of mixed traffic while the document is reloaded every few seconds: each request gets the
one right answer, memory and descriptors stay where they are, and the rows at the end are those that
were acknowledged.

Each client knows all of its own rows, so that it can tell the right status of whatever it asks. The
documents that take turns differ in paths, members, filters, uniques and rules, in ways that the
rows meet: a right answer is right under both, but where a path or a member is of one of them.
"""

import contextlib
import json
import os
import pathlib
import random
import re
import sqlite3
import statistics
import threading
import time

from harness import PATIENCE, is_sanitized, request
from reloading import hang_up

DOCUMENT = """openapi: 3.1.0
info: {title: Soak, version: "1"}
paths:
  /things:
    x-statute: {unique: [slug]RULES}
    get:
      parameters: [{name: limit, in: query, schema: {type: integer, maximum: 100}},
                   {name: cursor, in: query, schema: {type: string}},
                   {name: sort, in: query, schema: {type: string}},
                   {name: FILTER, in: query, schema: {type: string}}]
      responses: {"200": {description: All., content: {application/json: {schema: {
        type: object, properties: {items: {type: array, items: {$ref: "#/components/schemas/Thing"}},
                                   next: {type: [string, "null"]}}}}}}}
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}}
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"200": {description: Replaced., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
    patch:
      requestBody: {required: true, content: {application/merge-patch+json: {schema: {type: object}}}}
      responses: {"200": {description: Changed., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
    delete: {responses: {"204": {description: Deleted.}}}
OTHERS
components:
  schemas:
    Thing:
      type: object
      required: [slug, size]
      properties: {id: {type: integer, readOnly: true}, slug: {type: string, maxLength: 40}, owner: {type: string},
                   size: {type: integer, minimum: 0, maximum: 1000000}MEMBERS}
"""
OTHERS = """  /extras:
    get: {responses: {"200": {description: All., content: {application/json: {schema: {type: array}}}}}}
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {"201": {description: Made.}}
  /extras/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {description: One.}}}
"""


def document(**parts):
    text = DOCUMENT
    for name in ("RULES", "FILTER", "OTHERS", "MEMBERS"):
        text = text.replace(name, parts.get(name, ""))
    return text


PLAIN = document(FILTER="owner")
RICH = document(FILTER="slug", OTHERS=OTHERS, MEMBERS=", colour: {type: string}",
                RULES=', rules: [{check: "size <= 1000000", code: TOO_LARGE, field: size}]')
BROKEN = ("openapi: [", PLAIN.replace("type: integer, readOnly: true", "type: qux"),
          RICH.replace("size <= 1000000", "size <="), RICH.replace("unique: [slug]", "unique: [owner]"))
JSON = "Content-Type: application/json"
MERGE = "Content-Type: application/merge-patch+json"
KEPT_ROWS = 40  # of each client; as many are created as deleted from then on


class Client(threading.Thread):
    """One that knows what is right; `wrong` says what was not."""

    def __init__(self, soak, name, pace):
        super().__init__(daemon=True)
        self.soak, self.label, self.pace = soak, name, pace
        self.rng = random.Random(name)
        self.rows = {}  # path: (body as it came, tag)
        self.answered, self.unanswered, self.wrong = 0, 0, None
        self.wire = None

    def run(self):
        try:
            self.wire = self.soak.server.wire()
            while not self.soak.ends.wait(self.pace):
                self.step()
        except Exception as error:
            self.wrong = f"{self.label}: {error!r}"
            self.soak.ends.set()
        finally:
            if self.wire:
                self.wire.close()

    # ---- Asking ----

    def connect_anew(self):
        self.wire.close()
        self.wire = self.soak.server.wire()

    def read(self, method, *statuses):
        response = self.wire.read(method)
        self.answered += 1
        assert response.status in statuses, f"{response.status}, not {statuses}: {response!r}"
        if response.closes:
            self.connect_anew()
        return response

    def ask(self, method, path, *fields, statuses, content=None):
        self.wire.send(request(method, path, *fields, content=content))
        return self.read(method, *statuses)

    def keep(self, path, response):
        self.rows[path] = (response.json(), response.field("ETag"))

    def any_row(self):
        path = self.rng.choice(list(self.rows))
        return path, *self.rows[path]

    def slug(self):
        return f"{self.label}-{self.rng.getrandbits(60):x}"

    # ---- What is asked ----

    def step(self):
        if len(self.rows) < 2:
            return self.create()
        return self.rng.choice((
            self.read_one, self.read_one, self.read_one, self.read_unchanged, self.read_list, self.read_extras,
            self.create if len(self.rows) < KEPT_ROWS else self.delete, self.create, self.delete,
            self.change, self.replace, self.change_stale, self.create_taken, self.send_what_is_wrong,
            self.read_many_at_once, self.leave_in_the_middle, self.leave_before_the_answer, self.come_anew,
        ))()

    def create(self):
        body = {"slug": self.slug(), "size": self.rng.randrange(1000), "owner": self.label}
        response = self.ask("POST", "/things", JSON, content=body, statuses=(201,))
        path = response.field("Location")
        assert path not in self.rows
        self.keep(path, response)
        assert self.rows[path][0] == {"id": int(path.rsplit("/", 1)[1]), **body}

    def read_one(self):
        path, body, tag = self.any_row()
        response = self.ask("GET", path, statuses=(200,))
        assert response.json() == body and response.field("ETag") == tag

    def read_unchanged(self):
        path, _, tag = self.any_row()
        self.ask("GET", path, f"If-None-Match: {tag}", statuses=(304,))

    def read_list(self):
        response = self.ask("GET", "/things?limit=20&sort=-size", statuses=(200,))
        items = response.json()["items"]
        assert len(items) <= 20 and items == sorted(items, key=lambda item: -item["size"])

    def read_extras(self):
        self.ask("GET", "/extras", statuses=(200, 404))

    def change(self):
        path, body, tag = self.any_row()
        size = self.rng.randrange(1000)
        response = self.ask("PATCH", path, MERGE, f"If-Match: {tag}", content={"size": size}, statuses=(200,))
        assert response.json() == {**body, "size": size} and response.field("ETag") != tag
        self.keep(path, response)

    def replace(self):
        path, body, tag = self.any_row()
        body = {**body, "slug": self.slug()}
        response = self.ask("PUT", path, JSON, f"If-Match: {tag}", content=body, statuses=(200,))
        assert response.json() == body
        self.keep(path, response)

    def delete(self):
        path, _, tag = self.any_row()
        self.ask("DELETE", path, f"If-Match: {tag}", statuses=(204,))
        del self.rows[path]
        self.ask("GET", path, statuses=(404,))

    def change_stale(self):
        path, _, _ = self.any_row()
        self.ask("PATCH", path, MERGE, 'If-Match: "stale"', content={"size": 1}, statuses=(412,))

    def create_taken(self):
        _, body, _ = self.any_row()
        content = {"slug": body["slug"], "size": 1}
        response = self.ask("POST", "/things", JSON, content=content, statuses=(409,))
        assert response.json()["error"] == "SLUG_ALREADY_EXISTS"

    def send_what_is_wrong(self):
        path, _, _ = self.any_row()
        method, target, field, content, status = self.rng.choice((
            ("POST", "/things", JSON, b"{", 400), ("POST", "/things", JSON, {"slug": 1, "size": -1}, 422),
            ("POST", "/things", "Content-Type: text/plain", b"a", 415), ("GET", "/nowhere", JSON, None, 404),
            ("DELETE", "/things", JSON, None, 405), ("GET", "/things/a", JSON, None, 404),
            ("GET", "/things?limit=0x", JSON, None, 400), ("PATCH", path, MERGE, b"[", 400),
            ("GET", path, "Bad Field: a", None, 400),
        ))
        self.ask(method, target, field, content=content, statuses=(status,))

    def read_many_at_once(self):
        rows = [self.any_row() for _ in range(self.rng.randrange(2, 17))]
        self.wire.send(b"".join(request("GET", path) for path, _, _ in rows))
        for _, body, _ in rows:
            assert self.read("GET", 200).json() == body

    def leave_in_the_middle(self):
        """A request that never comes to its end changes nothing."""
        path, _, _ = self.any_row()
        whole = request("PATCH", path, MERGE, content={"size": 7})
        self.wire.send(whole[: self.rng.randrange(1, len(whole))])
        self.unanswered += 1
        if self.rng.random() < 0.5:
            self.wire.reset()
        self.connect_anew()

    def leave_before_the_answer(self):
        """A change that nobody waits for is done before the next one of its row, or not at all: its tag is stale then."""
        path, body, tag = self.any_row()
        self.wire.send(request("PATCH", path, MERGE, f"If-Match: {tag}", content={"size": 400}))
        self.unanswered += 1
        self.wire.reset()
        self.connect_anew()
        response = self.ask("PATCH", path, MERGE, "If-Match: *", content={"size": 500}, statuses=(200,))
        assert response.json() == {**body, "size": 500}
        self.keep(path, response)

    def come_anew(self):
        self.connect_anew()
        self.read_one()


class SlowClient(Client):
    """Sends content that begins under one document and ends under a later one."""

    def step(self):
        body = {"slug": self.slug(), "size": 1, "owner": self.label}
        whole = request("POST", "/things", JSON, content=body)
        before = self.soak.reloads
        self.wire.send(whole[:-5])
        self.soak.wait_for_reloads(before + 2)
        self.wire.send(whole[-5:])
        response = self.read("POST", 201)
        self.ask("DELETE", response.field("Location"), f"If-Match: {response.field('ETag')}", statuses=(204,))


class Soak:
    def __init__(self, server, every_s):
        self.server, self.every_s = server, every_s
        self.ends = threading.Event()
        self.turn = threading.Condition()
        self.reloads, self.good, self.refused, self.lines = 0, 0, 0, {}
        self.samples = []  # (s, kilobytes, descriptors, bytes of the database with its log)
        self.began = time.monotonic()
        self.clients = [Client(self, f"client{n}", 0.003) for n in range(4)] + [
            SlowClient(self, f"slow{n}", 0.01) for n in range(2)]

    def wait_for_reloads(self, count):
        with self.turn:
            self.turn.wait_for(lambda: self.reloads >= count or self.ends.is_set(), PATIENCE)

    def count_lines(self, path):
        """The access log was renamed before the last reload: nothing writes to it any more."""
        if path.exists():
            for line in path.read_text().splitlines():
                status = json.loads(line)["status"]
                self.lines[status] = self.lines.get(status, 0) + 1

    def reload(self):
        log, old = self.server.log_path, self.server.log_path.with_suffix(".1")
        self.count_lines(old)
        if log.exists():
            log.rename(old)
        kind = self.reloads % 3
        text = (PLAIN, RICH, BROKEN[self.reloads // 3 % len(BROKEN)])[kind]
        pathlib.Path(self.server.document).write_text(text)
        said = hang_up(self.server)
        assert (" was not reloaded" if kind == 2 else " was reloaded") in said, said
        with self.turn:
            self.reloads += 1
            self.good += kind != 2
            self.refused += kind == 2
            self.turn.notify_all()

    def sample(self):
        process = pathlib.Path(f"/proc/{self.server.process.pid}")
        kilobytes = int(re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text()).group(1))
        size = 0
        for suffix in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                size += os.path.getsize(f"{self.server.database}{suffix}")
        self.samples.append((time.monotonic() - self.began, kilobytes, len(os.listdir(process / "fd")), size))

    def run(self, seconds):
        for client in self.clients:
            client.start()
        while not self.ends.wait(self.every_s) and time.monotonic() - self.began < seconds:
            self.reload()
            self.sample()
        self.ends.set()
        with self.turn:
            self.turn.notify_all()
        for client in self.clients:
            client.join(PATIENCE)
        assert not [client.wrong for client in self.clients if client.wrong], [c.wrong for c in self.clients]
        assert not [client.label for client in self.clients if client.is_alive()]

    def between(self, column, begin, end):
        return statistics.median(sample[column] for sample in self.samples if begin <= sample[0] < end)


def rows_of(server):
    rows, path = {}, "/things?limit=100"
    client = server.client()
    while path:
        response = client.get(path)
        assert response.status_code == 200, response.text
        for row in response.json()["items"]:
            rows[f"/things/{row['id']}"] = row
        path = response.links.get("next", {}).get("url")
    return rows


def test_half_an_hour_of_traffic_and_reloads(serve, is_full):
    seconds, every_s = (1800, 5) if is_full else (8, 0.25)
    server = serve(PLAIN, "--workers", "2")
    soak = Soak(server, every_s)
    soak.run(seconds)
    rows = {path: body for client in soak.clients for path, (body, _) in client.rows.items()}
    assert rows_of(server) == rows
    assert len({row["slug"] for row in rows.values()}) == len(rows)
    answered, unanswered = (sum(getattr(client, name) for client in soak.clients) for name in ("answered", "unanswered"))
    begin, end = seconds / 6, seconds / 3  # minutes 5 to 10 of 30, and the last five
    before = [soak.between(column, begin, end) for column in (1, 2, 3)]
    after = [soak.between(column, seconds - begin, seconds + PATIENCE) for column in (1, 2, 3)]
    print(f"{seconds} s: {answered} requests answered, {unanswered} left by their client; {soak.good} reloads, "
          f"{soak.refused} refused; memory {before[0]} -> {after[0]} kB, descriptors {before[1]} -> {after[1]}, "
          f"database with log {before[2]} -> {after[2]} bytes")
    server.stop()
    soak.count_lines(server.log_path.with_suffix(".1"))
    soak.count_lines(server.log_path)
    assert not [status for status in soak.lines if status >= 500], soak.lines
    assert sum(soak.lines.values()) >= answered, "each answer has its line"
    assert sqlite3.connect(server.database).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert after[1] <= before[1] * 1.05 + 1
    if is_full and not is_sanitized():
        assert after[0] <= before[0] * 1.05
        assert after[2] <= before[2] * 1.25
