"""Memory ends at each allocation in turn, and for good from each on: what is answered then is right, or
503 or 500 in the shape of every error, or the connection ends; nothing is stored by half, nothing leaks,
and the next client is served. A server that starts without memory starts whole or says that it cannot."""

import itertools

import pytest

from fault_scripts import SCRIPTS, get
from faulty import NEVER, Host, Talk, host_path, play

pytestmark = [
    pytest.mark.core,
    pytest.mark.skipif(host_path() is None, reason="tests/faulty_host was not built, or cannot be with ThreadSanitizer"),
]

# At the small size, every so many points; "memory" is malloc and its relatives, "piece" a piece of an arena.
STEPS = {"memory": 331, "piece": 131}
START_STEPS = {"memory": 811, "piece": 397}

# libuv ends the process where it has no memory for the table of descriptors of a new loop, or for its threads.
LIBUV_ENDS = ("uv_loop_init", "uv_poll_start", "uv_queue_work")


@pytest.fixture(scope="module")
def host():
    with Host() as host:
        yield host


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "for_good"])
@pytest.mark.parametrize("kind", STEPS)
def test_each_allocation_of_a_request(host, kind, lasts, is_full, capsys):
    step = 1 if is_full else STEPS[kind]
    points = 0
    for number, (name, script) in enumerate(SCRIPTS.items()):
        first = 1 if is_full else 1 + number * 37 % step
        calls = host.count(name, script, kind)
        for at in itertools.count(first, step):
            if at > calls and not is_full:
                break
            hits = host.run_and_judge(name, script, kind, at, lasts)
            if not hits:
                break
            points += 1
        if is_full or number == len(SCRIPTS) - 1:  # a look for leaks takes longer than a script
            host.check()
    with capsys.disabled():
        if is_full:
            print(f" {points} fault points ", end="")


def start_and_ask(host, kind, at, status):
    """How many faults struck a start; a server that starts all the same serves everything."""
    port, hits, _ = host.try_start(kind, at)
    if port:
        answers = play(Talk(port), [[get("/-/health")], [get("/users/1")]])
        assert [answer and answer.status for answer in answers] == [200, status]
        host.stop()
    return hits


@pytest.mark.parametrize("is_new", [False, True], ids=["again", "anew"])
@pytest.mark.parametrize("kind", START_STEPS)
def test_each_allocation_of_a_start(kind, is_new, is_full, capsys):
    step = 1 if is_full else START_STEPS[kind]
    points, ended = 0, 0
    with Host() as host:
        if is_new:
            host.template.unlink()
        port, _, calls = host.try_start(kind, NEVER)
        host.stop()
        for at in itertools.count(1, step):
            if at > calls and not is_full:
                break
            try:
                hits = start_and_ask(host, kind, at, 404 if is_new else 200)
            except (AssertionError, OSError) as problem:
                said = f"{problem}\n{host.said()}"
                assert any(name in said for name in LIBUV_ENDS), said
                ended += 1
                host.open()
                continue
            if not hits:
                break
            points += 1
        host.check()
    with capsys.disabled():
        if is_full:
            print(f" {points} fault points, and {ended} in libuv ", end="")
