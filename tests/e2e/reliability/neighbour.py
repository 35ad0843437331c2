"""A well-behaved client, as a process of its own: GETs for some seconds, one after another, in turn
on a connection that it keeps and on a new one. Prints how many there were and how many
seconds the hundredth part of them took at least, as JSON.

    neighbour.py PORT PATH SECONDS
"""

import json
import socket
import sys
import time

PATIENCE = 30.0


def ask(connection, path):
    """One request; anything but 200 is an error."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: neighbour.test\r\n\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(connection)
    head, _, content = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(f"not 200 but {head!r}")
    length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))[15:])
    while len(content) < length:
        content += receive(connection)


def receive(connection):
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def main():
    port, path, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    kept, times = connect(port), []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        ask(kept, path)
        times.append(time.perf_counter() - began)
        began = time.perf_counter()
        with connect(port) as fresh:
            ask(fresh, path)
        times.append(time.perf_counter() - began)
        time.sleep(0.001)  # as many clients have other things to do too
    times.sort()
    print(json.dumps({"count": len(times), "p99": times[int(len(times) * 0.99)]}))


if __name__ == "__main__":
    main()
