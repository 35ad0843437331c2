"""PATCH over schemas that a part cannot be held to, members that only the server sets, and rows that grow."""

import pytest

from problems import assert_problem, errors_of
from shop_data import created, json_patch, merge

pytestmark = pytest.mark.core

CONTACTS = """
openapi: 3.1.0
info: {{ title: Contacts, version: "1" }}
{extension}
paths:
  /contacts:
    get:
      responses:
        "200":
          description: All.
          content:
            application/json: {{ schema: {{ type: array, items: {{ $ref: "#/components/schemas/Contact" }} }} }}
    post:
      requestBody:
        required: true
        content: {{ application/json: {{ schema: {{ $ref: "#/components/schemas/Contact" }} }} }}
      responses:
        "201":
          description: Made.
          content: {{ application/json: {{ schema: {{ $ref: "#/components/schemas/Contact" }} }} }}
  /contacts/{{id}}:
    parameters: [{{ name: id, in: path, required: true, schema: {{ type: integer }} }}]
    get:
      responses:
        "200":
          description: One.
          content: {{ application/json: {{ schema: {{ $ref: "#/components/schemas/Contact" }} }} }}
    put:
      requestBody:
        required: true
        content: {{ application/json: {{ schema: {{ $ref: "#/components/schemas/Contact" }} }} }}
      responses:
        "200":
          description: Replaced.
          content: {{ application/json: {{ schema: {{ $ref: "#/components/schemas/Contact" }} }} }}
    patch:
      requestBody:
        required: true
        content:
          application/merge-patch+json: {{ schema: {{ $ref: "#/components/schemas/Contact" }} }}
          application/json-patch+json: {{ schema: {{ type: array }} }}
      responses:
        "200":
          description: Changed.
          content: {{ application/json: {{ schema: {{ $ref: "#/components/schemas/Contact" }} }} }}
components:
  schemas:
    Contact:
      type: object
      required: [name]
      minProperties: 2
      anyOf: [{{ required: [email] }}, {{ required: [phone] }}]
      properties:
        id: {{ type: integer, readOnly: true }}
        name: {{ type: string, minLength: 1 }}
        email: {{ type: string }}
        phone: {{ type: string }}
        age: {{ type: integer }}
        rank: {{ type: integer, readOnly: true }}
        address:
          type: object
          properties: {{ city: {{ type: string }}, checked: {{ type: boolean, readOnly: true }} }}
        data: {{}}
        _links: {{ type: object, readOnly: true }}
"""


@pytest.fixture
def contacts(serve):
    client = serve(CONTACTS.format(extension=""), "--dev").client()
    created(client.post("/contacts", json={"name": "Ada", "email": "ada@example.com", "data": {}}))
    return client


def test_a_part_is_not_held_to_what_only_the_whole_can_fulfil(contacts):
    response = merge(contacts, "/contacts/1", {"age": 36})
    assert response.status_code == 200, response.text
    assert response.json()["age"] == 36


def test_the_whole_that_a_patch_makes_is_held_to_all_of_its_schema_at_once(contacts):
    problem = assert_problem(merge(contacts, "/contacts/1", {"age": "x", "email": None, "name": None}), 422,
                             "VALIDATION_FAILED")
    assert errors_of(problem) == [("", "ANY_OF"), ("/age", "TYPE"), ("/name", "REQUIRED")]


@pytest.mark.parametrize("patch", [[], 5, "x", None], ids=str)
def test_a_merge_patch_that_is_no_object_has_one_error(contacts, patch):
    problem = assert_problem(merge(contacts, "/contacts/1", patch), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("", "TYPE")]


@pytest.mark.parametrize("patch", [{"op": "add"}, 5, "x", None], ids=str)
def test_a_json_patch_that_is_no_array_is_400_and_blames_no_operation(contacts, patch):
    problem = assert_problem(json_patch(contacts, "/contacts/1", patch), 400, "MALFORMED_BODY")
    assert problem["detail"] == "A JSON Patch is an array of operations." and "details" not in problem


def test_a_json_patch_that_leaves_no_object_has_one_error(contacts):
    patch = [{"op": "replace", "path": "", "value": []}]
    problem = assert_problem(json_patch(contacts, "/contacts/1", patch), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("", "TYPE")]


def test_schema_status_400_covers_values_in_a_merge_patch(serve):
    client = serve(CONTACTS.format(extension="x-statute: { schema-status: 400 }"), "--dev").client()
    created(client.post("/contacts", json={"name": "Ada", "email": "ada@example.com"}))
    assert_problem(merge(client, "/contacts/1", {"age": "x"}), 400, "VALIDATION_FAILED")


@pytest.mark.parametrize("member, value", [("rank", 5), ("address", {"checked": True})])
def test_a_patch_cannot_set_what_is_read_only_and_not_set_yet(contacts, member, value):
    pointer = "/rank" if member == "rank" else "/address/checked"
    for response in [
        merge(contacts, "/contacts/1", {member: value}),
        json_patch(contacts, "/contacts/1", [{"op": "add", "path": f"/{member}", "value": value}]),
    ]:
        assert errors_of(assert_problem(response, 422, "VALIDATION_FAILED")) == [(pointer, "READ_ONLY")]
    assert member not in contacts.get("/contacts/1").json()


@pytest.mark.parametrize("depth", [40, 60])
def test_patches_cannot_nest_a_row_deeper_than_content_may_be(contacts, depth):
    value, path, statuses = {}, "/data/a", []
    for _ in range(depth - 1):
        value = {"a": value}
    for _ in range(4):
        response = json_patch(contacts, "/contacts/1", [{"op": "add", "path": path, "value": value}])
        statuses.append(response.status_code)
        path += "/a" * depth
    assert statuses[0] == 200 and statuses[1] == 413
    assert contacts.get("/contacts/1").status_code == 200
    assert contacts.get("/contacts").status_code == 200


def test_patches_cannot_grow_a_row_past_what_content_may_be(contacts):
    text = "x" * 600_000
    assert merge(contacts, "/contacts/1", {"data": {"a": text}}).status_code == 200
    assert_problem(merge(contacts, "/contacts/1", {"data": {"b": text}}), 413, "CONTENT_TOO_LARGE")
    copy = [{"op": "copy", "from": "/data/a", "path": "/data/b"}]
    assert_problem(json_patch(contacts, "/contacts/1", copy), 413, "CONTENT_TOO_LARGE")
    assert merge(contacts, "/contacts/1", {"data": {"a": None, "b": text}}).status_code == 200


def test_patches_cannot_give_a_row_more_values_than_content_may_have(contacts):
    assert merge(contacts, "/contacts/1", {"data": {"a": [0] * 30_000}}).status_code == 200
    copy = [{"op": "copy", "from": "/data/a", "path": "/data/b"}]
    assert_problem(json_patch(contacts, "/contacts/1", copy), 413, "CONTENT_TOO_LARGE")
    assert merge(contacts, "/contacts/1", {"name": "Eve"}).status_code == 200


def test_an_id_of_another_type_is_not_the_id(contacts):
    problem = assert_problem(
        contacts.put("/contacts/1", json={"id": "1", "name": "Ada", "phone": "1"}), 422, "ID_MISMATCH")
    assert errors_of(problem) == [("/id", "READ_ONLY")]
