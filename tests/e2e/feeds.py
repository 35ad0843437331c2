"""Clients of feeds: a stream of server-sent events and a WebSocket, over one connection each."""

import json
import os
import select
import struct
import time

from harness import PATIENCE, Wire, request

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of that key, by RFC 6455 section 1.3
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def handshake(path, *fields, version="13", key=KEY):
    return request("GET", path, "Connection: Upgrade", "Upgrade: websocket", f"Sec-WebSocket-Version: {version}",
                   f"Sec-WebSocket-Key: {key}", *fields)


class Stream:
    """Server-sent events over HTTP/1.1."""

    def __init__(self, wire, path, *fields):
        self.wire = wire
        self.text = b""
        wire.send(request("GET", path, "Accept: text/event-stream", *fields))
        head = wire._until(b"\r\n\r\n").decode("latin-1")
        assert head.startswith("HTTP/1.1 200 "), head
        self.fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
        assert self.fields["Content-Type"] == "text/event-stream"
        assert self.fields["Transfer-Encoding"] == "chunked"
        self.last_id = None
        self.has_ended = False

    def _chunk(self):
        size = int(self.wire._until(b"\r\n"), 16)
        self.has_ended = size == 0
        self.text += self.wire._exactly(size)
        assert self.wire._exactly(2) == b"\r\n"

    def block(self):
        """The next one, as a dict of its fields; comments are left out."""
        while b"\n\n" not in self.text:
            assert not self.has_ended, "the stream has ended"
            self._chunk()
        block, self.text = self.text.split(b"\n\n", 1)
        lines = [line for line in block.decode().split("\n") if not line.startswith(":")]
        fields = dict(line.split(": ", 1) for line in lines)
        self.last_id = fields.get("id", self.last_id)
        return fields

    def event(self):
        """The next one that a browser would hear of: its name and data."""
        while True:
            block = self.block()
            if "data" in block:
                return block["event"], json.loads(block["data"])

    def ends(self):
        """Reads on to the end, which is a whole one."""
        while not self.has_ended:
            self._chunk()
        assert self.wire.is_ended()
        while b"\n\n" in self.text:
            self.block()
        return True


class Socket:
    """A WebSocket, by RFC 6455: what a server may not send fails the test."""

    def __init__(self, wire, path, *fields):
        self.wire = wire
        answer = wire.ask(handshake(path, *fields))
        assert answer.status == 101, answer
        assert answer.field("Upgrade").lower() == "websocket" and answer.field("Connection").lower() == "upgrade"
        assert answer.field("Sec-WebSocket-Accept") == ACCEPT
        assert answer.field("Sec-WebSocket-Extensions") is None and answer.field("Sec-WebSocket-Protocol") is None
        self.pings = 0

    def frame(self):
        """The next one: opcode and payload."""
        first, second = self.wire._exactly(2)
        assert first & 0x80 and not first & 0x70, "a fragment, or bits that nobody agreed on"
        assert not second & 0x80, "a server does not mask"
        length = second
        if second == 126:
            (length,) = struct.unpack(">H", self.wire._exactly(2))
            assert length > 125
        elif second == 127:
            (length,) = struct.unpack(">Q", self.wire._exactly(8))
            assert length > 65535
        opcode = first & 15
        assert opcode < 8 or length <= 125
        return opcode, self.wire._exactly(length)

    def send(self, opcode, payload=b"", first=0x80, masked=True):
        mask = os.urandom(4) if masked else b""
        head = bytes([first | opcode])
        if len(payload) < 126:
            head += bytes([len(payload) | (0x80 if masked else 0)])
        else:
            head += bytes([126 | (0x80 if masked else 0)]) + struct.pack(">H", len(payload))
        self.wire.send(head + mask + (bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if masked else payload))

    def message(self):
        """The next message, as JSON; pings on the way are answered."""
        while True:
            opcode, payload = self.frame()
            if opcode == PING:
                self.pings += 1
                self.send(PONG, payload)
                continue
            assert opcode == TEXT, (opcode, payload)
            return json.loads(payload)

    def event(self):
        while True:
            message = self.message()
            if message["event"] != "open":
                return message["event"], message.get("data")

    def closed(self):
        """The code of the server's close frame; what comes before it is read. It is answered."""
        while True:
            opcode, payload = self.frame()
            if opcode == CLOSE:
                self.send(CLOSE, payload[:2])
                return struct.unpack(">H", payload[:2])[0] if payload else None


def is_quiet(feed, seconds=0.3):
    """Nothing comes that a client would hear of."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if not feed.wire.buffer and not select.select([feed.wire.socket], [], [], left)[0]:
            return True
        if isinstance(feed, Stream):
            if "data" in feed.block():
                return False
        elif feed.frame()[0] == TEXT:
            return False
    return True


def narrow_wire(port, host="127.0.0.1"):
    """A connection whose client has next to no room for what comes."""
    import socket

    wire = Wire.__new__(Wire)
    wire.socket = socket.socket()
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    wire.socket.settimeout(PATIENCE)
    wire.socket.connect((host, port))
    wire.buffer = b""
    return wire
