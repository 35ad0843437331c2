"""Uploads into a folder: PUT, POST and DELETE of files, whatever comes in between."""

import base64
import hashlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading

import h2.connection
import h2.events
import httpx
import pytest
from harness import is_sanitized, patiently
from problems import assert_problem, errors_of

MIB = 1 << 20
TEXT = {"Content-Type": "text/plain"}

DOCUMENT = """
openapi: 3.1.0
info: {{title: Files, version: '1'}}
paths:
  /files:
    x-statute: {{files: {{folder: ./files, uploads: {uploads}}}}}
    post:
      requestBody: {{required: true, content: {{text/plain: {{}}, image/*: {{}}, multipart/form-data: {{}}}}}}
      responses: {{'201': {{description: Made.}}}}
  /files/{{name}}:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    x-statute: {{files: {{folder: ./files, uploads: {uploads}}}}}
    get: {{responses: {{'200': {{description: The file.}}}}}}
    put:
      requestBody: {{content: {{text/plain: {{}}, image/*: {{}}}}}}
      responses: {{'201': {{description: Made.}}, '204': {{description: Replaced.}}}}
    delete: {{responses: {{'204': {{description: Removed.}}}}}}
"""


class Folder:
    """A server with a folder for uploads."""

    def __init__(self, serve, tmp_path, uploads, *options, **more):
        self.path = tmp_path / "files"
        self.path.mkdir()
        document = tmp_path / "api.yaml"
        document.write_text(DOCUMENT.format(uploads=uploads))
        self.server = serve(document, *options, **more)
        self.client = self.server.client()

    def names(self):
        return sorted(path.name for path in self.path.iterdir())

    def read(self, name):
        return (self.path / name).read_bytes()

    def put(self, name, content, **headers):
        return self.client.put(f"/files/{name}", content=content, headers={**TEXT, **{
            key.replace("_", "-"): value for key, value in headers.items()}})

    def put_in_vain(self, name, size):
        """The answer to a PUT that comes before its content is whole, over HTTP/1.1.

        Over HTTP/2 some clients hear of it only after they could send all.
        """
        with httpx.Client(base_url=self.server.url, trust_env=False) as client:
            return client.put(f"/files/{name}", content=b"x" * size, headers=TEXT)

    def becomes_clean(self, *names):
        """Nothing but these files is there, soon."""
        for _ in patiently(f"files are left behind: {self.names()}"):
            if self.names() == sorted(names):
                return


@pytest.fixture
def uploads(serve, tmp_path):
    def start(settings="true", *options, **more):
        return Folder(serve, tmp_path, settings, *options, **more)

    return start


@pytest.fixture
def folder(uploads):
    return uploads()


def strong(tag):
    return tag.removeprefix("W/")


# ---- What they do -----------------------------------------------------------


@pytest.mark.core
def test_a_file_that_is_put_can_be_read_and_replaced_and_removed(folder):
    made = folder.put("a.txt", b"one")
    assert (made.status_code, made.content) == (201, b"")
    read = folder.client.get("/files/a.txt")
    assert (read.content, read.headers["Content-Type"]) == (b"one", "text/plain; charset=utf-8")
    assert strong(read.headers["ETag"]) == made.headers["ETag"]
    replaced = folder.put("a.txt", b"two")
    assert (replaced.status_code, replaced.content) == (204, b"")
    assert replaced.headers["ETag"] != made.headers["ETag"]
    assert folder.read("a.txt") == b"two"
    assert folder.client.delete("/files/a.txt").status_code == 204
    assert_problem(folder.client.delete("/files/a.txt"), 404, "RESOURCE_NOT_FOUND", "/files/a.txt")
    assert folder.names() == []


def test_an_empty_file_is_a_file(folder):
    assert folder.put("a.txt", b"").status_code == 201
    assert folder.client.get("/files/a.txt").content == b""


def test_a_file_that_is_posted_gets_its_name_here(folder):
    locations = set()
    for _ in range(3):
        made = folder.client.post("/files", content=b"x", headers={"Content-Type": "image/png"})
        assert made.status_code == 201
        assert re.fullmatch(r"/files/[0-9A-Za-z]{22}\.png", made.headers["Location"])
        assert folder.client.get(made.headers["Location"]).headers["Content-Type"] == "image/png"
        locations.add(made.headers["Location"])
    assert len(locations) == 3
    assert folder.names() == sorted(pathlib.PurePath(location).name for location in locations)
    assert_problem(folder.client.post("/files"), 400, "CONTENT_REQUIRED")


@pytest.mark.core
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_large_file_takes_little_memory(uploads, is_chunked):
    folder = uploads("{max: 1GiB}")
    content = os.urandom(MIB) * 48
    folder.put("warm.txt", content[: 2 * MIB])

    def peak():
        status = pathlib.Path(f"/proc/{folder.server.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024

    before = peak()
    pieces = iter([content[at : at + 100_001] for at in range(0, len(content), 100_001)])
    length = {} if is_chunked else {"Content_Length": str(len(content))}
    assert folder.put("a.txt", pieces, **length).status_code == 201
    assert hashlib.sha256(folder.read("a.txt")).digest() == hashlib.sha256(content).digest()
    if not is_sanitized():
        assert peak() - before < 12 * MIB


def test_a_file_over_http2(folder):
    content = os.urandom(3 * MIB)
    with httpx.Client(base_url=folder.server.url, http1=False, http2=True, trust_env=False) as client:
        made = client.put("/files/a.txt", content=content, headers=TEXT)
    assert (made.http_version, made.status_code) == ("HTTP/2", 201)
    assert folder.read("a.txt") == content


def put_at_once(server, contents):
    """PUT of each path over one connection of HTTP/2, all of them at once, as far as windows are open."""
    client = h2.connection.H2Connection()
    client.initiate_connection()
    left, statuses = {}, {}
    for path, content in contents.items():
        stream = client.get_next_available_stream_id()
        client.send_headers(stream, [(":method", "PUT"), (":path", path), (":scheme", "http"),
                                     (":authority", "t"), ("content-type", "text/plain")])
        left[stream] = memoryview(content)
    with socket.create_connection((server.host, server.port), 30) as connection:
        while len(statuses) < len(contents):
            for stream, content in left.items():
                count = min(client.local_flow_control_window(stream), client.max_outbound_frame_size, len(content))
                if not count:
                    continue
                left[stream] = content[count:]
                client.send_data(stream, bytes(content[:count]), end_stream=not left[stream])
            data = client.data_to_send()
            if data:
                connection.sendall(data)
                continue
            data = connection.recv(65536)
            assert data, "the connection ended"
            for event in client.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived):
                    statuses[event.stream_id] = int(dict(event.headers)[b":status"])
                assert not isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated))
    return list(statuses.values())


@pytest.mark.core
def test_several_files_at_once_over_one_connection_of_http2(folder):
    """Their windows are closed while the disk has their content, and opened again."""
    contents = {f"{number}.txt": os.urandom(2 * MIB) for number in range(6)}
    assert put_at_once(folder.server, {f"/files/{name}": contents[name] for name in contents}) == [201] * 6
    assert [folder.read(name) == contents[name] for name in contents] == [True] * 6


# ---- What is refused before anything is sent --------------------------------


def ask_first(folder, path, *fields, length=1000, method="PUT"):
    """The answer to a head that waits for 100 Continue."""
    with folder.server.wire() as wire:
        lines = [f"{method} {path} HTTP/1.1", "Host: t", "Expect: 100-continue", *fields]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return wire.ask("\r\n".join(lines) + "\r\n\r\n", method)


def test_what_the_head_decides_is_decided_before_the_upload(uploads):
    folder = uploads("{max: 1MB, require-match: true, needs-length: true}")
    (folder.path / "old.txt").write_bytes(b"old")
    text, new = "Content-Type: text/plain", "If-None-Match: *"
    assert_problem(ask_first(folder, "/files/a.txt", text, new, length=1_000_001), 413, "CONTENT_TOO_LARGE")
    assert_problem(ask_first(folder, "/files/a.txt", text, new, "Transfer-Encoding: chunked", length=None),
                   411, "LENGTH_REQUIRED")
    other = ask_first(folder, "/files/a.txt", "Content-Type: text/html", new)
    assert_problem(other, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert other.field("Accept") == "text/plain, image/*"
    assert_problem(ask_first(folder, "/files/a.txt", text, new, "Content-Encoding: gzip"),
                   415, "UNSUPPORTED_CONTENT_ENCODING")
    assert_problem(ask_first(folder, "/files/a.txt", text, new, "Content-Range: bytes 0-9/10"),
                   400, "PARTIAL_PUT_UNSUPPORTED")
    assert_problem(ask_first(folder, "/files/a.txt", text), 428, "PRECONDITION_REQUIRED")
    assert_problem(ask_first(folder, "/files/a.txt", text, 'If-Match: "x"'), 412, "PRECONDITION_FAILED")
    assert_problem(ask_first(folder, "/files/old.txt", text, new), 412, "PRECONDITION_FAILED")
    assert_problem(ask_first(folder, "/files/old.txt", text), 428, "PRECONDITION_REQUIRED")
    assert_problem(ask_first(folder, "/files/old.txt", text, "If-Match: no tag"), 400, "MALFORMED_CONDITION")
    assert_problem(folder.client.delete("/files/old.txt"), 428, "PRECONDITION_REQUIRED")
    assert ask_first(folder, "/files/a.txt", text, new).status == 100
    folder.becomes_clean("old.txt")


def test_a_name_must_not_lead_elsewhere(folder):
    (folder.path.parent / "outside.txt").write_text("outside")
    for name in ["..%2Foutside.txt", ".hidden", "%2E%2E", "a%2Fb", "a%00b", "a%0Ab", "x" * 256, "%C3%28"]:
        answer = folder.put(name, b"x")
        assert answer.status_code in (400, 404), (name, answer.status_code)
    assert folder.names() == []
    assert (folder.path.parent / "outside.txt").read_text() == "outside"


def test_a_name_that_would_be_served_as_something_else_is_not_taken(folder):
    """Or an image that is called .html would be a page of this origin."""
    problem = assert_problem(folder.put("page.html", b"<script>"), 415, "UNSUPPORTED_MEDIA_TYPE")
    assert problem["detail"] == "A file of this name is text/html; charset=utf-8, which is not taken."
    assert folder.put("page", b"<script>").status_code == 201
    assert folder.client.get("/files/page").headers["Content-Type"] == "application/octet-stream"


def test_what_is_no_file_is_not_touched(folder):
    (folder.path / "sub").mkdir()
    target = folder.path.parent / "target.txt"
    target.write_text("target")
    (folder.path / "link.txt").symlink_to(target)
    os.mkfifo(folder.path / "pipe.txt")
    for name in ["sub", "link.txt", "pipe.txt"]:
        assert_problem(folder.put(name, b"x"), 409, "RESOURCE_ALREADY_EXISTS", f"/files/{name}")
        assert_problem(folder.client.delete(f"/files/{name}"), 404, "RESOURCE_NOT_FOUND")
    assert target.read_text() == "target"
    assert folder.names() == ["link.txt", "pipe.txt", "sub"]


def test_without_uploads_the_folder_can_only_be_read(serve, tmp_path):
    (tmp_path / "files").mkdir()
    document = tmp_path / "api.yaml"
    head, item = DOCUMENT.format(uploads="false").split("  /files:")
    document.write_text(head + item[item.index("  /files/{name}:") :])
    client = serve(document).client()
    assert_problem(client.put("/files/a.txt", content=b"x", headers=TEXT), 501, "NOT_BOUND")
    assert_problem(client.delete("/files/a.txt"), 501, "NOT_BOUND")


# ---- While it comes ---------------------------------------------------------


def test_what_grows_too_large_is_refused_midway(uploads):
    folder = uploads("{max: 500000}")
    with folder.server.wire() as wire:
        wire.send("PUT /files/a.txt HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n")
        wire.send(b"7a120\r\n" + b"x" * 500000 + b"\r\n")
        assert_problem(wire.ask(b"1\r\nx\r\n0\r\n\r\n", "PUT"), 413, "CONTENT_TOO_LARGE")
    folder.becomes_clean()


@pytest.mark.core
def test_an_upload_whose_client_leaves_leaves_nothing(folder):
    (folder.path / "a.txt").write_bytes(b"old")
    with folder.server.wire() as wire:
        wire.send(f"PUT /files/a.txt HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: {2 * MIB}\r\n\r\n")
        wire.send(b"x" * MIB)
        for _ in patiently("nothing of it is written"):
            if len(folder.names()) == 2:
                break
    folder.becomes_clean("a.txt")
    assert folder.read("a.txt") == b"old"
    assert folder.server.wait_for_log(lambda line: line.get("error") == "CLIENT_GONE")["node"] == "I03"


def test_an_upload_that_stops_coming_is_timed_out(uploads):
    folder = uploads("true", "--content-timeout", "1s")
    with folder.server.wire() as wire:
        wire.send(f"PUT /files/a.txt HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: {MIB}\r\n\r\n")
        wire.send(b"x" * (600 * 1024))
        assert_problem(wire.read("PUT"), 408, "REQUEST_TIMEOUT")
    folder.becomes_clean()


def digest(content):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


@pytest.mark.core
@pytest.mark.parametrize("size", [0, 5, MIB])
def test_a_file_must_have_the_digest_that_the_request_says(folder, size):
    content = b"x" * size
    assert folder.put("a.txt", content, Content_Digest=digest(content)).status_code == 201
    if size:
        other = folder.put("b.txt", content, Repr_Digest=digest(content + b"y"))
        assert assert_problem(other, 400, "DIGEST_MISMATCH")["details"]["field"] == "Repr-Digest"
    folder.becomes_clean("a.txt")


def test_an_upload_goes_on_over_a_reload(folder):
    with folder.server.wire() as wire:
        wire.send(f"PUT /files/a.txt HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: {MIB}\r\n\r\n")
        wire.send(b"x" * (MIB // 2))
        folder.server.signal(signal.SIGHUP)
        for _ in patiently("it does not reload"):
            if "was reloaded" in folder.server.errors():
                break
        wire.send(b"y" * (MIB // 2))
        assert wire.read("PUT").status == 201
    assert folder.read("a.txt") == b"x" * (MIB // 2) + b"y" * (MIB // 2)
    assert folder.names() == ["a.txt"]


def test_a_server_that_stops_waits_for_an_upload(folder):
    with folder.server.wire() as wire:
        wire.send(f"PUT /files/a.txt HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: {MIB}\r\n\r\n")
        wire.send(b"x" * (MIB // 2))
        for _ in patiently("nothing of it is written"):
            if folder.names():
                break
        folder.server.signal(signal.SIGTERM)
        wire.send(b"y" * (MIB // 2))
        answer = wire.read("PUT")
        assert (answer.status, answer.closes) == (201, True)
    assert folder.server.process.wait(30) == 0


# ---- At its end -------------------------------------------------------------


def at_once(count, ask):
    """The answers of so many requests that begin together."""
    gate, answers = threading.Barrier(count), []

    def run(number):
        gate.wait()
        answers.append(ask(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.threads
@pytest.mark.core
def test_of_several_that_make_the_same_file_one_does(folder):
    for round in range(5):
        def make(number):
            content = f"{number}".encode() * 1000
            with httpx.Client(base_url=folder.server.url, trust_env=False) as client:
                answer = client.put(f"/files/{round}.txt", content=content, headers={**TEXT, "If-None-Match": "*"})
            return answer.status_code, content

        answers = at_once(6, make)
        made = [content for status, content in answers if status == 201]
        assert sorted(status for status, _ in answers) == [201] + [412] * 5
        assert folder.read(f"{round}.txt") == made[0]
    folder.becomes_clean(*[f"{round}.txt" for round in range(5)])


@pytest.mark.threads
@pytest.mark.core
def test_of_several_that_replace_the_same_version_one_does(folder):
    tag = folder.put("a.txt", b"old").headers["ETag"]
    for _ in range(5):
        def replace(number):
            content = f"{number}".encode() * 1000
            with httpx.Client(base_url=folder.server.url, trust_env=False) as client:
                answer = client.put("/files/a.txt", content=content, headers={**TEXT, "If-Match": tag})
            return answer.status_code, content, answer.headers.get("ETag")

        answers = at_once(6, replace)
        (winner,) = [answer for answer in answers if answer[0] == 204]
        assert sorted(answer[0] for answer in answers) == [204] + [412] * 5
        assert folder.read("a.txt") == winner[1]
        tag = winner[2]


def test_a_condition_that_holds_at_first_may_not_at_the_end(folder):
    tag = folder.put("a.txt", b"old").headers["ETag"]
    with folder.server.wire() as wire:
        wire.send(f"PUT /files/a.txt HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nIf-Match: {tag}\r\n"
                  "Content-Length: 6\r\nExpect: 100-continue\r\n\r\n")
        assert wire.read("PUT").status == 100
        assert folder.put("a.txt", b"between").status_code == 204
        stale = wire.ask("mine!!", "PUT")
        assert_problem(stale, 412, "PRECONDITION_FAILED")
        assert stale.field("ETag") != tag
    assert folder.read("a.txt") == b"between"


def test_a_file_that_is_removed_meanwhile_is_made_anew(folder):
    folder.put("a.txt", b"old")
    with folder.server.wire() as wire:
        wire.send("PUT /files/a.txt HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\n"
                  "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert wire.read("PUT").status == 100
        assert folder.client.delete("/files/a.txt").status_code == 204
        assert wire.ask("new", "PUT").status == 201
    assert folder.read("a.txt") == b"new"


# ---- What goes wrong --------------------------------------------------------


@pytest.mark.expects_5xx
def test_a_folder_has_a_quota(uploads):
    folder = uploads("{quota: 1000}")
    assert folder.put("a.txt", b"x" * 600).status_code == 201
    assert_problem(folder.put("b.txt", b"x" * 401), 507, "STORAGE_QUOTA_EXCEEDED", "/files/b.txt")
    assert folder.put("a.txt", b"x" * 1000).status_code == 204
    assert_problem(folder.put("b.txt", iter([b"x"])), 411, "LENGTH_REQUIRED")
    folder.becomes_clean("a.txt")


@pytest.mark.expects_5xx
@pytest.mark.skipif(not shutil.which("prlimit"), reason="prlimit is not there")
def test_without_room_it_is_507_and_nothing_is_left(uploads):
    folder = uploads("true", under=["prlimit", f"--fsize={4 * MIB}"])
    (folder.path / "a.txt").write_bytes(b"old")
    assert_problem(folder.put_in_vain("a.txt", 6 * MIB), 507, "STORAGE_FULL")
    folder.becomes_clean("a.txt")
    assert folder.read("a.txt") == b"old"
    assert folder.put("b.txt", b"x" * MIB).status_code == 201
    assert "File too large" in folder.server.wait_for_log(lambda line: line["status"] == 507)["cause"]


@pytest.mark.expects_5xx
def test_a_full_disk_is_507_and_nothing_is_left(uploads, tmp_path):
    folder = uploads("true")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder.path], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        folder.server.signal(signal.SIGHUP)  # the folder is another one now
        for _ in patiently("it does not reload"):
            if "was reloaded" in folder.server.errors():
                break
        assert_problem(folder.put_in_vain("a.txt", 4 * MIB), 507, "STORAGE_FULL")
        folder.becomes_clean()
        assert folder.put("a.txt", b"x" * MIB).status_code == 201
    finally:
        folder.server.stop()
        subprocess.run(["umount", folder.path], check=True)


def test_a_file_is_the_old_one_or_the_new_one_whenever_the_server_is_killed(serve, tmp_path, is_full):
    path = tmp_path / "files"
    path.mkdir()
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT.format(uploads="true"))
    versions = [f"{number % 10}".encode() * (400_000 + number) for number in range(30)]
    seen = 0
    for round in range(40 if is_full else 4):
        server = serve(document)
        assert [entry.name for entry in path.iterdir() if entry.name.startswith(".")] == []
        acknowledged = []

        def upload(url=server.url, acknowledged=acknowledged):
            with httpx.Client(base_url=url, trust_env=False) as client:
                try:
                    for number in range(len(versions)):
                        client.put("/files/a.txt", content=versions[number], headers=TEXT).raise_for_status()
                        acknowledged.append(number)
                except httpx.TransportError:
                    pass

        thread = threading.Thread(target=upload)
        thread.start()
        for _ in patiently("no upload ends", step=0.001 * (1 + round)):
            if len(acknowledged) > round % 5:
                break
        server.kill()
        thread.join()
        content = (path / "a.txt").read_bytes()
        assert content in versions
        assert versions.index(content) >= acknowledged[-1]
        seen += len(acknowledged)
    serve(document)
    assert [entry.name for entry in path.iterdir()] == ["a.txt"]
    assert seen


# ---- Forms ------------------------------------------------------------------


@pytest.mark.core
def test_the_file_of_a_form_is_stored(folder):
    content = os.urandom(700_000)
    made = folder.client.post("/files", data={"title": "Tea", "more": "x" * 5000},
                              files={"file": ("../tea pot.PNG", content, "image/png")})
    assert made.status_code == 201
    assert re.fullmatch(r"/files/[0-9A-Za-z]{22}\.png", made.headers["Location"])
    assert folder.client.get(made.headers["Location"]).content == content


def test_a_form_must_have_one_file_of_a_type_that_is_taken(folder):
    png = ("a.png", b"x", "image/png")
    none = folder.client.post("/files", files={"file": ("", b"")}, data={"a": "b"})
    assert errors_of(assert_problem(none, 422, "VALIDATION_FAILED")) == [("/file", "REQUIRED")]
    two = folder.client.post("/files", files=[("a", png), ("b", png)])
    assert errors_of(assert_problem(two, 422, "VALIDATION_FAILED")) == [("/file", "MAX_ITEMS")]
    for name, media_type in [("a.pdf", "application/pdf"), ("a.html", "image/png")]:
        other = folder.client.post("/files", files={"file": (name, b"x", media_type)})
        assert errors_of(assert_problem(other, 422, "VALIDATION_FAILED")) == [("/file", "MEDIA_TYPE")]
    folder.becomes_clean()


def test_a_form_that_is_malformed_is_400(folder):
    for media_type, content in [
        ("multipart/form-data", b"--x\r\n"), ("multipart/form-data; boundary=x", b"no form"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"),
        ("multipart/form-data; boundary=x",
         b"--x\r\nContent-Disposition: form-data; name=a; filename=b.png\r\nContent-Type: image/png\r\n\r\n1"),
    ]:
        answer = folder.client.post("/files", content=content, headers={"Content-Type": media_type})
        assert_problem(answer, 400, "MALFORMED_BODY", "/files")
    folder.becomes_clean()
