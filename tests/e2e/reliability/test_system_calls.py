"""A system call fails, the n-th of its kind, or moves one byte at a time: what is answered is right, or
5xx in the shape of every error, or the connection ends; what was acknowledged is stored, nothing by
half, and the server lives on and serves the next client."""

import errno
import itertools
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest

from fault_scripts import SCRIPTS
from harness import patiently, serving
from faulty import DOCUMENT, Host, Talk, host_path, judge, play, rows_of, wait_for_turn

pytestmark = [
    pytest.mark.core,
    pytest.mark.skipif(host_path() is None, reason="tests/faulty_host was not built, or cannot be with ThreadSanitizer"),
]

CALLS = 20  # the first so many calls of a script are made to fail

# What each call can give on Linux, by its manual page.
FAULTS = {
    "read": ["EINTR", "EAGAIN", "ECONNRESET", "ENOMEM", "EIO"],
    "write": ["EINTR", "EAGAIN", "ECONNRESET", "EPIPE", "ENOMEM", "ENOBUFS"],
    "accept": ["EINTR", "EAGAIN", "ECONNABORTED", "EMFILE", "ENFILE", "ENOMEM"],
    "wait": ["EINTR"],
    "watch": ["ENOMEM", "ENOSPC"],
    "open": ["EINTR", "EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EIO"],
    "sync": ["EINTR", "EIO", "ENOSPC"],
    "pwrite": ["EINTR", "EIO", "ENOSPC", "EDQUOT"],
    "pread": ["EINTR", "EIO"],
    "map": ["ENOMEM", "ENFILE"],
    "truncate": ["EINTR", "EIO", "ENOSPC"],
    "log": ["EINTR", "EAGAIN", "EIO", "ENOSPC", "EPIPE"],
}
SMALL_STEP = 211


@pytest.fixture(scope="module")
def host():
    with Host() as host:
        yield host


def points():
    """(script, kind, error, lasts) in a fixed order."""
    for name in SCRIPTS:
        for kind, errors in FAULTS.items():
            for error in errors:
                yield name, kind, error, False
            if kind in ("sync", "pwrite", "open", "map", "log"):
                yield name, kind, errors[-1], True


def test_each_system_call_of_a_request(host, is_full, capsys):
    tried = 0
    for number, (name, kind, error, lasts) in enumerate(points()):
        calls = min(CALLS, host.count(name, SCRIPTS[name], kind)) if is_full or number % SMALL_STEP == 0 else 0
        for at in range(1, calls + 1) if is_full else [1 + number % max(calls, 1)] * (calls > 0):
            tried += host.run_and_judge(name, SCRIPTS[name], kind, at, lasts, getattr(errno, error))
    host.check()
    with capsys.disabled():
        if is_full:
            print(f" {tried} faults ", end="")


def test_a_connection_is_taken_in_spite_of_a_fault(host):
    """A fault between the client's connect and the server's accept costs at most that connection."""
    for kind, at in itertools.product(("accept", "watch", "memory"), range(1, 4)):
        for error in FAULTS.get(kind, ["ENOMEM"]):
            port = host.start()
            wait_for_turn(port)
            host.arm(kind, at, False, getattr(errno, error))
            talk = Talk(port)
            answers = play(talk, SCRIPTS["read an item, then again"])
            host.disarm()
            assert all(answer is None or answer.status in (200, 503) for answer in answers), (kind, at, error)
            host.assert_serves(port, is_patient=True)  # out of descriptors, libuv closes all who come at once
            host.stop()


def test_a_lock_that_the_system_refuses_or_keeps(host, is_full):
    """fcntl fails: SQLite waits 10 s for a lock that was not given back, then all connections are opened anew."""
    script = SCRIPTS["create"]
    for at in range(1, host.count("create", script, "control") + 1 if is_full else 2):
        host.run_and_judge("create", script, "control", at, False, errno.ENOLCK)


def test_one_byte_at_a_time_gives_the_same_answers(host, is_full):
    """Short reads and writes of sockets, files and the log, in every script."""
    for name in itertools.islice(SCRIPTS, 0, None, 1 if is_full else 9):
        script = SCRIPTS[name]
        port = host.start()
        host.shorten(True)
        answers = play(Talk(port), script)
        host.shorten(False)
        host.stop()
        wrong = judge(host, name, script, answers, rows_of(host.database))
        assert wrong is None and None not in answers, f"{name}: {wrong}"


def test_where_the_disk_is_full_writes_are_507_until_there_is_room(host):
    """Reads go on meanwhile, and every acknowledged row is there afterwards."""
    script = SCRIPTS["create"]
    port = host.start()
    host.arm("pwrite", 1, True, errno.ENOSPC)
    answers = play(Talk(port), script)
    assert [answer.status for answer in answers] == [507, 404]
    assert answers[0].code == "STORAGE_FULL"
    host.disarm()
    answers = play(Talk(port), script)
    host.stop()
    assert [answer.status for answer in answers] == [201, 200]
    assert judge(host, "create", script, answers, rows_of(host.database)) is None


# ---- The same from outside, with strace, on the program itself -------------------

# By the names of the kernel. What libuv reads and writes to wake its own loops is among them: errors
# that only a socket or a file can give are left to the faults above, and so is EAGAIN of a write, which
# says of a descriptor for events that its reader is awake.
INJECTED = {
    "read": ["EINTR", "EAGAIN"],
    "write": ["EINTR"],
    "writev": ["EINTR", "EAGAIN", "ECONNRESET"],
    "accept4": ["EINTR", "EAGAIN", "EMFILE", "ENOMEM"],
    "epoll_wait,epoll_pwait": ["EINTR"],
    "openat": ["EMFILE", "ENOMEM", "EIO"],
    "fsync": ["EIO", "ENOSPC"],
    "fdatasync": ["EIO", "ENOSPC", "EINTR"],
    "pwrite64": ["EINTR", "EIO", "ENOSPC"],
    "mmap": ["ENOMEM"],
    "ftruncate": ["EIO", "ENOSPC"],
}
TOURS = ["create", "create two, read the list", "delete", "a pipeline of writes", "create what is long"]


def can_trace():
    """Is strace here, and allowed to attach to a process that is not its child?"""
    if not shutil.which("strace"):
        return False
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        tracer = subprocess.Popen(["strace", "-o", "/dev/null", "-e", "trace=fsync", "-p", str(process.pid)],
                                  stderr=subprocess.PIPE, text=True)
        is_attached = "attached" in tracer.stderr.readline()
        tracer.send_signal(signal.SIGINT)
        tracer.communicate()
        process.stdin.write(b"\n")
        process.stdin.flush()
    return is_attached


@pytest.fixture(scope="module")
def tracing():
    if not can_trace():
        pytest.skip("strace is not here, or may not attach to a process")


class Injection:
    """strace at a running server: the n-th call of each of its threads fails."""

    def __init__(self, pid, calls, error, at):
        self.tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
             f"inject={calls}:error={error}:when={at}", "-p", str(pid)], stderr=subprocess.DEVNULL)
        for _ in patiently("strace does not attach"):
            if self._is_attached(pid):
                break

    @staticmethod
    def _is_attached(pid):
        tasks = list(pathlib.Path(f"/proc/{pid}/task").iterdir())
        return all("TracerPid:\t0\n" not in (task / "status").read_text() for task in tasks)

    def end(self):
        self.tracer.send_signal(signal.SIGINT)
        self.tracer.wait(30)


def test_each_system_call_of_the_program_itself(host, tracing, tmp_path, is_full, capsys):
    number, tried = 0, 0
    for calls, errors in INJECTED.items():
        for error, at in itertools.product(errors, range(1, CALLS + 1)):
            number += 1
            if not is_full and number % 53:
                continue
            name = TOURS[number % len(TOURS)]
            folder = tmp_path / str(number)
            folder.mkdir()
            database = folder / "data.db"
            shutil.copyfile(host.template, database)
            options = ["--workers", "1", "--admin", "off"]
            with serving(folder, DOCUMENT, *options, database=database, expects_5xx=True) as server:
                talk = Talk(server.port)
                wait_for_turn(server.port)
                injection = Injection(server.process.pid, calls, error, at)
                answers = play(talk, SCRIPTS[name])
                injection.end()
                host.assert_serves(server.port, is_patient=True)
            wrong = judge(host, name, SCRIPTS[name], answers, rows_of(database))
            assert wrong is None, f"{name!r}, {calls} {at} {error}: {wrong}"
            tried += 1
    with capsys.disabled():
        if is_full:
            print(f" {tried} injections ", end="")
