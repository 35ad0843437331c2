"""x-statute: {files: …}: the files of a folder, whole and in parts, over real sockets (RFC 9110 sections 13 to 15)."""

import contextlib
import datetime
import email.parser
import email.policy
import email.utils
import gzip
import os
import random
import signal
import socket
import time

import httpx
import pytest

from certificates import made, needs_openssl
from harness import HTTP2, PATIENCE, patiently, request, run
from problems import assert_problem

DOCUMENT = """
openapi: 3.1.0
info: {{title: Files, version: "1"}}
components: {{securitySchemes: {{token: {{type: http, scheme: bearer}}}}}}
paths:
  /files/{{name}}:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    x-statute: {{files: "{folder}"}}
    get: {{responses: {{"200": {{description: A file.}}}}}}
  /tree/{{path}}:
    parameters: [{{name: path, in: path, required: true, schema: {{type: string}}}}]
    x-statute: {{files: {{folder: "{folder}", deep: true, cache-control: "public, max-age=60"}}}}
    get: {{responses: {{"200": {{description: A file.}}}}}}
    delete: {{responses: {{"204": {{description: Gone.}}}}}}
  /saved/{{name}}:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    x-statute: {{files: {{folder: "{folder}", disposition: attachment, precompressed: false}}}}
    get: {{responses: {{"200": {{description: A file.}}}}}}
"""
HUNDRED = bytes(range(100, 200))
BIG = random.Random(1).randbytes(8 << 20)
CSS = b"body { color: black }\n" * 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder whose files are old enough for a strong tag and a date."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "hundred.bin").write_bytes(HUNDRED)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "big.bin").write_bytes(BIG)
    (folder / "note.txt").write_text("A note.")
    (folder / "tést €.txt").write_text("Déjà vu.")
    (folder / "page.HTML").write_text("<p>A page.")
    (folder / "unknown").write_bytes(b"\x00\x01")
    (folder / ".hidden").write_text("secret")
    (folder / "css").mkdir()
    (folder / "css" / "site.css").write_bytes(CSS)
    (folder / "css" / "site.css.gz").write_bytes(gzip.compress(CSS))
    (folder / "css" / "site.css.br").write_bytes(b"not really brotli")
    (folder / "css" / ".git").mkdir()
    (folder / "css" / ".git" / "config").write_text("secret")
    (folder / "old.txt.gz").write_bytes(gzip.compress(b"older"))
    (folder / "old.txt").write_text("newer")
    os.utime(folder / "old.txt.gz", (1, 1))
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "inside.txt").symlink_to(folder / "note.txt")
    (folder / "out").symlink_to(outside)
    os.mkfifo(folder / "fifo")
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(folder / "sock"))
    sock.close()
    (folder / "locked.txt").write_text("secret")
    (folder / "locked.txt").chmod(0)
    made_at = time.time()
    for _ in patiently("the clock stands still"):
        if int(time.time()) > int(made_at):
            return folder


@pytest.fixture
def server(serve, folder):
    return serve(DOCUMENT.format(folder=folder))


@pytest.fixture
def files(server):
    return server.client()


@pytest.fixture(params=["clear", pytest.param("tls", marks=needs_openssl), "h2",
                        pytest.param("h2-tls", marks=needs_openssl)])
def any_wire(request, serve, folder):
    """A client of each way that content can go."""
    is_secure, is_h2 = "tls" in request.param, "h2" in request.param
    certificate = made(names=("localhost", "IP:127.0.0.1")) if is_secure else None
    server = serve(DOCUMENT.format(folder=folder), *(certificate.options if is_secure else ()))
    verify = certificate.context(protocols=("h2",) if is_h2 else ("http/1.1",)) if is_secure else True
    with httpx.Client(base_url=server.url, http1=not is_h2, http2=is_h2, verify=verify, trust_env=False,
                      timeout=PATIENCE) as client:
        yield client


def parts_of(response):
    """[(Content-Range, bytes)] of multipart/byteranges, read by somebody else's parser."""
    head = f"Content-Type: {response.headers['Content-Type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + response.content)
    assert message.is_multipart() and not message.defects
    return [(part["Content-Range"], part["Content-Type"], part.get_payload(decode=True)) for part in message.iter_parts()]


# ---- Whole -------------------------------------------------------------------


def test_a_file_has_its_type_its_tag_and_its_date(files, folder):
    response = files.get("/files/note.txt")
    assert response.status_code == 200 and response.text == "A note."
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["ETag"].startswith('"')
    modified = email.utils.parsedate_to_datetime(response.headers["Last-Modified"])
    assert modified == datetime.datetime.fromtimestamp(int((folder / "note.txt").stat().st_mtime), datetime.UTC)
    assert files.get("/files/page.HTML").headers["Content-Type"] == "text/html; charset=utf-8"
    assert files.get("/files/unknown").headers["Content-Type"] == "application/octet-stream"
    assert files.get("/files/empty.txt").content == b""


def test_a_large_file_comes_whole_whichever_way(any_wire):
    assert any_wire.get("/files/big.bin").content == BIG
    assert any_wire.get("/files/hundred.bin").content == HUNDRED
    part = any_wire.get("/files/big.bin", headers={"Range": "bytes=1000000-7000000"})
    assert part.status_code == 206 and part.content == BIG[1000000:7000001]
    several = any_wire.get("/files/big.bin", headers={"Range": "bytes=0-99,200-3000000,-5"})
    assert [content for _, _, content in parts_of(several)] == [BIG[:100], BIG[200:3000001], BIG[-5:]]


def test_names_are_decoded(files):
    assert files.get("/files/t%C3%A9st%20%E2%82%AC.txt").text == "Déjà vu."
    assert files.get("/files/%6Eote.txt").text == "A note."


def test_head_says_what_get_says_and_ignores_range(files):
    got = files.get("/files/hundred.bin")
    for fields in ({}, {"Range": "bytes=0-0"}, {"Range": "bytes=500-"}):
        response = files.head("/files/hundred.bin", headers=fields)
        assert response.status_code == 200 and response.content == b""
        for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified", "Accept-Ranges", "Vary"):
            assert response.headers[name] == got.headers[name]
        assert "Content-Range" not in response.headers


def test_a_file_is_saved_where_the_document_says_so(files):
    assert files.get("/saved/note.txt").headers["Content-Disposition"] == 'attachment; filename="note.txt"'
    assert (files.get("/saved/t%C3%A9st%20%E2%82%AC.txt").headers["Content-Disposition"]
            == "attachment; filename=\"t__st____.txt\"; filename*=UTF-8''t%C3%A9st%20%E2%82%AC.txt")
    assert "Content-Disposition" not in files.get("/files/note.txt").headers


def test_a_tree_is_served_below_its_folder(files):
    assert files.get("/tree/css/site.css", headers={"Accept-Encoding": "identity"}).content == CSS
    assert files.get("/tree/note.txt").headers["Cache-Control"] == "public, max-age=60"
    assert_problem(files.get("/files/css/site.css"), 404, "PATH_NOT_FOUND")
    assert_problem(files.get("/files/css"), 404, "RESOURCE_NOT_FOUND")


def test_other_methods_are_not_served_and_said(files):
    response = files.post("/files/note.txt")
    assert_problem(response, 405, "METHOD_NOT_ALLOWED")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert files.options("/files/note.txt").headers["Allow"] == "GET, HEAD, OPTIONS"


# ---- Conditions --------------------------------------------------------------


def test_conditions_hold_as_for_any_resource(files):
    first = files.get("/files/hundred.bin")
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    for fields in ({"If-None-Match": tag}, {"If-None-Match": "*"}, {"If-Modified-Since": date}):
        response = files.get("/files/hundred.bin", headers=fields)
        assert response.status_code == 304 and response.content == b""
        assert response.headers["ETag"] == tag
        assert response.headers["Vary"] == first.headers["Vary"]
        assert not {"Content-Type", "Accept-Ranges", "Content-Length"} & set(response.headers)
    assert files.get("/files/hundred.bin", headers={"If-None-Match": '"other"'}).status_code == 200
    assert files.get("/files/hundred.bin", headers={"If-Match": tag}).status_code == 200
    assert_problem(files.get("/files/hundred.bin", headers={"If-Match": '"other"'}), 412, "PRECONDITION_FAILED")
    assert_problem(files.get("/files/none", headers={"If-Match": "*"}), 404, "RESOURCE_NOT_FOUND")
    # 412 and 304 come before any range (RFC 9110 section 13.2.2).
    assert files.get("/files/hundred.bin", headers={"If-None-Match": tag, "Range": "bytes=0-0"}).status_code == 304


def test_a_tag_is_weak_while_the_clock_could_hide_a_change_and_then_strong(serve, tmp_path):
    path = tmp_path / "fresh.txt"
    files = serve(DOCUMENT.format(folder=tmp_path)).client()
    for _ in patiently("it is never young"):
        path.write_text("fresh")
        tag = files.get("/files/fresh.txt").headers["ETag"]
        if tag.startswith('W/"'):
            break
    response = files.get("/files/fresh.txt", headers={"If-Range": tag, "Range": "bytes=0-0"})
    assert response.status_code == 200, "a weak tag is no promise about bytes"
    for _ in patiently("it never gets a strong tag"):
        if files.get("/files/fresh.txt").headers["ETag"] == tag.removeprefix("W/"):
            break
    for _ in patiently("it never gets a date"):
        if "Last-Modified" in files.get("/files/fresh.txt").headers:
            return


def test_another_file_of_the_same_length_and_date_has_another_tag(serve, tmp_path):
    path, other = tmp_path / "a.txt", tmp_path / "b.txt"
    path.write_text("one")
    other.write_text("two")
    os.utime(path, (1000, 1000))
    os.utime(other, (1000, 1000))
    files = serve(DOCUMENT.format(folder=tmp_path)).client()
    before = files.get("/files/a.txt").headers["ETag"].removeprefix("W/")
    other.rename(path)
    assert files.get("/files/a.txt").headers["ETag"].removeprefix("W/") != before
    tag = files.get("/files/a.txt").headers["ETag"].removeprefix("W/")
    path.write_text("six")
    os.utime(path, (1000, 1000))
    assert files.get("/files/a.txt").headers["ETag"].removeprefix("W/") != tag


# ---- Ranges ------------------------------------------------------------------


@pytest.mark.parametrize("field, first, last", [
    ("bytes=0-0", 0, 0), ("bytes=90-500", 90, 99), ("bytes=-500", 0, 99), ("bytes=-100", 0, 99),
    ("bytes=0-0,500-600", 0, 0), ("bytes=-1", 99, 99), ("bytes=10-", 10, 99), ("BYTES=5-6", 5, 6),
])
def test_one_range_is_206(files, field, first, last):
    response = files.get("/files/hundred.bin", headers={"Range": field})
    assert response.status_code == 206
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/100"
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.content == HUNDRED[first:last + 1]
    whole = files.get("/files/hundred.bin")
    for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
        assert response.headers[name] == whole.headers[name]


def test_several_ranges_are_parts_of_one_answer_in_their_order(files):
    response = files.get("/files/hundred.bin", headers={"Range": "bytes=50-59, 0-4, 500-600, -3"})
    assert response.status_code == 206 and "Content-Range" not in response.headers
    assert response.headers["Content-Type"].startswith("multipart/byteranges; boundary=")
    assert parts_of(response) == [
        ("bytes 50-59/100", "application/octet-stream", HUNDRED[50:60]),
        ("bytes 0-4/100", "application/octet-stream", HUNDRED[:5]),
        ("bytes 97-99/100", "application/octet-stream", HUNDRED[-3:]),
    ]
    again = files.get("/files/hundred.bin", headers={"Range": "bytes=50-59, 0-4, 500-600, -3"})
    assert again.headers["Content-Type"] != response.headers["Content-Type"], "the boundary can be guessed"


@pytest.mark.parametrize("field", ["bytes=100-", "bytes=200-300", "bytes=-0", "bytes=100-101,200-"])
def test_a_range_beyond_the_end_is_416_and_says_the_length(files, field):
    response = files.get("/files/hundred.bin", headers={"Range": field})
    assert_problem(response, 416, "RANGE_NOT_SATISFIABLE")
    assert response.headers["Content-Range"] == "bytes */100"


@pytest.mark.parametrize("field", [
    "bytes=0-10,10-20", "bytes=5-4", "lines=0-1", "bytes=a-b", "bytes=", "bytes=-",
    "bytes=" + ",".join(f"{2 * i}-{2 * i}" for i in range(17)),
    "bytes=" + ",".join("0-" for _ in range(1000)),
])
def test_a_range_that_is_malformed_or_an_attack_is_ignored(files, field):
    response = files.get("/files/hundred.bin", headers={"Range": field})
    assert response.status_code == 200 and response.content == HUNDRED


def test_a_range_of_an_empty_file(files):
    assert files.get("/files/empty.txt", headers={"Range": "bytes=-1"}).status_code == 200
    response = files.get("/files/empty.txt", headers={"Range": "bytes=0-"})
    assert_problem(response, 416, "RANGE_NOT_SATISFIABLE")
    assert response.headers["Content-Range"] == "bytes */0"


def test_if_range_sends_the_part_only_of_the_same_file(files):
    whole = files.get("/files/hundred.bin")
    for holds, field in [(True, whole.headers["ETag"]), (True, whole.headers["Last-Modified"]), (False, '"other"'),
                         (False, "W/" + whole.headers["ETag"]), (False, "Thu, 01 Jan 1970 00:00:00 GMT")]:
        response = files.get("/files/hundred.bin", headers={"Range": "bytes=0-9", "If-Range": field})
        assert response.status_code == (206 if holds else 200), field
        assert response.content == (HUNDRED[:10] if holds else HUNDRED)
    # Where it does not hold, what cannot be satisfied does not matter.
    response = files.get("/files/hundred.bin", headers={"Range": "bytes=500-", "If-Range": '"other"'})
    assert response.status_code == 200


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_two_range_fields_are_none(server):
    with server.wire() as wire:
        response = wire.ask(request("GET", "/files/hundred.bin", "Range: bytes=0-1", "Range: bytes=4-5"))
        assert response.status == 200 and response.content == HUNDRED


# ---- Compressed forms --------------------------------------------------------


def test_the_form_that_the_client_likes_is_sent(server):
    files = server.client()
    plain = files.get("/tree/css/site.css", headers={"Accept-Encoding": "identity"})
    packed = files.get("/tree/css/site.css", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers and plain.content == CSS
    assert packed.headers["Content-Encoding"] == "gzip" and packed.content == CSS  # httpx unpacks it
    assert int(packed.headers["Content-Length"]) < len(CSS)
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"] == "text/css; charset=utf-8"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted, coding", [
    ("gzip;q=0.5, br", "br"), ("gzip, br", "br"), ("br;q=0.5, gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("*", "br"),
    ("identity, gzip;q=0.5", None), ("deflate", None), ("gzip;q=0", None), ("", None), ("identity;q=0, gzip", "gzip"),
])
def test_codings_are_weighed(files, accepted, coding):
    response = files.head("/tree/css/site.css", headers={"Accept-Encoding": accepted})
    assert response.status_code == 200
    assert response.headers.get("Content-Encoding") == coding


def test_a_range_is_of_the_form_that_is_sent(files, folder):
    packed = (folder / "css" / "site.css.gz").read_bytes()
    with files.stream("GET", "/tree/css/site.css", headers={"Accept-Encoding": "gzip", "Range": "bytes=2-5"}) as response:
        content = b"".join(response.iter_raw())
    assert response.status_code == 206
    assert response.headers["Content-Range"] == f"bytes 2-5/{len(packed)}" and content == packed[2:6]
    plain = files.head("/tree/css/site.css", headers={"Accept-Encoding": "identity"})
    mixed = files.get("/tree/css/site.css", headers={"Accept-Encoding": "gzip", "Range": "bytes=2-5",
                                                     "If-Range": plain.headers["ETag"]})
    assert mixed.status_code == 200, "a part of one form was put to another one"


def test_a_form_that_is_older_than_its_file_is_not_sent(files):
    response = files.get("/files/old.txt", headers={"Accept-Encoding": "gzip"})
    assert response.text == "newer" and "Content-Encoding" not in response.headers


def test_a_file_without_an_acceptable_form_is_406(files):
    fields = {"Accept-Encoding": "identity;q=0, gzip"}
    assert_problem(files.get("/files/note.txt", headers=fields), 406, "ENCODING_NOT_ACCEPTABLE")
    assert_problem(files.get("/saved/note.txt", headers=fields), 406, "ENCODING_NOT_ACCEPTABLE")
    assert "Vary" not in files.get("/saved/note.txt").headers


# ---- What is not served ------------------------------------------------------

HOSTILE = [
    "/files/.hidden", "/files/%2Ehidden", "/tree/css/.git/config", "/tree/css/%2egit/config", "/files/..%2fsecret.txt",
    "/files/..%2F..%2Fetc%2Fpasswd", "/tree/..%2f..%2fetc/passwd", "/tree/css/..%2fnote.txt", "/files/css%2Fsite.css",
    "/tree/css%2Fsite.css", "/files/%2E%2E", "/tree/css/%2E%2E/note.txt", "/tree//etc/passwd", "/tree/css//site.css",
    "/tree/css/", "/tree/", "/tree/css", "/files/link.txt", "/files/inside.txt", "/tree/out/secret.txt", "/files/fifo",
    "/files/sock", "/files/out", "/files/..%5c..%5cetc%5cpasswd", "/tree/css/../../outside/secret.txt",
    "/files/" + "a" * 300, "/tree/" + "/".join("a" * 200 for _ in range(30)), "/files/note.txt%20", "/files/NOTE.TXT",
    "/files/note.txt/", "/tree/note.txt/x", "/files/%252e%252e%252fsecret.txt", "/files/note.txt%0a",
]


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_nothing_leads_out_of_the_folder(server):
    with server.wire() as wire:
        for path in HOSTILE:
            response = wire.ask(request("GET", path))
            assert response.status == 404, path
            assert b"secret" not in response.content.replace(path.encode(), b"")
    for path in ("/files/a%00.txt", "/files/%c0%ae%c0%ae%c0%afsecret.txt", "/files/%ff"):
        with server.wire() as wire:
            assert wire.ask(request("GET", path)).status == 400, path


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_there(files):
    assert_problem(files.get("/files/locked.txt"), 404, "RESOURCE_NOT_FOUND")


def test_a_folder_that_is_not_there_is_told_at_its_place(tmp_path):
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT.format(folder="./nothing"))
    result = run("serve", document, "--listen", "127.0.0.1:0")
    assert result.returncode != 0
    assert "api.yaml:8:" in result.stderr and "nothing cannot be opened: No such file" in result.stderr


# ---- While it is sent --------------------------------------------------------


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_requests_behind_a_file_are_answered_in_their_order(server):
    with server.wire() as wire:
        wire.send(request("GET", "/files/big.bin") + request("GET", "/files/note.txt")
                  + request("GET", "/files/big.bin", "Range: bytes=0-99999") + request("GET", "/files/none")
                  + request("GET", "/tree/note.txt", "Connection: close"))
        assert wire.read().content == BIG
        assert wire.read().content == b"A note."
        assert wire.read().content == BIG[:100000]
        assert wire.read().status == 404
        assert wire.read().content == b"A note."
        assert wire.is_ended()


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_the_log_says_how_much_went_out(server):
    with server.wire() as wire:
        wire.ask(request("GET", "/files/big.bin", "X-Request-Id: whole"))
        head = wire.ask(request("HEAD", "/files/big.bin"), "HEAD")
    line = server.wait_for_log(lambda line: line["id"] == "whole")
    assert line["status"] == 200 and len(BIG) < line["out"] < len(BIG) + 1000 and "dropped" not in line
    assert head.field("Content-Length") == str(len(BIG))
    with server.wire() as wire:
        wire.send(request("GET", "/files/big.bin", "X-Request-Id: left"))
        wire.socket.recv(1000)
        wire.reset()
    line = server.wait_for_log(lambda line: line["id"] == "left")
    assert line["dropped"] is True and line["out"] < len(BIG)


def slow_wire(server):
    """A connection that takes little at a time."""
    wire = server.wire()
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    return wire


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_a_file_that_is_replaced_is_sent_as_it_was_and_one_that_shrinks_is_cut_off(serve, tmp_path):
    path = tmp_path / "a.bin"
    server = serve(DOCUMENT.format(folder=tmp_path))
    path.write_bytes(BIG)
    with slow_wire(server) as wire:
        wire.send(request("GET", "/files/a.bin"))
        wire._until(b"\r\n\r\n")
        other = tmp_path / "other.bin"
        other.write_bytes(b"x" * 10)
        other.rename(path)
        assert wire._exactly(len(BIG)) == BIG
        assert wire.ask(request("GET", "/files/a.bin")).content == b"x" * 10
    path.write_bytes(BIG)
    with slow_wire(server) as wire:
        wire.send(request("GET", "/files/a.bin", "X-Request-Id: shrunk"))
        head = wire._until(b"\r\n\r\n")
        assert f"Content-Length: {len(BIG)}".encode() in head
        os.truncate(path, 100)
        while wire._more():
            pass
        assert len(wire.buffer) < len(BIG)
    assert server.wait_for_log(lambda line: line["id"] == "shrunk")["dropped"] is True


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_a_client_that_takes_nothing_is_cut_off(serve, folder):
    server = serve(DOCUMENT.format(folder=folder), "--write-timeout", "1s")
    with slow_wire(server) as wire:
        wire.send(request("GET", "/files/big.bin", "X-Request-Id: stuck"))
        assert server.wait_for_log(lambda line: line["id"] == "stuck")["dropped"] is True


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_a_client_that_takes_each_piece_in_time_but_all_of_it_too_slowly_is_cut_off(serve, folder):
    server = serve(DOCUMENT.format(folder=folder), "--write-timeout", "1s", "--write-rate", "1MiB")
    with slow_wire(server) as wire:
        wire.send(request("GET", "/files/big.bin", "X-Request-Id: trickle"))
        for _ in patiently("it is borne", 0.05):  # a look at the log between two sips
            with contextlib.suppress(ConnectionResetError):
                wire.socket.recv(16384)
            if any(line["id"] == "trickle" for line in server.log()):
                break
    assert server.wait_for_log(lambda line: line["id"] == "trickle")["dropped"] is True


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_a_client_that_is_slow_and_fast_enough_gets_all_of_it(serve, folder):
    server = serve(DOCUMENT.format(folder=folder), "--write-timeout", "500ms")
    with slow_wire(server) as wire:
        wire.send(request("GET", "/files/big.bin"))
        wire._until(b"\r\n\r\n")
        while len(wire.buffer) < len(BIG):
            time.sleep(0.02)  # so that it takes several times the timeout
            assert wire._more(), "cut off"
        assert wire.buffer == BIG


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_draining_waits_for_a_file_that_is_on_its_way(serve, folder):
    server = serve(DOCUMENT.format(folder=folder))
    with slow_wire(server) as wire:
        wire.send(request("GET", "/files/big.bin"))
        wire._until(b"\r\n\r\n")
        server.signal(signal.SIGTERM)
        assert wire._exactly(len(BIG)) == BIG
        assert wire.is_ended()
    assert server.process.wait(PATIENCE) == 0


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_a_reload_leaves_a_file_on_its_way_alone_and_opens_folders_anew(serve, tmp_path):
    releases = [tmp_path / "first", tmp_path / "second"]
    for release in releases:
        release.mkdir()
        (release / "a.bin").write_bytes(BIG if release.name == "first" else b"second")
    current = tmp_path / "current"
    current.symlink_to(releases[0])
    server = serve(DOCUMENT.format(folder=current))
    with slow_wire(server) as wire:
        wire.send(request("GET", "/files/a.bin"))
        wire._until(b"\r\n\r\n")
        current.unlink()
        current.symlink_to(releases[1])
        server.signal(signal.SIGHUP)
        client = server.client()
        for _ in patiently("the new folder is never served"):
            if client.get("/files/a.bin", headers={"Range": "bytes=0-5"}).content == b"second":
                break
        assert wire._exactly(len(BIG)) == BIG


@pytest.mark.skipif(HTTP2, reason="of HTTP/1.1")
def test_many_at_once_get_what_they_asked_for(server):
    wires = [slow_wire(server) for _ in range(40)]
    for at, wire in enumerate(wires):
        wire.send(request("GET", "/files/big.bin", f"Range: bytes={at * 1000}-{at * 1000 + 300000}"))
    for at, wire in enumerate(wires):
        response = wire.read()
        assert response.status == 206 and response.content == BIG[at * 1000:at * 1000 + 300001]
        wire.close()
