"""A document changes, its data stays: what is new is made, nothing is dropped, and what the
data cannot meet is told with the place in the document."""

import re

from harness import run
from shop_data import created

DOCUMENT = """openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /things:
    x-statute: {RESOURCE}
    get:
      parameters: [PARAMETERS]
      responses:
        "200": {description: All., content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}}
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
      responses:
        "201": {description: Made., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}}
    delete: {responses: {"204": {description: Deleted.}}}
components:
  schemas:
    Thing:
      type: object
      required: [name]
      properties: {id: {type: integer, readOnly: true}, name: {type: string}, MEMBERS}
"""


def document(resource="collection: things", parameters="", members="size: {type: integer}"):
    return DOCUMENT.replace("RESOURCE", resource).replace("PARAMETERS", parameters).replace("MEMBERS", members)


def filled(serve, database, *bodies, text=None):
    server = serve(text or document(), database=database)
    client = server.client()
    for body in bodies:
        created(client.post("/things", json=body))
    server.stop()


def refused(tmp_path, database, text):
    path = tmp_path / "changed.yaml"
    path.write_text(text)
    return run("serve", path, "--listen", "127.0.0.1:0", "--db", database)


def test_a_new_member_and_a_new_filter_work_on_old_data(serve, tmp_path):
    database = tmp_path / "d.db"
    filled(serve, database, {"name": "a", "size": 1}, {"name": "b", "size": 2})
    changed = document(parameters="{name: colour, in: query, schema: {type: string}}, "
                                  "{name: size, in: query, schema: {type: integer}}",
                       members="size: {type: integer}, colour: {type: string}")
    client = serve(changed, database=database).client()
    created(client.post("/things", json={"name": "c", "size": 2, "colour": "red"}))
    assert [thing["name"] for thing in client.get("/things?size=2").json()] == ["b", "c"]
    assert [thing["name"] for thing in client.get("/things?colour=red").json()] == ["c"]
    assert client.get("/things/1").json() == {"id": 1, "name": "a", "size": 1}


def test_a_member_that_is_gone_from_the_document_stays_in_the_data(serve, tmp_path):
    database = tmp_path / "d.db"
    filled(serve, database, {"name": "a", "size": 1})
    server = serve(document(members="other: {type: string}"), database=database)
    created(server.client().post("/things", json={"name": "b"}))
    server.stop()
    client = serve(document(), database=database).client()
    assert client.get("/things/1").json()["size"] == 1


def test_a_new_unique_that_the_data_meets_holds_from_then_on(serve, tmp_path):
    database = tmp_path / "d.db"
    filled(serve, database, {"name": "a"}, {"name": "b"})
    client = serve(document(resource="unique: [name]"), database=database).client()
    response = client.post("/things", json={"name": "a"})
    assert response.status_code == 409 and response.json()["error"] == "NAME_ALREADY_EXISTS"


def test_a_new_unique_that_the_data_breaks_is_an_error_at_its_place(serve, tmp_path):
    database = tmp_path / "d.db"
    filled(serve, database, {"name": "twin"}, {"name": "single"}, {"name": "twin"})
    result = refused(tmp_path, database, document(resource="unique: [name]"))
    assert result.returncode == 2
    assert re.search(r"changed\.yaml:5:\d+: error: .*twin", result.stderr), result.stderr
    assert serve(document(), database=database).client().get("/things/3").json()["name"] == "twin"


def test_a_new_rule_binds_what_is_written_from_then_on(serve, tmp_path):
    database = tmp_path / "d.db"
    filled(serve, database, {"name": "a", "size": 0})
    rule = 'rules: [{check: "size > 0", code: TOO_SMALL, message: Must be above 0, field: size}]'
    client = serve(document(resource=rule), database=database).client()
    assert client.get("/things/1").json()["size"] == 0
    assert client.post("/things", json={"name": "b", "size": 0}).status_code == 422
    assert client.post("/things", json={"name": "b", "size": 1}).status_code == 201


def test_tombstones_begin_when_the_document_says_so(serve, tmp_path):
    database = tmp_path / "d.db"
    server = serve(document(), database=database)
    client = server.client()
    for name in ("a", "b"):
        created(client.post("/things", json={"name": name}))
    assert client.delete("/things/1").status_code == 204
    assert client.get("/things/1").status_code == 404
    server.stop()
    client = serve(document(resource="on-delete: gone"), database=database).client()
    assert client.delete("/things/2").status_code == 204
    assert client.get("/things/2").status_code == 410
    assert created(client.post("/things", json={"name": "c"}))["id"] == 3


def test_a_rule_that_is_no_expression_is_an_error_at_its_place(tmp_path):
    for check in ("size >", "size > 0; DROP TABLE things", "(SELECT count(*) FROM things) < 5", "nosuch > 1", "1) , (2"):
        result = refused(tmp_path, tmp_path / "n.db", document(resource=f'rules: [{{check: "{check}"}}]'))
        assert result.returncode == 2, check
        assert re.search(r"changed\.yaml:5:\d+: error: ", result.stderr), result.stderr
