"""Rate limits over real sockets: who is counted, what is said, and that the count is exact."""

import datetime
import hashlib
import json
import re
import shutil
import subprocess
import threading
import time

import pytest

from harness import Wire, patiently, request, run
from problems import assert_problem
from prometheus import scrape
from reloading import hang_up
from tokens import bearer, claims, secret_key, signed

PATHS = """
paths:
  /things:
    {path}
    get: {{responses: {{"200": {{description: All.}}}}}}
    post:
      {operation}
      requestBody: {{content: {{application/json: {{schema: {{$ref: "#/components/schemas/Thing"}}}}}}}}
      responses: {{"201": {{description: Made.}}}}
  /things/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
    get:
      responses:
        "200": {{description: One., content: {{application/json: {{schema: {{$ref: "#/components/schemas/Thing"}}}}}}}}
    delete: {{responses: {{"204": {{description: Gone.}}}}}}
components:
  schemas:
    Thing:
      type: object
      properties: {{id: {{type: integer, readOnly: true}}, name: {{type: string}}}}
"""


def document(root="", path="", operation=""):
    def extension(limit):
        return f"x-statute: {{limit: {limit}}}" if limit else ""

    head = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n' + extension(root)
    return head + PATHS.format(path=extension(path), operation=extension(operation))


FIVE = "{requests: 5, window: 86400}"


def rate_limit(response):
    """{policy: (remaining, seconds)} of RateLimit."""
    pairs = re.findall(r'"([^"]+)";r=(\d+);t=(\d+)', response.headers["RateLimit"])
    return {name: (int(left), int(seconds)) for name, left, seconds in pairs}


def statuses(client, count, path="/things"):
    return [client.get(path).status_code for _ in range(count)]


@pytest.mark.core
def test_as_many_are_answered_as_the_limit_says_and_each_says_what_is_left(serve):
    client = serve(document(root=FIVE)).client()
    for left in (4, 3, 2, 1, 0):
        before = int(time.time())
        response = client.get("/things")
        assert response.status_code == 200
        assert response.headers["RateLimit-Policy"] == '"default";q=5;w=86400'
        remaining, seconds = rate_limit(response)["default"]
        assert remaining == left
        assert 0 < seconds <= 86400
        assert response.headers["X-RateLimit-Limit"] == "5"
        assert response.headers["X-RateLimit-Remaining"] == str(left)
        assert before + seconds <= int(response.headers["X-RateLimit-Reset"]) <= time.time() + seconds + 2
        assert "Retry-After" not in response.headers
    assert statuses(client, 20) == [429] * 20


@pytest.mark.core
def test_a_refusal_says_when_to_come_back_in_each_of_its_ways(serve):
    client = serve(document(root="{requests: 2, window: 1d, name: hourly}")).client()
    statuses(client, 2)
    response = client.get("/things")
    problem = assert_problem(response, 429, "RATE_LIMIT_EXCEEDED")
    wait = int(response.headers["Retry-After"])
    assert 1 <= wait <= 86400
    assert problem["retryAfter"] == wait
    assert str(wait) in problem["hint"]
    details = problem["details"]
    reset = datetime.datetime.fromisoformat(details.pop("resetAt").replace("Z", "+00:00"))
    assert details == {"policy": "hourly", "limit": 2, "window": 86400, "remaining": 0}
    assert int(response.headers["X-RateLimit-Reset"]) == int(reset.timestamp())
    remaining, seconds = rate_limit(response)["hourly"]
    assert remaining == 0
    assert seconds >= wait
    assert response.headers["X-RateLimit-Remaining"] == "0"
    assert response.headers["RateLimit-Policy"] == '"hourly";q=2;w=86400'


def test_answers_of_every_status_say_what_is_left(serve):
    client = serve(document(root="{requests: 100, window: 86400}")).client()
    assert client.post("/things", json={"name": "a"}).status_code == 201
    tag = client.get("/things/1").headers["ETag"]
    answers = [
        (304, client.get("/things/1", headers={"If-None-Match": tag})),
        (404, client.get("/things/99")),
        (406, client.get("/things/1", headers={"Accept": "image/png"})),
        (412, client.delete("/things/1", headers={"If-Match": '"9"'})),
        (415, client.post("/things", content="x", headers={"Content-Type": "text/plain"})),
        (400, client.post("/things", content="{", headers={"Content-Type": "application/json"})),
        (422, client.post("/things", json={"name": 1})),
        (200, client.head("/things/1")),
    ]
    for left, (status, response) in zip(range(97, 0, -1), answers):
        assert response.status_code == status
        assert rate_limit(response)["default"][0] == left
        assert response.headers["X-RateLimit-Remaining"] == str(left)


@pytest.mark.core
def test_what_ends_before_a_limit_is_asked_uses_up_nothing(serve):
    client = serve(document(root=FIVE)).client()
    for _ in range(10):
        for method, path, status in (("GET", "/nowhere", 404), ("PUT", "/things", 405), ("OPTIONS", "/things", 204)):
            response = client.request(method, path)
            assert response.status_code == status
            assert "RateLimit" not in response.headers
    assert statuses(client, 6) == [200] * 5 + [429]


def test_a_path_without_a_limit_says_nothing_of_one(serve):
    client = serve(document(path=FIVE)).client()
    assert "RateLimit" in client.get("/things").headers
    response = client.get("/things/1")
    assert not [name for name in response.headers if "ratelimit" in name.lower()]
    assert statuses(client, 5)[-1] == 429
    assert statuses(client, 5, "/things/1") == [404] * 5


def test_each_limit_above_an_operation_holds_and_one_that_refuses_is_counted_by_none(serve):
    client = serve(document(root=FIVE, path="{requests: 4, window: 60, algorithm: token-bucket}",
                            operation="{requests: 1, window: 86400}")).client()
    response = client.post("/things", json={})
    assert response.status_code == 201
    assert response.headers["RateLimit-Policy"] == '"default";q=5;w=86400, "path";q=4;w=60, "operation";q=1;w=86400'
    assert {name: left for name, (left, _) in rate_limit(response).items()} == {"default": 4, "path": 3, "operation": 0}
    assert response.headers["X-RateLimit-Limit"] == "1", "the trio tells of the tightest"
    for _ in range(10):
        problem = assert_problem(client.post("/things", json={}), 429, "RATE_LIMIT_EXCEEDED")
        assert problem["details"]["policy"] == "operation"
    assert statuses(client, 4) == [200] * 3 + [429], "the path has 3 left"
    assert statuses(client, 2, "/things/1") == [200, 429], "and all have 1 left"


def test_a_token_comes_back_after_retry_after_though_others_are_refused_meanwhile(serve):
    client = serve(document(root="{requests: 1, window: 1, algorithm: token-bucket, burst: 2}")).client()
    assert statuses(client, 2) == [200, 200]
    began = time.monotonic()
    response = client.get("/things")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "1"
    assert response.headers["RateLimit-Policy"] == '"default";q=2;w=2'
    for _ in patiently("no token comes back"):
        if client.get("/things").status_code == 200:
            break
    assert time.monotonic() - began > 0.5


def ask_from(server, address, path="/things"):
    with Wire(server.port, source=address) as wire:
        return wire.ask(request("GET", path)).status


@pytest.mark.core
def test_addresses_are_counted_apart(serve):
    server = serve(document(root="{requests: 2, window: 86400, by: address}"))
    assert [ask_from(server, "127.0.0.2") for _ in range(3)] == [200, 200, 429]
    assert [ask_from(server, "127.0.0.3") for _ in range(3)] == [200, 200, 429]
    assert ask_from(server, "127.0.0.2") == 429


def test_an_operation_is_counted_for_all_clients_together_and_apart_from_others(serve):
    server = serve(document(root="{requests: 3, window: 86400, by: operation}"))
    assert [ask_from(server, f"127.0.0.{i}") for i in range(2, 6)] == [200, 200, 200, 429]
    client = server.client()
    assert client.head("/things").status_code == 429, "HEAD is GET"
    assert client.post("/things", json={}).status_code == 201
    assert statuses(client, 2, "/things/1") == [200, 200]


SECURED = """openapi: 3.1.0
info: {title: T, version: "1"}
security: [{}, {login: []}]
x-statute: {limit: LIMIT}
paths:
  /things:
    get: {responses: {"200": {description: All.}}}
    post:
      security: [{login: []}]
      x-statute: {roles: [admin]}
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: Made.}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
components:
  securitySchemes:
    login: {type: http, scheme: bearer, x-statute: {keys: keys.json}}
"""


@pytest.fixture
def secured(serve, tmp_path):
    def start(limit, *options):
        (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
        path = tmp_path / "api.yaml"
        path.write_text(SECURED.replace("LIMIT", limit))
        return serve(path, *options)

    return start


def ask_as(server, who, address="127.0.0.1", method="GET"):
    fields = [f"Authorization: {bearer(signed(claims(sub=who)))['Authorization']}"] if who else []
    with Wire(server.port, source=address) as wire:
        return wire.ask(request(method, "/things", *fields, content={} if method == "POST" else None)).status


@pytest.mark.core
@pytest.mark.parametrize("by", ["client", "principal"])
def test_a_principal_is_counted_wherever_it_comes_from_and_others_by_address(secured, by):
    server = secured("{requests: 2, window: 86400, by: %s}" % by)
    assert [ask_as(server, "ada", f"127.0.0.{i}") for i in (2, 3, 4)] == [200, 200, 429]
    assert [ask_as(server, "eve", "127.0.0.2") for _ in range(3)] == [200, 200, 429]
    assert [ask_as(server, None, "127.0.0.2") for _ in range(3)] == [200, 200, 429]
    assert ask_as(server, None, "127.0.0.3") == 200


def test_a_limit_by_address_or_key_counts_tokens_of_one_address_together(secured):
    for by in ("address", "key"):
        server = secured("{requests: 2, window: 86400, by: %s}" % by)
        assert [ask_as(server, who) for who in ("ada", "eve", "bob")] == [200, 200, 429]


KEYED = """openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /things:
    get:
      security: [{}, {key: []}]
      x-statute: {limit: {requests: 2, window: 86400, by: key}}
      responses: {"200": {description: All.}}
    post:
      requestBody: {content: {application/json: {}}}
      responses: {"201": {description: Made.}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
  /keys:
    x-statute: {unique: [hash]}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Key"}}}}
      responses: {"201": {description: Made.}}
  /keys/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Key"}}}}
components:
  schemas:
    Key: {type: object, properties: {id: {type: integer, readOnly: true}, hash: {type: string}}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-API-Key, x-statute: {collection: keys}}
"""


def test_a_limit_by_key_counts_each_key_apart_and_others_by_address(serve):
    server = serve(KEYED)
    client = server.client()
    for key in ("first", "second"):
        digest = hashlib.sha256(key.encode()).hexdigest()
        assert client.post("/keys", json={"hash": digest}).status_code == 201
    for key in ("first", "second"):
        asked = [client.get("/things", headers={"X-API-Key": key}).status_code for _ in range(3)]
        assert asked == [200, 200, 429]
    assert statuses(client, 3) == [200, 200, 429]
    assert ask_from(server, "127.0.0.2") == 200


@pytest.mark.core
def test_a_401_uses_up_nothing_of_a_limit_but_of_the_addresss_rate_and_a_403_does(secured):
    server = secured("{requests: 2, window: 86400}", "--address-rate", "8/1d")
    assert [ask_as(server, None, method="POST") for _ in range(4)] == [401] * 4
    assert [ask_as(server, "ada", method="POST") for _ in range(3)] == [403, 403, 429]
    assert ask_as(server, None) == 200, "it is the eighth"
    assert ask_as(server, None, method="POST") == 429
    assert server.client().get("/things").json()["error"] == "ADDRESS_LIMIT_EXCEEDED"


@pytest.mark.core
def test_racing_requests_are_counted_exactly_over_all_workers(serve):
    server = serve(document(root="{requests: 100, window: 86400}"), "--workers", "4")
    answers, lock = [], threading.Lock()
    start = threading.Barrier(8)

    def ask():
        with server.wire() as wire:
            start.wait()
            mine = [wire.ask(request("GET", "/things")).status for _ in range(40)]
        with lock:
            answers.extend(mine)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 100 + [429] * 220


def test_a_reload_keeps_the_count_of_a_limit_that_stays_and_begins_that_of_a_new_one(serve):
    server = serve(document(root=FIVE))
    client = server.client()
    assert statuses(client, 4) == [200] * 4
    assert "was reloaded" in hang_up(server)
    assert statuses(client, 2) == [200, 429]
    server.document.write_text(document(root="{requests: 6, window: 86400}"))
    assert "was reloaded" in hang_up(server)
    assert statuses(client, 7) == [200] * 6 + [429]
    server.document.write_text(document(root=FIVE))
    assert "was reloaded" in hang_up(server)
    assert statuses(client, 1) == [429]


@pytest.mark.core
def test_a_rate_of_each_address_counts_whatever_is_asked_but_the_servers_own(serve):
    server = serve(document(), "--address-rate", "4/1d")
    with Wire(server.port, source="127.0.0.2") as wire:
        for path in ("/-/health", "/-/ready", "/-/errors"):
            assert wire.ask(request("GET", path)).status == 200
        for method, path, status, left in (("GET", "/nowhere", 404, 3), ("PUT", "/things", 405, 2),
                                           ("GET", "/things", 200, 1), ("OPTIONS", "/things", 204, 0)):
            response = wire.ask(request(method, path), method)
            assert response.status == status
            assert response.field("RateLimit").startswith(f'"address";r={left};t=')
        for path in ("/nowhere", "/things"):
            response = wire.ask(request("GET", path))
            problem = response.json()
            assert response.status == 429
            assert problem["error"] == "ADDRESS_LIMIT_EXCEEDED"
            assert problem["details"]["limit"] == 4
            assert response.field("Retry-After") == str(problem["retryAfter"])
        assert wire.ask(request("GET", "/-/health")).status == 200
    assert ask_from(server, "127.0.0.3") == 200


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_addresses_are_counted_apart_over_http_2_as_over_http_1(serve):
    server = serve(document(root="{requests: 2, window: 86400, by: address}"))
    for address in ("127.0.0.2", "127.0.0.3"):
        assert ask_from(server, address) == 200
        curl = ["curl", "-sS", "--noproxy", "*", "--http2-prior-knowledge", "--interface", address, "-o", "/dev/null",
                "-w", "%{http_version} %{http_code} %header{x-ratelimit-remaining}", server.url + "/things"]
        for expected in ("2 200 0", "2 429 0"):
            assert subprocess.run(curl, capture_output=True, text=True, timeout=60).stdout == expected


def test_a_mapped_and_a_plain_ipv4_address_are_one(serve):
    server = serve(document(root="{requests: 2, window: 86400, by: address}"), "--listen", "[::]:0")
    with Wire(server.port, "127.0.0.1", source="127.0.0.5") as wire:
        assert [wire.ask(request("GET", "/things")).status for _ in range(3)] == [200, 200, 429]
    with Wire(server.port, "::1") as wire:
        assert [wire.ask(request("GET", "/things")).status for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("rate", ["100", "0/60", "1/0", "1/32d", "250001/1", "x/60", "1/60/2", "-1/60"])
def test_a_rate_that_cannot_be_is_refused_at_the_start(tmp_path, rate):
    path = tmp_path / "api.yaml"
    path.write_text(document())
    result = run("serve", path, "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db", f"--address-rate={rate}")
    assert result.returncode == 2
    assert f"{rate}: not N/TIME" in result.stderr


def test_refusals_are_counted_by_code_and_route(serve):
    server = serve(document(root=FIVE))
    statuses(server.client(), 8)
    metrics = scrape(server)
    assert metrics.get("statute_errors_total", code="RATE_LIMIT_EXCEEDED") == 3
    assert metrics.get("statute_requests_total", route="/things", method="GET", status="429") == 3


def test_a_limit_of_the_document_can_be_looked_up_beforehand(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(document(operation=FIVE))
    lines = run("routes", path).stdout
    limited = [block for block in re.split(r"\n(?=[A-Z]+ /)", lines) if "429" in block]
    assert len(limited) == 1
    assert "POST /things" in limited[0]
