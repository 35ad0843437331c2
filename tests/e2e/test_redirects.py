"""x-statute: redirect, gone, legal, choices, deprecation, canonical-paths: where else, and no more."""

import httpx
import pytest

from harness import HTTP2
from problems import assert_problem

DOCUMENT = """
openapi: 3.1.0
info: {title: Moved, version: "1"}
servers: [{url: /api}]
security: [{token: []}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
paths:
  /v1/users/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    x-statute: {redirect: "/v2/users/{id}"}
    get: {x-statute: {redirect: {to: "/v2/users/{id}", keep-method: false}}, responses: {"301": {description: Moved.}}}
    put: {responses: {"308": {description: Moved.}}}
  /new:
    get: {x-statute: {redirect: {to: "https://new.example/é?lang=en#top", permanent: false, max-age: 1h}},
          responses: {"307": {description: For now.}}}
    post: {x-statute: {redirect: {to: /v2/new, permanent: false, keep-method: false}},
           responses: {"303": {description: For now.}}}
  /now:
    get: {x-statute: {redirect: {to: /v2/now, permanent: false, keep-method: false}},
          responses: {"302": {description: For now.}}}
  /search/{q}:
    parameters: [{name: q, in: path, required: true, schema: {type: string}}]
    get: {x-statute: {redirect: "/find?q={q}&lang=en"}, responses: {"308": {description: Moved.}}}
  /retired/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    x-statute: {gone: {successor: "/v2/things/{id}", sunset: 2026-01-08, message: "Use version 2."}}
    get: {responses: {"410": {description: Gone.}}}
  /forgotten:
    get: {x-statute: {gone: true}, responses: {"410": {description: Gone.}}}
    put: {security: [], x-statute: {unsupported: true}, responses: {"501": {description: No.}}}
  /secret:
    get: {x-statute: {legal: {by: "https://regulator.example/7", message: "By order of a court."}},
          responses: {"451": {description: Blocked.}}}
  /open-secret:
    get: {security: [], x-statute: {legal: "https://regulator.example/8"}, responses: {"451": {description: Blocked.}}}
  /report/{year}:
    parameters: [{name: year, in: path, required: true, schema: {type: integer}}]
    get:
      security: []
      x-statute:
        choices:
          - {href: "/report/{year}/pdf", type: application/pdf, language: en, title: On <paper>, preferred: true}
          - {href: "/report/{year}/csv", type: text/csv}
      responses: {"300": {description: Choose.}}
  /things:
    x-statute: {deprecation: {since: 2026-01-08, sunset: 2027-01-08, successor: /v2/things}}
    get: {security: [], deprecated: true, responses: {"200": {description: All.}}}
    post: {security: [], deprecated: true, requestBody: {content: {application/json: {schema: {type: object}}}},
           responses: {"201": {description: Made.}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {security: [], x-statute: {deprecation: {since: "2026-02-01T12:00:00Z", documentation: "https://docs.example/"}},
          responses: {"200": {description: One.}}}
x-statute: {canonical-paths: true, cors: {origins: ["https://page.example"]}}
"""


@pytest.fixture
def server(serve):
    return serve(DOCUMENT, "--dev", expects_5xx=True)


@pytest.fixture
def moved(server):
    return server.client()


def assert_redirect(response, status, location):
    assert response.status_code == status
    assert response.headers["Location"] == location
    if response.request.method != "HEAD":
        assert response.json() == {"status": status, "location": location}


def test_a_path_that_moved_leads_on_for_any_method_and_keeps_it(moved):
    for method in ("PUT", "PATCH", "DELETE", "POST", "OPTIONS"):
        assert_redirect(moved.request(method, "/v1/users/7"), 308, "/v2/users/7")


def test_an_operation_of_it_may_say_otherwise(moved):
    assert_redirect(moved.get("/v1/users/7"), 301, "/v2/users/7")
    assert_redirect(moved.head("/v1/users/7"), 301, "/v2/users/7")


def test_nobody_is_asked_who_they_are_on_a_path_that_moved(moved):
    assert "WWW-Authenticate" not in moved.get("/v1/users/7").headers


def test_the_prefix_of_the_servers_stays_where_the_client_sent_it(moved):
    assert_redirect(moved.put("/api/v1/users/7"), 308, "/api/v2/users/7")


def test_parameters_go_along_as_they_were_encoded(moved):
    for sent in ("a%2Fb", "caf%C3%A9", "a%20b", "a%3Fb%23c", "a@b;c=d", "%22%3Cx%3E"):
        assert_redirect(moved.put(f"/v1/users/{sent}"), 308, f"/v2/users/{sent}")


def test_the_query_goes_along_and_the_own_one_of_the_target_wins(moved):
    assert_redirect(moved.put("/v1/users/7?a=1&b=%20x&c"), 308, "/v2/users/7?a=1&b=%20x&c")
    assert_redirect(moved.get("/new?page=2&lang=de"), 307, "https://new.example/%C3%A9?lang=en&page=2#top")


def test_a_parameter_in_the_query_cannot_add_others_to_it(moved):
    assert_redirect(moved.get("/search/a%26lang=de%23"), 308, "/find?q=a%26lang%3Dde%23&lang=en")
    assert_redirect(moved.get("/search/a&b=c+d"), 308, "/find?q=a%26b%3Dc%2Bd&lang=en")


def test_for_now_is_307_where_the_method_is_kept_and_302_or_303_where_not(moved):
    response = moved.get("/new")
    assert_redirect(response, 307, "https://new.example/%C3%A9?lang=en#top")
    assert response.headers["Cache-Control"] == "max-age=3600"
    assert_redirect(moved.get("/now"), 302, "/v2/now")
    assert_redirect(moved.head("/now"), 302, "/v2/now")
    response = moved.post("/new", json={})
    assert_redirect(response, 303, "/v2/new")
    assert "Cache-Control" not in response.headers


def test_where_operations_moved_and_not_the_path_other_methods_are_405(moved):
    response = moved.delete("/new")
    assert_problem(response, 405, "METHOD_NOT_ALLOWED")
    assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert moved.options("/new").status_code == 204


def test_the_note_is_a_link_for_a_browser_and_escaped(moved):
    response = moved.put("/v1/users/a&b'c", headers={"Accept": "text/html"})
    assert response.status_code == 308
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Vary"] == "Accept, Origin"
    assert '<a href="/v2/users/a&amp;b&#39;c">' in response.text
    response = moved.put("/v1/users/7", headers={"Accept": "text/plain"})
    assert response.text == "/v2/users/7\n"


@pytest.mark.skipif(HTTP2, reason="bytes of HTTP/1.1")
def test_no_byte_of_a_request_can_end_the_field(server):
    with server.wire() as wire:
        response = wire.ask(b"PUT /v1/users/%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert response.status == 308
        assert response.field("Location") == "/v2/users/%0d%0aSet-Cookie:%20a=b"
        assert response.field("Set-Cookie") is None


@pytest.mark.skipif(HTTP2, reason="bytes of HTTP/1.1")
def test_two_slashes_never_lead_to_another_host(server):
    with server.wire() as wire:
        response = wire.ask(b"POST //things HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert (response.status, response.field("Location")) == (308, "/things")
        response = wire.ask(b"GET //things//evil.example// HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (response.status, response.field("Location")) == (308, "/things/evil.example")
        assert wire.ask(b"GET //evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n").status == 404


def test_a_retired_path_is_410_for_any_method_and_names_what_took_its_place(moved):
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        response = moved.request(method, "/retired/7")
        problem = assert_problem(response, 410, "PATH_GONE")
        assert problem["message"] == "Use version 2."
        assert response.headers["Sunset"] == "Thu, 08 Jan 2026 00:00:00 GMT"
        assert response.headers["Link"] == '</v2/things/7>; rel="successor-version"'
    response = moved.get("/api/retired/no-number")
    assert response.headers["Link"] == '</api/v2/things/no-number>; rel="successor-version"'


def test_an_operation_may_be_gone_alone(moved):
    response = moved.get("/forgotten")
    assert_problem(response, 410, "PATH_GONE")
    assert "Link" not in response.headers and "Sunset" not in response.headers
    assert_problem(moved.put("/forgotten"), 501, "NOT_SUPPORTED")
    assert_problem(moved.delete("/forgotten"), 405, "METHOD_NOT_ALLOWED")


def test_what_law_forbids_is_451_and_says_who_enforces_it(moved):
    response = moved.get("/open-secret")
    assert_problem(response, 451, "LEGALLY_BLOCKED")
    assert response.headers["Link"] == '<https://regulator.example/8>; rel="blocked-by"'


def test_it_is_told_only_to_who_may_ask(moved):
    response = moved.get("/secret")
    assert_problem(response, 401, "TOKEN_MISSING")
    assert "Link" not in response.headers


def test_several_representations_are_300_with_a_list_of_them(moved):
    response = moved.get("/report/2026?draft=1")
    assert response.status_code == 300
    assert response.json() == {"choices": [
        {"href": "/report/2026/pdf?draft=1", "type": "application/pdf", "language": "en", "title": "On <paper>"},
        {"href": "/report/2026/csv?draft=1", "type": "text/csv"},
    ]}
    assert response.headers["Location"] == "/report/2026/pdf?draft=1"
    assert response.headers["Link"] == ('</report/2026/pdf?draft=1>; rel="alternate"; type="application/pdf"; hreflang="en", '
                                        '</report/2026/csv?draft=1>; rel="alternate"; type="text/csv"')
    assert response.headers["Vary"] == "Accept, Origin"
    assert moved.head("/report/2026").status_code == 300


def test_the_choices_have_no_version_to_ask_about_but_that_they_are_there(moved):
    assert moved.get("/report/2026", headers={"If-None-Match": '"1"'}).status_code == 300
    response = moved.get("/report/2026", headers={"If-None-Match": "*"})
    assert (response.status_code, response.content) == (304, b"")


def test_a_browser_gets_the_choices_as_a_page(moved):
    response = moved.get("/report/2026", headers={"Accept": "text/html"})
    assert response.status_code == 300
    assert '<a href="/report/2026/pdf">On &lt;paper&gt;</a>' in response.text


def test_the_choices_of_a_path_that_cannot_be_are_404(moved):
    assert_problem(moved.get("/report/last"), 404, "RESOURCE_NOT_FOUND")
    assert_problem(moved.delete("/report/2026"), 405, "METHOD_NOT_ALLOWED")
    assert_problem(moved.get("/report/2026", headers={"If-Match": '"1"'}), 412, "PRECONDITION_FAILED")


def test_a_deprecated_operation_answers_and_says_until_when(moved):
    made = moved.post("/things", json={})
    for response in (made, moved.get("/things"), moved.post("/things", content=b"{", headers={
            "Content-Type": "application/json"})):
        assert response.headers["Deprecation"] == "@1767830400"
        assert response.headers["Sunset"] == "Fri, 08 Jan 2027 00:00:00 GMT"
        assert '</v2/things>; rel="successor-version"' in response.headers.get_list("Link")
    assert made.status_code == 201
    response = moved.get("/things/1")
    assert response.status_code == 200
    assert response.headers["Deprecation"] == "@1769947200"
    assert "Sunset" not in response.headers
    assert response.headers["Link"] == '<https://docs.example/>; rel="deprecation"'
    assert "Deprecation" not in moved.get("/report/2026").headers


def test_another_spelling_of_a_path_leads_to_its_own(moved):
    assert_redirect(moved.get("/things/?limit=2"), 308, "/things?limit=2")
    assert_redirect(moved.put("/report//2026/", json={}), 308, "/report/2026")
    assert_redirect(moved.get("/Things/7"), 308, "/things/7")
    assert_redirect(moved.get("/api/THINGS//a%2Fb/"), 308, "/api/things/a%2Fb")
    assert_redirect(moved.delete("/things//"), 308, "/things")


def test_what_no_path_is_like_stays_404(moved):
    assert_problem(moved.get("/nothing/"), 404, "PATH_NOT_FOUND")
    assert_problem(moved.get("/"), 404, "PATH_NOT_FOUND")


def test_a_page_of_another_origin_may_read_where_to(moved):
    response = moved.get("/v1/users/7", headers={"Origin": "https://page.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "https://page.example"


def test_without_canonical_paths_another_spelling_is_404(serve):
    client = serve(DOCUMENT.replace("canonical-paths: true, ", ""), "--no-security").client()
    assert_problem(client.get("/things/"), 404, "PATH_NOT_FOUND")


def test_a_client_that_follows_arrives_with_its_method_and_content(serve):
    server = serve("""
openapi: 3.1.0
info: {title: Moved, version: "1"}
paths:
  /old: {x-statute: {redirect: /things}}
  /things:
    get: {responses: {"200": {description: All.}}}
    post: {requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {"201": {description: Made.}}}
  /things/{id}: {get: {responses: {"200": {description: One.}}}}
""")
    client = server.client(follow_redirects=True)
    made = client.post("/old?x=1", json={"name": "pot"})
    assert made.status_code == 201
    assert (made.request.method, made.request.url.path, made.request.url.query) == ("POST", "/things", b"x=1")
    assert client.get(made.headers["Location"]).json()["name"] == "pot"
