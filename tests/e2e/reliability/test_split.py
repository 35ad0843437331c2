"""However the bytes of a connection are parted on their way, its answers are the same.

`tests/unit/server/test_split.c` tries every position in process; here the same goes over
sockets: byte by byte, and cut in two, each part read by the server before the next is sent.
"""

import contextlib
import os
import re
import signal
import socket
import struct
import time

import pytest

from framings import DESYNC, FRAMINGS, desync_heads
from harness import PATIENCE, SHOP, Wire, serving
from test_wire import REFUSED

# What differs from time to time: ids of requests, and times.
VARYING = re.compile(rb"req_[0-9A-Za-z]{22}|\nDate: [^\r]+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("split"), SHOP, "--linger-timeout", "60s") as server:
        yield server


class Queue:
    """Asks the system (sock_diag) how much of what came to one end of a connection nobody has read."""

    REQUEST, ANSWER = struct.Struct("=IHHII BBBxI HH16s16sI8s"), struct.Struct("=16x 52x IIIII")

    def __init__(self, port, peer):
        home = socket.inet_aton("127.0.0.1") + bytes(12)
        self.netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)
        self.request = self.REQUEST.pack(
            self.REQUEST.size, 20, 1, 0, 0, socket.AF_INET, socket.IPPROTO_TCP, 0, 0xFFFFFFFF,
            socket.htons(port), socket.htons(peer), home, home, 0, b"\xff" * 8)

    def unread(self):
        self.netlink.send(self.request)
        answer = self.netlink.recv(4096)
        is_there = struct.unpack_from("=H", answer, 4)[0] == 20  # else an error: no such connection
        return self.ANSWER.unpack_from(answer)[1] if is_there else 0

    def close(self):
        self.netlink.close()


class Parts(Wire):
    """A client that knows when the server has read what it sent."""

    def __init__(self, server):
        super().__init__(server.port)
        self.queue = Queue(server.port, self.socket.getsockname()[1])

    def close(self):
        self.queue.close()
        super().close()

    def wait_until_read(self):
        limit = time.monotonic() + PATIENCE
        while self.queue.unread() > 0:
            assert time.monotonic() < limit, "it does not read"
            os.sched_yield()

    def send_parts(self, parts):
        """As many as the server takes: it may have ended the connection before the last."""
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for part in parts:
                self.send(part)
                self.wait_until_read()

    def hear(self):
        """All that is said to the end of the connection."""
        said = b""
        with contextlib.suppress(OSError):
            self.finish()
        with contextlib.suppress(ConnectionResetError):
            while data := self.socket.recv(65536):
                said += data
        return said


def conversation(server, parts):
    with Parts(server) as wire:
        wire.send_parts(parts)
        said = wire.hear()
    said = said.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
    return VARYING.sub(lambda found: b"x" * len(found.group()), said)


def bytewise(data):
    return [data[at : at + 1] for at in range(len(data))]


def positions(data, is_full):
    """Where to cut: everywhere, or at the ends of lines and a byte to each side of them."""
    if is_full:
        return range(1, len(data), 1 if len(data) < 1000 else 97)
    ends = [at for at in range(len(data)) if data[at : at + 1] == b"\n"][:12]
    return sorted({cut for end in ends for cut in (end, end + 1) if 0 < cut < len(data)})


def assert_same_however_parted(server, name, data, is_full):
    whole = conversation(server, [data])
    ways = [[data[:cut], data[cut:]] for cut in positions(data, is_full)]
    if len(data) <= 2000:
        ways.append(bytewise(data))
    for parts in ways:
        assert conversation(server, parts) == whole, f"{name}: parted {[len(part) for part in parts][:2]}"
    return len(ways) + 1


def of_wire_tests():
    for name, (head, _, _) in REFUSED.items():
        yield name, (head if isinstance(head, bytes) else head.encode("latin-1")) + b"\r\n"


def sample(cases, is_full):
    """All; in the small size one of so many."""
    cases = list(cases)
    return cases if is_full else cases[::9]


def test_split_client_knows_what_the_server_has_not_read(server):
    with Parts(server) as wire:
        wire.ask(b"GET /-/health HTTP/1.1\r\nHost: shop.test\r\n\r\n")
        server.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, server.process.pid, os.WSTOPPED)
        try:
            wire.send(b"GET /")
            assert wire.queue.unread() == 5
        finally:
            server.signal(signal.SIGCONT)
        wire.wait_until_read()


def test_split_framings_are_answered_alike(server, is_full):
    cases = [(framing.id, framing.data) for framing in FRAMINGS]
    print(sum(assert_same_however_parted(server, *case, is_full) for case in sample(cases, is_full)), "connections")


def test_split_heads_that_are_refused_are_answered_alike(server, is_full):
    count = sum(assert_same_however_parted(server, *case, is_full) for case in sample(of_wire_tests(), is_full))
    print(count, "connections")


@pytest.mark.skipif(not DESYNC.exists(), reason="no heads of others (set STATUTE_TEST_DATA)")
def test_split_desync_heads_are_answered_alike(server, is_full):
    count = sum(assert_same_however_parted(server, *case, is_full) for case in sample(desync_heads(), is_full))
    print(count, "connections")
