"""A server with more to do than it can turns some requests away at once, so that it answers the others in time."""

import concurrent.futures
import re

import pytest

from harness import patiently, request
from problems import assert_obliged
from test_server import DOCUMENT, big_things, post

pytestmark = [pytest.mark.expects_5xx, pytest.mark.threads]

CLIENTS, REQUESTS = 16, 100
COSTLY = request("HEAD", "/things")  # many bytes are read and written as JSON, and few are sent


def flood(server, data, method, count=1):
    """Answers to `data`, which is `count` requests, sent REQUESTS times at once on each of CLIENTS connections."""
    wires = [server.wire() for _ in range(CLIENTS)]

    def ask(wire):
        wire.send(data * REQUESTS)
        return [wire.read(method) for _ in range(REQUESTS * count)]

    try:
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            return [answer for answers in pool.map(ask, wires) for answer in answers]
    finally:
        for wire in wires:
            wire.close()


def shed_of(server, data, method):
    """Floods the server until it turns some requests away; all answers of that flood, those turned away apart."""
    for _ in patiently("nobody is turned away"):
        answers = flood(server, data, method)
        shed = [answer for answer in answers if answer.status == 503]
        if shed:
            return [answer for answer in answers if answer.status != 503], shed


@pytest.mark.core
def test_requests_that_waited_too_long_are_turned_away_and_the_others_answered(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "1ms")
    big_things(server.client(), count=10, size=4000)
    served, shed = shed_of(server, COSTLY, "HEAD")
    for answer in shed:
        assert_obliged(answer, 503)
        assert not answer.closes
    assert served and {answer.status for answer in served} == {200}
    line = server.wait_for_log(lambda line: line["status"] == 503)
    assert line["error"] == "SERVER_OVERLOADED" and line["node"] == "B03"


def test_it_is_over_with_the_flood_and_told_in_metrics(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "1ms")
    big_things(server.client(), count=10, size=4000)
    _, shed = shed_of(server, COSTLY, "HEAD")
    for _ in patiently("it does not recover"):
        if server.client().get("/things").status_code == 200:
            break
    text = server.admin_client().get("/-/metrics").text
    counted = re.findall(r'^statute_errors_total\{.*code="SERVER_OVERLOADED".*\} (\d+)$', text, re.M)
    assert sum(map(int, counted)) >= len(shed)


def test_a_write_that_is_turned_away_did_nothing(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "1ms")
    made = 0
    for _ in patiently("nobody is turned away"):
        answers = flood(server, post("x"), "POST")
        made += sum(answer.status == 201 for answer in answers)
        if any(answer.status == 503 for answer in answers):
            break
    pages, url = 0, "/things?limit=100"
    client = server.client()
    while url:
        page = client.get(url)
        pages += len(page.json())
        url = page.links.get("next", {}).get("url")
    assert pages == made


def test_probes_are_answered_in_the_midst_of_it(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "1ms")
    big_things(server.client(), count=10, size=4000)
    data = COSTLY + request("HEAD", "/-/health")
    for _ in patiently("nobody is turned away"):
        answers = flood(server, data, "HEAD", 2)
        if any(answer.status == 503 for answer in answers[::2]):
            break
    assert {answer.status for answer in answers[1::2]} == {200}


def test_who_floods_within_what_the_server_can_is_not_turned_away(serve):
    server = serve(DOCUMENT, "--workers", "1", "--queue-age", "60s")
    big_things(server.client(), count=10, size=4000)
    assert {answer.status for answer in flood(server, COSTLY, "HEAD")} == {200}
