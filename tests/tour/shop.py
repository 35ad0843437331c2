"""The example shop as the tour walks through it: a server of its own, in a folder that is gone afterwards."""

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import urllib.parse

from wire import Connection, request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "examples" / "shop" / "openapi.yaml"
# So that nobody waits long for a timeout, and a foreign host is one.
OPTIONS = ["--dev", "--header-timeout", "1s", "--host", "localhost"]


class Seen:
    """What one step brought: the command, the answers, and what the trace of the last one says."""

    def __init__(self, command, answers, trace):
        self.command, self.answers, self.trace = command, answers, trace

    @property
    def last(self):
        return self.answers[-1]


class Shop:
    def __init__(self, binary, folder, *options):
        self.binary, self.folder = str(binary), pathlib.Path(folder)
        self.database = self.folder / "shop.db"
        self.document = self.folder / "shop" / DOCUMENT.name
        shutil.copytree(DOCUMENT.parent, self.document.parent)  # what is sent there to be kept is kept there
        self.names = {}  # what stands for what in a printed command: "$ADMIN" for a token
        self.start(*options)

    def start(self, *options):
        command = [self.binary, "serve", str(self.document), "--listen", "127.0.0.1:0", "--db", str(self.database), "--log", "off",
                   *OPTIONS, *options]
        self.errors = open(self.folder / "stderr.txt", "ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors, stdin=subprocess.DEVNULL, text=True,
                                        cwd=self.folder)
        self.port = self.admin = None
        for line in self.process.stdout:
            if found := re.match(r"admin on http://127\.0\.0\.1:(\d+)", line):
                self.admin = int(found.group(1))
            if found := re.match(r"listening on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found.group(1))
                break
        if not self.port:
            raise RuntimeError(f"the shop does not start: {(self.folder / 'stderr.txt').read_text()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(30)
        finally:
            self.process.stdout.close()
            self.errors.close()
        return code

    # ---- Who asks ----

    def token(self, name, subject, *more):
        """A token of the key for development; the command prints `$name` for it."""
        command = [self.binary, "token", "make", "--keys", f"{self.database}.dev-keys.json", "--subject", str(subject), *more]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        self.names[text] = f"${name}"
        return ("Authorization", f"Bearer {text}")

    # ---- Asking ----

    def ask(self, method, target, *fields, json_=None, content=None, port=None):
        """One request, without a word; the last answer."""
        return self.exchange(method, target, fields, self._body(json_, content, fields), port)[-1]

    @staticmethod
    def _body(json_, content, fields):
        return json.dumps(json_).encode() if json_ is not None else content

    def exchange(self, method, target, fields, content, port=None, most=1 << 24, whole=True):
        connection = Connection("127.0.0.1", port or self.port)
        fields = self._whole(method, fields, content)
        waits = any(name.lower() == "expect" for name, _ in fields)
        try:
            connection.send(request(method, target, fields, content) + (b"" if waits or content is None else content))
            answers = [connection.read(method, most)]
            if answers[0].status == 100:
                connection.send(content)
                answers += connection.read_all(method, most)
            elif answers[0].status < 200 and answers[0].status != 101:
                answers += connection.read_all(method, most)
            return answers
        finally:
            connection.close()

    @staticmethod
    def _whole(method, fields, content):
        names = {name.lower() for name, _ in fields}
        fields = list(fields)
        if "host" not in names:
            fields.insert(0, ("Host", "localhost"))
        if content is not None and "content-type" not in names:
            fields.append(("Content-Type", "application/json"))
        return fields

    def raw(self, data, method="GET"):
        """Bytes as they are; the answers to them."""
        connection = Connection("127.0.0.1", self.port)
        try:
            connection.send(data)
            return connection.read_all(method)
        finally:
            connection.close()

    def see(self, method, target, *fields, json_=None, content=None, shown=None, most=1 << 24):
        """One request to be looked at."""
        content = self._body(json_, content, fields)
        command = shown or self.curl(method, target, fields, content)
        return self.seen(command, self.exchange(method, target, fields, content, most=most))

    def seen(self, command, answers):
        return Seen(command, answers, self.trace(answers[-1]))

    def curl(self, method, target, fields=(), content=None):
        """The same with curl, as somebody would type it."""
        words = ["curl", "-i", f"localhost:8080{target}"]
        is_json = content is not None and not any(name.lower() == "content-type" for name, _ in fields)
        if method == "HEAD":
            words[1] = "-I"
        elif method != ("POST" if content is not None else "GET"):
            words[2:2] = ["-X", method]
        line = " ".join(word if re.fullmatch(r"[\w:/.-]+", word) else shlex.quote(word) for word in words)
        for name, value in fields:
            text = f"{name}: {value}"
            for value, stands in self.names.items():
                text = text.replace(value, stands)
            line += f' -H "{text}"' if "$" in text and '"' not in text else f" -H {shlex.quote(text)}"
        if content is not None:
            line += f" {'--json' if is_json else '-d'} {shlex.quote(content.decode())}"
        return line

    def trace(self, answer):
        """Why it was answered so; None where nobody knows."""
        id_ = answer.field("X-Request-Id")
        if not id_:
            return None
        found = self.ask("GET", f"/-/trace/{urllib.parse.quote(id_, safe='')}", ("Accept", "application/json"), port=self.admin)
        return found.json() if found.status == 200 else None
