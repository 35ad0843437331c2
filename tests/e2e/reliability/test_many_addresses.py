"""A limit by address, and more addresses than its table has places: memory stays where it is."""

import re

from harness import Wire, is_sanitized, request

DOCUMENT = """openapi: 3.1.0
info: {title: T, version: "1"}
x-statute: {limit: {requests: 2, window: 31d, by: address}}
paths:
  /things:
    get: {responses: {"200": {description: All.}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
"""
TABLE = 131072 * 24
GET = request("GET", "/things", "Connection: close")


def resident(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024


def ask(server, number):
    address = f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"
    with Wire(server.port, source=address) as wire:
        return wire.ask(GET).status


def test_memory_is_that_of_the_table_however_many_addresses_come(serve, is_full):
    server = serve(DOCUMENT, "--log", "off", "--workers", "2")
    count = 100_000 if is_full else 2000
    for number in range(500):
        assert ask(server, count + number) == 200
    before = resident(server)
    for number in range(count):
        assert ask(server, number) == 200
    print(f"{count} addresses: {(resident(server) - before) / 1024:.0f} KiB more")
    if not is_sanitized():  # those keep memory that was freed
        assert resident(server) - before < TABLE + (1 << 20)
    last = count - 1
    assert [ask(server, last) for _ in range(3)] == [200, 429, 429]
