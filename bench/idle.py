"""Opens COUNT connections to each server, one request on each, and prints what each server's
memory grew by a connection. With --http2 the connections are of HTTP/2, over TLS.

    idle.py [--http2] COUNT PID URL PID URL
"""

import socket
import ssl
import sys
from urllib.parse import urlsplit

is_http2 = sys.argv[1] == "--http2"
arguments = sys.argv[1 + is_http2:]
count = int(arguments[0])

unchecked = ssl.create_default_context()
unchecked.check_hostname = False
unchecked.verify_mode = ssl.CERT_NONE
if is_http2:
    import h2.connection
    import h2.events

    unchecked.set_alpn_protocols(["h2"])


def memory(pid):
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))


def open_one(url):
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    if parts.scheme == "https":
        connection = unchecked.wrap_socket(connection)
    return get_http2(connection, parts) if is_http2 else get(connection, parts)


def get(connection, parts):
    connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
        piece = connection.recv(65536)
        assert piece, "the server closed a connection"
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return connection


def get_http2(connection, parts):
    session = h2.connection.H2Connection()
    session.initiate_connection()
    session.send_headers(1, [(":method", "GET"), (":scheme", "https"), (":authority", parts.netloc),
                             (":path", parts.path)], end_stream=True)
    connection.sendall(session.data_to_send())
    has_ended = False
    while not has_ended:
        piece = connection.recv(65536)
        assert piece, "the server closed a connection"
        events = session.receive_data(piece)
        has_ended = any(isinstance(event, h2.events.StreamEnded) for event in events)
        connection.sendall(session.data_to_send())
    return connection


for pid, url in zip(arguments[1::2], arguments[2::2]):
    warm = [open_one(url) for _ in range(64)]
    before = memory(pid)
    connections = [open_one(url) for _ in range(count)]
    print(round((memory(pid) - before) / count))
    for connection in warm + connections:
        connection.close()
