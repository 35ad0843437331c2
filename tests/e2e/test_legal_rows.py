"""x-statute: {legal-rows: …}: rows that law forbids to serve are 451, and stand in no list."""

import pytest

from feeds import Stream
from problems import assert_problem
from tokens import make

DOCUMENT = """
openapi: 3.1.0
info: {title: Takedowns, version: "1"}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  schemas:
    Song:
      type: object
      required: [title]
      properties:
        id: {type: integer, readOnly: true}
        title: {type: string}
        takedown: {type: string}
security: [{}, {token: []}]
paths:
  /songs:
    x-statute:
      unique: [title]
      canonical: title
      legal-rows: {member: takedown, by: "https://regulator.example/", roles: [lawyer]}
    get:
      responses: {"200": {description: All., content: {application/json: {schema: {type: object, properties: {items: {type: array, items: {$ref: "#/components/schemas/Song"}}, total: {type: integer}}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Song"}}}}
      responses: {"201": {description: Made.}}
  /songs/{song}:
    parameters: [{name: song, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Song"}}}}}}
    patch:
      requestBody: {content: {application/merge-patch+json: {schema: {type: object}}}}
      responses: {"200": {description: One.}}
    delete: {responses: {"204": {description: Gone.}}}
  /flags:
    x-statute: {legal-rows: {member: isBlocked, by: /blocks}}
    get: {responses: {"200": {description: All., content: {application/json: {schema: {type: array, items: {type: object, properties: {id: {type: integer, readOnly: true}, isBlocked: {type: boolean}}}}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"201": {description: Made.}}
  /flags/feed: {x-statute: {feed: flags}, get: {responses: {"200": {description: Changes.}}}}
  /flags/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
"""
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
def server(serve):
    return serve(DOCUMENT, "--dev")


@pytest.fixture
def client(server):
    client = server.client()
    for title in ("hymn", "ballad"):
        client.post("/songs", json={"title": title})
    return client


@pytest.fixture
def lawyer(server):
    return {"Authorization": f"Bearer {make(f'{server.database}.dev-keys.json', '--subject', 1, '--roles', 'lawyer')}"}


@pytest.fixture
def blocked(client, lawyer):
    """The hymn, blocked."""
    assert client.patch("/songs/hymn", content=b'{"takedown": "By order of a court."}', headers=MERGE).status_code == 200
    return "/songs/hymn"


def test_a_blocked_row_is_451_whatever_is_done_to_it(client, blocked):
    for response in (client.get(blocked), client.get("/songs/1"),
                     client.patch(blocked, content=b'{"takedown": ""}', headers=MERGE), client.delete(blocked)):
        problem = assert_problem(response, 451, "LEGALLY_BLOCKED")
        assert problem["message"] == "By order of a court."
        assert response.headers["Link"] == '<https://regulator.example/>; rel="blocked-by"'
        assert "Location" not in response.headers
    assert client.head(blocked).status_code == 451


def test_it_stands_in_no_list_and_counts_in_no_total(client, blocked, lawyer):
    page = client.get("/songs").json()
    assert [song["title"] for song in page["items"]] == ["ballad"] and page["total"] == 1


def test_who_has_the_role_sees_and_frees_it(client, blocked, lawyer):
    page = client.get("/songs", headers=lawyer)
    assert page.json()["total"] == 2
    assert page.headers["ETag"] != client.get("/songs").headers["ETag"]
    assert client.get(blocked, headers=lawyer).json()["takedown"] == "By order of a court."
    assert client.get("/songs/1", headers=lawyer).status_code == 308
    assert client.patch(blocked, content=b'{"takedown": ""}', headers=MERGE | lawyer).status_code == 200
    assert client.get(blocked).status_code == 200
    assert client.get("/songs").json()["total"] == 2


def test_a_conflict_with_it_names_no_path(client, blocked):
    problem = assert_problem(client.post("/songs", json={"title": "hymn"}), 409, "TITLE_ALREADY_EXISTS")
    assert "conflictingResource" not in problem["details"]


def test_a_boolean_blocks_too_and_without_roles_everybody(client):
    for flag in ({"isBlocked": True}, {"isBlocked": False}, {}):
        assert client.post("/flags", json=flag).status_code == 201
    response = client.get("/flags/1")
    assert_problem(response, 451, "LEGALLY_BLOCKED")
    assert response.headers["Link"] == '</blocks>; rel="blocked-by"'
    assert client.get("/flags/2").status_code == client.get("/flags/3").status_code == 200
    assert [flag["id"] for flag in client.get("/flags").json()] == [2, 3]


def test_no_feed_tells_of_it(client, server):
    feed = Stream(server.wire(), "/flags/feed")
    for flag in ({"isBlocked": True}, {"isBlocked": False}, {}):
        assert client.post("/flags", json=flag).status_code == 201
    assert [feed.event()[1]["id"] for _ in range(2)] == [2, 3]
