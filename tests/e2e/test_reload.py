"""SIGHUP re-reads the document: a good one takes over and no request is lost, a broken one is refused
and what was served before still is."""

import os
import pathlib
import pty
import re
import signal
import subprocess
import threading

import pytest

from harness import PATIENCE, SHOP, binary, is_sanitized, patiently, request
from problems import assert_problem
from reloading import hang_up, told
from shop_data import created
from test_reopen import document

MERGE = {"Content-Type": "application/merge-patch+json"}
OTHER_PATHS = """  /others:
    get: {responses: {"200": {description: All., content: {application/json: {schema: {type: array}}}}}}
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {"201": {description: Made.}}
  /others/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
components:
"""


def with_others(text):
    return text.replace("components:\n", OTHER_PATHS)


def reload(server, text):
    pathlib.Path(server.document).write_text(text)
    return hang_up(server)


def reloaded(server, text):
    said = reload(server, text)
    assert " was reloaded" in said, said
    return said


def refused(server, text):
    said = reload(server, text)
    assert " was not reloaded" in said, said
    return said


@pytest.mark.core
@pytest.mark.threads
def test_paths_that_are_new_answer_and_paths_that_are_gone_do_not(serve):
    server = serve(document())
    client = server.client()
    created(client.post("/things", json={"name": "a"}))
    assert_problem(client.get("/others"), 404, "PATH_NOT_FOUND")
    said = reloaded(server, with_others(document()))
    assert "2 of them bound to nothing" not in said
    assert client.get("/others").json() == []
    created(client.post("/others", json={"name": "b"}))
    reloaded(server, document())
    assert_problem(client.get("/others"), 404, "PATH_NOT_FOUND")
    assert client.get("/things/1").json()["name"] == "a"
    reloaded(server, with_others(document()))
    assert client.get("/others/1").status_code == 200


@pytest.mark.core
def test_members_filters_rules_and_uniques_follow_the_document(serve):
    server = serve(document())
    client = server.client()
    created(client.post("/things", json={"name": "a", "size": 1}))
    reloaded(server, document(resource='unique: [name], rules: [{check: "size > 0", code: TOO_SMALL, field: size}]',
                              parameters="{name: colour, in: query, schema: {type: string}}",
                              members="size: {type: integer}, colour: {type: string}"))
    assert client.post("/things", json={"name": "a"}).json()["error"] == "NAME_ALREADY_EXISTS"
    assert client.post("/things", json={"name": "b", "size": 0}).json()["validationErrors"][0]["code"] == "TOO_SMALL"
    created(client.post("/things", json={"name": "b", "colour": "red"}))
    assert [thing["name"] for thing in client.get("/things?colour=red").json()] == ["b"]
    reloaded(server, document(members="size: {type: string}"))
    created(client.post("/things", json={"name": "a", "size": "large"}))


@pytest.mark.core
def test_a_member_that_becomes_secret_is_not_shown_any_more(serve):
    server = serve(document(members="code: {type: string}"))
    client = server.client()
    shown = created(client.post("/things", json={"name": "a", "code": "s3cret"}))
    created(client.post("/things", json={"name": "code"}))
    assert shown["code"] == "s3cret"
    reloaded(server, document(members="code: {type: string, writeOnly: true}"))
    assert client.get("/things/1").json() == {"id": 1, "name": "a"}
    assert client.get("/things").json() == [{"id": 1, "name": "a"}, {"id": 2, "name": "code"}]
    reloaded(server, document(members="code: {type: string}, _links: {type: object, readOnly: true}"))
    row = client.get("/things/1").json()
    assert row.pop("_links") and row == {"id": 1, "name": "a", "code": "s3cret"}
    reloaded(server, document(members="code: {type: string, writeOnly: true}, _links: {type: object, readOnly: true}"))
    assert "code" not in client.get("/things/1").json()


def test_a_renamed_collection_starts_empty_and_comes_back_with_its_rows(serve):
    server = serve(document())
    client = server.client()
    created(client.post("/things", json={"name": "a"}))
    reloaded(server, document(resource="collection: items"))
    assert client.get("/things").json() == []
    reloaded(server, document())
    assert [thing["name"] for thing in client.get("/things").json()] == ["a"]


@pytest.mark.core
def test_a_broken_document_is_refused_with_file_line_and_column(serve):
    server = serve(document())
    client = server.client()
    created(client.post("/things", json={"name": "a"}))
    said = refused(server, document(members="size: {type: qux}"))
    assert re.search(rf"^{re.escape(str(server.document))}:\d+:\d+: error: .*qux", said, re.MULTILINE), said
    assert client.get("/things/1").json()["name"] == "a"
    assert "error" in refused(server, "openapi: [")
    os.unlink(server.document)
    said = hang_up(server)
    assert "was not reloaded" in said and str(server.document) in said
    assert client.get("/things/1").status_code == 200
    reloaded(server, with_others(document()))
    assert client.get("/others").status_code == 200


def test_files_that_the_document_refers_to_are_read_anew(serve, tmp_path):
    path, other = tmp_path / "api.yaml", tmp_path / "thing.yaml"
    path.write_text(document().replace('{$ref: "#/components/schemas/Thing"}', "{$ref: thing.yaml}"))
    other.write_text("type: object\nrequired: [name]\nproperties: {name: {type: string}, id: {type: integer}}\n")
    server = serve(path)
    client = server.client()
    assert client.post("/things", json={}).status_code == 422
    other.write_text("type: object\nproperties: {name: {type: string}, id: {type: integer}}\n")
    assert "was reloaded" in hang_up(server)
    assert client.post("/things", json={}).status_code == 201
    other.write_text("type: qux\n")
    assert re.search(r"thing\.yaml:1:7: error: .*qux", hang_up(server))
    assert client.post("/things", json={}).status_code == 201


@pytest.mark.core
def test_a_document_that_the_rows_break_is_refused_and_changes_nothing(serve):
    server = serve(document(resource="unique: [name]"))
    client = server.client()
    for name in ("a", "b"):
        created(client.post("/things", json={"name": name, "size": 1}))
    said = refused(server, document(resource="unique: [size]"))
    assert re.search(r":5:\d+: error: .*1, 2", said), said
    assert client.post("/things", json={"name": "a"}).status_code == 409
    said = refused(server, document(resource='rules: [{check: "size >"}]'))
    assert re.search(r":5:\d+: error: ", said), said
    assert client.post("/things", json={"name": "a"}).status_code == 409
    created(client.post("/things", json={"name": "c", "size": 1}))


@pytest.mark.expects_5xx
def test_a_database_that_is_away_refuses_the_document(serve):
    server = serve(document())
    away = server.database.with_name("away.db")
    server.database.rename(away)
    said = refused(server, with_others(document()))
    assert str(server.database) in said
    away.rename(server.database)
    client = server.client()
    assert_problem(client.get("/others"), 404, "PATH_NOT_FOUND")
    created(client.post("/things", json={"name": "a"}))
    reloaded(server, with_others(document()))
    assert client.get("/others").status_code == 200


def test_credentials_that_nobody_checks_are_refused_in_a_reload_too(serve):
    secured = document().replace("    post:\n", "    post:\n      security: [{token: []}]\n").replace(
        "components:\n", "components:\n  securitySchemes: {token: {type: http, scheme: bearer}}\n")
    server = serve(document())
    assert "has no keys" in refused(server, secured)
    assert server.client().post("/things", json={"name": "a"}).status_code == 201
    server = serve(document(), "--no-security")
    assert "warning" in reloaded(server, secured)
    assert server.client().post("/things", json={"name": "a"}).status_code == 201


@pytest.mark.core
@pytest.mark.threads
def test_a_request_in_progress_ends_under_the_document_that_it_began_with(serve):
    server = serve(document())
    with server.wire() as slow, server.wire() as kept:
        assert kept.ask(request("GET", "/things")).status == 200
        content = b'{"name": "a", "size": 1}'
        whole = request("POST", "/things", "Content-Type: application/json", content=content)
        slow.send(whole[:-4])
        _wait_until_read(server, slow)
        reloaded(server, with_others(document(members="size: {type: string}")))
        assert kept.ask(request("GET", "/others")).status == 200
        bad = kept.ask(request("POST", "/things", "Content-Type: application/json", content=content))
        assert bad.status == 422
        slow.send(whole[-4:])
        response = slow.read("POST")
        assert response.status == 201 and response.json()["size"] == 1
        again = slow.ask(request("POST", "/things", "Content-Type: application/json", content=content))
        assert again.status == 422, "the next request of the same connection sees the new document"


def _wait_until_read(server, wire):
    """The head of a request was sent: waits until the server has begun with it."""
    for _ in patiently("the head was not read"):
        if _is_read(server, wire):
            return


def _is_read(server, wire):
    """Has the server taken all that was sent?"""
    host, port = wire.socket.getsockname()
    address = "".join(f"{int(part):02X}" for part in reversed(host.split("."))) + f":{port:04X}"
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[2] == address:
            return words[4].endswith(":00000000")
    return False


@pytest.mark.core
def test_a_write_of_the_earlier_document_meets_both_documents(serve):
    server = serve(document(resource="unique: [name]"), expects_5xx=True)
    client = server.client()
    created(client.post("/things", json={"name": "a", "size": 1}))
    with server.wire() as first, server.wire() as second, server.wire() as third:
        parts = []
        for wire, body in ((first, b'{"name": "a", "size": 2}'), (second, b'{"name": "b", "size": 1}'),
                           (third, b'{"name": "c", "size": 3}')):
            whole = request("POST", "/things", "Content-Type: application/json", content=body)
            wire.send(whole[:-1])
            _wait_until_read(server, wire)
            parts.append((wire, whole[-1:]))
        reloaded(server, document(resource="unique: [size]"))
        answers = [wire.ask(rest, "POST") for wire, rest in parts]
        assert [answer.status for answer in answers] == [409, 503, 201]
        assert answers[0].json()["error"] == "NAME_ALREADY_EXISTS"
        assert answers[1].json()["error"] == "STORE_BUSY" and answers[1].field("Retry-After")
    assert client.post("/things", json={"name": "b", "size": 1}).json()["error"] == "SIZE_ALREADY_EXISTS"


def test_documents_that_slow_requests_hold_on_to_are_bounded(serve):
    server = serve(document())
    slow = []
    for number in range(15):
        wire = server.wire()
        whole = request("POST", "/things", "Content-Type: application/json", content={"name": f"n{number}"})
        wire.send(whole[:-1])
        _wait_until_read(server, wire)
        slow.append((wire, whole[-1:]))
        reloaded(server, document())
    assert "15 earlier documents" in refused(server, with_others(document()))
    for wire, rest in slow:
        assert wire.ask(rest, "POST").status == 201
        wire.close()
    for _ in patiently("the earlier documents are not let go"):
        if " was reloaded" in reload(server, with_others(document())):
            break
    assert server.client().get("/others").status_code == 200


@pytest.mark.core
def test_tags_hold_across_a_reload(serve):
    server = serve()
    client = server.client()
    product = client.post("/products", json={"slug": "tea", "name": "Tea", "price": 2})
    tag = product.headers["ETag"]
    assert "was reloaded" in hang_up(server)
    assert client.get("/products/1", headers={"If-None-Match": tag}).status_code == 304
    changed = client.patch("/products/1", json={"price": 3}, headers={"If-Match": tag, **MERGE})
    assert changed.status_code == 200
    assert "was reloaded" in hang_up(server)
    assert client.patch("/products/1", json={"price": 4}, headers={"If-Match": tag, **MERGE}).status_code == 412
    tag = changed.headers["ETag"]
    assert client.patch("/products/1", json={"price": 4}, headers={"If-Match": tag, **MERGE}).status_code == 200


def test_a_cursor_goes_on_across_a_reload(serve):
    server = serve()
    client = server.client()
    for number in range(5):
        created(client.post("/products", json={"slug": f"s{number}", "name": "S", "price": number}))
    page = client.get("/products?limit=2")
    assert "was reloaded" in hang_up(server)
    following = client.get(page.links["next"]["url"])
    assert [row["slug"] for row in following.json()["items"]] == ["s2", "s3"]


class Load:
    """Threads that create and change things until they are told to stop; whatever is not right is kept."""

    def __init__(self, server, count):
        self.server, self.wrong, self.made, self.changed = server, [], [], 0
        self.ends = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def _run(self, number):
        try:
            with self.server.wire() as wire:
                count = 0
                while not self.ends.is_set():
                    count += 1
                    self._once(wire, f"{number}-{count}")
        except BaseException as error:  # an assertion in a thread has to fail the test
            self.wrong.append(repr(error))

    def _once(self, wire, name):
        made = wire.ask(request("POST", "/things", "Content-Type: application/json", content={"name": name}), "POST")
        assert made.status == 201, made
        path, tag = made.field("Location"), made.field("ETag")
        read = wire.ask(request("GET", path))
        assert read.status == 200 and read.json()["name"] == name, read
        wire.send(request("GET", path, f"If-None-Match: {tag}") + request("GET", "/things?limit=1"))
        assert [wire.read().status, wire.read().status] == [304, 200]
        with self.lock:
            self.made.append(name)


@pytest.mark.core
@pytest.mark.threads
def test_no_request_is_lost_over_many_reloads(serve):
    texts = [document(), with_others(document(resource="unique: [name]", members="size: {type: string}")),
             document(parameters="{name: size, in: query, schema: {type: integer}}")]
    server = serve(document(), "--workers", "2")
    with Load(server, 4) as load:
        for count in range(12):
            reloaded(server, texts[count % 3])
            refused(server, "openapi: 3.1.0")
    assert not load.wrong, load.wrong
    assert len(load.made) > 12
    client = server.client()
    assert client.get(f"/things/{len(load.made)}").status_code == 200
    assert client.get(f"/things/{len(load.made) + 1}").status_code == 404


def test_two_hangups_at_once_end_in_the_last_document(serve):
    server = serve(document())
    client = server.client()
    for text in (with_others(document()), document(), with_others(document())):
        pathlib.Path(server.document).write_text(text)
        server.signal(signal.SIGHUP)
        server.signal(signal.SIGHUP)
    for _ in patiently("the last document is not served"):
        if client.get("/others").status_code == 200:
            break
    for _ in patiently("it is still reloading"):
        if told(server) and client.get("/-/health").status_code == 200:
            break


@pytest.mark.core
def test_a_reload_while_it_drains_is_refused_and_the_drain_ends(serve):
    server = serve(document(), "--drain-timeout", "20s")
    with server.wire() as slow:
        whole = request("POST", "/things", "Content-Type: application/json", content={"name": "a"})
        slow.send(whole[:-1])
        _wait_until_read(server, slow)
        server.signal(signal.SIGTERM)
        for _ in patiently("it takes connections still"):
            try:
                server.wire().close()
            except ConnectionResetError:
                continue  # it was in the listener's queue when this closed
            except ConnectionRefusedError:
                break
        said = refused(server, with_others(document()))
        assert "stopping" in said
        response = slow.ask(whole[-1:], "POST")
        assert response.status == 201 and response.closes


@pytest.mark.core
def test_memory_and_descriptors_stay_flat_over_200_reloads(serve):
    server = serve(SHOP)
    client = server.client()
    created(client.post("/users", json={"email": "a@x.test", "name": "A", "password": "correct horse"}))

    def descriptors():
        return len(os.listdir(f"/proc/{server.process.pid}/fd"))

    def kilobytes():
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def reload_often(count):
        for _ in range(count):
            assert "was reloaded" in hang_up(server)
            assert client.get("/users/1").status_code == 200

    is_watched = is_sanitized()  # then a leak is told at the end, and all takes longer
    reload_often(10 if is_watched else 40)
    before = descriptors(), kilobytes()
    reload_often(20 if is_watched else 160)
    assert descriptors() <= before[0] + 2, "descriptors of SQLite wait for the next connection to use them"
    if not is_watched:
        assert kilobytes() <= before[1] * 1.1 + 1024


def _on_terminal(tmp_path, *options, ignores=False):
    """A server whose controlling terminal is a new pseudo-terminal; the process and our end of it."""
    path = tmp_path / "api.yaml"
    path.write_text(document())
    ours, theirs = pty.openpty()

    def lead():
        os.setsid()
        fd = os.open(os.ttyname(theirs), os.O_RDWR)  # the first that a session leader opens controls it
        os.close(fd)
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignores else signal.SIG_DFL)  # whatever the tests run under

    process = subprocess.Popen(
        [binary(), "serve", str(path), "--listen", "127.0.0.1:0", "--db", str(tmp_path / "t.db"), *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=lead)
    os.close(theirs)
    for line in process.stdout:
        if line.startswith("listening on "):
            return process, ours
    raise AssertionError(process.stderr.read())


def _wait_for_reload(process):
    for line in process.stderr:
        if "was reloaded" in line:
            return
    raise AssertionError("it ended instead")


def test_it_ends_with_the_terminal_that_it_was_started_from(tmp_path):
    process, terminal = _on_terminal(tmp_path)
    process.send_signal(signal.SIGHUP)  # the terminal is there: this one only reloads
    _wait_for_reload(process)
    os.close(terminal)
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("ignores", (False, True))
def test_it_outlives_the_terminal_with_a_log_file_and_under_nohup(tmp_path, ignores):
    process, terminal = _on_terminal(tmp_path, *([] if ignores else ["--log", str(tmp_path / "log")]), ignores=ignores)
    os.close(terminal)
    _wait_for_reload(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
