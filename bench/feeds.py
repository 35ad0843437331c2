"""Opens COUNT feeds, half of them streams of events and half WebSockets, and prints what the server's memory
grew by a feed; then makes changes, one after another, and prints how many microseconds the slowest of ROUNDS took
from the request to the last client that was told.

    feeds.py COUNT ROUNDS PID FEED COLLECTION
"""

import http.client
import select
import socket
import sys
import time
from urllib.parse import urlsplit

count, rounds = int(sys.argv[1]), int(sys.argv[2])
pid, feed, collection = sys.argv[3], urlsplit(sys.argv[4]), urlsplit(sys.argv[5])
STREAM = "Accept: text/event-stream"
SOCKET = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


def memory():
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))


def open_one(is_stream):
    connection = socket.create_connection((feed.hostname, feed.port))
    fields = STREAM if is_stream else SOCKET
    connection.sendall(f"GET {feed.path} HTTP/1.1\r\nHost: {feed.netloc}\r\n{fields}\r\n\r\n".encode())
    answer, end = b"", b"id: " if is_stream else b'"open"}'
    while end not in answer:
        piece = connection.recv(65536)
        assert piece, "the server closed a connection"
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200" if is_stream else b"HTTP/1.1 101"), answer
    return connection


def is_told(connection, mark):
    data = connection.recv(65536)
    assert data, "the server dropped a client"
    return mark in data


def change(client, number):
    mark = f"mark-{number}-end"
    client.request("POST", collection.path, f'{{"slug": "{mark}", "name": "{mark}", "price": 1}}',
                   {"Content-Type": "application/json"})
    return mark.encode(), client


def round_of(poller, by_number, client, number):
    began = time.monotonic()
    mark, client = change(client, number)
    left = set(by_number)
    while left:
        for descriptor, _ in poller.poll(10):
            if is_told(by_number[descriptor], mark):
                left.discard(descriptor)
    took = time.monotonic() - began
    answer = client.getresponse()
    assert answer.status == 201, answer.read()
    answer.read()
    return took


warm = [open_one(index % 2) for index in range(64)]
before = memory()
feeds = [open_one(index % 2) for index in range(count)]
print(round((memory() - before) / count))
poller = select.epoll()
by_number = {connection.fileno(): connection for connection in warm + feeds}
for number in by_number:
    poller.register(number, select.EPOLLIN)
client = http.client.HTTPConnection(collection.hostname, collection.port)
print(round(max(round_of(poller, by_number, client, number) for number in range(rounds)) * 1e6))
