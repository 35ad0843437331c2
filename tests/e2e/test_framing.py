"""Where each request ends: the tables of tests/framing over sockets. The answers say which
requests the server saw, and whether it ended the connection or left that to the client."""

import pytest

from framings import DESYNC, FRAMINGS, desync_heads
from harness import serving
from problems import assert_problem


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One for all: no row changes anything."""
    with serving(tmp_path_factory.mktemp("framing")) as server:
        yield server


def assert_answers(wire, framing):
    for status, code in framing.answers:
        response = wire.read()
        assert response.status == status, response
        if code and status >= 400:
            assert_problem(response, status, code)
        assert response.closes == (framing.closes and (status, code) == framing.answers[-1]), response


def test_there_are_as_many_framings_as_promised():
    assert len(FRAMINGS) >= 60
    assert len({framing.id for framing in FRAMINGS}) == len(FRAMINGS)


@pytest.mark.core
@pytest.mark.parametrize("framing", FRAMINGS, ids=lambda framing: framing.id)
def test_a_framing_has_its_one_right_answer(server, framing):
    with server.wire() as wire:
        wire.send(framing.data)
        assert_answers(wire, framing)
        if not framing.closes:
            wire.finish()
        assert wire.is_ended()


@pytest.mark.core
def test_a_framing_that_keeps_the_connection_leaves_it_open(server):
    """Told apart from one that the client's end alone closes: a further request is answered."""
    kept = [framing for framing in FRAMINGS if framing.answers and framing.answers[-1] == (404, None)]
    assert len(kept) > 30
    for framing in kept:
        with server.wire() as wire:
            wire.send(framing.data)
            assert_answers(wire, framing)
            assert wire.ask("GET /-/health HTTP/1.1\r\nHost: shop.test\r\n\r\n").status == 200, framing.id


@pytest.mark.skipif(not DESYNC.exists(), reason="no heads of others (set STATUTE_TEST_DATA)")
def test_severe_heads_of_the_desync_collection_are_answered_400_and_closed(server):
    heads = [data for tier, data in desync_heads() if tier == "Severe"]
    assert len(heads) == 58
    for head in heads:
        with server.wire() as wire:
            wire.send(head)
            response = wire.read()
            assert response.status == 400 and response.closes, head
            assert wire.is_ended()
