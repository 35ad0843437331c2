"""Documents with `security`: what is refused at the start, and why, and what --no-security does."""

import re

import pytest

from harness import run
from tokens import bearer, make_keys

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Notes, version: "1"}
security: [{login: []}]
paths:
  /notes:
    get: {responses: {"200": {description: All.}}}
    post:
      security: []
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: New.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {security: [{}, {login: []}], responses: {"200": {description: One.}}}
    delete: {responses: {"204": {description: Gone.}}}
components:
  securitySchemes:
    login: {type: http, scheme: bearer}
"""


def refused(tmp_path, document, *options):
    """What is told of a document that is not served."""
    path = tmp_path / "api.yaml"
    path.write_text(document)
    result = run("serve", "api.yaml", "--listen", "127.0.0.1:0", "--db", "x.db", *options, cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    assert result.stdout == "" and not (tmp_path / "x.db").exists()
    return result.stderr


def with_scheme(scheme):
    return DOCUMENT.replace("login: {type: http, scheme: bearer}", f"login: {scheme}")


def with_extension(text):
    return with_scheme("{type: http, scheme: bearer, x-statute: {%s}}" % text)


def test_a_scheme_without_keys_is_told_of_at_its_place_with_what_to_do(tmp_path):
    told = refused(tmp_path, DOCUMENT)
    assert told.startswith("api.yaml:17:5: error: 'login' has no keys to check tokens with; ")
    assert "x-statute: {keys: keys.json}" in told and "--dev" in told and "--no-security" in told


def test_no_security_serves_it_to_anybody_and_says_so(serve):
    server = serve(DOCUMENT, "--no-security")
    client = server.client()
    assert client.get("/notes").status_code == 200
    assert client.post("/notes", json={}).status_code == 201
    assert client.delete("/notes/1").status_code == 204
    assert "served to anybody: 2" in server.errors()


def test_with_no_security_credentials_are_not_even_looked_at(serve):
    client = serve(DOCUMENT, "--no-security").client()
    assert client.get("/notes", headers={"Authorization": "Bearer {"}).status_code == 200


@pytest.mark.parametrize("security", ["[]", "[{}]"])
def test_what_names_no_scheme_needs_no_keys(serve, security):
    document = DOCUMENT.replace("security: [{login: []}]\n", f"security: {security}\n").replace(
        "security: [{}, {login: []}], ", "")
    server = serve(document)
    assert server.client().get("/notes").status_code == 200
    assert "credentials" not in server.errors()


@pytest.mark.parametrize("scheme, issue", [
    ("{type: mutualTLS}", "mutualTLS is not supported"),
    ("{type: http, scheme: digest}", "this scheme of HTTP authentication is not supported: bearer and basic are"),
    ("{type: apiKey, in: query, name: key}", "an API key in the query ends up in logs and histories; write in: header"),
    ("{type: apiKey, in: header, name: authorization}", "Authorization has a syntax of its own"),
    ("{type: apiKey, in: header, name: 'X Key'}", "an API key needs the name of its field, cookie or parameter"),
])
def test_a_scheme_that_nothing_here_checks_is_an_error_at_its_place(tmp_path, scheme, issue):
    told = refused(tmp_path, with_scheme(scheme))
    assert told.startswith(f"api.yaml:17:12: error: {issue}")


def test_a_scheme_that_nobody_names_needs_nothing(serve):
    document = DOCUMENT.replace("security: [{login: []}]\n", "").replace("security: [{}, {login: []}], ", "")
    assert serve(document).client().get("/notes").status_code == 200


def test_a_name_that_is_no_scheme_is_an_error(tmp_path):
    told = refused(tmp_path, DOCUMENT.replace("security: [{login: []}]\n", "security: [{logn: []}]\n"))
    assert "api.yaml:3:13: error: no security scheme has this name; declare it in components.securitySchemes" in told


def test_two_schemes_of_one_choice_cannot_share_the_field(tmp_path):
    document = DOCUMENT.replace("security: [{login: []}]\n", "security: [{login: [], other: []}]\n")
    told = refused(tmp_path, document + "    other: {type: oauth2, flows: {}}\n")
    assert "two schemes of one choice need the field Authorization" in told


@pytest.mark.parametrize("extension, issue", [
    ("keys: 7", "x-statute.keys must be a text that is not empty; name a file with a JSON Web Key Set"),
    ("issuer: []", "x-statute.issuer must be a text that is not empty"),
    ("audience: {}", "x-statute.audience must be a text, or a list of texts"),
    ("audience: []", "an empty audience would refuse every token"),
    ("leeway: soon", "x-statute.leeway must be a duration of at most an hour; write leeway: 30s"),
    ("leeway: 2h", "x-statute.leeway must be a duration of at most an hour"),
    ("leeway: -1", "x-statute.leeway must be a duration of at most an hour"),
    ("kyes: a", "x-statute has no key 'kyes' here; the keys here are audience, issuer, keys, leeway, "
                "required-type, roles, scopes"),
])
def test_a_mistake_under_x_statute_is_told_even_without_security(tmp_path, extension, issue):
    told = refused(tmp_path, with_extension(extension), "--no-security")
    assert told.startswith("api.yaml:17:") and issue in told


@pytest.mark.parametrize("roles, issue", [
    ("roles: {delete: []}", "x-statute.roles must be a list of names that is not empty; write roles: [admin]"),
    ("roles: {delete: admin}", "x-statute.roles must be a list of names that is not empty"),
    ("roles: {erase: [admin]}", "x-statute.roles has no method 'erase'; write roles: {delete: [admin]}"),
    ("roles: {put: [admin]}", "x-statute.roles is for 'put', which /notes/{id} does not have; write it at the path that has"),
    ("roles: {get: [admin]}", "GET /notes/{id} has roles, and lets a client go without credentials"),
])
def test_a_mistake_in_roles_is_told_at_its_place(tmp_path, roles, issue):
    document = DOCUMENT.replace("  /notes/{id}:\n", "  /notes/{id}:\n    x-statute: {%s}\n" % roles)
    told = refused(tmp_path, document)
    assert told.startswith("api.yaml:12:") and issue in told


def test_a_key_file_counts_from_the_documents_folder(serve, tmp_path):
    (tmp_path / "deep").mkdir()
    make_keys(tmp_path, "EdDSA")
    path = tmp_path / "deep" / "api.yaml"
    path.write_text(with_extension("keys: ../keys.json"))
    assert serve(path).client().get("/notes").status_code == 401


def test_a_key_file_that_is_not_there_or_broken_is_told_with_its_place(tmp_path):
    told = refused(tmp_path, with_extension("keys: no.json"))
    assert told.startswith("api.yaml:17:59: error: the keys of 'login', no.json, cannot be read: No such file")
    (tmp_path / "no.json").write_text('{"keys":\n  [{"kty": "oct", "k": "AAAA"}]}')
    told = refused(tmp_path, with_extension("keys: no.json"))
    assert told.startswith("api.yaml:17:59: error: no.json, line 2, column 4: ")
    (tmp_path / "no.json").write_text('{"keys": ')
    assert "error: no.json, line 1, column 10: " in refused(tmp_path, with_extension("keys: no.json"))


DEV = """openapi: 3.1.0
info: {title: Notes, version: "1"}
security: [{login: []}]
paths:
  /notes:
    x-statute: {roles: {post: [admin, editor]}}
    get: {responses: {"200": {description: All.}}}
    post:
      security: [{oauth: ["notes:write"]}]
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: New.}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
components:
  securitySchemes:
    login:
      type: http
      scheme: bearer
      x-statute: {issuer: me, audience: [notes, x], roles: realm.roles, scopes: scp, required-type: at+jwt}
    oauth:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: "https://id.example/t", scopes: {"notes:write": ""}}}
      x-statute: {issuer: me, audience: [notes, x], roles: realm.roles, scopes: scp, required-type: at+jwt}
"""


def requests_to_try(server):
    """The tokens of the printed lines, by whom they are for; each line is for a path that can be asked for."""
    found = {}
    for line in server.lines:
        match = re.fullmatch(r'curl -H "Authorization: Bearer (\S+)" (\S+)  # (?:as )?(.+)', line)
        if match:
            assert match.group(2) == f"{server.url}/notes"
            found[match.group(3)] = bearer(match.group(1))
    return found


def test_dev_makes_a_key_and_prints_a_request_for_each_role(serve):
    server = serve(DEV, "--dev")
    client, tokens = server.client(), requests_to_try(server)
    assert list(tokens) == ["admin", "editor", "without a role"]
    assert client.get("/notes").status_code == 401
    for who, token in tokens.items():
        assert client.get("/notes", headers=token).status_code == 200
        expected = 403 if who == "without a role" else 201
        assert client.post("/notes", json={}, headers=token).status_code == expected
    path = server.folder / "data.db.dev-keys.json"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_development_key_stays_for_the_next_start(serve):
    server = serve(DEV, "--dev")
    before = requests_to_try(server)["admin"]
    server.stop()
    again = serve(DEV, "--dev", database=server.database)
    assert again.client().post("/notes", json={}, headers=before).status_code == 201
    again.stop()
    (server.folder / "data.db.dev-keys.json").write_text('{"keys": []}')
    document = server.folder / "api.yaml"
    broken = run("serve", document, "--dev", "--listen", "127.0.0.1:0", "--db", server.database)
    assert broken.returncode == 2 and "dev-keys.json:1:1: error: " in broken.stderr


def test_no_development_key_is_made_where_none_is_needed(serve, tmp_path):
    make_keys(tmp_path)
    path = tmp_path / "api.yaml"
    path.write_text(with_extension("keys: keys.json"))
    open_document = DOCUMENT.replace("security: [{login: []}]\n", "").replace("security: [{}, {login: []}], ", "")
    for server in (serve(path, "--dev"), serve(open_document, "--dev"), serve(DEV, "--dev", "--no-security")):
        assert requests_to_try(server) == {}
        assert not list(server.folder.glob("*.dev-keys.json"))
