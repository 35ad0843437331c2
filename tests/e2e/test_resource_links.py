"""Paths that answers name (_links, Location, conflictingResource) lead to what they say, nested ones too."""

import pytest

from problems import assert_problem
from shop_data import created

pytestmark = pytest.mark.core

TEAMS = """
openapi: 3.1.0
info: { title: Teams, version: "1" }
servers: [{ url: /v1 }]
paths:
  /orgs:
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Org" } } } }
      responses:
        "201": { description: Made., content: { application/json: { schema: { $ref: "#/components/schemas/Org" } } } }
  /orgs/{org}:
    parameters: [{ name: org, in: path, required: true, schema: { type: string } }]
    get:
      responses:
        "200": { description: One., content: { application/json: { schema: { $ref: "#/components/schemas/Org" } } } }
  /orgs/{org}/teams:
    x-statute: { unique: [code] }
    parameters: [{ name: org, in: path, required: true, schema: { type: string } }]
    get:
      responses:
        "200":
          description: All.
          content:
            application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Team" } } }
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Team" } } } }
      responses:
        "201": { description: Made., content: { application/json: { schema: { $ref: "#/components/schemas/Team" } } } }
  /orgs/{org}/teams/{id}:
    parameters:
      - { name: org, in: path, required: true, schema: { type: string } }
      - { name: id, in: path, required: true, schema: { type: integer } }
    get:
      responses:
        "200": { description: One., content: { application/json: { schema: { $ref: "#/components/schemas/Team" } } } }
    put:
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Team" } } } }
      responses:
        "200": { description: One., content: { application/json: { schema: { $ref: "#/components/schemas/Team" } } } }
  /orgs/{org}/notes:
    x-statute: { collection: notes }
    parameters: [{ name: org, in: path, required: true, schema: { type: string } }]
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } } }
      responses:
        "201": { description: Made., content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } } }
    get:
      responses:
        "200":
          description: All.
          content:
            application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Note" } } }
  /people:
    x-statute: { references: { teamId: teams } }
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } }
      responses:
        "201": { description: Made., content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } }
  /people/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      responses:
        "200": { description: One., content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } }
components:
  schemas:
    Org:
      type: object
      properties: { id: { type: string, readOnly: true }, name: { type: string } }
    Team:
      type: object
      required: [code]
      properties:
        id: { type: integer, readOnly: true }
        orgId: { type: string, readOnly: true }
        code: { type: string }
        _links: { type: object, readOnly: true }
    Note:
      type: object
      properties: { id: { type: integer, readOnly: true }, text: { type: string }, _links: { type: object, readOnly: true } }
    Person:
      type: object
      properties:
        id: { type: integer, readOnly: true }
        teamId: { type: integer }
        _links: { type: object, readOnly: true }
"""


@pytest.fixture
def client(serve):
    return serve(TEAMS, "--dev").client()


@pytest.fixture
def orgs(client):
    return [created(client.post("/v1/orgs", json={"name": name}))["id"] for name in ("a", "b")]


def test_every_link_of_a_nested_row_leads_to_it_and_its_collection(client, orgs):
    team = created(client.post(f"/v1/orgs/{orgs[0]}/teams", json={"code": "red"}))
    assert team["orgId"] == orgs[0]
    assert team["_links"] == {
        "self": {"href": f"/v1/orgs/{orgs[0]}/teams/1"},
        "collection": {"href": f"/v1/orgs/{orgs[0]}/teams"},
    }
    assert client.get(team["_links"]["self"]["href"]).json() == team
    assert client.get(team["_links"]["collection"]["href"]).json() == [team]
    assert client.put(team["_links"]["self"]["href"], json=team).status_code == 200


def test_a_conflict_names_the_other_row_below_its_own_parent(client, orgs):
    created(client.post(f"/v1/orgs/{orgs[0]}/teams", json={"code": "red"}))
    problem = assert_problem(client.post(f"/v1/orgs/{orgs[1]}/teams", json={"code": "red"}), 409,
                             "CODE_ALREADY_EXISTS")
    other = problem["details"]["conflictingResource"]
    assert other == f"/v1/orgs/{orgs[0]}/teams/1"
    assert client.get(other).status_code == 200


def test_a_reference_into_a_nested_collection_is_linked_whole(client, orgs):
    created(client.post(f"/v1/orgs/{orgs[1]}/teams", json={"code": "red"}))
    person = created(client.post("/v1/people", json={"teamId": 1}))
    assert person["_links"]["team"]["href"] == f"/v1/orgs/{orgs[1]}/teams/1"
    assert client.get("/v1/people/1").json() == person


def test_rows_without_a_path_of_their_own_are_found_in_their_collection(client, orgs):
    response = client.post(f"/v1/orgs/{orgs[1]}/notes", json={"text": "x"})
    note, collection = created(response), f"/v1/orgs/{orgs[1]}/notes"
    assert response.headers["Location"] == collection
    assert note["_links"] == {"self": {"href": collection}, "collection": {"href": collection}}
    assert client.get(collection).json() == [note]
