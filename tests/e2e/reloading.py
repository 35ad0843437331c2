"""Reloading the document of a running server, and what that came to."""

import signal

from harness import patiently


def told(server):
    """How many reloads the server has told of, those that were refused too."""
    return server.errors().count(" was reloaded") + server.errors().count(" was not reloaded")


def hang_up(server):
    """Sends SIGHUP and waits until the server said what came of it; its words since then."""
    before, length = told(server), len(server.errors())
    server.signal(signal.SIGHUP)
    for _ in patiently("it does not say what came of the reload"):
        if told(server) > before:
            return server.errors()[length:]
