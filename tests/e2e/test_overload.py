"""A server with more to do than it can turns some requests away at once, so that it answers the others in time."""

import concurrent.futures
import re

import pytest

from harness import patiently, request
from problems import assert_obliged
from test_server import DOCUMENT, big_things, post

pytestmark = [pytest.mark.expects_5xx, pytest.mark.threads]

CLIENTS, REQUESTS = 16, 500
COSTLY = request("HEAD", "/things")  # many bytes are read and written as JSON, and few are sent


def flood(server, others=None, method="HEAD"):
    """
    COSTLY, sent REQUESTS times at once on each of CLIENTS connections, and meanwhile `others` on as many more.
    The answers to COSTLY, and those to the others.
    """
    wires = [server.wire() for _ in range(2 * CLIENTS if others else CLIENTS)]

    def ask(index):
        is_other = index >= CLIENTS
        wires[index].send((others if is_other else COSTLY) * REQUESTS)
        return [wires[index].read(method if is_other else "HEAD") for _ in range(REQUESTS)]

    try:
        with concurrent.futures.ThreadPoolExecutor(len(wires)) as pool:
            answers = list(pool.map(ask, range(len(wires))))
    finally:
        for wire in wires:
            wire.close()
    return sum(answers[:CLIENTS], []), sum(answers[CLIENTS:], [])


def shed_of(server):
    """Floods the server until it turns some requests away; all answers of that flood, those turned away apart."""
    for _ in patiently("nobody is turned away"):
        answers, _ = flood(server)
        shed = [answer for answer in answers if answer.status == 503]
        if shed:
            return [answer for answer in answers if answer.status != 503], shed


@pytest.mark.core
def test_requests_that_waited_too_long_are_turned_away_and_the_others_answered(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "1ms")
    big_things(server.client(), count=20, size=20000)
    served, shed = shed_of(server)
    for answer in shed:
        assert_obliged(answer, 503)
        assert not answer.closes
    assert served and {answer.status for answer in served} == {200}
    line = server.wait_for_log(lambda line: line["status"] == 503)
    assert line["error"] == "SERVER_OVERLOADED" and line["node"] == "B03"


def test_it_is_over_with_the_flood_and_told_in_metrics(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "1ms")
    big_things(server.client(), count=20, size=20000)
    _, shed = shed_of(server)
    for _ in patiently("it does not recover"):
        if server.client().get("/things").status_code == 200:
            break
    text = server.admin_client().get("/-/metrics").text
    counted = re.findall(r'^statute_errors_total\{.*code="SERVER_OVERLOADED".*\} (\d+)$', text, re.M)
    assert sum(map(int, counted)) >= len(shed)


def test_a_write_that_is_turned_away_did_nothing(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "1ms")
    big_things(server.client(), count=20, size=20000)
    made = 20
    for _ in patiently("no write is turned away"):
        _, writes = flood(server, post("x"), "POST")
        made += sum(answer.status == 201 for answer in writes)
        if any(answer.status == 503 for answer in writes):
            break
    assert {answer.status for answer in writes} <= {201, 503}
    found, url, client = 0, "/things", server.client()
    while url:
        page = client.get(url)
        found += len(page.json())
        url = page.links.get("next", {}).get("url")
    assert found == made


def test_probes_are_answered_in_the_midst_of_it(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "1ms")
    big_things(server.client(), count=20, size=20000)
    for _ in patiently("nobody is turned away"):
        answers, probes = flood(server, request("HEAD", "/-/health"))
        if any(answer.status == 503 for answer in answers):
            break
    assert {answer.status for answer in probes} == {200}


def test_who_floods_within_what_the_server_can_is_not_turned_away(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "60s")
    big_things(server.client(), count=20, size=20000)
    assert {answer.status for answer in flood(server)[0]} == {200}
