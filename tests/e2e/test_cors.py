"""CORS: what a page of another origin may ask for and read, on every kind of answer."""

import functools
import http.server
import threading

import pytest

from browser import names, outcomes_of, skip_if_missing
from harness import request, run, serving

PAGE = "https://app.example.com"

DOCUMENT = """openapi: 3.1.0
info: {title: Notes, version: "1"}
x-statute:
  cors:
    origins: ["https://app.example.com", "https://*.tenants.example.com:8443"]
    headers: [Content-Type, If-Match]
    credentials: true
    max-age: 120
paths:
  /notes:
    parameters: [{name: limit, in: query, schema: {type: integer}}]
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [text]}}}}
      responses: {"201": {description: New.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
    put:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: Put.}}
    delete: {responses: {"204": {description: Gone.}}}
  /public:
    x-statute: {cors: {origins: ["*"], methods: [GET], headers: ["*"], expose: [ETag]}}
    get: {responses: {"200": {description: One.}}}
    put: {requestBody: {content: {application/json: {}}}, responses: {"200": {description: Put.}}}
  /sandbox:
    x-statute: {cors: {origins: ["null"]}}
    get: {responses: {"200": {description: One.}}}
    put: {requestBody: {content: {application/json: {}}}, responses: {"200": {description: Put.}}}
  /internal:
    x-statute: {cors: false}
    get: {responses: {"200": {description: One.}}}
    put: {requestBody: {content: {application/json: {}}}, responses: {"200": {description: Put.}}}
  /reports:
    x-statute: {cors: {origins: ["https://reports.example.com"]}}
    get: {responses: {"200": {description: Nothing makes them.}}}
"""


@pytest.fixture
def notes(serve):
    return serve(DOCUMENT)


@pytest.fixture
def wire(notes):
    with notes.wire() as wire:
        yield wire


def names_in(text):
    return [name.strip().lower() for name in text.split(",")] if text else []


def fields_of_cors(response):
    return {name.lower() for name, _ in response.fields if name.lower().startswith("access-control-")}


def preflight(path, method, *fields, origin=PAGE):
    return request("OPTIONS", path, f"Origin: {origin}", f"Access-Control-Request-Method: {method}", *fields)


@pytest.mark.core
def test_a_preflight_grants_the_methods_of_the_path_and_the_allowed_fields(wire):
    response = wire.ask(preflight("/notes/7", "PUT", "Access-Control-Request-Headers: if-match, x-other,content-type"))
    assert response.status == 204 and response.content == b""
    assert response.field("Access-Control-Allow-Origin") == PAGE
    assert response.field("Access-Control-Allow-Credentials") == "true"
    assert set(names_in(response.field("Access-Control-Allow-Methods"))) >= {"get", "head", "put", "delete"}
    assert "post" not in names_in(response.field("Access-Control-Allow-Methods"))
    assert names_in(response.field("Access-Control-Allow-Headers")) == ["if-match", "content-type"]
    assert response.field("Access-Control-Max-Age") == "120"
    assert response.field("Access-Control-Expose-Headers") is None
    assert names_in(response.field("Vary")) == ["origin", "access-control-request-method",
                                                "access-control-request-headers"]


@pytest.mark.core
def test_a_preflight_without_a_grant_is_204_without_a_word_of_it(wire):
    for origin in ("https://evil.example", "null", "https://app.example.com.evil.example"):
        response = wire.ask(preflight("/notes", "POST", "Access-Control-Request-Headers: content-type", origin=origin))
        assert response.status == 204 and fields_of_cors(response) == set()
        assert set(names_in(response.field("Vary"))) == {"origin", "access-control-request-method",
                                                         "access-control-request-headers"}


@pytest.mark.core
def test_a_preflight_for_a_method_that_nobody_knows_is_no_error(wire):
    response = wire.ask(preflight("/notes", "BREW"))
    assert response.status == 204
    assert "brew" not in names_in(response.field("Access-Control-Allow-Methods"))


@pytest.mark.core
def test_a_preflight_needs_no_credentials(serve):
    document = DOCUMENT.replace("paths:", "security: [{key: []}]\npaths:", 1) + \
        "components: {securitySchemes: {key: {type: http, scheme: bearer}}}\n"
    with serve(document, "--no-security").wire() as wire:
        assert wire.ask(preflight("/notes", "POST")).field("Access-Control-Allow-Origin") == PAGE


@pytest.mark.core
def test_options_without_the_field_of_a_preflight_is_answered_as_ever(wire):
    response = wire.ask(request("OPTIONS", "/notes", f"Origin: {PAGE}"))
    assert response.status == 204 and "POST" in response.field("Allow")
    assert response.field("Access-Control-Allow-Methods") is None
    assert response.field("Access-Control-Allow-Origin") == PAGE


@pytest.mark.core
@pytest.mark.parametrize(("data", "status"), [
    (request("GET", "/notes", f"Origin: {PAGE}"), 200),
    (request("POST", "/notes", f"Origin: {PAGE}", "Content-Type: application/json", content={"text": "a"}), 201),
    (request("GET", "/notes?limit=x", f"Origin: {PAGE}"), 400),
    (request("GET", "/notes/1000", f"Origin: {PAGE}"), 404),
    (request("GET", "/nowhere", f"Origin: {PAGE}"), 404),
    (request("PATCH", "/notes", f"Origin: {PAGE}"), 405),
    (request("POST", "/notes", f"Origin: {PAGE}", "Content-Type: text/plain", content=b"a"), 415),
    (request("POST", "/notes", f"Origin: {PAGE}", "Content-Type: application/json", content={}), 422),
    (request("GET", "/notes", f"Origin: {PAGE}", "Accept-Encoding: identity;q=0"), 406),
    (request("GET", "/notes", f"Origin: {PAGE}", "Expect: a-miracle"), 417),
    (request("GET", "/notes", f"Origin: {PAGE}", "Content-Length: x"), 400),
    (request("GET", "/notes", f"Origin: {PAGE}", "bad field: x"), 400),
    (request("GET", "/notes", f"Origin: {PAGE}", "X: " + "a" * 40000), 431),
])
def test_every_answer_may_be_read_by_an_allowed_page(wire, data, status):
    response = wire.ask(data)
    assert response.status == status
    assert response.field("Access-Control-Allow-Origin") == PAGE
    assert response.field("Access-Control-Allow-Credentials") == "true"
    exposed = names_in(response.field("Access-Control-Expose-Headers"))
    assert {"etag", "location", "link", "retry-after", "ratelimit", "ratelimit-policy", "x-request-id",
            "www-authenticate", "idempotency-replayed"} <= set(exposed)
    assert "origin" in names_in(response.field("Vary"))


@pytest.mark.core
def test_a_304_may_be_read_too(wire):
    tag = wire.ask(request("GET", "/notes", f"Origin: {PAGE}")).field("ETag")
    response = wire.ask(request("GET", "/notes", f"Origin: {PAGE}", f"If-None-Match: {tag}"))
    assert response.status == 304 and response.field("Access-Control-Allow-Origin") == PAGE
    assert names_in(response.field("Vary")) == ["accept", "accept-encoding", "origin"]


@pytest.mark.core
@pytest.mark.expects_5xx
def test_a_503_may_be_read_too(notes, wire):
    notes.database.rename(notes.database.with_name("away.db"))
    response = wire.ask(request("POST", "/notes", f"Origin: {PAGE}", "Content-Type: application/json",
                                content={"text": "a"}))
    assert response.status == 503 and response.field("Access-Control-Allow-Origin") == PAGE
    notes.database.with_name("away.db").rename(notes.database)


@pytest.mark.core
@pytest.mark.parametrize("origin", ["https://evil.example", "http://app.example.com", "https://app.example.com:444",
                                    "https://APP.example.com", "null", "https://app.example.com/",
                                    "https://tenants.example.com:8443", "https://a.tenants.example.com",
                                    "https://evil.example/.tenants.example.com:8443", "https://.tenants.example.com:8443",
                                    "https://a..tenants.example.com:8443", ""])
def test_a_page_of_another_origin_is_told_nothing_but_served_as_ever(wire, origin):
    response = wire.ask(request("GET", "/notes", f"Origin: {origin}"))
    assert response.status == 200 and fields_of_cors(response) == set()
    assert names_in(response.field("Vary")) == ["accept", "accept-encoding", "origin"]


@pytest.mark.core
@pytest.mark.parametrize("origin", ["https://a.tenants.example.com:8443", "https://a.b-c.tenants.example.com:8443"])
def test_a_pattern_stands_for_every_name_below(wire, origin):
    response = wire.ask(request("GET", "/notes", f"Origin: {origin}"))
    assert response.field("Access-Control-Allow-Origin") == origin


@pytest.mark.core
def test_an_origin_that_is_sent_twice_is_none(wire):
    response = wire.ask(request("GET", "/notes", f"Origin: {PAGE}", f"Origin: {PAGE}"))
    assert fields_of_cors(response) == set()


@pytest.mark.core
def test_without_an_origin_caches_are_still_told_what_the_answer_depends_on(wire):
    response = wire.ask(request("GET", "/notes"))
    assert fields_of_cors(response) == set() and "origin" in names_in(response.field("Vary"))


@pytest.mark.core
def test_a_path_says_otherwise_than_the_document(wire):
    response = wire.ask(request("GET", "/public", "Origin: https://anybody.example"))
    assert response.field("Access-Control-Allow-Origin") == "*"
    assert response.field("Access-Control-Allow-Credentials") is None
    assert response.field("Access-Control-Expose-Headers") == "ETag"
    assert names_in(response.field("Vary")) == ["accept"]
    assert wire.ask(request("GET", "/public")).field("Access-Control-Allow-Origin") == "*"
    assert fields_of_cors(wire.ask(request("GET", "/internal", f"Origin: {PAGE}"))) == set()


@pytest.mark.core
def test_any_field_is_any_but_authorization_and_methods_can_be_fewer(wire):
    response = wire.ask(preflight("/public", "GET", "Access-Control-Request-Headers: x-any,authorization"))
    assert names_in(response.field("Access-Control-Allow-Headers")) == ["x-any"]
    assert response.field("Access-Control-Allow-Methods") == "GET"
    assert response.field("Access-Control-Max-Age") == "600"


@pytest.mark.core
def test_null_is_allowed_only_where_it_is_named(wire):
    assert wire.ask(request("GET", "/sandbox", "Origin: null")).field("Access-Control-Allow-Origin") == "null"
    assert fields_of_cors(wire.ask(request("GET", "/sandbox", f"Origin: {PAGE}"))) == set()


@pytest.mark.core
def test_a_path_that_is_bound_to_nothing_has_its_cors_too(wire):
    origin = "https://reports.example.com"
    response = wire.ask(request("GET", "/reports", f"Origin: {origin}"))
    assert response.status == 501 and response.field("Access-Control-Allow-Origin") == origin


@pytest.mark.core
def test_the_pages_of_the_server_are_for_no_other_origin(notes, wire):
    assert fields_of_cors(wire.ask(request("GET", "/-/health", f"Origin: {PAGE}"))) == set()
    answer = notes.admin_client().get("/-/traces", headers={"Origin": PAGE})
    assert answer.status_code == 200 and "Access-Control-Allow-Origin" not in answer.headers
    answer = notes.admin_client().get("/elsewhere", headers={"Origin": PAGE})
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.core
def test_a_document_without_cors_says_nothing_of_origins(shop):
    with shop.wire() as wire:
        response = wire.ask(request("GET", "/users", f"Origin: {PAGE}"))
        assert fields_of_cors(response) == set() and names_in(response.field("Vary")) == ["accept", "accept-encoding"]
        response = wire.ask(preflight("/users", "POST"))
        assert response.status == 204 and fields_of_cors(response) == set()


@pytest.mark.core
def test_any_origin_with_credentials_is_refused_at_the_start(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT.replace('["https://app.example.com", "https://*.tenants.example.com:8443"]', '["*"]'))
    result = run("serve", path, "--listen", "127.0.0.1:0")
    assert result.returncode == 2
    assert "api.yaml:5:14: error: any origin (*) together with credentials would let every page act for a user" \
        in result.stderr
    assert "name the origins, or leave credentials out" in result.stderr


class Page(http.server.BaseHTTPRequestHandler):
    """A page without content, at every address."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "26")
        self.end_headers()
        self.wfile.write(b"<!doctype html><p>A page.\n")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def page_port():
    """The port of a server of that page, on 127.0.0.1; `localhost` is another origin of the same."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.05))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, page_port):
    """What came of each test in the browser, by its name."""
    skip_if_missing()
    folder = tmp_path_factory.mktemp("cors")
    document = folder / "api.yaml"
    document.write_text(DOCUMENT.replace(PAGE, f"http://127.0.0.1:{page_port}"))
    with serving(folder, document) as api:
        return outcomes_of("cors.js", api.url, page_port)


@pytest.mark.parametrize("name", names("cors.js"))
def test_in_a_browser(outcomes, name):
    assert outcomes[name]["ok"], outcomes[name]["why"]
