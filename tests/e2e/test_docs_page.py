"""/-/docs and /-/openapi.json: what the API has, for whoever uses it.

What a browser makes of the page is in tests/browser/docs.js, whose tests are each one here.
"""

import concurrent.futures
import json
import os
import pathlib

import pytest

from browser import names, outcomes_of, skip_if_missing
from harness import EXAMPLE, ROOT, run, serving
from problems import assert_problem
from reloading import hang_up

DATA = pathlib.Path(os.environ.get("STATUTE_TEST_DATA", ROOT / ".." / "shared" / "data")) / "openapi"

# Large ones, and some of each form; that all of them can be published a unit test says.
OTHERS = ["docs-3.0/github", "docs-3.0/spotify-sonallux", "docs-3.0/oai-petstore-expanded", "docs-3.1/adyen-CheckoutService-v71",
          "docs-3.1/readme-readme", "docs-3.1/scalar-galaxy", "docs-3.1/oai-tictactoe", "docs-3.1/readme-schema-types"]

EVIL = "</script><script>window.ran = 1</script><img src=x onerror=\"window.ran = 1\"><svg onload=alert(1)> [x](javascript:alert(1)) <javascript:alert(1)>"


def hostile():
    """A document with that wherever an author can write a text."""
    evil = json.dumps(EVIL)
    schema = {"type": "object", "title": EVIL, "description": EVIL, "required": [EVIL],
              "properties": {EVIL: {"type": "string", "description": EVIL, "enum": [EVIL, EVIL + "2"], "default": EVIL, "example": EVIL},
                             "__proto__": {"type": "string", "pattern": "<b>"},
                             "constructor": {"$ref": "#/components/schemas/Self"}}}
    operation = {"operationId": EVIL, "summary": EVIL, "description": f"# {EVIL}\n\n- {EVIL}\n\n```\n{EVIL}\n```", "tags": [EVIL],
                 "requestBody": {"description": EVIL, "content": {"application/json": {"schema": schema, "examples": {EVIL: {"value": {EVIL: EVIL}}}}}},
                 "parameters": [{"name": EVIL, "in": "query", "description": EVIL, "schema": {"type": "string", "enum": [EVIL]}, "example": EVIL}],
                 "responses": {"201": {"description": EVIL, "content": {"application/json": {"schema": schema}}}}}
    return json.dumps({
        "openapi": "3.1.0",
        "info": {"title": EVIL, "version": EVIL, "summary": EVIL, "description": EVIL, "termsOfService": "javascript:alert(1)"},
        "servers": [{"url": "/", "description": EVIL}, {"url": "javascript:alert(1)", "description": EVIL}],
        "tags": [{"name": EVIL, "description": EVIL}],
        "paths": {"/notes": {"post": operation, "get": {"summary": EVIL, "responses": {"200": {"description": evil}}}},
                  "/notes/{id}": {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                                  "get": {"responses": {"200": {"description": EVIL}}}}},
        "components": {"schemas": {"Self": {"type": "object", "properties": {"self": {"$ref": "#/components/schemas/Self"}}}}},
    })


def publish(path, folder):
    """A document of others, as it is published."""
    folder.mkdir()
    with serving(folder, path, "--no-security", "--workers", "1") as server:
        return server.client().get("/-/openapi.json").content


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """A folder of published documents of others; empty where there are none."""
    work, folder = tmp_path_factory.mktemp("serving"), tmp_path_factory.mktemp("documents")
    paths = [path for name in OTHERS if (path := DATA / f"{name}.json").exists()]
    for path in paths:
        (folder / path.name).write_bytes(publish(path, work / path.stem))
    return folder


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, documents):
    """What came of each test in the browser, by its name."""
    skip_if_missing()
    bad = tmp_path_factory.mktemp("hostile")
    (bad / "api.json").write_text(hostile())
    with serving(tmp_path_factory.mktemp("docs"), EXAMPLE, "--dev") as shop, serving(bad, bad / "api.json") as evil:
        return outcomes_of("docs.js", shop.url, evil.url, documents)


@pytest.mark.parametrize("name", names("docs.js"))
def test_in_a_browser(outcomes, name):
    assert outcomes[name]["ok"], outcomes[name]["why"]


@pytest.mark.core
def test_the_page_and_the_document_have_tags_and_are_asked_for_again(shop):
    client = shop.client()
    for path, media_type in (("/-/docs", "text/html; charset=utf-8"), ("/-/openapi.json", "application/json")):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304 and again.headers["ETag"] == answer.headers["ETag"]
        assert client.head(path).headers["Content-Length"] == str(len(answer.content))
        problem = assert_problem(client.post(path), 405, "METHOD_NOT_ALLOWED", path=path)
        assert problem["status"] == 405


@pytest.mark.core
def test_the_page_loads_files_of_this_server_alone(shop):
    client = shop.client()
    page = client.get("/-/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert "<script>" not in page.text and "style=" not in page.text and "http" not in page.text
    for file in ("docs.css", "docs.js", "docs-try.js", "docs-schema.js", "docs-text.js", "statute.css"):
        assert client.get(f"/-/assets/{file}").status_code == 200


@pytest.mark.core
def test_the_published_document_has_every_answer_of_statute_routes(shop):
    served = shop.client().get("/-/openapi.json").json()["x-served"]
    routes = json.loads(run("routes", "--json", shop.document).stdout)
    assert len(routes["operations"]) == len(served["operations"])
    for operation in routes["operations"]:
        answers = served["operations"][f"{operation['method']} {operation['path']}"]
        assert [answer["status"] for answer in answers] == [answer["status"] for answer in operation["answers"]]
        for ours, theirs in zip(answers, operation["answers"]):
            assert ours["mentioned"] == theirs["mentioned"]
            assert not theirs["errors"] or [reason["code"] for reason in ours["reasons"]] == theirs["errors"]
            assert all(reason["nodes"] for reason in ours["reasons"])
    for part in ("anywhere", "elsewhere"):
        assert [answer["status"] for answer in served[part]] == [answer["status"] for answer in routes[part]]


@pytest.mark.core
def test_what_the_document_says_to_the_server_is_not_published(serve):
    text = serve(EXAMPLE, "--dev").client().get("/-/openapi.json").text
    assert "x-statute" not in text


@pytest.mark.core
def test_neither_is_there_where_the_operator_wants_none(serve):
    client = serve(EXAMPLE, "--dev", "--no-docs").client()
    for path in ("/-/docs", "/-/openapi.json"):
        assert_problem(client.get(path), 404, "PATH_NOT_FOUND", path=path)


@pytest.mark.core
def test_the_admin_listener_has_neither(shop):
    admin = shop.admin_client()
    assert admin.get("/-/docs").status_code == admin.get("/-/openapi.json").status_code == 404


@pytest.mark.core
def test_after_a_reload_the_new_document_is_published(serve, tmp_path):
    path = tmp_path / "api.yaml"
    text = "openapi: 3.1.0\ninfo: {title: %s, version: '1'}\npaths: {/notes: {get: {responses: {'200': {description: All.}}}}}\n"
    path.write_text(text % "Before")
    server = serve(path)
    client = server.client()
    before = client.get("/-/openapi.json")
    path.write_text(text % "After")
    assert " was reloaded" in hang_up(server)
    after = client.get("/-/openapi.json", headers={"If-None-Match": before.headers["ETag"]})
    assert (before.json()["info"]["title"], after.json()["info"]["title"]) == ("Before", "After")


@pytest.mark.threads
def test_many_may_ask_first_at_once(serve):
    server = serve(EXAMPLE, "--dev")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.client().get("/-/openapi.json"), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
