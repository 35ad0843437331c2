"""Operations that demand credentials: this version checks none, and does not pretend to."""

import pytest

from harness import run

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Notes, version: "1"}
security: [{key: []}]
paths:
  /notes:
    get: {responses: {"200": {description: All.}}}
    post:
      security: []
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: New.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {security: [{}, {key: []}], responses: {"200": {description: One.}}}
    delete: {responses: {"204": {description: Gone.}}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
"""


def test_a_document_that_demands_credentials_is_not_served(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT)
    result = run("serve", path, "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db")
    assert result.returncode == 2
    assert result.stdout == "" and not (tmp_path / "x.db").exists()
    told = [line for line in result.stderr.splitlines() if "demands credentials" in line]
    assert told == ["GET /notes demands credentials", "DELETE /notes/{id} demands credentials"]
    assert "cannot check credentials" in result.stderr and "--no-security" in result.stderr


def test_no_security_serves_it_to_anybody_and_says_so(serve):
    server = serve(DOCUMENT, "--no-security")
    client = server.client()
    assert client.get("/notes").status_code == 200
    assert client.post("/notes", json={}).status_code == 201
    assert client.delete("/notes/1").status_code == 204
    assert "served to anybody: 2" in server.errors()


@pytest.mark.parametrize("security", ["[]", "[{}]", "[{key: []}, {}]"])
def test_what_lets_a_client_go_without_needs_no_option(serve, security):
    document = DOCUMENT.replace("security: [{key: []}]\n", f"security: {security}\n")
    server = serve(document)
    assert server.client().get("/notes").status_code == 200
    assert "credentials" not in server.errors()


def test_many_operations_are_counted_after_the_first_ones(tmp_path):
    path = tmp_path / "api.yaml"
    more = "".join(f"  /x{i}:\n    get: {{responses: {{default: {{description: a}}}}}}\n" for i in range(30))
    path.write_text(DOCUMENT.replace("components:", f"{more}components:"))
    result = run("serve", path, "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db")
    assert result.returncode == 2
    assert result.stderr.count("demands credentials") == 20
    assert "and 12 more" in result.stderr
