"""Work in the background: 202 and a monitor, a command with limits, cancelling, waiting, and who may look."""

import json
import os
import pathlib
import signal
import time

import pytest

import tokens
from frames import RST_STREAM, Frames, fields, frame, headers, number
from harness import patiently, request, run
from problems import assert_problem

WORK = pathlib.Path(__file__).with_name("job_work.py")

DOCUMENT = """
openapi: 3.1.0
info: {{title: Work, version: "1"}}
paths:
  /work:
    post:
      x-statute: {{job: {{run: [/usr/bin/python3, {work}, "one; two $HOME", "*"]{keys}}}}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [do]
              properties:
                do: {{type: string}}
                with: {{}}
                polite: {{type: boolean, default: true}}
      responses: {{"202": {{description: It will be done.}}}}
  /jobs/{{id}}:
    x-statute: {{jobs: true}}
    parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
    get: {{responses: {{"200": {{description: How far it is.}}}}}}
    delete: {{responses: {{"204": {{description: Cancelled.}}}}}}
{more}
"""

RESULT = """
  /jobs/{id}/result:
    x-statute: {job-result: true}
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {description: What came of it.}}}
"""


def document(keys="", more=""):
    return DOCUMENT.format(work=WORK, keys=keys and ", " + keys, more=more)


@pytest.fixture
def start(serve):
    def started(keys="", more="", *options, **named):
        return serve(document(keys, more), "--drain-timeout", "1s", *options, **named)
    return started


def make(client, do, more=None, **options):
    """The answer to a POST."""
    return client.post("/work", json={"do": do, "with": more}, **options)


def monitor(client, do, more=None, **options):
    """Where the job is watched."""
    response = make(client, do, more, **options)
    assert response.status_code == 202, response.text
    return response.headers["Location"]


def until(client, path, *statuses):
    """The monitor's answer once the job is one of these."""
    for _ in patiently(f"{path} is never {statuses}"):
        response = client.get(path)
        assert response.status_code in (200, 303, 410), response.text
        if response.status_code != 410 and response.json()["status"] in statuses:
            return response


def begun(path, count=1):
    """The lines that commands wrote when they began, once there are so many."""
    for _ in patiently("it does not begin"):
        if os.path.exists(f"{path}.begun"):
            lines = pathlib.Path(f"{path}.begun").read_text().splitlines()
            if len(lines) >= count:
                return [[int(word) for word in line.split()] for line in lines]


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(*pids):
    """They were killed; waits until nothing is left of them."""
    for _ in patiently(f"one of {pids} goes on"):
        if not any(map(is_alive, pids)):
            return True


# ---- 202, the monitor, the result ------------------------------------------------


@pytest.mark.core
def test_a_post_is_202_and_says_where_to_look(start, tmp_path):
    client = start().client()
    response = make(client, "wait", str(tmp_path / "go"))
    assert response.status_code == 202
    assert response.headers["Retry-After"] == "1"
    job = response.json()
    assert response.headers["Location"] == job["statusUrl"] == f"/jobs/{job['jobId']}"
    assert job["status"] == "queued"
    assert job["_links"] == {"status": {"href": job["statusUrl"]},
                             "cancel": {"href": job["statusUrl"], "method": "DELETE"}}
    running = until(client, job["statusUrl"], "running")
    assert running.status_code == 200 and running.headers["Retry-After"] == "1"
    (tmp_path / "go").touch()
    done = until(client, job["statusUrl"], "done")
    assert done.status_code == 200, "without a path for results they are in the monitor"
    assert "Retry-After" not in done.headers
    assert done.json()["result"] == {"attempt": 1} and done.json()["progress"] == 100
    assert "cancel" not in done.json()["_links"]


def test_a_command_gets_the_content_with_defaults_and_no_shell_sees_its_words(start):
    server = start()
    client = server.client()
    result = until(client, monitor(client, "echo", "$(id); `id`"), "done").json()["result"]
    assert result["work"] == {"do": "echo", "with": "$(id); `id`", "polite": True}
    assert result["arguments"] == ["one; two $HOME", "*"]
    assert result["folder"] == str(server.folder)


def test_a_command_knows_its_job_and_nothing_of_the_server(start, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    client = start().client()
    path = monitor(client, "environment", headers={"X-Request-Id": "ask-1"}, params={"a": "$(id)"})
    result = until(client, path, "done").json()["result"]
    result.pop("LC_CTYPE", None)  # Python sets it
    assert result == {
        "STATUTE_JOB_ID": path.removeprefix("/jobs/"), "STATUTE_ATTEMPT": "1", "STATUTE_REQUEST_ID": "ask-1",
        "STATUTE_PRINCIPAL": "", "STATUTE_PATH": "/work", "STATUTE_QUERY": "a=%24%28id%29",
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
    }


def test_a_command_inherits_no_descriptor(start):
    client = start().client()
    assert until(client, monitor(client, "descriptors"), "done").json()["result"] == [0, 1, 2]


@pytest.mark.core
def test_progress_is_what_the_command_says_of_it(start, tmp_path):
    server = start()
    client = server.client()
    path = monitor(client, "progress", str(tmp_path / "go"), headers={"X-Request-Id": "count-1"})
    for _ in patiently("there is no progress"):
        job = client.get(path).json()
        if "progress" in job:
            break
    assert (job["progress"], job["message"]) == (40, "counting rows")
    line = server.wait_for_log(lambda line: line.get("says"))
    assert line["says"] == "a word for the log" and line["request"] == "count-1"
    assert line["job"] == job["jobId"] and line["operation"] == "POST /work"
    (tmp_path / "go").touch()
    assert until(client, path, "done").json()["result"] is None


@pytest.mark.core
def test_where_results_have_a_path_the_monitor_leads_there(start):
    client = start(more=RESULT).client()
    path = monitor(client, "text", '{"rows": 3}')
    done = until(client, path, "done")
    assert done.status_code == 303 and done.headers["Location"] == f"{path}/result"
    assert done.json()["_links"]["result"] == {"href": f"{path}/result"}
    result = client.get(done.headers["Location"])
    assert result.status_code == 200 and result.json() == {"rows": 3}
    assert client.get(f"{path}/result", headers={"If-None-Match": result.headers["ETag"]}).status_code == 304


def test_a_result_that_is_not_there_yet_is_404(start, tmp_path):
    client = start(more=RESULT).client()
    path = monitor(client, "wait", str(tmp_path / "go"))
    assert_problem(client.get(f"{path}/result"), 404, "RESOURCE_NOT_FOUND")
    assert client.delete(path).status_code == 204
    assert_problem(client.get(f"{path}/result"), 410, "RESOURCE_GONE")


def test_a_result_may_be_at_an_address_made_of_it(start):
    client = start(keys='result: "/reports/{id}"').client()
    done = until(client, monitor(client, "echo"), "done")
    assert done.status_code == 303 and done.headers["Location"] == "/reports/a%20b%2Fc"
    failed = until(client, monitor(client, "text", '{"no": "id"}'), "failed").json()
    assert failed["problem"]["detail"] == "The command's result lacks the member 'id' of its address."


def test_a_poll_costs_little_while_nothing_changes(start, tmp_path):
    client = start().client()
    path = monitor(client, "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    tag = until(client, path, "running").headers["ETag"]
    for method in ("GET", "HEAD"):
        response = client.request(method, path, headers={"If-None-Match": tag})
        assert response.status_code == 304 and response.headers["ETag"] == tag
    (tmp_path / "go").touch()
    assert until(client, path, "done").headers["ETag"] != tag
    assert client.head(path).status_code == 200


def test_a_condition_counts_only_where_the_answer_would_be_2xx(start):
    client = start(more=RESULT).client()
    path = monitor(client, "echo")
    until(client, path, "done")
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 303
    assert client.get(path, headers={"If-Match": '"0"'}).status_code == 303


def test_a_job_that_nobody_made_is_404(start):
    client = start().client()
    for name in ("x", "01a20eed-3019-7356-960a-01e2111fa23a", "%00"):
        response = client.get(f"/jobs/{name}")
        assert response.status_code in (400, 404) if name == "%00" else response.status_code == 404
    assert client.delete("/jobs/x").status_code == 404


def test_content_that_breaks_its_schema_makes_no_job(start):
    client = start().client()
    assert_problem(client.post("/work", json={}), 422, "VALIDATION_FAILED")
    assert_problem(client.post("/work"), 400, "CONTENT_REQUIRED")


# ---- Failure and limits ------------------------------------------------------------


def problem_of(client, do, more=None):
    response = until(client, monitor(client, do, more), "failed")
    assert response.status_code == 200, "asking for it worked"
    return response.json()["problem"]


@pytest.mark.core
def test_a_command_that_fails_leaves_a_problem_and_its_last_word_to_the_log(start):
    server = start()
    problem = problem_of(server.client(), "fail")
    assert (problem["status"], problem["error"]) == (500, "JOB_COMMAND_FAILED")
    assert problem["type"] == "/-/errors/JOB_COMMAND_FAILED" and "customer" not in problem["detail"]
    assert server.client().get(problem["type"]).status_code == 200
    line = server.wait_for_log(lambda line: line.get("event") == "failed")
    assert line["detail"] == "exit code 3: no such customer"


def test_a_command_may_write_the_problem_itself(start):
    assert problem_of(start().client(), "problem") == {
        "title": "Out of stock", "status": 409, "detail": "No tea is left."}


@pytest.mark.parametrize("text", ['{"a": ', "hello", '{"a": 1} {}', "\x7f"])
def test_what_is_no_json_is_no_result(start, text):
    assert problem_of(start().client(), "text", text)["error"] == "JOB_COMMAND_FAILED"


def test_a_command_that_takes_too_long_is_stopped(start, tmp_path):
    client = start(keys="timeout: 1").client()
    problem = problem_of(client, "wait", str(tmp_path / "never"))
    assert (problem["status"], problem["error"]) == (504, "JOB_TIMED_OUT")


def test_a_command_that_heeds_nothing_is_killed_with_its_children(start, tmp_path):
    client = start(keys="timeout: 1").client()
    path = monitor(client, "deaf", str(tmp_path / "deaf"))
    pids = begun(tmp_path / "deaf")[0]
    assert until(client, path, "failed").json()["problem"]["error"] == "JOB_TIMED_OUT"
    assert ends(*pids)


def test_a_command_has_as_much_memory_as_the_document_says(start):
    client = start(keys="memory: 64MiB").client()
    assert problem_of(client, "memory", 200 << 20)["error"] == "JOB_COMMAND_FAILED"
    assert until(client, monitor(client, "memory", 1 << 20), "done").json()["result"] == 1 << 20


@pytest.mark.core
def test_a_command_writes_no_more_than_the_document_says(start):
    client = start(keys="output: 1000").client()
    assert problem_of(client, "output", 1 << 20)["error"] == "JOB_OUTPUT_TOO_LARGE"
    text = '"' + "x" * 998 + '"'
    assert until(client, monitor(client, "text", text), "done").json()["result"] == "x" * 998
    assert problem_of(client, "text", text + "\n")["error"] == "JOB_OUTPUT_TOO_LARGE"


def test_a_full_queue_is_503(start, tmp_path):
    client = start(keys="queue: 1, parallel: 1", expects_5xx=True).client()
    monitor(client, "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    waiting = monitor(client, "echo")
    response = make(client, "echo")
    assert_problem(response, 503, "QUEUE_FULL")
    assert int(response.headers["Retry-After"]) > 0
    assert client.get(waiting).json()["status"] == "queued"
    (tmp_path / "go").touch()
    until(client, waiting, "done")
    assert make(client, "echo").status_code == 202


@pytest.mark.threads
def test_jobs_of_an_operation_run_in_their_order_so_many_at_once(start, tmp_path):
    client = start(keys="parallel: 2").client()
    paths = [monitor(client, "wait", str(tmp_path / f"go{i}")) for i in range(3)]
    begun(tmp_path / "go0"), begun(tmp_path / "go1")
    assert [client.get(path).json()["status"] for path in paths] == ["running", "running", "queued"]
    (tmp_path / "go0").touch()
    begun(tmp_path / "go2")
    for i in (1, 2):
        (tmp_path / f"go{i}").touch()
    for path in paths:
        until(client, path, "done")


# ---- Cancelling, keeping -------------------------------------------------------------


@pytest.mark.core
def test_what_runs_is_stopped_when_it_is_cancelled(start, tmp_path):
    client = start().client()
    path = monitor(client, "wait", str(tmp_path / "never"))
    pid = begun(tmp_path / "never")[0][0]
    assert client.delete(path).status_code == 204
    assert_problem(client.get(path), 410, "JOB_EXPIRED")
    assert client.delete(path).status_code == 204, "it is so already"
    assert ends(pid)


def test_what_waits_is_never_begun_when_it_is_cancelled(start, tmp_path):
    client = start(keys="parallel: 1").client()
    monitor(client, "wait", str(tmp_path / "go"))
    path = monitor(client, "wait", str(tmp_path / "never"))
    assert client.delete(path).status_code == 204
    (tmp_path / "go").touch()
    until(client, monitor(client, "echo"), "done")
    assert not (tmp_path / "never.begun").exists()
    assert client.get(path).status_code == 410


def test_what_has_ended_cannot_be_cancelled(start):
    client = start().client()
    path = monitor(client, "echo")
    tag = until(client, path, "done").headers["ETag"]
    problem = assert_problem(client.delete(path), 409, "INVALID_STATE_TRANSITION")
    assert problem["details"] == {"field": "status", "from": "done", "to": "cancelled", "allowed": []}
    assert_problem(client.delete(path, headers={"If-Match": '"0"'}), 412, "PRECONDITION_FAILED")
    assert client.get(path).headers["ETag"] == tag


def test_a_result_is_kept_for_a_while_then_the_word_that_it_was_there(start):
    client = start(keys="keep: 1").client()
    path = monitor(client, "echo")
    until(client, path, "done")
    for _ in patiently("it does not expire"):
        response = client.get(path)
        if response.status_code != 200:
            break
    assert_problem(response, 410, "JOB_EXPIRED")
    for _ in patiently("it is never forgotten"):
        response = client.get(path)
        if response.status_code != 410:
            break
    assert_problem(response, 404, "RESOURCE_NOT_FOUND")


# ---- Waiting (RFC 7240) ----------------------------------------------------------------


@pytest.mark.core
def test_a_client_that_waits_gets_the_result_at_once(start):
    client = start().client()
    response = make(client, "echo", headers={"Prefer": "respond-async, wait=20"})
    assert response.status_code == 200 and response.json()["status"] == "done"
    assert response.headers["Preference-Applied"] == "wait=20"
    assert response.json()["result"]["work"]["do"] == "echo"


def test_a_client_that_waits_is_sent_on_where_the_result_has_a_path(start):
    client = start(more=RESULT).client()
    response = make(client, "echo", headers={"Prefer": "wait=20"})
    assert response.status_code == 303
    assert client.get(response.headers["Location"]).json()["work"]["do"] == "echo"


def test_a_client_waits_no_longer_than_it_would(start, tmp_path):
    client = start().client()
    began = time.monotonic()
    response = make(client, "wait", str(tmp_path / "go"), headers={"Prefer": "respond-async, wait=1"})
    assert response.status_code == 202 and time.monotonic() - began >= 0.9
    assert "respond-async" in response.headers["Preference-Applied"]
    assert response.json()["status"] in ("queued", "running")
    waited = client.get(response.headers["Location"], headers={"Prefer": "wait=1"})
    assert waited.status_code == 200 and waited.json()["status"] == "running"
    assert waited.headers["Preference-Applied"] == "wait=1"
    (tmp_path / "go").touch()
    waited = client.get(response.headers["Location"], headers={"Prefer": "wait=20"})
    assert waited.json()["status"] == "done"


def test_an_operation_may_wait_of_its_own_accord(start, tmp_path):
    client = start(keys="wait: 20").client()
    assert make(client, "echo").status_code == 200
    response = make(client, "wait", str(tmp_path / "go"), headers={"Prefer": "respond-async"})
    assert response.status_code == 202 and response.headers["Preference-Applied"] == "respond-async"
    (tmp_path / "go").touch()


def test_a_failure_that_was_waited_for_is_told_as_the_monitor_does(start):
    client = start().client()
    response = make(client, "fail", headers={"Prefer": "wait=20"})
    assert response.status_code == 200 and response.json()["status"] == "failed"


@pytest.mark.threads
def test_waiting_ends_when_the_job_is_cancelled(start, tmp_path):
    server = start()
    client, other = server.client(), server.client()
    path = monitor(client, "wait", str(tmp_path / "never"))
    begun(tmp_path / "never")
    with server.wire() as wire:
        wire.send(request("GET", path, "Prefer: wait=30"))
        assert wire.is_silent(0.2)
        assert other.delete(path).status_code == 204
        assert wire.read().status == 410


def test_waiting_ends_when_the_server_stops(start, tmp_path):
    server = start()
    path = monitor(server.client(), "wait", str(tmp_path / "never"))
    begun(tmp_path / "never")
    with server.wire() as wire:
        wire.send(request("GET", path, "Prefer: wait=30"))
        assert wire.is_silent(0.2)
        server.signal(signal.SIGTERM)
        assert wire.read().json()["status"] == "running"
    server.stop()


@pytest.mark.threads
def test_who_leaves_is_waited_for_no_more(start, tmp_path):
    server = start()
    path = monitor(server.client(), "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    for leave in ("reset", "finish"):
        wire = server.wire()
        wire.send(request("GET", path, "Prefer: wait=30", f"X-Request-Id: {leave}"))
        assert wire.is_silent(0.2)
        getattr(wire, leave)()
        assert server.wait_for_log(lambda line: line.get("id") == leave)["us"] < 20_000_000
        wire.close()
    (tmp_path / "go").touch()


def test_who_resets_a_stream_or_its_connection_is_waited_for_no_more(start, tmp_path):
    server = start()
    path = monitor(server.client(), "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    with Frames(server.port) as peer:
        for stream, name in ((1, "reset"), (3, "closed")):
            peer.send(headers(stream, fields("GET", path, ("prefer", "wait=30"), ("x-request-id", name))))
        assert peer.is_alive() and not peer.streams
        peer.send(frame(RST_STREAM, 0, 1, number(8)))
        assert server.wait_for_log(lambda line: line.get("id") == "reset")["us"] < 20_000_000
    assert server.wait_for_log(lambda line: line.get("id") == "closed")["us"] < 20_000_000
    (tmp_path / "go").touch()


@pytest.mark.threads
def test_those_who_wait_are_in_nobodys_way(start, tmp_path):
    server = start("", "", "--in-flight", "1", "--workers", "1")
    client = server.client()
    path = monitor(client, "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    wires = [server.wire() for _ in range(5)]
    for wire in wires:
        wire.send(request("GET", path, "Prefer: wait=30"))
    assert client.get(path).status_code == 200
    (tmp_path / "go").touch()
    for wire in wires:
        assert wire.read().json()["status"] == "done"
        wire.close()


# ---- Keys, reloads, crashes ---------------------------------------------------------------


@pytest.mark.core
def test_the_same_key_is_the_same_job(start, tmp_path):
    client = start().client()
    key = {"Idempotency-Key": '"work-1"'}
    first = make(client, "echo", headers=key)
    until(client, first.headers["Location"], "done")
    again = make(client, "echo", headers=key | {"Prefer": "wait=5"})
    assert again.status_code == 202 and again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"] and again.content == first.content
    assert_problem(make(client, "fail", headers=key), 422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.core
def test_a_job_outlives_a_reload_and_so_does_its_monitor(start, tmp_path):
    server = start()
    client = server.client()
    path = monitor(client, "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    server.document.write_text(document(keys="keep: 77", more=RESULT))
    server.signal(signal.SIGHUP)
    for _ in patiently("it is not read again"):
        if client.get(f"{path}/result").json()["error"] == "RESOURCE_NOT_FOUND":
            break
    assert client.get(path).json()["status"] == "running"
    (tmp_path / "go").touch()
    done = until(client, path, "done")
    assert done.status_code == 200 and done.json()["result"] == {"attempt": 1}, "as it was begun"
    assert until(client, monitor(client, "echo"), "done").status_code == 303


def test_an_operation_that_is_no_more_fails_its_jobs(start, tmp_path):
    server = start(keys="parallel: 1")
    client = server.client()
    running = monitor(client, "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    waiting = monitor(client, "echo")
    server.document.write_text(document().replace("/work:", "/other-work:"))
    server.signal(signal.SIGHUP)
    assert until(client, waiting, "failed").json()["problem"]["error"] == "JOB_LOST"
    (tmp_path / "go").touch()
    until(client, running, "done")


def test_a_job_that_a_crash_interrupts_is_begun_again(start, tmp_path):
    server = start(keys="attempts: 2")
    path = monitor(server.client(), "wait", str(tmp_path / "go"))
    first = begun(tmp_path / "go")[0]
    server.kill()
    assert ends(first[0]), "the command outlives its server"
    server.start()
    assert begun(tmp_path / "go", 2)[1][1] == 2
    (tmp_path / "go").touch()
    done = until(server.client(), path, "done").json()
    assert done["attempts"] == 2 and done["result"] == {"attempt": 2}


def test_a_job_whose_attempts_are_used_up_has_failed(start, tmp_path):
    server = start(keys="attempts: 1")
    path = monitor(server.client(), "wait", str(tmp_path / "never"))
    begun(tmp_path / "never")
    server.kill()
    server.start()
    problem = until(server.client(), path, "failed").json()["problem"]
    assert (problem["status"], problem["error"]) == (500, "JOB_LOST")


def test_what_a_command_left_behind_is_killed_before_it_is_begun_again(start, tmp_path):
    server = start()
    monitor(server.client(), "deaf", str(tmp_path / "deaf"))
    pids = begun(tmp_path / "deaf")[0]
    server.kill()
    os.remove(f"{tmp_path}/deaf.begun")
    assert is_alive(pids[1]), "the child has no parent that would take it along"
    server.start()
    new = begun(tmp_path / "deaf")[0]
    assert ends(*pids)
    server.stop()
    assert ends(*new)


@pytest.mark.core
def test_a_server_that_stops_puts_its_jobs_back_into_the_queue(start, tmp_path):
    server = start(keys="attempts: 1")
    path = monitor(server.client(), "wait", str(tmp_path / "go"))
    pid = begun(tmp_path / "go")[0][0]
    server.signal(signal.SIGTERM)
    server.stop()
    assert ends(pid)
    server.start()
    assert begun(tmp_path / "go", 2)[1][1] == 1, "it is not to blame for that"
    (tmp_path / "go").touch()
    assert until(server.client(), path, "done").json()["attempts"] == 1


def test_what_another_server_cancels_is_stopped_too(start, tmp_path):
    first = start()
    path = monitor(first.client(), "wait", str(tmp_path / "never"))
    pid = begun(tmp_path / "never")[0][0]
    second = start(database=first.database)
    assert second.client().delete(path).status_code == 204
    assert ends(pid)
    assert first.client().get(path).status_code == 410


def test_of_two_servers_with_one_database_one_runs_jobs(start, tmp_path):
    first = start()
    path = monitor(first.client(), "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    second = start(database=first.database)
    assert second.client().get(path).json()["status"] == "running"
    other = monitor(second.client(), "wait", str(tmp_path / "go"))
    begun(tmp_path / "go", 1)
    first.kill()
    lines = begun(tmp_path / "go", 3)
    assert [attempt for _, attempt in lines].count(2) >= 1
    (tmp_path / "go").touch()
    for one in (path, other):
        until(second.client(), one, "done")


# ---- Who ------------------------------------------------------------------------------------


SECURE = """
components: {{securitySchemes: {{login: {{type: http, scheme: bearer, x-statute: {{keys: {keys}}}}}}}}}
security: [{{login: []}}]
"""


@pytest.fixture
def secure(serve, tmp_path):
    keys = tokens.make_keys(tmp_path)
    text = document().replace("jobs: true", "jobs: {roles: [admin]}") + SECURE.format(keys=keys)
    server = serve(text, "--drain-timeout", "1s")
    return [server.client(headers=tokens.bearer(tokens.make(keys, "--subject", *words)))
            for words in (["1"], ["2"], ["3", "--roles", "admin"])]


@pytest.mark.core
def test_a_job_is_seen_by_who_made_it_and_by_roles(secure, tmp_path):
    ada, eve, admin = secure
    path = monitor(ada, "wait", str(tmp_path / "go"))
    begun(tmp_path / "go")
    assert ada.get(path).status_code == 200 and admin.get(path).status_code == 200
    stranger, unknown = eve.get(path), eve.get("/jobs/01a20eed-3019-7356-960a-01e2111fa23a")
    assert_problem(stranger, 404, "RESOURCE_NOT_FOUND")
    varying = ("instance", "requestId", "timestamp", "path")
    assert {k: v for k, v in stranger.json().items() if k not in varying} == \
           {k: v for k, v in unknown.json().items() if k not in varying}
    assert eve.delete(path).status_code == 404
    assert ada.get(path).json()["status"] == "running"
    assert admin.delete(path).status_code == 204
    assert eve.get(path).status_code == 404, "410 would tell that it was there"
    assert ada.get(path).status_code == 410


def test_a_name_that_no_variable_can_hold_is_not_cut_short(serve, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [tokens.secret_key()]}))
    text = document() + SECURE.format(keys=tmp_path / "keys.json")
    client = serve(text).client(headers=tokens.bearer(tokens.signed(tokens.claims(sub="admin\0x"))))
    response = make(client, "environment", headers={"Prefer": "wait=20"})
    assert response.status_code == 200, response.text
    assert response.json()["result"]["STATUTE_PRINCIPAL"] == ""


# ---- Documents --------------------------------------------------------------------------------


@pytest.mark.parametrize(("keys", "message"), [
    ("timeout: 0", "x-statute.job.timeout is no time from 1 s"),
    ("memory: 1KiB", "x-statute.job.memory is no size from 16777216"),
    ("output: lots", "x-statute.job.output is no size"),
    ("attempts: 0", "x-statute.job.attempts is no number from 1 to 100"),
    ("queue: many", "x-statute.job.queue is no number"),
    ("parallel: 65", "x-statute.job.parallel is no number from 1 to 64"),
    ("result: reports", "x-statute.job.result is no path and no URL"),
    ('result: "/reports/{id"', "x-statute.job.result is no path and no URL"),
    ("tries: 3", "x-statute.job has no key 'tries'"),
])
def test_a_mistake_in_a_job_is_told_with_its_place(tmp_path, keys, message):
    path = tmp_path / "api.yaml"
    path.write_text(document(keys=keys))
    result = run("routes", path)
    assert result.returncode == 2
    assert f"{path}:7:" in result.stderr and message in result.stderr, result.stderr


@pytest.mark.parametrize(("old", "new", "message"), [
    ("/usr/bin/python3", "./no-such-command", "the command './no-such-command' is no program that can be run"),
    ("/usr/bin/python3", "no-such-command", "the command 'no-such-command' is no program that can be run"),
    ("x-statute: {jobs: true}", "x-statute: {}", "nothing of the document shows how a job goes on"),
    ("x-statute: {jobs: true}", "x-statute: {jobs: yes-please}", "x-statute.jobs is neither true nor an object"),
    ("application/json:", "text/plain:", "a job reads JSON"),
    ("    post:", "    put:", "a job is made by POST"),
])
def test_a_job_that_cannot_be_is_no_api(tmp_path, old, new, message):
    path = tmp_path / "api.yaml"
    path.write_text(document().replace(old, new))
    result = run("routes", path)
    assert result.returncode == 2 and message in result.stderr, result.stderr


def test_routes_tell_what_jobs_can_answer(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(document(more=RESULT))
    result = run("routes", path)
    assert result.returncode == 0, result.stderr
    assert "POST /work  job" in result.stdout and "QUEUE_FULL" in result.stdout


def test_metrics_count_jobs(start):
    server = start()
    client = server.client()
    until(client, monitor(client, "echo"), "done")
    until(client, monitor(client, "fail"), "failed")
    text = server.admin_client().get("/-/metrics").text
    assert 'statute_jobs_ended_total{status="done"} 1\n' in text
    assert 'statute_jobs_ended_total{status="failed"} 1\n' in text
    assert "statute_jobs_queued 0\n" in text and "statute_jobs_running 0\n" in text
    assert "statute_job_duration_seconds_count 2\n" in text
