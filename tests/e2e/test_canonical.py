"""x-statute: {canonical: slug}: the one path of an item has its slug in it, and its id leads there."""

import threading

import pytest

from problems import assert_problem

DOCUMENT = """
openapi: 3.1.0
info: {title: Slugs, version: "1"}
servers: [{url: /api}]
paths:
  /products:
    x-statute: {unique: [slug], canonical: slug, on-delete: gone}
    get: {responses: {"200": {description: All., content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Product"}}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Product"}}}}
      responses: {"201": {description: Made.}}
  /products/{product}:
    parameters: [{name: product, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Product"}}}}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Product"}}}}
      responses: {"200": {description: One.}}
    patch:
      requestBody: {content: {application/merge-patch+json: {schema: {type: object}}}}
      responses: {"200": {description: One.}}
    delete: {responses: {"204": {description: Gone.}}}
  /orders:
    x-statute: {references: {productId: products}}
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {description: Made.}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}}
  /batch:
    post:
      x-statute: {batch: atomic}
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: Done.}}
components:
  schemas:
    Product:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        slug: {type: string}
        stock: {type: integer, default: 0}
        _links: {type: object, readOnly: true}
    Order:
      type: object
      properties: {id: {type: integer, readOnly: true}, productId: {type: integer}, _links: {type: object, readOnly: true}}
"""
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
def server(serve):
    return serve(DOCUMENT)


@pytest.fixture
def client(server):
    return server.client()


@pytest.fixture
def pot(client):
    made = client.post("/products", json={"slug": "tea-pot"})
    assert made.status_code == 201
    assert made.headers["Location"] == "/products/tea-pot"
    return made


def test_an_item_has_its_slug_in_its_path(client, pot):
    response = client.get("/products/tea-pot")
    assert response.status_code == 200
    assert response.json()["id"] == 1
    assert response.json()["_links"]["self"]["href"] == "/products/tea-pot"
    assert client.get("/products").json()[0]["_links"]["self"]["href"] == "/products/tea-pot"
    assert client.get("/products/tea-pot", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_its_id_leads_there_with_the_query(client, pot):
    for response in (client.get("/products/1?fields=a%20b"), client.head("/products/1?fields=a%20b")):
        assert response.status_code == 308
        assert response.headers["Location"] == "/products/tea-pot?fields=a%20b"
        assert response.headers["Cache-Control"] == "no-cache"
    response = client.get("/api/products/1", follow_redirects=True)
    assert response.status_code == 200 and response.request.url.path == "/api/products/tea-pot"


def test_a_write_by_id_is_done_where_it_came(client, pot):
    response = client.patch("/products/1", content=b'{"stock": 2}', headers=MERGE | {"If-Match": pot.headers["ETag"]})
    assert response.status_code == 200
    assert response.headers["Content-Location"] == "/products/tea-pot"
    assert client.put("/products/1", json={"slug": "tea-pot", "stock": 3}).status_code == 200
    assert client.get("/products/tea-pot").json()["stock"] == 3


def test_a_write_by_slug_changes_the_same_row(client, pot):
    response = client.patch("/products/tea-pot", content=b'{"stock": 2}', headers=MERGE)
    assert (response.status_code, response.json()["id"]) == (200, 1)
    stale = client.patch("/products/tea-pot", content=b'{"stock": 9}', headers=MERGE | {"If-Match": pot.headers["ETag"]})
    assert_problem(stale, 412, "PRECONDITION_FAILED")
    response = client.put("/products/tea-pot", json={"slug": "tea-pot", "stock": 4})
    assert (response.status_code, response.json()["id"], response.json()["stock"]) == (200, 1, 4)
    assert len(client.get("/products").json()) == 1


def test_a_new_slug_is_a_new_path_and_the_old_one_is_free(client, pot):
    response = client.patch("/products/tea-pot", content=b'{"slug": "kettle"}', headers=MERGE)
    assert response.headers["Content-Location"] == "/products/kettle"
    assert_problem(client.get("/products/tea-pot"), 404, "RESOURCE_NOT_FOUND")
    assert client.get("/products/1").headers["Location"] == "/products/kettle"
    assert client.post("/products", json={"slug": "tea-pot"}).status_code == 201


def test_a_taken_slug_is_409_and_names_the_path_of_the_other(client, pot):
    problem = assert_problem(client.post("/products", json={"slug": "tea-pot"}), 409, "SLUG_ALREADY_EXISTS")
    assert problem["details"]["conflictingResource"] == "/products/tea-pot"


def test_what_refers_to_it_links_to_its_slug(client, pot):
    client.post("/orders", json={"productId": 1})
    assert client.get("/orders/1").json()["_links"]["product"]["href"] == "/products/tea-pot"


def test_an_item_without_a_slug_keeps_its_id(client):
    assert client.post("/products", json={}).headers["Location"] == "/products/1"
    assert client.get("/products/1").status_code == 200
    client.post("/products", json={"slug": ".."})
    assert client.get("/products/2").status_code == 200


def test_any_text_may_be_a_slug(client):
    made = client.post("/products", json={"slug": "a/b é?"})
    assert made.headers["Location"] == "/products/a%2Fb%20%C3%A9%3F"
    assert client.get(made.headers["Location"]).json()["slug"] == "a/b é?"
    assert client.get("/products/1").headers["Location"] == made.headers["Location"]


def test_a_slug_wins_over_an_id_of_the_same_text(client, pot):
    client.post("/products", json={"slug": "1"})
    assert client.get("/products/1").json()["id"] == 2
    assert client.get("/products/2").headers["Location"] == "/products/1"


def test_deleted_by_slug_it_is_gone_by_id(client, pot):
    assert client.delete("/products/tea-pot").status_code == 204
    assert_problem(client.get("/products/1"), 410, "RESOURCE_GONE")
    assert_problem(client.get("/products/tea-pot"), 404, "RESOURCE_NOT_FOUND")
    assert_problem(client.delete("/products/tea-pot"), 404, "RESOURCE_NOT_FOUND")


def test_of_two_who_rename_it_at_once_the_later_finds_no_such_path(server, pot):
    statuses, names = [], ["kettle", "jug", "cup", "mug"]

    def rename(name):
        with server.client() as client:
            statuses.append(client.patch("/products/tea-pot", content=b'{"slug": "%s"}' % name.encode(),
                                         headers=MERGE).status_code)

    threads = [threading.Thread(target=rename, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 404, 404, 404]


def test_a_batch_names_items_by_slug_too(client, pot):
    response = client.post("/batch", json={"requests": [
        {"method": "POST", "path": "/products", "body": {"slug": "cup"}},
        {"method": "PATCH", "path": "/products/cup", "body": {"stock": 5}},
        {"method": "PATCH", "path": "/products/tea-pot", "body": {"stock": 7}},
        {"method": "GET", "path": "/products/1"},
    ]})
    assert response.status_code == 200, response.text
    assert [part["status"] for part in response.json()["responses"]] == [201, 200, 200, 308]
    assert client.get("/products/cup").json()["stock"] == 5
    assert client.get("/products/tea-pot").json()["stock"] == 7


def test_for_now_and_without_the_method_it_is_302(serve):
    client = serve(DOCUMENT.replace("canonical: slug", "canonical: {member: slug, permanent: false, keep-method: false}")).client()
    client.post("/products", json={"slug": "tea-pot"})
    assert client.get("/products/1").status_code == 302
    client = serve(DOCUMENT.replace("canonical: slug", "canonical: {member: slug, keep-method: false}")).client()
    client.post("/products", json={"slug": "tea-pot"})
    assert client.get("/products/1").status_code == 301
