"""Maintenance: out of service by choice, from the command line, by a signal or in the document."""

import datetime
import re
import signal

import pytest

from harness import patiently, request, run
from problems import assert_problem
from test_reload import reloaded
from test_server import DOCUMENT, post

pytestmark = pytest.mark.expects_5xx

OFF, ON = 200, 503


def maintenance(server, *words):
    return run("maintenance", *words, "--admin", server.admin)


def in_seconds(seconds):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def await_status(client, status):
    for _ in patiently(f"never {status}"):
        response = client.get("/things")
        if response.status_code == status:
            return response


@pytest.mark.core
def test_while_it_is_on_everything_is_503_but_what_is_the_servers_own(serve):
    server = serve(DOCUMENT)
    client = server.client()
    assert maintenance(server, "on").stdout == '{"maintenance":true,"declaredByDocument":false}\n'
    for response in (client.get("/things"), client.get("/no-such-path"), client.delete("/things"),
                     client.post("/things", json={"name": "x"}), client.options("/things")):
        problem = assert_problem(response, 503, "MAINTENANCE")
        assert "details" not in problem and problem["retryAfter"] == int(response.headers["retry-after"]) > 0
    for path in ("/-/health", "/-/ready", "/-/errors/MAINTENANCE"):
        assert client.get(path).status_code == 200
    assert server.admin_client().get("/-/metrics").status_code == 200
    assert maintenance(server, "off").stdout == '{"maintenance":false,"declaredByDocument":false}\n'
    assert client.get("/things").json() == []


def test_the_estimated_end_is_told_and_waited_for(serve):
    server = serve(DOCUMENT)
    client = server.client()
    end = in_seconds(3600)
    assert maintenance(server, "on", "--until", end).returncode == 0
    response = client.get("/things")
    problem = assert_problem(response, 503, "MAINTENANCE")
    assert problem["details"] == {"estimatedEnd": end}
    assert 3500 < int(response.headers["retry-after"]) <= 3600
    assert maintenance(server).stdout == f'{{"maintenance":true,"estimatedEnd":"{end}","declaredByDocument":false}}\n'
    assert maintenance(server, "on", "--until", "2m").returncode == 0
    assert 100 < int(client.get("/things").headers["retry-after"]) <= 120


def test_it_lasts_until_somebody_ends_it_though_its_estimated_end_has_passed(serve):
    server = serve(DOCUMENT)
    client = server.client()
    for _ in patiently("its end passes before it begins"):
        if maintenance(server, "on", "--until", "2s").returncode == 0:
            break
    for _ in patiently("its end does not pass"):
        response = client.get("/things")
        assert response.status_code == 503
        if int(response.headers["retry-after"]) > 2:
            break  # it is over, and nobody knows for how long it will still be


@pytest.mark.core
def test_a_signal_turns_it_on_and_the_next_one_off(serve):
    server = serve(DOCUMENT)
    client = server.client()
    server.signal(signal.SIGUSR1)
    assert_problem(await_status(client, ON), 503, "MAINTENANCE")
    server.signal(signal.SIGUSR1)
    await_status(client, OFF)
    for _ in patiently("nothing is said of it"):
        if server.errors() == "statute: maintenance begins\nstatute: maintenance ends\n":
            break


@pytest.mark.parametrize("value, ends", [("true", None), ("2099-01-08T12:00:00Z", "2099-01-08T12:00:00Z"),
                                         ("'2099-01-08T13:00:00.5+01:00'", "2099-01-08T12:00:00Z")])
def test_a_document_can_declare_it(serve, value, ends):
    server = serve(DOCUMENT + f"x-statute: {{ maintenance: {value} }}\n")
    problem = assert_problem(server.client().get("/things"), 503, "MAINTENANCE")
    assert problem.get("details", {}).get("estimatedEnd") == ends
    assert server.client().get("/-/health").status_code == 200
    assert '"declaredByDocument":true' in maintenance(server, "off").stdout
    assert server.client().get("/things").status_code == 503


def test_a_reloaded_document_begins_it_and_ends_it(serve):
    server = serve(DOCUMENT)
    client = server.client()
    reloaded(server, DOCUMENT + "x-statute: { maintenance: true }\n")
    await_status(client, ON)
    reloaded(server, DOCUMENT)
    await_status(client, OFF)


@pytest.mark.parametrize("value", ["maybe", "2026-02-30T12:00:00Z", "12", "[true]", "2026-01-08"])
def test_a_declaration_that_makes_no_sense_is_refused_with_its_place(tmp_path, value):
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT + f"x-statute: {{ maintenance: {value} }}\n")
    result = run("serve", path, "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db")
    assert result.returncode == 2
    line = len(DOCUMENT.splitlines()) + 1
    assert re.search(rf"^.*api\.yaml:{line}:27: error: x-statute\.maintenance is neither", result.stderr, re.M)


def test_what_is_in_progress_is_finished(serve):
    server = serve(DOCUMENT)
    whole = post("late")
    with server.wire() as wire:
        wire.send(whole[:-5])
        for _ in patiently("the request does not begin"):
            text = server.admin_client().get("/-/metrics").text
            if re.search(r"^statute_requests_in_flight 1$", text, re.M):
                break
        maintenance(server, "on")
        assert wire.ask(whole[-5:], "POST").status == 201
        assert wire.ask(request("GET", "/things")).status == 503


def test_only_the_admin_listener_takes_the_word(serve):
    server = serve(DOCUMENT, "--admin", "public")
    client = server.client()
    assert client.get("/-/maintenance").json() == {"maintenance": False, "declaredByDocument": False}
    response = client.put("/-/maintenance")
    assert_problem(response, 405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.get("/things").status_code == 200


def test_a_page_of_another_origin_gets_no_leave_for_it(serve):
    admin = serve(DOCUMENT).admin_client()
    response = admin.options("/-/maintenance", headers={"Origin": "http://evil.test",
                                                        "Access-Control-Request-Method": "PUT"})
    assert response.status_code == 204
    assert not [name for name in response.headers if name.startswith("access-control-")]
    assert admin.post("/-/maintenance").status_code == 405
    assert admin.put("/-/maintenance", headers={"Host": "evil.test"}).status_code == 421


@pytest.mark.parametrize("query", ["until=yesterday", "until=2001-01-08T12:00:00Z", "unti=2099-01-08T12:00:00Z", "until"])
def test_the_admin_listener_refuses_what_it_cannot_read(serve, query):
    admin = serve(DOCUMENT).admin_client()
    problem = assert_problem(admin.put(f"/-/maintenance?{query}"), 400, "INVALID_PARAMETER")
    assert problem["validationErrors"][0]["in"] == "query"
    assert admin.get("/-/maintenance").json()["maintenance"] is False


@pytest.mark.parametrize("words, says", [
    (("on", "--until", "soon"), '--until takes a time that is yet to come'),
    (("on", "--until", "2001-01-08T12:00:00Z"), '--until takes a time that is yet to come'),
    (("on", "--until", "0s"), '--until takes a time that is yet to come'),
    (("off", "--until", "30m"), "--until goes with on"),
    (("onn",), 'did you mean on?'),
    (("on", "off"), "one of them"),
    (("on", "--admin", "localhost"), "--admin takes a URL"),
])
def test_a_command_that_makes_no_sense_is_2(words, says):
    result = run("maintenance", *words)
    assert result.returncode == 2 and result.stdout == "" and says in result.stderr


def test_a_server_that_is_not_there_is_1():
    result = run("maintenance", "on", "--admin", "http://127.0.0.1:1")
    assert result.returncode == 1 and "no answer from http://127.0.0.1:1" in result.stderr
