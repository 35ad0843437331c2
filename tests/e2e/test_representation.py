"""Which representation of a resource is sent: media types, CSV and lines of JSON, gzip and brotli (RFC 9110 section 12)."""

import csv
import gzip
import io
import json

import httpx
import pytest

from problems import assert_problem

pytestmark = pytest.mark.core

brotli = pytest.importorskip("brotli", reason="python3-brotli is not installed")

DOCUMENT = """openapi: 3.1.0
info: {title: Notes, version: "1"}
%(root)s
paths:
  /notes:
    %(path)s
    get:
      %(operation)s
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
        - {name: kind, in: query, schema: {type: string}}
      responses:
        "200":
          description: All.
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Note"}}}
            text/csv: {}
            application/x-ndjson: {}
            application/vnd.notes+json: {}
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
      responses: {"201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200":
          description: One.
          content:
            application/json: {schema: {$ref: "#/components/schemas/Note"}}
            application/vnd.notes+json: {}
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
      responses: {"200": {description: Changed., content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}}
    delete: {responses: {"204": {description: Gone.}}}
components:
  %(schemes)s
  schemas:
    Note:
      type: object
      required: [text]
      properties:
        id: {type: integer, readOnly: true}
        text: {type: string}
        kind: {type: [string, "null"]}
        weight: {type: number}
        isDone: {type: boolean}
        tags: {type: array, items: {type: string}}
        pin: {type: string, writeOnly: true}
"""


def document(root="", path="", operation="", schemes=""):
    return DOCUMENT % {"root": root, "path": path, "operation": operation, "schemes": schemes}


@pytest.fixture
def notes(serve):
    """A client that says nothing of codings."""
    with serve(document()).client() as client:
        client.headers.pop("Accept-Encoding", None)
        yield client


def plain(client, path, method="GET", **fields):
    """The answer as it came, whatever its coding: status, fields, bytes."""
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    request = client.build_request(method, path, headers=fields)
    if "Accept-Encoding" not in fields:
        request.headers.pop("Accept-Encoding", None)
    response = client.send(request, stream=True)
    content = b"".join(response.iter_raw())
    response.close()
    return response.status_code, response.headers, content


def note(client, **members):
    response = client.post("/notes", json={"text": "t", **members})
    assert response.status_code == 201
    return response.json()


def long_note(client):
    return note(client, text="all work and no play " * 80)


# ---- Media types ---------------------------------------------------------------


def test_the_first_type_is_sent_to_who_asks_for_none(notes):
    note(notes)
    for fields in ({}, {"Accept": "*/*"}, {"Accept": "application/*"}, {"Accept": "text/csv;q=0.5, */*"}):
        assert plain(notes, "/notes", **fields)[1]["Content-Type"] == "application/json"


def test_accept_chooses_among_the_types_of_the_document(notes):
    note(notes)
    chosen = {
        "text/csv": "text/csv; charset=utf-8; header=present",
        "text/*": "text/csv; charset=utf-8; header=present",
        "application/x-ndjson": "application/x-ndjson",
        "application/vnd.notes+json, application/json;q=0.9": "application/vnd.notes+json",
        "text/html, application/x-ndjson;q=0.8, text/csv;q=0.7": "application/x-ndjson",
        "*/*, application/json;q=0.1, application/vnd.notes+json;q=0": "text/csv; charset=utf-8; header=present",
    }
    for accept, media_type in chosen.items():
        status, fields, _ = plain(notes, "/notes", Accept=accept)
        assert (status, fields["Content-Type"]) == (200, media_type), accept
        assert "Accept" in fields["Vary"].split(", ")


def test_only_a_list_is_csv(notes):
    made = note(notes)
    response = notes.get(f"/notes/{made['id']}", headers={"Accept": "text/csv"})
    problem = assert_problem(response, 406, "NOT_ACCEPTABLE")
    assert problem["details"]["available"] == ["application/json", "application/vnd.notes+json"]


@pytest.mark.parametrize("place", ["root", "path", "operation"])
def test_the_owner_may_send_the_first_type_in_place_of_a_406(serve, place):
    with serve(document(**{place: "x-statute: {accept: lenient}"})).client() as client:
        note(client)
        response = client.get("/notes", headers={"Accept": "image/png"})
        assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
        other = client.get("/notes/1", headers={"Accept": "image/png"})
        assert other.status_code == (200 if place == "root" else 406)


def test_what_stands_nearest_says_how_strict(serve):
    text = document(root="x-statute: {accept: lenient}", operation="x-statute: {accept: strict}")
    with serve(text).client() as client:
        assert_problem(client.get("/notes", headers={"Accept": "image/png"}), 406, "NOT_ACCEPTABLE")
        assert client.get("/notes/9", headers={"Accept": "image/png"}).status_code == 404


# ---- CSV and lines ---------------------------------------------------------------


def rows_of(client, path="/notes"):
    status, fields, content = plain(client, path, Accept="text/csv")
    assert status == 200
    text = content.decode("utf-8")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""))), fields, text


def test_csv_has_the_declared_members_that_are_served_in_their_order(notes):
    note(notes, text="one", pin="1234", kind="a", weight=1.5, isDone=True, extra="not declared")
    rows, _, _ = rows_of(notes)
    assert rows == [["id", "text", "kind", "weight", "isDone", "tags"], ["1", "one", "a", "1.5", "true", ""]]


@pytest.mark.parametrize("text", [
    "plain", "with, comma", 'with "quotes"', "two\nlines", "a\r\nb", " spaces ", "\ttab", "Zoë €", '"', "",
    "=1+1", "+1", "-1", "@SUM(A1)",
])
def test_csv_reads_as_the_text_that_json_says(notes, text):
    note(notes, text=text)
    rows, _, _ = rows_of(notes)
    assert rows[1][1] == text == notes.get("/notes").json()[0]["text"]


def test_csv_tells_an_empty_text_from_what_is_not_there(notes):
    note(notes, text="", kind=None)
    assert rows_of(notes)[2].endswith('\r\n1,"",,,,\r\n')


def test_csv_holds_what_is_no_scalar_as_json(notes):
    note(notes, tags=["a", 'b"c'])
    assert json.loads(rows_of(notes)[0][1][5]) == ["a", 'b"c']


def test_an_empty_list_is_its_header_or_nothing(notes):
    assert rows_of(notes)[0] == [["id", "text", "kind", "weight", "isDone", "tags"]]
    status, fields, content = plain(notes, "/notes", Accept="application/x-ndjson")
    assert (status, fields["Content-Length"], content) == (200, "0", b"")


def test_lines_are_the_rows_of_the_list_one_by_one(notes):
    for text in ("one", "two\nlines", "three"):
        note(notes, text=text, pin="1234")
    _, fields, content = plain(notes, "/notes", Accept="application/x-ndjson")
    assert content.endswith(b"\n") and content.count(b"\n") == 3
    assert [json.loads(line) for line in content.splitlines()] == notes.get("/notes").json()


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
def test_pages_filters_and_their_links_are_those_of_json(notes, accept):
    for number in range(5):
        note(notes, text=str(number), kind="odd" if number % 2 else "even")
    path, seen = "/notes?limit=2&kind=even", []
    while path:
        response = notes.get(path, headers={"Accept": accept})
        assert response.status_code == 200
        if accept == "text/csv":
            seen += [row[1] for row in list(csv.reader(io.StringIO(response.text)))[1:]]
        else:
            seen += [json.loads(line)["text"] for line in response.text.splitlines()]
        path = response.links.get("next", {}).get("url")
    assert seen == ["0", "2", "4"]


def test_csv_without_declared_members_is_refused_at_the_start(tmp_path):
    from harness import run

    path = tmp_path / "api.yaml"
    path.write_text(
        'openapi: 3.1.0\ninfo: {title: T, version: "1"}\npaths:\n  /things:\n    get:\n      responses:\n        "200":\n'
        "          description: All.\n          content: {text/csv: {}}\n    post: {requestBody: {content: {application/json: {}}}, "
        'responses: {"201": {description: Made.}}}\n  /things/{id}:\n    parameters: [{name: id, in: path, required: true, '
        'schema: {type: integer}}]\n    get: {responses: {"200": {description: One.}}}\n')
    result = run("routes", path)
    assert result.returncode != 0 and "text/csv" in result.stderr and "api.yaml:9:" in result.stderr


# ---- gzip and brotli -------------------------------------------------------------


DECODERS = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}
CHOSEN = {
    "gzip": "gzip", "br": "br", "gzip, br": "br", "gzip, deflate, br": "br", "br;q=0.5, gzip": "gzip", "*": "br",
    "br;q=0, *": "gzip", "x-gzip": "gzip", "identity": None, "": None, "deflate": None, "zstd": None,
    "gzip;q=0": None, "gzip;q=0.2, identity;q=0.5": None, "identity;q=0, gzip;q=0.1": "gzip", "*;q=0, br": "br",
}


@pytest.mark.parametrize("accepted", CHOSEN)
@pytest.mark.parametrize("path", ["/notes", "/notes/1"])
def test_accept_encoding_chooses_the_coding(notes, path, accepted):
    long_note(notes)
    status, fields, content = plain(notes, path, Accept_Encoding=accepted)
    assert status == 200
    assert fields.get("Content-Encoding") == CHOSEN[accepted]
    assert int(fields["Content-Length"]) == len(content)
    assert DECODERS[CHOSEN[accepted]](content) == plain(notes, path)[2]
    assert "Accept-Encoding" in fields["Vary"].split(", ")
    if CHOSEN[accepted]:
        assert len(content) < 300


def test_where_nothing_fits_it_is_406(notes):
    long_note(notes)
    for accepted in ("identity;q=0", "*;q=0", "identity;q=0, deflate", "gzip;q=0, br;q=0, identity;q=0"):
        response = notes.get("/notes", headers={"Accept-Encoding": accepted})
        assert_problem(response, 406, "ENCODING_NOT_ACCEPTABLE")


def test_what_is_short_is_compressed_only_for_who_takes_nothing_else(notes):
    note(notes)
    status, fields, content = plain(notes, "/notes/1", Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in fields and fields["ETag"] == '"1"'
    assert "Accept-Encoding" not in fields["Vary"]
    _, fields, content = plain(notes, "/notes/1", Accept_Encoding="gzip, identity;q=0")
    assert fields["Content-Encoding"] == "gzip" and json.loads(gzip.decompress(content))["text"] == "t"
    assert "Accept-Encoding" in fields["Vary"]


def test_a_list_varies_however_short_it_is_now(notes):
    assert "Accept-Encoding" in plain(notes, "/notes", Accept_Encoding="gzip")[1]["Vary"].split(", ")


@pytest.mark.parametrize("path", ["/notes", "/notes/1"])
def test_head_says_what_get_does(notes, path):
    long_note(notes)
    for fields in ({}, {"Accept_Encoding": "gzip"}, {"Accept_Encoding": "br"}, {"Accept": "application/vnd.notes+json"}):
        _, got, _ = plain(notes, path, **fields)
        status, head, content = plain(notes, path, "HEAD", **fields)
        assert status == 200 and content == b""
        for name in ("Content-Type", "Content-Length", "Content-Encoding", "ETag", "Vary"):
            assert got.get(name) == head.get(name), name


FORMS = [
    {"Accept": accept, "Accept_Encoding": coding}
    for accept in ("application/json", "text/csv", "application/x-ndjson", "application/vnd.notes+json")
    for coding in ("identity", "gzip", "br")
]


def test_each_representation_has_a_tag_of_its_own(notes):
    long_note(notes)
    tags = [plain(notes, "/notes", **form)[1]["ETag"] for form in FORMS]
    assert len(set(tags)) == len(FORMS), tags
    assert all(tag.startswith('"') for tag in tags)
    assert tags[0] == '"1"' and '"1-csv-br"' in tags


def test_each_tag_is_known_again_with_the_request_that_it_came_from(notes):
    long_note(notes)
    for form in FORMS:
        _, fields, _ = plain(notes, "/notes", **form)
        status, again, content = plain(notes, "/notes", If_None_Match=fields["ETag"], **form)
        assert (status, content) == (304, b"")
        assert again["ETag"] == fields["ETag"] and again["Vary"] == fields["Vary"]
        assert "Content-Encoding" not in again and "Content-Type" not in again
        assert plain(notes, "/notes", If_None_Match=f"W/{fields['ETag']}", **form)[0] == 304


def test_a_tag_of_another_media_type_is_not_the_answers(notes):
    long_note(notes)
    csv_tag = plain(notes, "/notes", Accept="text/csv")[1]["ETag"]
    assert plain(notes, "/notes", Accept="application/json", If_None_Match=csv_tag)[0] == 200
    assert plain(notes, "/notes", Accept="application/json", If_Match=csv_tag)[0] == 412


def test_a_client_keeps_what_it_has_in_any_coding_that_it_takes(notes):
    """What it holds is acceptable to it and of this version; nothing is to be sent again."""
    long_note(notes)
    plain_tag, gzip_tag = '"1"', '"1-gzip"'
    status, fields, _ = plain(notes, "/notes/1", Accept_Encoding="gzip, br", If_None_Match=plain_tag)
    assert (status, fields["ETag"]) == (304, plain_tag)
    status, fields, _ = plain(notes, "/notes/1", Accept_Encoding="gzip, br", If_None_Match=gzip_tag)
    assert (status, fields["ETag"]) == (304, gzip_tag)
    assert plain(notes, "/notes/1", If_None_Match=gzip_tag)[0] == 200  # it no longer says that it takes gzip
    assert plain(notes, "/notes/1", Accept_Encoding="gzip, identity;q=0", If_None_Match=plain_tag)[0] == 200


def test_a_304_by_date_has_the_tag_of_what_would_be_sent(notes):
    long_note(notes)
    for path in ("/notes", "/notes/1"):
        _, fields, _ = plain(notes, path, Accept_Encoding="br")
        status, again, _ = plain(notes, path, Accept_Encoding="br", If_Modified_Since=fields["Last-Modified"])
        assert (status, again["ETag"]) == (304, fields["ETag"])


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
@pytest.mark.parametrize("accept", ["application/json", "application/vnd.notes+json"])
def test_a_tag_of_any_representation_holds_for_a_change(notes, accept, coding):
    made = long_note(notes)
    _, fields, _ = plain(notes, "/notes/1", Accept=accept, Accept_Encoding=coding)
    assert notes.put("/notes/1", json={"text": made["text"]}, headers={"If-None-Match": fields["ETag"]}).status_code == 412
    changed = notes.put("/notes/1", json={"text": "x"}, headers={"If-Match": fields["ETag"]})
    assert changed.status_code == 200
    assert_problem(notes.put("/notes/1", json={"text": "y"}, headers={"If-Match": fields["ETag"]}), 412, "PRECONDITION_FAILED")
    assert_problem(notes.delete("/notes/1", headers={"If-Match": fields["ETag"]}), 412, "PRECONDITION_FAILED")


@pytest.mark.parametrize("tag", ['"2"', '"11"', '"1x"', '"1', 'W/"1-gzip"', '"-gzip"', '""'])
def test_a_tag_that_is_of_no_representation_does_not(notes, tag):
    long_note(notes)
    response = notes.put("/notes/1", json={"text": "x"}, headers={"If-Match": tag})
    assert response.status_code == (400 if tag == '"1' else 412)


def test_answers_to_changes_and_errors_are_sent_as_they_are(notes):
    response = notes.post("/notes", json={"text": "a" * 4000}, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 201 and "Content-Encoding" not in response.headers
    response = notes.post("/notes", json={"text": 5}, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 422 and "Content-Encoding" not in response.headers


# ---- Secrets ----------------------------------------------------------------------


SCHEMES = {
    "basic": ("{type: http, scheme: basic, x-statute: {collection: notes, name: text, password: pin}}", False),
    "a cookie": ("{type: apiKey, in: cookie, name: key}", False),
    "a key in a field": ("{type: apiKey, in: header, name: X-Key}", True),
    "a token": ("{type: http, scheme: bearer}", True),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_what_a_browser_asks_for_with_credentials_of_its_own_is_not_compressed(serve, name):
    scheme, is_compressed = SCHEMES[name]
    text = document(root="security: [{who: []}]", schemes="securitySchemes: {who: %s}" % scheme)
    text = text.replace("x-statute: {collection: notes, name: text, password: pin}", "").replace("basic, }", "basic}")
    with serve(text, "--no-security").client() as client:
        long_note(client)
        for path in ("/notes", "/notes/1"):
            _, fields, _ = plain(client, path, Accept_Encoding="gzip")
            assert (fields.get("Content-Encoding") == "gzip") == is_compressed
            assert ("Accept-Encoding" in fields["Vary"]) == is_compressed
            assert fields["ETag"] == ('"1-gzip"' if is_compressed else '"1"')
        status = client.get("/notes", headers={"Accept-Encoding": "gzip, identity;q=0"}).status_code
        assert status == (200 if is_compressed else 406)


@pytest.mark.parametrize("place", ["root", "path", "operation"])
def test_the_owner_may_turn_compression_off(serve, place):
    with serve(document(**{place: "x-statute: {compress: false}"})).client() as client:
        long_note(client)
        assert "Content-Encoding" not in plain(client, "/notes", Accept_Encoding="gzip")[1]
        assert ("Content-Encoding" in plain(client, "/notes/1", Accept_Encoding="gzip")[1]) == (place != "root")


def test_the_owner_may_turn_it_on(serve):
    schemes = "securitySchemes: {who: {type: apiKey, in: cookie, name: key}}"
    text = document(root="security: [{who: []}]", schemes=schemes, operation="x-statute: {compress: true}")
    with serve(text, "--no-security").client() as client:
        long_note(client)
        assert plain(client, "/notes", Accept_Encoding="gzip")[1]["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain(client, "/notes/1", Accept_Encoding="gzip")[1]


@pytest.mark.parametrize("key, word", [
    ("{accept: maybe}", "x-statute.accept can only be"), ("{compress: 7}", "x-statute.compress is a number"),
])
def test_a_value_that_is_none_is_refused(tmp_path, key, word):
    from harness import run

    for place in ("root", "path", "operation"):
        path = tmp_path / "api.yaml"
        path.write_text(document(**{place: f"x-statute: {key}"}))
        result = run("routes", path)
        assert result.returncode != 0 and word in result.stderr


def test_many_clients_get_their_own_coding_at_once(notes):
    """One stream of a thread is used again and again, by whoever comes next."""
    long_note(notes)
    whole = plain(notes, "/notes")[2]
    with httpx.Client(base_url=notes.base_url) as other:
        for _ in range(20):
            for client, coding in ((notes, "gzip"), (other, "br"), (other, "gzip")):
                _, fields, content = plain(client, "/notes", Accept_Encoding=coding)
                assert DECODERS[fields["Content-Encoding"]](content) == whole
