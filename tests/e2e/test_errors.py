"""Errors as people and programs meet them: the catalogue under /-/errors, the forms that an
error takes, and what it must not tell."""

import html.parser
import re

import pytest

from harness import request
from problems import assert_obliged, assert_problem
from shop_data import user

pytestmark = pytest.mark.core
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(html.parser.HTMLParser):
    """Collects the text and the links of a page; its elements must be properly nested."""

    def __init__(self, text):
        super().__init__()
        self.text, self.links, self.open, self.outside = "", [], [], []
        self.feed(text)
        assert self.open == [], self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if "href" in attributes:
            self.links.append(attributes["href"])
        self.outside += [v for k, v in attributes.items() if k in ("href", "src") and v and "//" in v]
        assert not any(name.startswith("on") for name in attributes), attributes

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_catalogue_lists_every_code(client):
    response = client.get("/-/errors")
    assert_obliged(response, 200)
    assert response.headers["Content-Type"] == "application/json"
    text = response.text
    for code in ("VALIDATION_FAILED", "RESOURCE_GONE", "PRECONDITION_FAILED", "NOT_BOUND", "INTERNAL_ERROR"):
        assert f'"{code}"' in text


@pytest.mark.parametrize("code, status", [
    ("VALIDATION_FAILED", 422), ("RESOURCE_NOT_FOUND", 404), ("RESOURCE_ALREADY_EXISTS", 409),
    ("EMAIL_ALREADY_EXISTS", 409), ("FIRST_NAME_LAST_NAME_ALREADY_EXISTS", 409), ("URI_TOO_LONG", 414),
])
def test_each_code_is_explained(client, code, status):
    response = client.get(f"/-/errors/{code}")
    assert response.status_code == 200
    assert response.json()["status"] == status
    page = client.get(f"/-/errors/{code}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert code in Page(page.text).text


@pytest.mark.parametrize("path", ["/-/errors/NO_SUCH_CODE", "/-/errors/", "/-/nothing", "/-/", "/-/errors/validation_failed",
                                  "/-/errors/VALIDATION_FAILED/x", "/-/errors/%3Cscript%3E"])
def test_what_the_server_does_not_have_is_404(client, path):
    assert_problem(client.get(path), 404, "PATH_NOT_FOUND")


@pytest.mark.parametrize("path", ["/-/errors", "/-/errors/VALIDATION_FAILED", "/-/health", "/-/ready"])
def test_its_own_paths_can_only_be_read(client, path):
    assert client.head(path).status_code == 200
    response = client.post(path)
    assert_problem(response, 405, "METHOD_NOT_ALLOWED")
    assert {method.strip() for method in response.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


def test_pages_stand_alone_and_link_to_each_other(client):
    page = Page(client.get("/-/errors", headers={"Accept": "text/html"}).text)
    assert page.outside == []
    links = [link for link in page.links if link.startswith("/-/errors/")]
    assert len(links) > 50
    for link in links[::10]:
        assert client.get(link).status_code == 200


POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
          "base-uri 'none'; frame-ancestors 'none'; form-action 'none'")


@pytest.mark.parametrize("path", ["/-/errors", "/-/errors/RESOURCE_GONE", "/nowhere"])
def test_a_page_may_do_nothing_but_load_files_of_this_server(client, path):
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<(style|script)|\sstyle=", response.text)
    assert "Content-Security-Policy" not in client.get(path).headers


def test_each_file_that_a_page_names_is_there_with_its_type(client):
    page = Page(client.get("/-/errors", headers={"Accept": "text/html"}).text)
    files = [link for link in page.links if link.startswith("/-/assets/")]
    assert {file.rpartition(".")[2] for file in files} == {"css", "svg"}
    types = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
    for file in files:
        response = client.get(file)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == types[file.rpartition(".")[2]]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_a_page_is_sent_again_only_when_it_changed(client):
    first = client.get("/-/assets/statute.css")
    tag = first.headers["ETag"]
    assert re.fullmatch('"[0-9a-f]{16}"', tag) and first.headers["Cache-Control"] == "no-cache"
    again = client.get("/-/assets/statute.css", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert client.get("/-/assets/statute.css", headers={"If-None-Match": '"0"'}).content == first.content
    assert client.get("/-/assets/icon.svg").headers["ETag"] != tag
    assert client.head("/-/assets/statute.css").headers["Content-Length"] == str(len(first.content))


@pytest.mark.parametrize("name", ["", "nothing.css", "../errors", "statute.css/", "STATUTE.CSS", "traces.html"])
def test_other_files_are_not_there(client, name):
    assert client.get("/-/assets/" + name.replace("/", "%2F")).status_code == 404


@pytest.mark.parametrize("accept, media_type", [
    (None, "application/problem+json"),
    ("*/*", "application/problem+json"),
    ("application/problem+json", "application/problem+json"),
    ("application/json", "application/json"),
    ("application/json, application/problem+json;q=0.5", "application/json"),
    ("application/problem+json, application/json", "application/problem+json"),
    ("text/html", "text/html; charset=utf-8"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
    ("text/plain", "text/plain; charset=utf-8"),
    ("image/png", "application/problem+json"),
])
def test_an_error_comes_in_the_form_that_accept_prefers(client, accept, media_type):
    response = client.get("/nowhere", headers={"Accept": accept} if accept else {})
    if "json" in media_type:
        assert_problem(response, 404, "PATH_NOT_FOUND", path="/nowhere", media_type=media_type)
    else:
        assert_obliged(response, 404)
        assert response.headers["Content-Type"] == media_type
        assert "PATH_NOT_FOUND" in response.text and response.headers["X-Request-Id"] in response.text


def test_what_a_client_sent_cannot_become_markup(shop):
    with shop.wire() as wire:
        response = wire.ask(request("GET", "/%3Cscript%3Ealert(1)%3C/script%3E", "Accept: text/html"))
    assert response.status == 404
    assert "<script" not in response.content.decode()
    Page(response.content.decode())


def test_the_value_that_is_wrong_is_escaped_in_html(client):
    response = client.post("/users", json=user(email="<b>x</b>"), headers={"Accept": "text/html, application/json;q=0.1"})
    assert response.status_code == 422
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<b>x" not in response.text
    Page(response.text)


def test_request_ids_are_new_for_each_request(client):
    ids = {client.get("/users").headers["X-Request-Id"] for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"req_[0-9A-Za-z_-]{8,}", found) for found in ids)


@pytest.mark.parametrize("sent", ["bad id", "a" * 500, "x\x7f", ""])
def test_a_request_id_from_outside_is_never_repeated_unless_it_is_harmless(shop, sent):
    with shop.wire() as wire:
        response = wire.ask(request("GET", "/nowhere", f"X-Request-Id: {sent}"))
        assert response.status in (400, 404)
        assert response.field("X-Request-Id") != sent


def test_health_and_readiness(client):
    for path in ("/-/health", "/-/ready"):
        response = client.get(path)
        assert response.status_code == 200
        assert response.json() == {"status": "ok"}
        assert response.headers["Cache-Control"] == "no-store"


def test_an_operation_that_nothing_serves_is_501(serve):
    client = serve("""
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /do/something:
    post:
      responses: {"200": {description: Done.}}
""").client()
    assert_problem(client.post("/do/something"), 501, "NOT_BOUND", path="/do/something")
    assert_problem(client.get("/do/something"), 405, "METHOD_NOT_ALLOWED")


def test_the_owner_can_choose_400_for_schema_failures_alone(serve):
    client = serve("""
openapi: 3.1.0
info: {title: T, version: "1"}
x-statute: {schema-status: 400}
paths:
  /things:
    x-statute:
      rules: [{check: "a < b", code: A_NOT_BELOW_B, message: Must be below b, field: a}]
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
      responses:
        "201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
components:
  schemas:
    Thing:
      type: object
      properties: {id: {type: integer, readOnly: true}, a: {type: integer}, b: {type: integer}}
""").client()
    assert_problem(client.post("/things", json={"a": "x"}), 400, "VALIDATION_FAILED")
    assert_problem(client.post("/things", json={"a": 2, "b": 1}), 422, "VALIDATION_FAILED")
    assert client.post("/things", json={"a": 1, "b": 2}).status_code == 201


def test_undeclared_parameters_are_400_where_the_owner_says_so(serve):
    client = serve("""
openapi: 3.1.0
info: {title: T, version: "1"}
x-statute: {query: strict}
paths:
  /things:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses: {"200": {description: All.}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
""").client()
    problem = assert_problem(client.get("/things?limt=5"), 400, "INVALID_PARAMETER")
    assert problem["validationErrors"][0]["field"] == "limt"
    assert client.get("/things?limit=5").status_code == 200


SECRETIVE = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /users:
    x-statute: {rules: [{check: "name <> 'root'", code: NAME_TAKEN, field: password}]}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"201": {description: Made.}}
  /users/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}}}
components:
  schemas:
    User:
      type: object
      properties: {id: {type: integer, readOnly: true}, name: {type: string},
                   password: {type: string, writeOnly: true, minLength: 20}}
"""


def test_a_secret_never_comes_back_whatever_is_wrong_with_it(serve):
    client = serve(SECRETIVE).client()
    for body in ({"name": "root", "password": "correct horse battery staple"}, {"name": "a", "password": "horse"}):
        response = client.post("/users", json=body)
        assert response.status_code == 422
        assert "horse" not in response.text
