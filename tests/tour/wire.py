"""A client that shows what passed: requests as bytes, each answer with those that came before it (1xx)."""

import json
import re
import socket
import time

PATIENCE = 30


class Answer:
    def __init__(self, status, phrase, fields, content=b""):
        self.status, self.phrase, self.fields, self.content = status, phrase, fields, content

    def field(self, name):
        return next((value for field, value in self.fields if field.lower() == name.lower()), None)

    def json(self):
        try:
            return json.loads(self.content)
        except ValueError:
            return None


class Connection:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), PATIENCE)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _more(self):
        piece = self.socket.recv(65536)
        self.buffer += piece
        return piece

    def _take(self, length):
        while len(self.buffer) < length:
            if not self._more():
                raise EOFError("the server closed in the middle of an answer")
        taken, self.buffer = self.buffer[:length], self.buffer[length:]
        return taken

    def _take_until(self, end):
        while end not in self.buffer:
            if not self._more():
                raise EOFError(f"the server closed before its answer was whole: {self.buffer!r}")
        return self._take(self.buffer.index(end) + len(end))

    def _chunks(self, most):
        content = b""
        while length := int(self._take_until(b"\r\n").split(b";")[0], 16):
            content += self._take(length)
            self._take(2)
            if len(content) >= most:  # a feed has no end
                break
        return content

    def read(self, method, most=1 << 24):
        """The next answer, interim ones too. Of content without an end so much as `most`."""
        head = self._take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status, phrase = re.match(r"(HTTP/1\.[01]) (\d{3}) ?(.*)", head[0]).groups()
        fields = [tuple(part.strip() for part in line.split(":", 1)) for line in head[1:] if line]
        answer = Answer(int(status), phrase, fields)
        if answer.status < 200 or answer.status in (204, 304) or method == "HEAD":
            return answer
        if answer.field("Transfer-Encoding"):
            answer.content = self._chunks(most)
        elif answer.field("Content-Length"):
            answer.content = self._take(min(int(answer.field("Content-Length")), most))
        return answer

    def read_all(self, method, most=1 << 24):
        """Answers up to the final one; 101 is final."""
        answers = [self.read(method, most)]
        while answers[-1].status < 200 and answers[-1].status != 101:
            answers.append(self.read(method, most))
        return answers


def request(method, target, fields=(), content=None, version="HTTP/1.1"):
    """The bytes of a request, without those of its content."""
    lines = [f"{method} {target} {version}", *(f"{name}: {value}" for name, value in fields)]
    if content is not None and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in fields):
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def wait_until(holds, seconds=PATIENCE):
    """Asks again and again, until it says something that is true."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > end:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(0.02)
    return found
