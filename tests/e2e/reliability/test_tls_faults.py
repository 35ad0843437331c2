"""A handshake in which memory is short at every turn, or a system call fails, ends; nothing leaks, and the
next client is served."""

import errno
import ssl

import pytest

from certificates import SecureWire, made, needs_openssl
from faulty import NEVER, Host, host_path
from harness import request

pytestmark = [needs_openssl, pytest.mark.skipif(not host_path(), reason="tests/faulty_host was not built, or cannot be with ThreadSanitizer")]

LIGHT = 60  # places of each kind that are tried where it is not at full size


def ask(port):
    """The status of a request over a connection of its own; None where that was cut."""
    try:
        with SecureWire(port) as wire:
            return wire.ask(request("GET", "/users/1", "Connection: close")).status
    except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
        return None
    except AssertionError as problem:
        assert "the connection ended" in str(problem)
        return None


def places(calls, is_full):
    return range(1, calls + 1, 1 if is_full else max(1, calls // LIGHT))


@pytest.mark.parametrize("kind, error", [("memory", errno.ENOMEM), ("read", errno.ECONNRESET), ("write", errno.EPIPE)])
def test_a_handshake_that_something_fails_in_ends(is_full, kind, error):
    with Host() as host:
        assert host.order("tls", made().certificate, made().key) == ["tls"]
        port = host.start()
        for _ in range(8):
            assert ask(port) == 200
        host.arm(kind, NEVER)
        assert ask(port) == 200
        struck, calls = 0, host.disarm()[1]
        for lasts in (False, True) if kind != "memory" else (False,):  # without any nobody is taken at all
            for at in places(calls, is_full):
                host.arm(kind, at, lasts, error)
                assert ask(port) in (200, 503, None), f"{kind} {at}"
                struck += host.disarm()[0] > 0
                assert ask(port) == 200, f"after {kind} {at}\n{host.trace()}"
        assert struck
        host.stop()
