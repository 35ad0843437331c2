"""Key sets that are fetched from an issuer: over TLS, refreshed, rotating, out of reach."""

import contextlib
import json
import signal
import socket
import time

import pytest

from certificates import made, needs_openssl
from harness import patiently, run
from issuer import issuing, redirect, trickle
from problems import assert_problem
from reloading import hang_up
from tokens import SECRET, bearer, claims, secret_key, signed

pytestmark = pytest.mark.core

OTHER = bytes(range(32, 64))
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
    get: {responses: {"200": {description: One.}}}
components:
  securitySchemes:
    login: {SCHEME}
"""


def document(url):
    return DOCUMENT.replace("SCHEME", 'type: http, scheme: bearer, x-statute: {keys: "%s"}' % url)


def discovering(url, extension=""):
    return DOCUMENT.replace("SCHEME", f'type: openIdConnect, openIdConnectUrl: "{url}"{extension}')


def key_set(**keys):
    """keys: by kid, the secrets."""
    return {"keys": [secret_key(secret, kid=name) for name, secret in keys.items()]}


def token(kid="s", secret=SECRET, **more):
    return bearer(signed(claims(**more), {"alg": "HS256", "kid": kid}, secret))


def wait_for_status(client, status, headers):
    for _ in patiently(f"no {status}"):
        response = client.get("/notes", headers=headers)
        if response.status_code == status:
            return response
        assert response.status_code == 503, response.text
        assert_problem(response, 503, "IDENTITY_UNAVAILABLE")


def wait_for_cause(server, client, cause, headers=None):
    """Until a 503 says in the log why the keys are not there."""
    for _ in patiently(f"no cause has {cause!r}"):
        response = client.get("/notes", headers=headers or token())
        assert_problem(response, 503, "IDENTITY_UNAVAILABLE")
        if any(cause in line.get("cause", "") for line in server.log()):
            return


@pytest.fixture
def issuer():
    with issuing() as issuer:
        issuer.at["/keys"] = key_set(s=SECRET)
        yield issuer


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


# ---- Fetching ------------------------------------------------------------------


def test_a_token_is_verified_with_keys_that_were_fetched(serve, issuer):
    client = serve(document(issuer.url + "/keys"), expects_5xx=True).client()
    wait_for_status(client, 200, token())
    assert_problem(client.get("/notes", headers=token(secret=OTHER)), 401, "TOKEN_INVALID")
    assert_problem(client.get("/notes"), 401, "TOKEN_MISSING")
    assert issuer.asked == ["/keys"]


@pytest.mark.expects_5xx
def test_a_server_starts_without_its_issuer_and_is_503_until_that_is_there(serve):
    port = free_port()
    server = serve(document(f"http://127.0.0.1:{port}/keys"))
    client = server.client()
    wait_for_cause(server, client, "refused")
    assert_problem(client.get("/notes"), 401, "TOKEN_MISSING")
    assert client.post("/notes", json={}).status_code == 201
    with issuing(port=port) as issuer:
        issuer.at["/keys"] = key_set(s=SECRET)
        wait_for_status(client, 200, token())
    lines = [line for line in server.log() if "keys" in line]
    assert "refused" in lines[0]["problem"] and "problem" not in lines[-1]


@pytest.mark.expects_5xx
@pytest.mark.parametrize("said, cause", [
    (None, "it answers 404"),
    (b"no json", "refused: line 1, column 2"),
    ({"keys": []}, "refused"),
    ({"keys": [secret_key(), secret_key(OTHER)]}, "refused"),
    (b" " * (1 << 20) + b"x", "too large"),
    (redirect("/self"), "it answers 404"),
    (redirect("/keys"), "more than three times"),
    (redirect("ftp://127.0.0.1/keys"), "no URL"),
    (lambda handler: handler.connection.close(), ""),
    (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"), "does not speak HTTP"),
    (lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{") and
     handler.connection.shutdown(socket.SHUT_RDWR), "broke off"),
], ids=["404", "no-json", "no-keys", "two-of-one-name", "too-large", "redirect-to-404", "redirect-loop",
        "redirect-to-ftp", "closed", "ssh", "broken-off"])
def test_what_is_no_key_set_is_503_and_never_401(serve, issuer, said, cause):
    issuer.at["/keys"] = said
    server = serve(document(issuer.url + "/keys"))
    wait_for_cause(server, server.client(), cause)


def test_redirections_are_followed(serve, issuer):
    issuer.at |= {"/a": redirect("/b", 301), "/b": redirect(issuer.url + "/c", 307), "/c": redirect("keys", 308)}
    client = serve(document(issuer.url + "/a"), expects_5xx=True).client()
    wait_for_status(client, 200, token())
    assert issuer.asked == ["/a", "/b", "/c", "/keys"]


@pytest.mark.expects_5xx
@pytest.mark.parametrize("said", ["silent", "trickle"])
def test_an_issuer_that_takes_its_time_holds_nobody_up(serve, issuer, said):
    issuer.at["/keys"] = issuer.keep_silent if said == "silent" else trickle
    server = serve(document(issuer.url + "/keys"))
    issuer.wait_for(1)
    begin = time.monotonic()
    with server.client() as client:
        assert_problem(client.get("/notes", headers=token()), 503, "IDENTITY_UNAVAILABLE")
        assert client.post("/notes", json={}).status_code == 201
    server.signal(signal.SIGTERM)
    server.process.wait(30)
    assert time.monotonic() - begin < 9  # of the ten seconds that a fetch may take


# ---- TLS -----------------------------------------------------------------------


@contextlib.contextmanager
def secure(certificate):
    with issuing((certificate.certificate, certificate.key)) as issuer:
        issuer.at["/keys"] = key_set(s=SECRET)
        yield issuer


@needs_openssl
def test_keys_come_over_tls_from_who_the_system_trusts(serve, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(made().certificate))
    with secure(made()) as issuer:
        for url in (issuer.url, issuer.url.replace("127.0.0.1", "localhost")):
            wait_for_status(serve(document(url + "/keys"), expects_5xx=True).client(), 200, token())


@needs_openssl
@pytest.mark.expects_5xx
@pytest.mark.parametrize("certificate, trusted, cause", [
    (dict(names=("other.test",)), True, "mismatch"),
    (dict(names=("other.test", "DNS:127.0.0.1")), True, "mismatch"),
    (dict(days=0), True, "expired"),
    (dict(kind="rsa"), False, "self"),
], ids=["other-name", "address-as-name", "expired", "not-trusted"])
def test_a_certificate_that_does_not_hold_is_refused(serve, monkeypatch, certificate, trusted, cause):
    shown = made(**certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str((shown if trusted else made()).certificate))
    with secure(shown) as issuer:
        server = serve(document(issuer.url + "/keys"))
        wait_for_cause(server, server.client(), cause)
        assert issuer.asked == []


@needs_openssl
@pytest.mark.expects_5xx
def test_a_redirection_from_https_to_http_is_refused(serve, monkeypatch, issuer):
    monkeypatch.setenv("SSL_CERT_FILE", str(made().certificate))
    with secure(made()) as front:
        front.at["/keys"] = redirect(issuer.url + "/keys")
        server = serve(document(front.url + "/keys"))
        wait_for_cause(server, server.client(), "from https to http")
    assert issuer.asked == []


# ---- Refreshing ------------------------------------------------------------------


def test_a_key_that_is_new_is_fetched_and_an_old_one_that_is_gone_holds_no_more(serve, issuer):
    client = serve(document(issuer.url + "/keys"), expects_5xx=True).client()
    wait_for_status(client, 200, token())
    issuer.at["/keys"] = key_set(new=OTHER)
    wait_for_status(client, 200, token("new", OTHER))
    assert_problem(client.get("/notes", headers=token()), 401, "TOKEN_INVALID")
    assert issuer.asked.count("/keys") == 2


def test_keys_that_nobody_has_do_not_keep_the_issuer_busy(serve, issuer):
    client = serve(document(issuer.url + "/keys"), expects_5xx=True).client()
    wait_for_status(client, 200, token())
    wait_for_status(client, 401, token("unknown"))
    for i in range(100):
        assert_problem(client.get("/notes", headers=token(f"unknown{i}")), 401, "TOKEN_INVALID")
    assert client.get("/notes", headers=token()).status_code == 200
    assert issuer.asked.count("/keys") == 2


@pytest.mark.expects_5xx
def test_a_broken_set_is_refused_and_the_keys_of_before_go_on(serve, issuer):
    server = serve(document(issuer.url + "/keys"))
    client = server.client()
    wait_for_status(client, 200, token())
    issuer.at["/keys"] = {"keys": [{"kty": "oct", "kid": "new", "k": "AAAA"}]}
    client.get("/notes", headers=token("new"))
    line = server.wait_for_log(lambda line: "refused" in line.get("problem", ""))
    assert line["keys"] == issuer.url + "/keys"
    assert client.get("/notes", headers=token()).status_code == 200
    assert_problem(client.get("/notes", headers=token("new")), 503, "IDENTITY_UNAVAILABLE")


@pytest.mark.expects_5xx
def test_an_issuer_that_went_away_takes_no_keys_along_not_even_over_a_reload(serve):
    with issuing() as issuer:
        issuer.at["/keys"] = key_set(s=SECRET)
        server = serve(document(issuer.url + "/keys"))
        client = server.client()
        wait_for_status(client, 200, token())
    assert client.get("/notes", headers=token()).status_code == 200
    wait_for_cause(server, client, "not known yet", token("new"))
    assert "was reloaded" in hang_up(server)
    assert client.get("/notes", headers=token(sub="eve")).status_code == 200


@pytest.mark.expects_5xx
def test_another_url_after_a_reload_means_other_keys(serve, issuer, tmp_path):
    issuer.at["/others"] = key_set(s=OTHER)
    path = tmp_path / "api.yaml"
    path.write_text(document(issuer.url + "/keys"))
    server = serve(path)
    client = server.client()
    wait_for_status(client, 200, token())
    path.write_text(document(issuer.url + "/others"))
    assert "was reloaded" in hang_up(server)
    wait_for_status(client, 200, token(secret=OTHER))
    assert_problem(client.get("/notes", headers=token()), 401, "TOKEN_INVALID")


# ---- Discovery -------------------------------------------------------------------

WELL_KNOWN = "/.well-known/openid-configuration"


def test_an_open_id_connect_url_leads_to_the_keys(serve, issuer):
    issuer.at[WELL_KNOWN] = {"issuer": issuer.url, "jwks_uri": issuer.url + "/keys"}
    client = serve(discovering(issuer.url + WELL_KNOWN), expects_5xx=True).client()
    wait_for_status(client, 200, token(iss=issuer.url))
    assert_problem(client.get("/notes", headers=token()), 401, "TOKEN_INVALID")
    assert_problem(client.get("/notes", headers=token(iss=issuer.url + "/")), 401, "TOKEN_INVALID")


@pytest.mark.expects_5xx
@pytest.mark.parametrize("said, cause", [
    ({"issuer": "https://evil.example", "jwks_uri": "URL/keys"}, "names another issuer"),
    ({"jwks_uri": "URL/keys"}, "names another issuer"),
    ({"issuer": "URL"}, "has no jwks_uri"),
    ({"issuer": "URL", "jwks_uri": 7}, "has no jwks_uri"),
    ({"issuer": "URL", "jwks_uri": "keys"}, "not a URL"),
    ([], "names another issuer"),
    (b"{", "is no JSON"),
])
def test_a_discovery_document_that_leads_nowhere_is_503(serve, issuer, said, cause):
    if not isinstance(said, bytes):
        said = json.loads(json.dumps(said).replace("URL", issuer.url))
    issuer.at[WELL_KNOWN] = said
    server = serve(discovering(issuer.url + WELL_KNOWN))
    wait_for_cause(server, server.client(), cause)


# ---- At the start ------------------------------------------------------------------


@pytest.mark.parametrize("text, told", [
    (document("http://issuer.example/keys"), "http:// is for this machine alone"),
    (document("https://issuer.example:0/keys"), "no URL of https"),
    (document("https://user@issuer.example/keys"), "no URL of https"),
    (discovering("https://issuer.example/config"), "x-statute: {issuer: https://issuer.example}"),
])
def test_what_is_wrong_with_a_url_is_told_at_the_start(tmp_path, text, told):
    (tmp_path / "x.yaml").write_text(text)
    done = run("serve", "x.yaml", "--listen", "127.0.0.1:0", "--db", "x.db", cwd=tmp_path)
    assert done.returncode == 2 and "x.yaml:16:" in done.stderr and told in done.stderr
