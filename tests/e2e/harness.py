"""What the end-to-end tests stand on: the real binary as a process, and a raw client.

`Server` starts `statute serve` on a free port with a database of its own, and at the
end demands a clean exit, no word from a sanitizer and no 5xx that nobody expected.

`Wire` is a client that sends the very bytes it is given and reads answers strictly: what
RFC 9112 does not allow in a response fails the test.
"""

import contextlib
import json
import os
import pathlib
import queue
import re
import select
import signal
import socket
import subprocess
import threading
import time

import httpx

ROOT = pathlib.Path(__file__).resolve().parents[2]
HTTP2 = bool(os.environ.get("STATUTE_TEST_HTTP2"))  # clients speak HTTP/2, by prior knowledge
SHOP = ROOT / "tests" / "e2e" / "shop.yaml"  # as the example, and everybody may do everything
EXAMPLE = ROOT / "examples" / "shop" / "openapi.yaml"
PATIENCE = 30.0  # seconds that nothing here may take, on however busy a machine

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*\Z")
_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)\Z")
_SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|Assertion .* failed")


def binary():
    path = pathlib.Path(os.environ.get("STATUTE_BIN", "build/dev/statute"))
    return str(path if path.is_absolute() else ROOT / path)


def is_sanitized():
    """Is it a build whose allocator keeps what was freed, and which takes a memory of its own beside?"""
    return "asan" in binary() or "tsan" in binary()


def run(*arguments, **options):
    """The binary with arguments, to its end."""
    options.setdefault("timeout", PATIENCE)
    return subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, **options)


class Response:
    """A response as it came: status, reason, fields in order, content."""

    def __init__(self, status, reason, fields, content):
        self.status = status
        self.reason = reason
        self.fields = fields
        self.content = content

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def field(self, name):
        """The one value of a field, or None; a second line of it fails the test."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    def json(self):
        return json.loads(self.content)

    @property
    def closes(self):
        return "close" in [option.strip().lower() for option in (self.field("Connection") or "").split(",")]

    def __repr__(self):
        return f"<Response {self.status} {self.fields} {self.content[:300]!r}>"


class Wire:
    """One connection. `send` bytes, `read` responses; the order is the test's own."""

    def __init__(self, port, host="127.0.0.1", source=None):
        self.socket = socket.create_connection((host, port), PATIENCE, (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends the connection with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))

    def finish(self):
        """No more will be sent; answers can still be read."""
        self.socket.shutdown(socket.SHUT_WR)

    def _more(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return data

    def _until(self, end):
        while end not in self.buffer:
            assert self._more(), f"the connection ended inside a response: {self.buffer[:200]!r}"
        part, self.buffer = self.buffer.split(end, 1)
        return part

    def _exactly(self, count):
        while len(self.buffer) < count:
            assert self._more(), f"the content ended {count - len(self.buffer)} bytes early"
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def _chunks(self):
        content = b""
        while True:
            size = int(self._until(b"\r\n"), 16)
            if size == 0:
                assert self._until(b"\r\n") == b"", "a trailer section that was not announced"
                return content
            content += self._exactly(size)
            assert self._exactly(2) == b"\r\n", "a chunk without its end"

    def read(self, method="GET"):
        """The next response; an interim one (1xx) counts as one."""
        lines = self._until(b"\r\n\r\n").split(b"\r\n")
        found = _STATUS_LINE.match(lines[0])
        assert found, f"no status line: {lines[0]!r}"
        status, fields = int(found.group(1)), []
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            assert colon and _TOKEN.match(name) and _VALUE.match(value), f"no field line: {line!r}"
            fields.append((name.decode(), value.strip(b" \t").decode("latin-1")))
        response = Response(status, found.group(2).decode("latin-1"), fields, b"")
        response.content = self._content(response, method)
        return response

    def _content(self, response, method):
        coding, length = response.field("Transfer-Encoding"), response.field("Content-Length")
        assert not (coding and length), "both Content-Length and Transfer-Encoding"
        if response.status < 200 or response.status in (204, 304):
            assert coding is None, f"{response.status} with Transfer-Encoding"
            assert length is None or response.status == 304, f"{response.status} with Content-Length"
            return b""
        if method == "HEAD":
            return b""
        if coding:
            assert coding == "chunked"
            return self._chunks()
        if length is not None:
            assert re.fullmatch("[0-9]+", length)
            return self._exactly(int(length))
        assert response.closes, "a response without length on a connection that stays"
        while self._more():
            pass
        rest, self.buffer = self.buffer, b""
        return rest

    def ask(self, data, method="GET"):
        self.send(data)
        return self.read(method)

    def is_ended(self):
        """True once the server has closed and sent nothing more; waits for it."""
        if self.buffer:
            return False
        try:
            return self._more() == b""
        except ConnectionResetError:
            return True

    def is_silent(self, seconds):
        """True where nothing comes, not even an end, for so long."""
        return not self.buffer and not select.select([self.socket], [], [], seconds)[0]


def request(method, path, *fields, content=None, host="shop.test", version="HTTP/1.1"):
    """The bytes of a request: Host and Content-Length are added, everything else is as given."""
    lines = [f"{method} {path} {version}", f"Host: {host}", *fields]
    if content is not None:
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (content or b"")


class Server:
    """A running `statute serve`."""

    def __init__(self, folder, document=SHOP, *options, database=None, expects_5xx=False, under=()):
        self.folder = pathlib.Path(folder)
        self.database = pathlib.Path(database or self.folder / "data.db")
        self.log_path = self.folder / "access.log"
        self.errors_path = self.folder / "stderr.txt"
        self.document = document
        self.options = [str(option) for option in options]
        self.expects_5xx = expects_5xx
        self.under = [str(word) for word in under]  # a program that runs it in the same process, as `strace -D`
        self.lines = []
        self.process = None
        self._clients = []
        self.start()

    def start(self):
        arguments = ["serve", str(self.document), "--listen", "127.0.0.1:0", "--db", str(self.database)]
        if "--log" not in self.options:
            arguments += ["--log", str(self.log_path)]
        if "--queue-age" not in self.options:
            arguments += ["--queue-age", "60s"]  # a busy machine, or a sanitizer, is no overload
        environment = dict(os.environ)
        environment.setdefault("TSAN_OPTIONS", "halt_on_error=0 exitcode=66")
        if self.under:  # a program that traces it: then leaks cannot be looked for
            environment["ASAN_OPTIONS"] = "detect_leaks=0"
        self._errors = open(self.errors_path, "ab")
        self.process = subprocess.Popen(
            [*self.under, binary(), *arguments, *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors, env=environment, text=True,
        )
        self._announced = queue.Queue()
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()
        found = self._announced.get(timeout=PATIENCE)
        if found is None:
            self.process.wait(PATIENCE)
            raise AssertionError(f"it does not serve (exit code {self.process.returncode}): {self.errors()}")
        self.scheme, self.host, self.port = found
        self.url = f"{self.scheme}://{self.host}:{self.port}"
        self.admin = self._said("admin on ")
        self.plain = self._said("without TLS on ")

    def _read_output(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            found = re.fullmatch(r"listening on (https?)://(\[[0-9a-f:]+\]|[0-9.]+):([0-9]+)", self.lines[-1])
            if found:
                self._announced.put((found.group(1), found.group(2), int(found.group(3))))
        self._announced.put(None)

    def _said(self, prefix):
        """What follows in the first line that begins so; None where none does."""
        return next((line.removeprefix(prefix) for line in self.lines if line.startswith(prefix)), None)

    def errors(self):
        return self.errors_path.read_text(errors="replace")

    def log(self):
        """The access log, a dict a line."""
        if not self.log_path.exists():
            return []
        return [json.loads(line) for line in self.log_path.read_text().splitlines()]

    def wait_for_log(self, found):
        """The first log line for which found(line) holds, waiting until it is there."""
        for _ in patiently("the line is not in the log"):
            for line in self.log():
                if found(line):
                    return line

    def client(self, base_url=None, **options):
        options.setdefault("timeout", PATIENCE)
        if HTTP2:
            options.update(http1=False, http2=True)
        client = httpx.Client(base_url=base_url or self.url, trust_env=False, **options)
        self._clients.append(client)
        return client

    def admin_client(self, **options):
        """A client of the admin listener."""
        return self.client(self.admin, **options)

    def wire(self):
        return Wire(self.port, self.host.strip("[]"))

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """As a power cut: nothing is finished, nothing is checked."""
        self.process.kill()
        self._end()

    def _end(self):
        for client in self._clients:
            client.close()
        self._clients.clear()
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self.process.stdout.close()
        self._errors.close()
        return code

    def stop(self):
        """Ctrl-C, and everything that must hold then."""
        for client in self._clients:
            client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            code = self._end()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        errors = self.errors()
        assert not _SANITIZER.search(errors), errors
        assert code == 0, f"exit code {code}: {errors}"
        if not self.expects_5xx:
            failed = [line for line in self.log() if line.get("status", 0) >= 500 and line["status"] not in (501, 505)]
            assert not failed, failed


def patiently(failure, step=0.02):
    """for _ in patiently("…"): look, and return once it is there; fails after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield
        time.sleep(step)
    raise AssertionError(failure)


@contextlib.contextmanager
def serving(folder, document=SHOP, *options, **more):
    server = Server(folder, document, *options, **more)
    try:
        yield server
    except BaseException:
        if server.process.poll() is None:
            server.kill()
        raise
    else:
        if server.process.poll() is None:
            server.stop()
