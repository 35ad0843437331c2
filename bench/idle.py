"""Opens COUNT connections to each server, one request on each, and prints what each server's
memory grew by a connection.

    idle.py COUNT PID URL PID URL
"""

import socket
import ssl
import sys
from urllib.parse import urlsplit

count = int(sys.argv[1])


unchecked = ssl.create_default_context()
unchecked.check_hostname = False
unchecked.verify_mode = ssl.CERT_NONE


def memory(pid):
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))


def open_one(url):
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    if parts.scheme == "https":
        connection = unchecked.wrap_socket(connection)
    connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
        piece = connection.recv(65536)
        assert piece, "the server closed a connection"
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return connection


for pid, url in zip(sys.argv[2::2], sys.argv[3::2]):
    warm = [open_one(url) for _ in range(64)]
    before = memory(pid)
    connections = [open_one(url) for _ in range(count)]
    print(round((memory(pid) - before) / count))
    for connection in warm + connections:
        connection.close()
