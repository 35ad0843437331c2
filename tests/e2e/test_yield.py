"""Who gives way where the server is full: newcomers are turned away only while nobody has kept
the server waiting for a second; after that the one who did so longest goes."""

import contextlib
import re
import socket

import pytest

from harness import binary, patiently, request
from problems import assert_obliged, assert_problem
from test_server import DOCUMENT, JSON, begin, big_things, fill, post

FULL = ("--connections", "3", "--workers", "1")


@pytest.mark.expects_5xx
def test_a_connection_too_many_is_told_so(serve):
    """As long as the others have just come."""
    server = serve(DOCUMENT, *FULL)
    for _ in patiently("nobody is turned away"):
        with contextlib.ExitStack() as stack:
            wires = [stack.enter_context(server.wire()) for _ in range(3)]
            for wire in wires:
                wire.send(request("GET", "/things"))
            late = stack.enter_context(server.wire())
            if late.is_silent(0.3):
                continue  # this machine took a second for that
            response = late.read()
            assert_obliged(response, 503)
            assert response.json()["error"] == "SERVER_OVERLOADED" and response.closes
            assert late.is_ended()
            break
    for _ in patiently("it does not recover"):
        with server.wire() as wire:
            if wire.ask(request("GET", "/things")).status == 200:
                break


@pytest.mark.expects_5xx
def test_a_request_too_many_is_told_so_and_the_connection_stays(serve):
    server = serve(DOCUMENT, "--in-flight", "1", "--workers", "1")
    for _ in patiently("nobody is refused"):
        with server.wire() as busy, server.wire() as other:
            rest = begin(busy)
            response = other.ask(request("GET", "/things"))
            if response.status == 200:
                continue  # this machine took a second for that
            assert_problem(response, 503, "SERVER_OVERLOADED")
            assert not response.closes
            assert busy.ask(rest, "POST").status == 201
            assert other.ask(request("GET", "/things")).status == 200
            break


def newcomer(server):
    """A connection that was served, once there is room for it."""
    for _ in patiently("no newcomer is served"):
        wire = server.wire()
        with contextlib.suppress(ConnectionResetError, BrokenPipeError, AssertionError):
            if wire.ask(request("GET", "/things")).status == 200:
                return wire
        wire.close()


@pytest.mark.core
@pytest.mark.expects_5xx
def test_a_newcomer_takes_the_place_of_the_connection_that_was_idle_longest(serve):
    server = serve(DOCUMENT, *FULL)
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(server.wire()) for _ in range(3)]
        for wire in (wires[1], wires[2], wires[0]):
            assert wire.ask(request("GET", "/things")).status == 200
        late = stack.enter_context(newcomer(server))
        assert wires[1].is_ended()
        for wire in (wires[0], wires[2], late):
            assert wire.ask(request("GET", "/things")).status == 200


@pytest.mark.expects_5xx
def test_connections_that_never_said_anything_give_way_too(serve):
    server = serve(DOCUMENT, *FULL)
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(server.wire()) for _ in range(3)]
        with newcomer(server):
            assert silent[0].is_ended()
            assert all(wire.is_silent(0) for wire in silent[1:])


@pytest.mark.expects_5xx
def test_where_descriptors_are_few_newcomers_are_served_all_the_same(serve, tmp_path, monkeypatch):
    few = tmp_path / "few"
    few.write_text(f'#!/bin/sh\nulimit -n 256\nexec {binary()} "$@"\n')
    few.chmod(0o755)
    monkeypatch.setenv("STATUTE_BIN", str(few))
    server = serve(DOCUMENT, "--workers", "1")
    found = re.search("descriptors for ([0-9]+) connections, not for 10000", server.errors())
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(server.wire()) for _ in range(int(found.group(1)))]
        for wire in wires:
            assert wire.ask(request("GET", "/things")).status == 200
        with newcomer(server):
            assert wires[0].is_ended()


@pytest.mark.core
@pytest.mark.expects_5xx
def test_a_head_that_does_not_come_gives_way_to_a_newcomer(serve):
    server = serve(DOCUMENT, *FULL)
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(server.wire()) for _ in range(3)]
        for wire in slow:
            wire.send("GET /things HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        with newcomer(server):
            response = slow[0].read()
            assert_problem(response, 408, "REQUEST_TIMEOUT")
            assert response.closes and slow[0].is_ended()
            assert all(wire.is_silent(0) for wire in slow[1:])


@pytest.mark.expects_5xx
def test_content_that_does_not_come_gives_way_to_a_newcomer(serve):
    server = serve(DOCUMENT, *FULL)
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(server.wire()) for _ in range(3)]
        for wire in slow:
            begin(wire)
        with newcomer(server):
            assert_problem(slow[0].read(), 408, "REQUEST_TIMEOUT")
            assert slow[0].is_ended()


@pytest.mark.expects_5xx
def test_content_that_was_not_waited_for_gives_way_to_a_newcomer(serve):
    server = serve(DOCUMENT, *FULL)
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(server.wire()) for _ in range(3)]
        for wire in slow:
            assert wire.ask(request("GET", "/nowhere", "Content-Length: 60000")).status == 404
        with newcomer(server):
            assert slow[0].is_ended()


@pytest.mark.expects_5xx
def test_answers_that_are_not_taken_give_way_to_a_newcomer(serve):
    server = serve(DOCUMENT, *FULL)
    client = server.client()
    big_things(client)
    client.close()
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(server.wire()) for _ in range(3)]
        for wire in slow:
            wire.send(request("GET", "/things") * 20)
        with newcomer(server):
            pass


@pytest.mark.core
@pytest.mark.expects_5xx
def test_of_two_contents_the_slower_one_gives_way_to_another_request(serve):
    server = serve(DOCUMENT, "--in-flight", "2", "--workers", "1")
    with server.wire() as slow, server.wire() as slower, server.wire() as other:
        slow.send(request("POST", "/things", JSON, "Content-Length: 100000") + b" " * 50000)
        slower.send(request("POST", "/things", JSON, "Content-Length: 100000") + b" " * 10)
        for _ in patiently("the other request is never served"):
            if other.ask(request("GET", "/things")).status == 200:
                break
        response = slower.read("POST")
        assert_problem(response, 408, "REQUEST_TIMEOUT")
        assert response.closes and slower.is_ended()
        assert slow.is_silent(0)
        slow.send(b" " * (50000 - 14) + b'{"name": "ok"}')
        assert slow.read("POST").status == 201


def test_a_client_that_takes_its_answers_too_slowly_is_cut_off(serve):
    server = serve(DOCUMENT, "--write-timeout", "500ms", "--write-rate", "1MB", "--workers", "1")
    big_things(server.client())
    with server.wire() as greedy, server.wire() as other:
        greedy.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        greedy.send(request("GET", "/things") * 100)
        for _ in patiently("it is not cut off", step=0.05):
            try:
                greedy.socket.recv(10000)
                greedy.socket.send(b"\r\n", socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            except OSError:
                break
        assert other.ask(request("GET", "/things/1")).status == 200


def test_a_client_that_takes_its_answers_slowly_but_steadily_gets_them_all(serve):
    server = serve(DOCUMENT, "--write-timeout", "500ms", "--write-rate", "10kB", "--workers", "1")
    big_things(server.client())
    with server.wire() as slow:
        length = len(slow.ask(request("GET", "/things")).content)
        slow.send(request("GET", "/things") * 3)
        for _ in patiently("it does not end", step=0.03):
            if len(slow.buffer) >= 3 * length:
                break
            assert slow._more()
        for _ in range(3):
            assert slow.read().status == 200
        assert slow.ask(post("after all"), "POST").status == 201
