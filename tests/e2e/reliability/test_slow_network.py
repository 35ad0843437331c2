"""Clients that are slow, silent, gone or many: what they cost is bounded, nobody else notices them,
and nothing of them stays.

Each attack opens its connections, goes on while a well-behaved neighbour (neighbour.py) makes
requests, and ends. Then the memory it took must have been within the bound that
docs/reliability.md states, the neighbour must have got a 200 to everything, and all
descriptors must be back. In the full size the neighbour's p99 must be within ten times of
what it is without the attack: before or after it, whichever is more, since the machine has other
things to do as well.
"""

import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
import typing

import pytest

from harness import PATIENCE, SHOP, is_sanitized, patiently, request
from shop_data import product

NEIGHBOUR = pathlib.Path(__file__).with_name("neighbour.py")
KIB = 1024
SLACK = 16 * KIB * KIB  # of pools and of the allocator, whatever the attack
WITHIN = 10  # times the p99 without attack,
LEAST_S = 0.001  # which on a quiet machine is less than its clock can be trusted for


@pytest.fixture(autouse=True)
def descriptors():
    """As many as this process may have."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


# ---- What is measured -------------------------------------------------------


def memory_of(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * KIB


def descriptors_of(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


class Measured(typing.NamedTuple):
    """Requests that a neighbour made, and the p99 of their seconds."""

    count: int
    p99: float


class Neighbour:
    """The well-behaved client at work; `end` waits for its end, and takes what it measured."""

    def __init__(self, server, seconds):
        self.process = subprocess.Popen(
            [sys.executable, str(NEIGHBOUR), str(server.port), "/products/1", str(seconds)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def is_at_work(self):
        return self.process.poll() is None

    def end(self):
        out, errors = self.process.communicate(timeout=4 * PATIENCE)
        assert self.process.returncode == 0, errors
        return Measured(**json.loads(out))


# ---- The attacks ------------------------------------------------------------


class Attack:
    """Connections of one kind. `begin` says hello on each, `tick` is what each does every second."""

    bytes_each = 0  # what one of them may cost the server, at most

    def __init__(self, server, count):
        self.server, self.count, self.sockets, self.lost = server, count, [], 0

    def open(self):
        while len(self.sockets) < self.count:
            connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
            connection.setblocking(False)
            self.sockets.append(connection)
            if not self.attempt(self.begin, connection):
                return  # the server gave its place to somebody else: once more at the next tick

    def attempt(self, act, connection):
        """False where the server has ended the connection."""
        try:
            act(connection)
        except BlockingIOError:
            return True
        except OSError:
            self.lost += 1
            self.sockets.remove(connection)
            connection.close()
            return False
        return True

    def second(self, comes_again):
        for connection in list(self.sockets):
            self.attempt(self.tick, connection)
        if comes_again:
            self.open()

    def end(self):
        for connection in self.sockets:
            connection.close()

    def begin(self, connection):
        """Nothing, where a kind says nothing."""

    def tick(self, connection):
        """The same."""


class Unused(Attack):
    """Connections opened and never used."""

    bytes_each = 2 * KIB


class Idle(Attack):
    """Connections that are kept after one request."""

    bytes_each = 2 * KIB

    def begin(self, connection):
        connection.setblocking(True)
        connection.sendall(request("GET", "/products/1"))
        connection.recv(65536)
        connection.setblocking(False)


class SlowHeads(Attack):
    """Heads that come one byte a second."""

    bytes_each = 32 * KIB

    def begin(self, connection):
        connection.send(b"GET /products HTTP/1.1\r\nHost: a\r\nX-Slow: ")

    def tick(self, connection):
        connection.send(b"a")


class SilentContents(Attack):
    """Contents announced and never sent."""

    bytes_each = 32 * KIB

    def begin(self, connection):
        connection.send(request("POST", "/products", "Content-Type: application/json", "Content-Length: 100000"))


class SlowContents(SilentContents):
    """Contents that come one byte a second."""

    def tick(self, connection):
        connection.send(b" ")


class HalfContents(Attack):
    """Contents of which a half comes at once, and no more."""

    half = 500 * KIB
    bytes_each = 32 * KIB + 2 * half

    def begin(self, connection):
        connection.setblocking(True)
        connection.sendall(request("POST", "/products", "Content-Type: application/json",
                                   f"Content-Length: {2 * self.half}") + b" " * self.half)
        connection.setblocking(False)


class ForgottenContents(SilentContents):
    """Contents announced to a path that has none: answered at once, and never sent."""

    def begin(self, connection):
        connection.send(request("POST", "/nowhere", "Content-Length: 60000"))


class NeverReading(Attack):
    """Clients that ask for lists all the time and take no answer."""

    bytes_each = 320 * KIB

    def begin(self, connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.send(request("GET", "/products?limit=100") * 200)

    def tick(self, connection):
        connection.send(request("GET", "/products?limit=100"))


class SlowReading(NeverReading):
    """The same, that take one byte a second."""

    def tick(self, connection):
        connection.recv(1)


class HalfClosed(Attack):
    """Clients that close their side and take their answer late."""

    bytes_each = 4 * KIB

    def begin(self, connection):
        connection.send(request("GET", "/products/1"))
        connection.shutdown(socket.SHUT_WR)

    def tick(self, connection):
        if not connection.recv(65536):
            raise ConnectionResetError


class Resets(Attack):
    """Connections that are reset in the middle of anything, and opened anew."""

    bytes_each = 4 * KIB
    whole = request("POST", "/products", "Content-Type: application/json", content=product(price=-1))

    def begin(self, connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        connection.send(self.whole[: 1 + len(self.sockets) * 7 % len(self.whole)])

    def tick(self, connection):
        raise ConnectionResetError


class Pipelines(Attack):
    """A thousand requests at once on each connection, all answers taken."""

    bytes_each = 320 * KIB
    requests = 1000

    def begin(self, connection):
        connection.send(request("GET", "/products/1") * self.requests)

    def tick(self, connection):
        while connection.recv(1 << 20):
            pass


ATTACKS = [Unused, Idle, SlowHeads, SilentContents, SlowContents, HalfContents, ForgottenContents,
           NeverReading, SlowReading, HalfClosed, Resets, Pipelines]
CROWDS = {Unused: 10000, Idle: 10000, SilentContents: 1500, SlowContents: 1500, HalfContents: 200,
          Pipelines: 50}  # in the full size, where not 1,000


# ---- The tests --------------------------------------------------------------


def stocked(serve, *options):
    """The shop with a list of some 20 kB."""
    server = serve(SHOP, "--log", "off", *options)
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(server.wire()) for _ in range(12)]
        for index, wire in enumerate(wires):  # at once: they share commits
            for more in range(5):
                wire.send(request("POST", "/products", "Content-Type: application/json",
                                  content=product(slug=f"p-{index}-{more}", name="x" * 100)))
        for wire in wires:
            assert [wire.read("POST").status for _ in range(5)] == [201] * 5
    return server


def wait_for_room(server):
    """For the two connections of a neighbour: whoever comes at once with a crowd may be turned away for a second."""
    wires = []
    for _ in patiently("no newcomer is served", step=0.1):
        wire = server.wire()
        with contextlib.suppress(OSError, AssertionError):
            if wire.ask(request("GET", "/products/1")).status == 200:
                wires.append(wire)
        if len(wires) == 2:
            break
    for wire in wires:
        wire.close()


def under(attack, seconds, comes_again):
    """What the neighbour measured while the attack goes on, and the most memory that was seen."""
    attack.open()
    most = memory_of(attack.server)
    wait_for_room(attack.server)
    neighbour, tick = Neighbour(attack.server, seconds), time.monotonic()
    while neighbour.is_at_work():
        most = max(most, memory_of(attack.server))
        if time.monotonic() >= tick:
            attack.second(comes_again)
            tick += 1
        with contextlib.suppress(subprocess.TimeoutExpired):
            neighbour.process.wait(0.05)
    return neighbour.end(), most


def assert_descriptors_are_back(server, before):
    for _ in patiently(f"{descriptors_of(server)} descriptors, {before} before the attack", step=0.1):
        if descriptors_of(server) <= before:
            return


def report(name, alone, beside, grown, count):
    print(f"\n{name}: {count} connections, {grown / KIB:.0f} KiB ({grown / count / KIB:.1f} each), neighbour: "
          f"{beside.count} requests, p99 {beside.p99 * 1000:.2f} ms, {alone.p99 * 1000:.2f} ms alone", flush=True)


def undisturbed(server, is_full):
    """What a neighbour measures without any attack."""
    return Neighbour(server, 5 if is_full else 0.1).end()


def assert_unnoticed(beside, alone):
    assert beside.p99 < WITHIN * max(alone.p99, LEAST_S)


@pytest.mark.expects_5xx
@pytest.mark.parametrize("kind", ATTACKS, ids=lambda kind: kind.__name__)
def test_slow_network_attack_is_borne(serve, is_full, kind):
    count = CROWDS.get(kind, 1000) if is_full else 30
    server = stocked(serve)
    alone = undisturbed(server, is_full)
    before, memory = descriptors_of(server), memory_of(server)
    attack = kind(server, count)
    try:
        beside, most = under(attack, 15 if is_full else 0.3, is_full)
    finally:
        attack.end()
    assert_descriptors_are_back(server, before)
    alone = max(alone, undisturbed(server, is_full), key=lambda measured: measured.p99)
    report(kind.__name__, alone, beside, most - memory, count)
    assert is_sanitized() or most - memory < count * attack.bytes_each + SLACK
    if is_full:
        assert_unnoticed(beside, alone)


SLOWHTTPTEST = {
    "heads": ["-H", "-i", "1"],
    "contents": ["-B", "-i", "1", "-s", "8192", "-t", "POST", "-f", "application/json"],
    "reads": ["-X", "-w", "10", "-y", "512", "-n", "1", "-z", "5", "-k", "3"],
}
SLOWHTTPTEST_BYTES = SlowHeads.bytes_each + SlowContents.bytes_each + SlowReading.bytes_each


def slowhttptest(server, mode, count, seconds, folder):
    return subprocess.Popen(
        ["slowhttptest", "-c", str(count), "-r", str(count), "-l", str(seconds), "-p", "3",
         "-u", f"{server.url}/products?limit=100", *SLOWHTTPTEST[mode]],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder)


@pytest.mark.expects_5xx
@pytest.mark.skipif(not shutil.which("slowhttptest"), reason="slowhttptest is not there")
def test_slow_network_slowhttptest_finds_the_service_available_in_its_three_modes(serve, is_full, tmp_path):
    server = stocked(serve)
    count, seconds = (1000, 20) if is_full else (50, 1)
    alone = undisturbed(server, is_full)
    before, memory = descriptors_of(server), memory_of(server)
    tools = {mode: slowhttptest(server, mode, count, seconds, tmp_path) for mode in SLOWHTTPTEST}
    beside, most = Neighbour(server, seconds - 0.5).end(), memory_of(server)
    for mode, tool in tools.items():
        said = re.sub(r"\x1b\[[0-9;]*m", "", tool.communicate(timeout=PATIENCE)[0])
        assert re.search(r"service available:\s+YES", said), f"{mode}: {said}"
        assert not re.search(r"service available:\s+NO", said), f"{mode}: {said}"
    assert_descriptors_are_back(server, before)
    alone = max(alone, undisturbed(server, is_full), key=lambda measured: measured.p99)
    report("slowhttptest", alone, beside, most - memory, 3 * count)
    assert most - memory < count * SLOWHTTPTEST_BYTES + SLACK
    if is_full:
        assert_unnoticed(beside, alone)
