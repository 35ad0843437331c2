"""x-statute: {see-other: …}, and 205: what a write is answered with where that is not the resource."""

import pytest

from problems import assert_problem

DOCUMENT = """
openapi: 3.1.0
info: {title: Checkout, version: "1"}
servers: [{url: /api}]
paths:
  /checkout:
    x-statute: {collection: orders}
    post:
      x-statute: {see-other: "/orders/{id}"}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"303": {description: See the order.}}
  /checkout/by-code:
    x-statute: {collection: orders}
    post:
      x-statute: {see-other: "https://shop.example/codes/{code}?new=1"}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"303": {description: See the order.}}
  /orders:
    x-statute: {unique: [code]}
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}}
    put:
      x-statute: {see-other: true}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"303": {description: See the order.}}
    patch:
      requestBody: {content: {application/merge-patch+json: {schema: {type: object}}}}
      responses: {"205": {description: Done.}}
    delete: {x-statute: {see-other: /orders}, responses: {"303": {description: See the others.}}}
  /notes:
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"205": {description: Kept.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
    put:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: One.}, "205": {description: Done.}}
components:
  schemas:
    Order:
      type: object
      required: [code]
      properties: {id: {type: string, format: uuid, readOnly: true}, code: {type: string}, count: {type: integer}}
"""


@pytest.fixture
def client(serve):
    return serve(DOCUMENT).client()


def test_what_is_made_on_another_path_is_a_row_of_the_collection(client):
    response = client.post("/checkout", json={"code": "a"})
    assert response.status_code == 303
    location = response.headers["Location"]
    assert response.json() == {"status": 303, "location": location}
    order = client.get(location).json()
    assert location == f"/orders/{order['id']}" and order["code"] == "a"
    assert client.get("/orders").json() == [order]


def test_a_client_that_follows_gets_what_it_made(client):
    response = client.post("/api/checkout", json={"code": "a"}, follow_redirects=True)
    assert response.status_code == 200 and response.json()["code"] == "a"
    assert response.request.method == "GET"
    assert response.request.url.path.startswith("/api/orders/")


def test_members_of_the_row_stand_encoded_where_it_leads(client):
    response = client.post("/checkout/by-code?q=1", json={"code": "ä/b ?&#"})
    assert response.headers["Location"] == "https://shop.example/codes/%C3%A4%2Fb%20%3F%26%23?new=1"


def test_what_was_not_done_leads_nowhere(client):
    assert client.post("/checkout", json={"code": "a"}).status_code == 303
    response = client.post("/checkout", json={"code": "a"})
    assert_problem(response, 409, "CODE_ALREADY_EXISTS")
    assert "Location" not in response.headers
    assert_problem(client.post("/checkout", json={}), 422, "VALIDATION_FAILED")
    assert_problem(client.get("/checkout"), 405, "METHOD_NOT_ALLOWED")


def test_a_put_may_lead_to_the_row_itself_and_a_delete_to_the_others(client):
    made = client.post("/orders", json={"code": "a"})
    location = made.headers["Location"]
    response = client.put(location, json={"code": "b"}, headers={"If-Match": made.headers["ETag"]})
    assert (response.status_code, response.headers["Location"]) == (303, location)
    assert client.get(location).json()["code"] == "b"
    assert_problem(client.put(location, json={"code": "c"}, headers={"If-Match": made.headers["ETag"]}), 412,
                   "PRECONDITION_FAILED")
    response = client.delete(location)
    assert (response.status_code, response.headers["Location"]) == (303, "/orders")
    assert client.get(location).status_code == 404


def test_sent_again_with_its_key_it_leads_to_the_same(client):
    key = {"Idempotency-Key": '"once"'}
    first = client.post("/checkout", json={"code": "a"}, headers=key)
    again = client.post("/checkout", json={"code": "a"}, headers=key)
    assert again.status_code == 303
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert len(client.get("/orders").json()) == 1


def test_whatever_is_acceptable_it_is_sent_on(client):
    response = client.post("/checkout", json={"code": "a"}, headers={"Accept": "image/png"})
    assert response.status_code == 303


def test_205_has_no_content_and_says_so(client):
    for response in (client.post("/notes", json={"text": "x"}),
                     client.post("/notes", json={"text": "x"}, headers={"Prefer": "return=representation"}),
                     client.post("/notes", json={"text": "x"}, headers={"Accept": "image/png"})):
        assert response.status_code == 205
        assert response.headers["Content-Length"] == "0"
        assert response.content == b""
        assert "Content-Type" not in response.headers and "Location" not in response.headers
    assert len(client.get("/notes").json()) == 3


def test_205_is_for_a_change_too_where_the_document_says_nothing_else(client):
    location = client.post("/orders", json={"code": "a"}).headers["Location"]
    patch = {"Content-Type": "application/merge-patch+json"}
    response = client.patch(location, content=b'{"count": 2}', headers=patch)
    assert (response.status_code, response.content) == (205, b"")
    assert client.get(location).json()["count"] == 2


def test_beside_a_200_it_is_for_clients_that_want_nothing_back(client):
    client.post("/notes", json={"text": "x"})
    assert client.put("/notes/1", json={"text": "y"}).status_code == 200
    assert client.put("/notes/1", json={"text": "z"}, headers={"Prefer": "return=minimal"}).status_code == 205
