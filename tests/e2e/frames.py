"""A client of HTTP/2 that sends the very frames it is given, right or wrong (RFC 9113).

`Frames` knows the shape of a frame and HPACK, and nothing of what may be sent when: that is
for the tests. What it reads is strict: a frame that RFC 9113 does not let a server send
fails the test.
"""

import collections
import select
import socket
import struct

import hpack

from harness import PATIENCE

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20

(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR,
 REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM) = range(12)

Frame = collections.namedtuple("Frame", "type flags stream payload")


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def number(value):
    return struct.pack(">I", value)


def setting(name, value):
    return struct.pack(">HI", name, value)


def fields(method="GET", path="/products", *more, authority="shop.test"):
    """The fields of a request, pseudo-fields first."""
    return [(":method", method), (":scheme", "http"), (":path", path), (":authority", authority), *more]


def block(*pairs):
    """A field section that leaves the dynamic table alone: the same bytes whatever was sent before."""
    out = b""
    for name, value in pairs:
        name = name if isinstance(name, bytes) else name.encode()
        value = value if isinstance(value, bytes) else value.encode()
        out += b"\x00" + _length(len(name)) + name + _length(len(value)) + value
    return out


def _length(value):
    if value < 127:
        return bytes([value])
    out, value = b"\x7f", value - 127
    while value >= 128:
        out, value = out + bytes([value % 128 | 128]), value // 128
    return out + bytes([value])


def headers(stream, pairs, flags=END_HEADERS | END_STREAM):
    return frame(HEADERS, flags, stream, block(*pairs))


class Answer:
    """What came on one stream."""

    def __init__(self):
        self.fields, self.content, self.interim = [], b"", []
        self.has_ended, self.reset = False, None

    @property
    def status(self):
        return int(dict(self.fields)[":status"])

    def field(self, name):
        return dict(self.fields).get(name)

    def __repr__(self):
        return f"<Answer {self.fields} {self.content[:200]!r} ended={self.has_ended} reset={self.reset}>"


class Frames:
    def __init__(self, port, host="127.0.0.1", preface=PREFACE + frame(SETTINGS), over=None):
        self.socket = over or socket.create_connection((host, port), timeout=PATIENCE)
        self.buffer = b""
        self.decoder = hpack.Decoder()
        self.goaway = None
        self.acks_settings = self.acks_pings = True
        self.streams = collections.defaultdict(Answer)
        self.pongs = []
        self.credit = collections.Counter()
        self.send(preface)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        self.socket.sendall(b"".join(parts))

    def _fill(self, count):
        while len(self.buffer) < count:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return False
            self.buffer += more
        return True

    def _reply(self, data):
        try:
            self.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def read(self):
        """The next frame; None at the connection's end."""
        if not self._fill(9):
            return None
        length = struct.unpack(">I", b"\0" + self.buffer[:3])[0]
        assert length <= 16384, f"a frame of {length} bytes"
        kind, flags, stream = struct.unpack(">BBI", self.buffer[3:9])
        if not self._fill(9 + length):
            return None
        payload, self.buffer = self.buffer[9 : 9 + length], self.buffer[9 + length :]
        got = Frame(kind, flags, stream, payload)
        self._note(got)
        return got

    def _note(self, got):
        if got.type == SETTINGS and not got.flags & ACK and self.acks_settings:
            self._reply(frame(SETTINGS, ACK))
        elif got.type == GOAWAY:
            self.goaway = struct.unpack(">II", got.payload[:8])
        elif got.type == PING and got.flags & ACK:
            self.pongs.append(got.payload)
        elif got.type == PING and self.acks_pings:
            self._reply(frame(PING, ACK, 0, got.payload))
        elif got.type == HEADERS:
            assert got.flags & END_HEADERS, "a head in several frames is not expected here"
            self._note_head(self.streams[got.stream], got)
        elif got.type == DATA:
            answer = self.streams[got.stream]
            assert answer.fields and not answer.has_ended, "DATA before a head, or after the end"
            answer.content += got.payload
            answer.has_ended = bool(got.flags & END_STREAM)
        elif got.type == RST_STREAM:
            self.streams[got.stream].reset = struct.unpack(">I", got.payload)[0]
        assert got.type not in (PUSH_PROMISE, CONTINUATION)

    def _note_head(self, answer, got):
        pairs = self.decoder.decode(got.payload)
        names = [name for name, _ in pairs]
        assert names[0] == ":status" and names == [name.lower() for name in names], names
        forbidden = {"connection", "transfer-encoding", "keep-alive", "upgrade", "proxy-connection"}
        assert not forbidden & set(names), names
        if pairs[0][1].startswith("1"):
            answer.interim.append(pairs)
            return
        assert not answer.fields, "two heads"
        assert "date" in names, names
        answer.fields = pairs
        answer.has_ended = bool(got.flags & END_STREAM)

    def until(self, found):
        """Reads until found() or the end of the connection; says whether it was found."""
        while not found():
            if self.read() is None:
                return found()
        return True

    def answer(self, stream=1):
        """The answer on a stream, whole, or what came of it until it was reset or the connection ended."""
        self.until(lambda: self.streams[stream].has_ended or self.streams[stream].reset is not None)
        return self.streams[stream]

    def ask(self, stream, pairs, content=None):
        if content is None:
            self.send(headers(stream, pairs))
        else:
            self.send(headers(stream, pairs, END_HEADERS), frame(DATA, END_STREAM, stream, content))
        return self.answer(stream)

    def ask_only_head(self, stream, pairs):
        """A request whose content is to come, and may never; the answer, if there is one before."""
        self.send(headers(stream, pairs, END_HEADERS))
        return self.answer(stream)

    def finish(self):
        """Reads to the connection's end; the error code of GOAWAY, or None where there was none."""
        while self.read() is not None:
            pass
        return self.goaway[1] if self.goaway else None

    def is_alive(self):
        """Does the connection still answer?"""
        count = len(self.pongs)
        self.send(frame(PING, 0, 0, b"alive?!?"))
        return self.until(lambda: len(self.pongs) > count)

    def is_silent(self, seconds):
        return not self.buffer and not select.select([self.socket], [], [], seconds)[0]
