"""What drives tests/faults/faulty_host.c, and judges what came of it.

The judge knows no answers by heart. It runs the same script on a server that does not fail,
leaving out the requests that failed; whatever was answered, and all that is in the database, must
be as it is there. A request that failed in a way that tells nothing of its outcome (500, a
close) may have been done or not; after 503 and 507 it was not.
"""

import collections
import contextlib
import errno
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile

from fault_scripts import SEED, get
from harness import ROOT, Wire, binary, patiently
from problems import assert_problem

DOCUMENT = pathlib.Path(__file__).with_name("faults.yaml")
FAILURES = (500, 503, 507)
NEVER = 10**9

Answer = collections.namedtuple("Answer", "status fields content code")

_VOLATILE = [
    (re.compile(r"req_[0-9A-Za-z]{22}"), "REQUEST"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "TIME"),
    (re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "DATE"),
    (re.compile(r"\$argon2id?\$[^\"]*"), "HASH"),
    (re.compile(r"cursor=[-_A-Za-z0-9%.]+"), "cursor=CURSOR"),
]
_DROPPED_FIELDS = ("date", "x-request-id", "last-modified", "content-length", "connection")


def host_path():
    """
    The host of the build that is under test, else of one with AddressSanitizer; None where none was built, or
    the build has ThreadSanitizer, which takes the place of the same functions.
    """
    if "tsan" in binary():
        return None
    beside = pathlib.Path(binary()).parent / "tests" / "faulty_host"
    for path in (beside, ROOT / "build" / "asan" / "tests" / "faulty_host"):
        if path.exists():
            return path
    return None


def steady(text):
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    return text


def check_error(response, method):
    """An error in the one shape, or a page of it; its code."""
    if method == "HEAD":
        return None
    if response.field("Content-Type") == "application/problem+json":
        return assert_problem(response, response.status, response.json()["error"])["error"]
    assert response.field("Content-Type") == "text/html; charset=utf-8", response
    found = re.search(rb"/-/errors/([A-Z0-9_]+)", response.content)
    assert found, response
    return found.group(1).decode()


def answer_of(response, method):
    code = check_error(response, method) if response.status >= 400 else None
    fields = sorted((name.lower(), steady(value)) for name, value in response.fields
                    if name.lower() not in _DROPPED_FIELDS)
    return Answer(response.status, fields, steady(response.content.decode()), code)


class Cut(Exception):
    """The server closed the connection before it answered."""


class Talk:
    """A connection over which a script goes."""

    def __init__(self, port):
        self.wire = Wire(port)

    def _read(self, method):
        if not self.wire.buffer:
            try:
                if not self.wire._more():
                    raise Cut
            except (ConnectionResetError, BrokenPipeError):
                raise Cut from None
        return self.wire.read(method)

    def _read_final(self, method):
        while True:
            response = self._read(method)
            if response.status >= 200:
                return response

    def _send(self, data):
        try:
            self.wire.send(data)
        except (ConnectionResetError, BrokenPipeError):
            pass  # an answer may have come all the same

    def _expect(self, ask):
        self._send(ask.head)
        response = self._read(ask.method)
        if response.status != 100:
            return response
        self._send(ask.content)
        return self._read_final(ask.method)

    def step(self, asks):
        """Answers in order; fewer where the connection ended."""
        answers = []
        try:
            if len(asks) == 1 and asks[0].continues:
                responses = iter([self._expect(asks[0])])
            else:
                self._send(b"".join(ask.head for ask in asks))
                responses = (self._read_final(ask.method) for ask in asks)
            for ask, response in zip(asks, responses):
                answers.append(answer_of(response, ask.method))
                if response.closes:
                    break
        except (Cut, ConnectionResetError):
            pass
        return answers

    def close(self):
        self.wire.close()


def wait_for_turn(port):
    """Until the server has taken all connections that were made before, and closed one more."""
    with Wire(port) as wire:
        wire.finish()
        assert wire.is_ended()


def play(talk, script, skipped=frozenset()):
    """The answers to all requests of a script, None for each that got none or was skipped. Ends the talk."""
    answers, number = [], 0
    for step in script:
        wanted = [ask for at, ask in enumerate(step, number) if at not in skipped]
        got = iter(talk.step(wanted) if wanted and talk else [])
        for at in range(number, number + len(step)):
            answers.append(None if at in skipped else next(got, None))
            if answers[-1] is None and at not in skipped and talk:
                talk.close()
                talk = None
        number += len(step)
    if talk:
        talk.close()
    return answers


def rows_of(database):
    """All that is in the database, but for times."""
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    rows = {}
    for table in sorted(tables):
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        kept = [name for name in columns if name not in ("_modified", "modified", "expires")]
        names = ", ".join(f'"{name}"' for name in kept)
        rows[table] = sorted(steady(json.dumps(row, default=lambda blob: blob.decode("latin-1"))) for row in connection.execute(f'SELECT {names} FROM "{table}"'))
    connection.close()
    return rows


class Host:
    """A running faulty_host, and a folder in memory for its databases."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
        self.database = self.folder / "data.db"
        self.template = self.folder / "template.db"
        self.document = DOCUMENT
        self.log = self.folder / "log"
        self.process = None
        self.replays, self.counts = {}, {}
        self.runs = 0

    def __enter__(self):
        self.open()
        port = self.start()
        for step in SEED:
            assert all(answer.status == 201 for answer in play(Talk(port), [step]))
        self.stop()
        self.database.rename(self.template)
        return self

    def __exit__(self, *_):
        try:
            self.close()
        finally:
            shutil.rmtree(self.folder)

    def open(self):
        environment = {**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=1:detect_leaks=1"}
        self.errors = open(self.folder / "errors", "w+")
        self.process = subprocess.Popen([host_path()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True, env=environment)

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        code = self.process.wait(30)
        self.process.stdout.close()
        self.errors.close()
        assert code == 0, f"exit code {code}"

    def said(self):
        self.errors.flush()
        return pathlib.Path(self.errors.name).read_text(errors="replace")[-6000:]

    def order(self, *words):
        try:
            self.process.stdin.write(" ".join(map(str, words)) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().split()
        except BrokenPipeError:
            answer = []
        assert answer, f"the process died ({self.process.wait(30)}): {self.said()}"
        return answer

    def trace(self):
        """Where the last fault struck."""
        self.process.stdin.write("trace\n")
        self.process.stdin.flush()
        return "".join(iter(self.process.stdout.readline, "end\n"))

    def reset(self):
        for suffix in ("", "-wal", "-shm", "-journal"):
            pathlib.Path(f"{self.database}{suffix}").unlink(missing_ok=True)
        if self.template.exists():
            shutil.copyfile(self.template, self.database)

    def try_start(self, kind="none", at=NEVER, lasts=False, error=errno.ENOMEM):
        """(port or None, hits, calls) of a start under a fault."""
        self.reset()
        answer = self.order("start", self.document, self.database, self.log, kind, at, int(lasts), error)
        assert answer[0] in ("port", "refused") and int(answer[1]) != 0, answer
        return int(answer[1]) if answer[0] == "port" else None, int(answer[3]), int(answer[5])

    def start(self):
        return self.try_start()[0]

    def stop(self):
        assert self.order("stop") == ["stopped"]

    def check(self):
        """Everything that was allocated was freed."""
        assert self.order("check") == ["clean"], self.said()

    def shorten(self, is_on):
        assert self.order("short", int(is_on)) == ["short"]

    def arm(self, kind, at, lasts=False, error=errno.ENOMEM):
        assert self.order("arm", kind, at, int(lasts), error) == ["armed"]

    def disarm(self):
        """(calls that failed, calls)"""
        answer = self.order("disarm")
        return int(answer[1]), int(answer[3])

    def replay(self, script_name, script, skipped):
        """Answers and rows of the script without the skipped requests and without faults."""
        key = (script_name, frozenset(skipped))
        if key not in self.replays:
            port = self.start()
            answers = play(Talk(port), script, frozenset(skipped))
            self.stop()
            self.replays[key] = answers, rows_of(self.database)
        return self.replays[key]

    def count(self, name, script, kind):
        """How many calls of a kind a script makes without faults."""
        if (name, kind) not in self.counts:
            port = self.start()
            talk = Talk(port)
            wait_for_turn(port)
            self.arm(kind, NEVER)
            play(talk, script)
            self.counts[name, kind] = self.disarm()[1]
            self.stop()
        return self.counts[name, kind]

    def assert_serves(self, port, is_patient=False):
        """The next client is answered; a patient one may have to come again."""
        for _ in patiently("no further client is served"):
            answers = play(Talk(port), [[get("/-/health")], [get("/users/1")]])
            if [answer and answer.status for answer in answers] == [200, 200]:
                return
            assert is_patient, f"the next client: {answers}"

    def run(self, script, kind, at, lasts=False, error=errno.ENOMEM):
        """The script under a fault: (answers, rows, faults that struck)."""
        self.runs += 1
        port = self.start()
        talk = Talk(port)
        wait_for_turn(port)
        self.arm(kind, at, lasts, error)
        answers = play(talk, script)
        hits, _ = self.disarm()
        # A lock that was not given back is noticed by the next to read, and gone with the connections of all.
        self.assert_serves(port, is_patient=kind == "control")
        self.stop()
        return answers, rows_of(self.database), hits

    def run_and_judge(self, name, script, kind, at, lasts=False, error=errno.ENOMEM):
        """Runs the script under a fault, and demands that what came of it is right. True where the fault struck."""
        what = f"{name!r}, {kind} {at} {os.strerror(error)}{' for good' if lasts else ''}"
        try:
            answers, rows, hits = self.run(script, kind, at, lasts, error)
        except (AssertionError, OSError) as problem:
            raise AssertionError(f"{what}: {problem}") from problem
        wrong = judge(self, name, script, answers, rows)
        assert wrong is None, f"{what}: {wrong}\n{self.trace()}"
        return hits > 0


def is_right(answer, clean):
    if clean is None or answer.status != clean.status or answer.code != clean.code:
        return False
    return answer.status >= 400 or (answer.fields, answer.content) == (clean.fields, clean.content)


def judge(host, name, script, answers, rows):
    """None, or what is wrong."""
    asks = [ask for step in script for ask in step]
    clean, _ = host.replay(name, script, ())
    # What came after a close was not asked: it is skipped like what failed.
    failed = {at for at, answer in enumerate(answers)
              if clean[at] is not None and (answer is None or (answer.status in FAILURES and clean[at].status != answer.status))}
    unknown = [at for at in sorted(failed) if asks[at].changes and (answers[at] is None or answers[at].status == 500)]
    reasons = []
    for count in range(len(unknown) + 1):
        for done in itertools.combinations(unknown, count):
            wanted, wanted_rows = host.replay(name, script, failed - set(done))
            wrong = [(at, answers[at], wanted[at]) for at in range(len(asks))
                     if at not in failed and answers[at] is not None and not is_right(answers[at], wanted[at])]
            if not wrong and rows == wanted_rows:
                return None
            reasons.append(wrong or {table: (rows.get(table), wanted_rows.get(table)) for table in wanted_rows
                                     if rows.get(table) != wanted_rows.get(table)})
    return f"answers {[answer and answer.status for answer in answers]}: {reasons}"
