"""`statute routes`: what each operation is bound to and can answer, from outside.

The sets of the small document are worked out by hand from the decision list. That they hold is
shown by a server: what it answers must be listed.
"""

import json
import os
import pathlib
import re
import subprocess
import time

import pytest

from harness import PATIENCE, ROOT, SHOP, binary, request, run
from shop_data import user

DATA = pathlib.Path(os.environ.get("STATUTE_TEST_DATA", ROOT.parent / "shared" / "data")) / "openapi"
FOLDERS = ("pass", "docs-3.0", "docs-3.1")
DOCUMENTS = [path for folder in FOLDERS for path in sorted((DATA / folder).glob("*.*"))
             if path.suffix in (".json", ".yaml", ".yml")]

SMALL = """openapi: 3.1.0 # small
info: {title: Notes, version: "1"}
paths:
  /notes: # a collection
    get:
      responses:
        "200": {description: All.} # every one
        4XX: {description: Wrong.}
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Note"}
      responses:
        "201": {description: New.}
        "409": {description: There already.}
        "410": {description: Gone.}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200": {description: One.}
        default: {description: Anything else.}
    delete:
      responses:
        # nothing to return
        "204": {description: Gone.}
  /search:
    get:
      responses:
        "200": {description: Found.}
components:
  schemas:
    Note:
      type: object
      required: [title]
      properties:
        id: {type: integer, readOnly: true}
        title: {type: string}
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "notes.yaml"
    path.write_text(SMALL)
    return path


def routes_of(path):
    result = run("routes", "--json", path)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    found["operations"] = {(each["method"], each["path"]): each for each in found["operations"]}
    return found


def answers_of(listed):
    return {answer["status"]: answer["errors"] for answer in listed["answers"]}


# ---- What is listed ---------------------------------------------------------


@pytest.mark.core
def test_the_sets_of_a_small_document_follow_from_the_decision_list(small):
    operations = routes_of(small)["operations"]
    reading = {  # E01 F01 F04 G01 G01a H00 H03 H05 N10
        200: [], 304: [], 400: ["INVALID_PARAMETER", "MALFORMED_CONDITION"],
        406: ["NOT_ACCEPTABLE", "ENCODING_NOT_ACCEPTABLE"], 412: ["PRECONDITION_FAILED"],
        500: ["INTERNAL_ERROR"], 503: ["STORE_UNAVAILABLE"],
    }
    assert answers_of(operations["GET", "/notes"]) == reading
    assert answers_of(operations["GET", "/notes/{id}"]) == reading | {
        400: ["MALFORMED_CONDITION"], 404: ["RESOURCE_NOT_FOUND"],
    }
    writing = {  # G01a K06 K08 K09 K10 K11 K12 K13
        500: ["INTERNAL_ERROR", "OUTCOME_UNKNOWN"],
        503: ["STORE_UNAVAILABLE", "STORE_BUSY", "STORE_TIMEOUT", "STORE_READ_ONLY"], 507: ["STORAGE_FULL"],
    }
    post = answers_of(operations["POST", "/notes"])
    assert set(post) == {201, 400, 406, 408, 409, 412, 413, 415, 422, 500, 503, 507}
    assert {status: post[status] for status in writing} == writing
    assert post[400] == ["CONTENT_REQUIRED", "INVALID_IDEMPOTENCY_KEY", "MALFORMED_CONDITION", "MALFORMED_CHUNK",
                         "MALFORMED_CODING", "DIGEST_MISMATCH", "MALFORMED_BODY"]
    assert post[415] == ["UNSUPPORTED_MEDIA_TYPE", "UNSUPPORTED_CONTENT_ENCODING"]
    assert post[409] == ["REQUEST_IN_PROGRESS"]
    assert post[422] == ["IDEMPOTENCY_KEY_REUSED", "VALIDATION_FAILED", "CONSTRAINT_VIOLATED"]
    assert set(answers_of(operations["DELETE", "/notes/{id}"])) == {204, 400, 404, 406, 412, 500, 503, 507}
    assert answers_of(operations["GET", "/search"]) == {501: ["NOT_BOUND"]}


@pytest.mark.core
def test_a_unique_member_brings_its_own_conflict(small):
    small.write_text(SMALL.replace("/notes: # a collection", "/notes:\n    x-statute: {unique: [title]}"))
    assert answers_of(routes_of(small)["operations"]["POST", "/notes"])[409] == ["REQUEST_IN_PROGRESS", "TITLE_ALREADY_EXISTS"]


def test_each_status_says_how_the_document_mentions_it(small):
    operations = routes_of(small)["operations"]

    def mentions(method, path):
        return {answer["status"]: answer["mentioned"] for answer in operations[method, path]["answers"]}

    assert mentions("GET", "/notes") == {
        200: "number", 304: "none", 400: "range", 406: "range", 412: "range", 500: "none", 503: "none",
    }
    assert set(mentions("GET", "/notes/{id}").values()) == {"number", "range"}
    assert operations["POST", "/notes"]["impossible"] == ["410"]
    assert operations["GET", "/notes"]["impossible"] == []
    assert operations["GET", "/search"]["impossible"] == ["200"]


def test_each_operation_says_what_it_is_bound_to(small):
    operations = routes_of(small)["operations"]
    assert list(operations) == [("GET", "/notes"), ("POST", "/notes"), ("GET", "/notes/{id}"),
                                ("DELETE", "/notes/{id}"), ("GET", "/search")]
    bound = {key: (each.get("resource"), each.get("action")) for key, each in operations.items()}
    assert bound["GET", "/notes"] == ("notes", "list")
    assert bound["DELETE", "/notes/{id}"] == ("notes", "delete")
    assert bound["GET", "/search"] == (None, None)
    assert operations["GET", "/search"]["notBound"] != ""


def test_what_needs_no_operation_is_listed_once(small):
    found = routes_of(small)
    assert {answer["status"] for answer in found["anywhere"]} == {400, 408, 414, 417, 425, 431, 501, 503, 505}
    assert {answer["status"]: answer["errors"] for answer in found["elsewhere"]} == {
        404: ["PATH_NOT_FOUND"], 405: ["METHOD_NOT_ALLOWED"], 501: ["METHOD_NOT_IMPLEMENTED"],
    }


def test_text_is_a_block_an_operation_without_colours(small):
    result = run("routes", small)
    assert result.returncode == 0 and result.stderr == ""
    assert "\033" not in result.stdout
    assert all(len(line) <= 100 for line in result.stdout.splitlines())
    blocks = {block.split("\n")[0]: block.split("\n")[1:] for block in result.stdout.split("\n\n")}
    post = blocks["POST /notes  notes (create)"]
    assert "  201" in post
    assert "+ 422  IDEMPOTENCY_KEY_REUSED, VALIDATION_FAILED, CONSTRAINT_VIOLATED" in post
    assert post[-1] == "- 410"
    assert "* 404  RESOURCE_NOT_FOUND" in blocks["GET /notes/{id}  notes (read)"]
    unbound = next(lines for head, lines in blocks.items() if head.startswith("GET /search  not bound: "))
    assert unbound == ["+ 501  NOT_BOUND", "- 200"]
    assert "On any path, before the operation is known:" in blocks


def test_the_example_mentions_nothing_that_cannot_come():
    for operation in routes_of(SHOP)["operations"].values():
        assert operation["impossible"] == []
        assert [answer for answer in operation["answers"] if answer["mentioned"] == "none"] == []


# ---- It holds ---------------------------------------------------------------


TRIED = [  # method, path, fields, content
    ("GET", "/users", {}, None), ("GET", "/users?limit=0", {}, None), ("GET", "/users?cursor=x", {}, None),
    ("GET", "/users", {"Accept": "image/png"}, None), ("GET", "/users", {"If-Match": "x"}, None),
    ("GET", "/users", {"If-Match": '"x"'}, None), ("GET", "/users", {"If-None-Match": "*"}, None),
    ("GET", "/users", {"Accept-Encoding": "identity;q=0"}, None),
    ("POST", "/users", {}, user()), ("POST", "/users", {}, user()), ("POST", "/users", {}, user(email=1)),
    ("POST", "/users", {}, b"{"), ("POST", "/users", {"Content-Type": "text/plain"}, b"x"), ("POST", "/users", {}, None),
    ("POST", "/users", {"If-None-Match": "*"}, user(email="b@example.com")),
    ("POST", "/users", {"Content-Encoding": "gzip"}, user()),
    ("GET", "/users/1", {}, None), ("GET", "/users/x", {}, None), ("GET", "/users/9", {"If-Match": "*"}, None),
    ("HEAD", "/users/1", {}, None), ("GET", "/users/1", {"If-None-Match": "*"}, None),
    ("PUT", "/users/1", {}, user(name="Other")), ("PUT", "/users/1", {}, user(id=2)),
    ("PUT", "/users/1", {"If-Match": '"x"'}, user()), ("PUT", "/users/9", {}, user()),
    ("PUT", "/users/1", {"Content-Range": "bytes 0-1/2"}, user()),
    ("PATCH", "/users/1", {"Content-Type": "application/merge-patch+json"}, {"name": None}),
    ("PATCH", "/users/1", {"Content-Type": "application/json-patch+json"}, [{"op": "test", "path": "/name", "value": 1}]),
    ("PATCH", "/users/1", {"Content-Type": "application/json-patch+json"}, [{"op": "remove", "path": "/x/y"}]),
    ("POST", "/users/1/orders", {}, {"userId": 2}), ("POST", "/users/9/orders", {}, {}), ("GET", "/users/9/orders", {}, None),
    ("GET", "/settings", {}, None), ("PUT", "/settings", {}, {}), ("PATCH", "/settings", {}, {}),
    ("DELETE", "/products/1", {}, None), ("DELETE", "/users/1", {"If-Match": "x"}, None), ("DELETE", "/users/1", {}, None),
    ("DELETE", "/users/1", {}, None), ("GET", "/orders/x", {}, None),
]


def _matches(template, path):
    return re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path.split("?")[0])


@pytest.mark.core
def test_what_is_answered_is_listed(client):
    operations = routes_of(SHOP)["operations"]
    seen = set()
    for method, path, fields, content in TRIED:
        fields = dict(fields)
        if content is not None:
            fields.setdefault("Content-Type", "application/json")
            content = content if isinstance(content, bytes) else json.dumps(content).encode()
        response = client.request(method, path, headers=fields, content=content)
        declared = "GET" if method == "HEAD" else method
        listed = next(each for (one, template), each in operations.items()
                      if one == declared and _matches(template, path))
        answers = answers_of(listed)
        assert response.status_code in answers, (method, path, response.text)
        if response.status_code >= 400 and method != "HEAD":
            assert response.json()["error"] in answers[response.status_code], (method, path, response.text)
        seen.add(response.status_code)
    assert {200, 201, 204, 304, 400, 404, 406, 409, 412, 415, 422} <= seen


@pytest.mark.core
def test_what_needs_no_operation_is_answered_so(shop):
    found = routes_of(SHOP)
    listed = {answer["status"]: answer["errors"] for answer in found["anywhere"] + found["elsewhere"]}
    for data, status in ((b"GET / HTTP/1.1\r\n\r\n", 400), (request("GET", "/nothing"), 404),
                         (request("GET", "/users", "Expect: x"), 417), (b"GET / HTTP/3.7\r\n\r\n", 505),
                         (request("GET", "/" + "x" * 20000), 414), (request("PROPFIND", "/users"), 501)):
        with shop.wire() as wire:
            response = wire.ask(data)
        assert response.status == status and status in listed
        assert any(response.json()["error"] in answer["errors"] for answer in found["anywhere"] + found["elsewhere"]
                   if answer["status"] == status)


# ---- Completing -------------------------------------------------------------


def completed(path, to):
    result = run("routes", "--write", path)
    assert result.returncode == 0, result.stderr
    to.write_text(result.stdout)
    return result.stdout


def missing(path):
    return [(key, answer["status"]) for key, each in routes_of(path)["operations"].items()
            for answer in each["answers"] if answer["mentioned"] == "none"]


@pytest.mark.core
def test_a_completed_document_lacks_nothing_and_keeps_its_text(small, tmp_path):
    once = tmp_path / "once.yaml"
    text = completed(small, once)
    assert missing(small) != [] and missing(once) == []
    assert completed(once, tmp_path / "twice.yaml") == text
    lines = iter(text.splitlines())
    for line in SMALL.splitlines():
        if "search" in line:
            break
        assert line in lines, f"{line!r} is not there any more, or not in its place"


def test_a_completed_document_can_be_served(serve, small, tmp_path):
    completed(small, tmp_path / "once.yaml")
    client = serve(tmp_path / "once.yaml").client()
    assert client.post("/notes", json={"title": "a"}).status_code == 201
    assert client.get("/notes/1").json()["title"] == "a"


def test_what_stands_in_other_files_is_told(tmp_path):
    (tmp_path / "other.yaml").write_text('get: {responses: {"200": {description: a}}}\n')
    (tmp_path / "api.yaml").write_text(SMALL.split("paths:")[0] + "paths: {/a: {$ref: other.yaml}}\n")
    result = run("routes", "--write", tmp_path / "api.yaml")
    assert result.returncode == 1
    assert result.stdout == (tmp_path / "api.yaml").read_text()
    assert "other files" in result.stderr


def test_what_cannot_be_completed_in_place_prints_nothing(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(SMALL.split("paths:")[0] + "paths:\n  /a:\n    get:\n      responses:\n        ? '200'\n        : {description: a}\n")
    result = run("routes", "--write", path)
    assert result.returncode == 1 and result.stdout == ""
    assert "in place" in result.stderr


# ---- Use, and bounds --------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["one.yaml", "two.yaml"], ["--json", "--write", "one.yaml"], ["--jsno", "one.yaml"]])
def test_a_wrong_use_is_2(words):
    result = run("routes", *words)
    assert result.returncode == 2
    assert result.stdout == "" and "statute routes" in result.stderr


def test_a_document_with_errors_is_2_with_their_places(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(SMALL.replace("/notes: # a collection", "/notes:\n    x-statute: {uniqe: [title]}"))
    result = run("routes", path)
    assert result.returncode == 2 and result.stdout == ""
    assert "api.yaml:5:17: error" in result.stderr and "uniqe" in result.stderr
    assert run("routes", tmp_path / "none.yaml").returncode == 2


def test_a_full_disk_is_a_failure():
    with open("/dev/full", "w") as full:
        result = subprocess.run([binary(), "routes", "--write", SHOP], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE)
    assert result.returncode == 1


def measured(*arguments):
    """Exit code, output, seconds, and the most memory that it had."""
    began = time.monotonic()
    process = subprocess.Popen([binary(), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, output, time.monotonic() - began, usage.ru_maxrss * 1024


@pytest.mark.skipif(not DOCUMENTS, reason="no documents of others (set STATUTE_TEST_DATA)")
@pytest.mark.parametrize("path", DOCUMENTS, ids=[f"{path.parent.name}/{path.name}" for path in DOCUMENTS])
def test_documents_of_others_are_listed_and_completed(path, tmp_path):
    code, output, seconds, memory = measured("routes", "--json", path)
    assert code == 0
    assert seconds < PATIENCE and memory < 2 << 30
    assert isinstance(json.loads(output)["operations"], list)
    code, text, seconds, memory = measured("routes", "--write", path)
    assert code == 0
    assert seconds < PATIENCE and memory < 2 << 30
    once = tmp_path / f"once{path.suffix}"
    once.write_bytes(text)
    assert missing(once) == []
