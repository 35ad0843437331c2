"""Other documents than the shop: clients that make their ids, PUT that creates, several unique
members together, a base path, OpenAPI 3.0, JSON, arrays without an envelope."""

import json

import pytest

from problems import assert_problem, errors_of
from shop_data import created

pytestmark = pytest.mark.core

BOOKS = """
openapi: 3.1.0
info: {title: Books, version: "1"}
servers: [{url: "https://books.example/v1"}]
paths:
  /books:
    x-statute: {unique: [[title, edition]]}
    get:
      responses:
        "200":
          description: All.
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Book"}}}}
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
      responses:
        "201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
  /books/{isbn}:
    parameters: [{name: isbn, in: path, required: true, schema: {type: string, pattern: "^[0-9]{13}$"}}]
    get:
      responses:
        "200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
      responses:
        "201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
        "200": {description: Replaced., content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
    delete: {responses: {"204": {description: Deleted.}}}
components:
  schemas:
    Book:
      type: object
      required: [isbn, title]
      properties:
        isbn: {type: string, pattern: "^[0-9]{13}$"}
        title: {type: string}
        edition: {type: integer}
"""

ISBN, OTHER = "9780131103627", "9780262033848"


def book(**more):
    return {"isbn": ISBN, "title": "C", "edition": 2, **more}


@pytest.fixture
def books(serve):
    return serve(BOOKS).client()


def test_paths_begin_with_the_path_of_the_server(books):
    response = books.post("/v1/books", json=book())
    assert response.status_code == 201
    assert response.headers["Location"] == f"/v1/books/{ISBN}"
    assert books.get(response.headers["Location"]).json() == book()
    assert_problem(books.get("/v2/books"), 404, "PATH_NOT_FOUND", path="/v2/books")


def test_a_list_is_an_array_where_the_document_says_so(books):
    assert books.get("/v1/books").json() == []
    created(books.post("/v1/books", json=book()))
    assert books.get("/v1/books").json() == [book()]


def test_an_id_that_a_client_makes_is_taken_once(books):
    created(books.post("/v1/books", json=book()))
    problem = assert_problem(books.post("/v1/books", json=book(edition=3)), 409, "ISBN_ALREADY_EXISTS")
    assert problem["details"] == {"field": "isbn", "conflictingResource": f"/v1/books/{ISBN}"}


def test_members_that_are_unique_together_are_named_together(books):
    created(books.post("/v1/books", json=book()))
    problem = assert_problem(books.post("/v1/books", json=book(isbn=OTHER)), 409, "TITLE_EDITION_ALREADY_EXISTS")
    assert problem["details"]["fields"] == ["title", "edition"]
    created(books.post("/v1/books", json=book(isbn=OTHER, edition=3)))


def test_a_missing_member_is_equal_to_nothing(books):
    for isbn in (ISBN, OTHER):
        created(books.post("/v1/books", json={"isbn": isbn, "title": "C"}))


def test_put_creates_where_the_document_says_201(books):
    response = books.put(f"/v1/books/{ISBN}", json=book())
    assert response.status_code == 201 and response.json() == book()
    assert books.put(f"/v1/books/{ISBN}", json=book(edition=3)).status_code == 200
    assert books.get(f"/v1/books/{ISBN}").json()["edition"] == 3


def test_put_that_is_stored_as_it_was_sent_tells_its_tag(books):
    """RFC 9110 section 9.3.4 allows it then, and only then."""
    response = books.put(f"/v1/books/{ISBN}", json=book())
    assert response.headers["ETag"] == books.get(f"/v1/books/{ISBN}").headers["ETag"]


@pytest.mark.parametrize("fields, status", [
    ({"If-None-Match": "*"}, 201), ({"If-Match": "*"}, 412), ({"If-Match": '"1"'}, 412), ({"If-None-Match": '"1"'}, 201),
    ({"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:01 GMT"}, 201),
])
def test_put_that_would_create_under_conditions(books, fields, status):
    assert books.put(f"/v1/books/{ISBN}", json=book(), headers=fields).status_code == status


def test_create_only_once(books):
    headers = {"If-None-Match": "*"}
    assert books.put(f"/v1/books/{ISBN}", json=book(), headers=headers).status_code == 201
    assert_problem(books.put(f"/v1/books/{ISBN}", json=book(edition=9), headers=headers), 412, "PRECONDITION_FAILED")


def test_put_with_another_id_than_its_path_is_422(books):
    problem = assert_problem(books.put(f"/v1/books/{OTHER}", json=book()), 422, "ID_MISMATCH")
    assert errors_of(problem)[0][0] == "/isbn"


def test_an_id_that_does_not_fit_its_schema_names_nothing(books):
    for method in ("GET", "DELETE"):
        assert_problem(books.request(method, "/v1/books/12"), 404, "RESOURCE_NOT_FOUND")
    assert_problem(books.put("/v1/books/12", json=book()), 404, "RESOURCE_NOT_FOUND")


def test_a_tag_is_never_used_again_after_delete_and_create(books):
    path, tags = f"/v1/books/{ISBN}", []
    for _ in range(3):
        assert books.put(path, json=book()).status_code == 201
        tags.append(books.get(path).headers["ETag"])
        assert books.delete(path).status_code == 204
    assert len(set(tags)) == 3


NOTES_3_0 = {
    "openapi": "3.0.3",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/notes": {
            "get": {"responses": {"200": {"description": "All."}}},
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
                "responses": {"201": {"description": "Made."}},
            },
        },
        "/notes/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "get": {"responses": {"200": {"description": "One."}}},
        },
    },
    "components": {
        "schemas": {
            "Note": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "text": {"type": "string", "nullable": True},
                    "stars": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                },
            }
        }
    },
}


def test_openapi_3_0_in_json_is_served(serve):
    client = serve(json.dumps(NOTES_3_0)).client()
    assert client.post("/notes", json={"text": None, "stars": 0.5}).status_code == 201
    assert client.get("/notes/1").json() == {"id": 1, "text": None, "stars": 0.5}
    problem = assert_problem(client.post("/notes", json={"text": 1, "stars": 0}), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/stars", "EXCLUSIVE_MIN"), ("/text", "TYPE")]


def test_a_document_without_schemas_keeps_any_object(serve):
    client = serve("""
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /things:
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: Made.}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {description: One.}}}
""").client()
    sent = {"a": [1, {"b": None}], "\u00fc \"'.": "\U0001F600", "$x": {}}
    response = client.post("/things", json=sent)
    body = client.get(response.headers["Location"]).json()
    assert isinstance(body.pop("id"), str) and body == sent
