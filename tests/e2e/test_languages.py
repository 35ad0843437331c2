"""Texts in several languages: Accept-Language chooses what is read, Content-Language says what is written."""

import csv
import io
import json

import pytest

from harness import run
from problems import assert_problem

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Things, version: "1"}
paths:
  /things:
    x-statute: {languages: [en, de, pt-BR]%(more)s}
    get:
      parameters: [{name: name, in: query, schema: {type: string}}]
      responses:
        "200":
          description: All.
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}
            text/csv: {}
            application/x-ndjson: {}
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}}
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"200": {description: Changed., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
    patch:
      requestBody: {required: true, content: {application/merge-patch+json: {}, application/json-patch+json: {}}}
      responses: {"200": {description: Changed., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
components:
  schemas:
    Thing:
      type: object
      required: [name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, maxLength: 20, x-statute: {localized: true}}
        note: {type: string, x-statute: {localized: true}}
        price: {type: number}
"""


def document(more=""):
    return DOCUMENT % {"more": more}


@pytest.fixture
def things(serve):
    with serve(document()).client() as client:
        yield client


def read(client, language=None, path="/things/1", **fields):
    headers = {"Accept-Language": language} if language else {}
    return client.get(path, headers={**headers, **fields})


def write(client, method, content, language=None, path="/things/1", **fields):
    headers = {"Content-Language": language} if language else {}
    if method == "PATCH":
        headers["Content-Type"] = "application/json-patch+json" if isinstance(content, list) else "application/merge-patch+json"
    else:
        headers["Content-Type"] = "application/json"
    return client.request(method, path, content=json.dumps(content), headers={**headers, **fields})


def with_german(client):
    assert write(client, "POST", {"name": "Tea pot", "note": "Hot", "price": 5}, path="/things").status_code == 201
    assert write(client, "PATCH", {"name": "Teekanne"}, "de").status_code == 200


CHOSEN = {
    None: "en", "en": "en", "de": "de", "DE": "de", "de-CH": "de", "fr, de;q=0.5": "de", "en;q=0.1, de;q=0.9": "de",
    "fr": "en", "*": "en", "pt-BR": "pt-BR", "pt": "en", "de;q=0": "en", "nonsense;;": "en",
}


@pytest.mark.parametrize("accepted", CHOSEN)
def test_the_language_is_looked_up_and_never_an_error(things, accepted):
    with_german(things)
    for path in ("/things", "/things/1"):
        response = read(things, accepted, path)
        assert response.status_code == 200
        assert response.headers["Content-Language"] == CHOSEN[accepted]
        assert "Accept-Language" in response.headers["Vary"].split(", ")
        body = response.json()[0] if path == "/things" else response.json()
        assert body["name"] == ("Teekanne" if CHOSEN[accepted] == "de" else "Tea pot")


def test_what_is_not_there_in_a_language_is_that_of_the_first(things):
    with_german(things)
    assert read(things, "de").json() == {"id": 1, "name": "Teekanne", "note": "Hot", "price": 5}
    assert read(things, "en").json() == {"id": 1, "name": "Tea pot", "note": "Hot", "price": 5}


def test_a_write_changes_the_texts_of_its_language_alone(things):
    with_german(things)
    assert write(things, "PUT", {"name": "Kanne", "note": "Heiß", "price": 6}, "de").json() == {
        "id": 1, "name": "Kanne", "note": "Heiß", "price": 6}
    assert read(things).json() == {"id": 1, "name": "Tea pot", "note": "Hot", "price": 6}
    assert write(things, "PUT", {"name": "Pot", "price": 7}).json() == {"id": 1, "name": "Pot", "price": 7}
    assert read(things, "de").json() == {"id": 1, "name": "Kanne", "note": "Heiß", "price": 7}
    assert write(things, "PUT", {"name": "Kanne", "price": 8}, "de").status_code == 200
    assert read(things, "de").json() == {"id": 1, "name": "Kanne", "price": 8}


def test_a_patch_applies_to_what_is_read_in_its_language(things):
    with_german(things)
    test = [{"op": "test", "path": "/name", "value": "Teekanne"}, {"op": "replace", "path": "/name", "value": "Kanne"}]
    assert_problem(write(things, "PATCH", test), 409, "PATCH_TEST_FAILED")
    assert write(things, "PATCH", test, "de").status_code == 200
    assert (read(things).json()["name"], read(things, "de").json()["name"]) == ("Tea pot", "Kanne")


def test_a_text_that_was_not_changed_is_not_kept_as_a_translation(things):
    """So it follows the first language from then on."""
    with_german(things)
    assert write(things, "PATCH", {"price": 9}, "pt-BR").status_code == 200
    assert write(things, "PATCH", {"name": "Pot"}).status_code == 200
    assert read(things, "pt-BR").json()["name"] == "Pot"


def test_a_text_that_is_taken_away_is_that_of_the_first_again(things):
    with_german(things)
    assert write(things, "PATCH", {"note": "Heiß"}, "de").json()["note"] == "Heiß"
    assert write(things, "PATCH", {"note": None}, "de").json()["note"] == "Hot"
    assert read(things).json()["note"] == "Hot"


def test_what_is_made_in_another_language_is_that_in_all_until_it_is_written(things):
    response = write(things, "POST", {"name": "Teekanne"}, "de", path="/things")
    assert response.status_code == 201 and response.headers["Content-Language"] == "de"
    assert read(things).json()["name"] == read(things, "de").json()["name"] == "Teekanne"
    assert write(things, "PATCH", {"name": "Tea pot"}).status_code == 200
    assert (read(things).json()["name"], read(things, "de").json()["name"]) == ("Tea pot", "Teekanne")


@pytest.mark.parametrize("language", ["fr", "de, en", "*", "x y", "de;q=1"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_content_of_a_language_that_is_not_declared_is_400(things, method, language):
    with_german(things)
    path = "/things" if method == "POST" else "/things/1"
    response = write(things, method, {"name": "X"}, path=path, **{"Content-Language": language})
    problem = assert_problem(response, 400, "INVALID_PARAMETER")
    assert [(error["field"], error["in"]) for error in problem["validationErrors"]] == [("Content-Language", "header")]


def test_the_schema_is_of_the_text_in_each_language(things):
    with_german(things)
    problem = assert_problem(write(things, "PATCH", {"name": "Donaudampfschifffahrtskanne"}, "de"), 422, "VALIDATION_FAILED")
    assert problem["validationErrors"][0]["field"] == "name"
    assert read(things, "de").json()["name"] == "Teekanne"


def test_each_language_has_a_tag_of_its_own_and_each_holds_for_a_change(things):
    with_german(things)
    tags = [read(things, language).headers["ETag"] for language in ("en", "de", "pt-BR")]
    assert len(set(tags)) == 3
    for language, tag in zip(("en", "de", "pt-BR"), tags):
        again = read(things, language, **{"If-None-Match": tag})
        assert again.status_code == 304 and again.headers["ETag"] == tag
        assert "Accept-Language" in again.headers["Vary"] and "Content-Language" not in again.headers
    assert read(things, "en", **{"If-None-Match": tags[1]}).status_code == 200
    assert write(things, "PATCH", {"name": "Pot"}, **{"If-Match": tags[1]}).status_code == 200
    assert_problem(write(things, "PATCH", {"name": "Pot"}, **{"If-Match": tags[1]}), 412, "PRECONDITION_FAILED")


def test_tables_and_lines_are_in_the_language_too(things):
    with_german(things)
    response = read(things, "de", "/things", Accept="text/csv")
    assert list(csv.reader(io.StringIO(response.text))) == [["id", "name", "note", "price"], ["1", "Teekanne", "Hot", "5"]]
    line = read(things, "de", "/things", Accept="application/x-ndjson").text
    assert json.loads(line) == {"id": 1, "name": "Teekanne", "note": "Hot", "price": 5}


def test_filters_and_unique_members_are_of_the_first_language(serve):
    with serve(document(more=", unique: [name]")).client() as client:
        with_german(client)
        assert len(read(client, "de", "/things?name=Tea%20pot").json()) == 1
        assert read(client, "de", "/things?name=Teekanne").json() == []
        assert_problem(write(client, "POST", {"name": "Tea pot"}, path="/things"), 409, "NAME_ALREADY_EXISTS")


def test_no_client_sees_or_sets_where_the_texts_are(things):
    with_german(things)
    forged = {"name": "Pot", "_texts": {"de": {"name": "Forged", "price": 0}}}
    assert write(things, "PUT", forged).json() == {"id": 1, "name": "Pot"}
    assert read(things, "de").json() == {"id": 1, "name": "Teekanne"}
    assert "_texts" not in write(things, "POST", forged, path="/things").text
    assert read(things, "de", "/things/2").json()["name"] == "Pot"
    assert write(things, "PATCH", {"_texts": None}).status_code == 200
    assert read(things, "de").json()["name"] == "Teekanne"


def test_texts_outlive_a_restart(serve, tmp_path):
    database = tmp_path / "things.db"
    for _ in range(2):
        server = serve(document(), "--db", str(database))
        with server.client() as client:
            if client.get("/things/1").status_code == 404:
                with_german(client)
            assert read(client, "de").json()["name"] == "Teekanne"
        server.stop()


REFUSED = {
    "languages: []": "no list",
    "languages: en": "no list",
    "languages: [en, en]": "twice",
    "languages: [en, x_y]": "no language tag",
    "languages: [en, 5]": "no language tag",
    "collection: things": "no languages are named",
}


@pytest.mark.parametrize("keys", REFUSED)
def test_languages_that_are_none_are_refused(tmp_path, keys):
    path = tmp_path / "api.yaml"
    path.write_text(document().replace("languages: [en, de, pt-BR]", keys))
    result = run("routes", path)
    assert result.returncode != 0 and REFUSED[keys] in result.stderr


def test_what_is_no_text_cannot_be_localized(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(document().replace("price: {type: number}", "price: {type: number, x-statute: {localized: true}}"))
    result = run("routes", path)
    assert result.returncode != 0 and "'price' cannot be localized" in result.stderr


def test_a_resource_in_one_language_looks_at_none(client):
    response = client.get("/users", headers={"Accept-Language": "de"})
    assert "Content-Language" not in response.headers and "Accept-Language" not in response.headers["Vary"]
