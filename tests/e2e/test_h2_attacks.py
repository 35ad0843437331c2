"""What is done to servers of HTTP/2: each attack ends in GOAWAY ENHANCE_YOUR_CALM or in a close, the
memory stays what it was, and others are served meanwhile."""

import pathlib

import pytest

from frames import (
    ACK, CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, HEADERS, NO_ERROR, PING, PREFACE,
    PRIORITY, RST_STREAM, SETTINGS, WINDOW_UPDATE, Frames, block, fields, frame, headers, number, setting,
)
from harness import SHOP, patiently
from shop_data import product

GROWTH = 16 * 1024  # KiB that an attack over one connection may leave behind it, with room for a sanitizer's own
JSON = ("content-type", "application/json")
GET = block(*fields("GET", "/products"))
POST = block(*fields("POST", "/products", JSON))


def streams():
    return range(1, 2**31, 2)


def rapid_reset():
    """CVE-2023-44487: requests that are cancelled at once."""
    for stream in streams():
        yield frame(HEADERS, END_HEADERS | END_STREAM, stream, GET) + frame(RST_STREAM, 0, stream, number(CANCEL))


def made_you_reset_by_window():
    """CVE-2025-8671: requests whose streams the server has to reset, by a window that grows by nothing."""
    for stream in streams():
        yield frame(HEADERS, END_HEADERS | END_STREAM, stream, GET) + frame(WINDOW_UPDATE, 0, stream, number(0))


def made_you_reset_by_overflow():
    for stream in streams():
        yield frame(HEADERS, END_HEADERS, stream, POST) + frame(WINDOW_UPDATE, 0, stream, number(2**31 - 1))


def made_you_reset_by_content():
    for stream in streams():
        yield frame(HEADERS, END_HEADERS | END_STREAM, stream, GET) + frame(DATA, END_STREAM, stream, b"x")


def malformed_requests():
    for stream in streams():
        yield frame(HEADERS, END_HEADERS | END_STREAM, stream, block((":method", "GET")))


def continuations():
    """CVE-2024-27316 and its like: a field section without an end."""
    yield frame(HEADERS, END_STREAM, 1, GET)
    while True:
        yield frame(CONTINUATION, 0, 1, block(("x-a", "b" * 1000)))


def empty_continuations():
    yield frame(HEADERS, END_STREAM, 1, GET)
    while True:
        yield frame(CONTINUATION, 0, 1)


def hpack_bomb():
    """One field of 4,000 bytes put into the table, then named by one byte each, many times."""
    big = b"\x40" + b"\x03x-a" + b"\x7f\xa1\x1e" + b"b" * 4000
    for stream in streams():
        yield (frame(HEADERS, END_STREAM, stream, GET + big) +
               frame(CONTINUATION, END_HEADERS, stream, b"\xbe" * 16000))


def pings():
    while True:
        yield frame(PING, 0, 0, b"12345678") * 100


def settings():
    while True:
        yield frame(SETTINGS, 0, 0, setting(3, 100)) * 100


def setting_acknowledgements():
    while True:
        yield frame(SETTINGS, ACK) * 100


def empty_data():
    """CVE-2019-9518."""
    yield frame(HEADERS, END_HEADERS, 1, POST)
    while True:
        yield frame(DATA, 0, 1) * 100


def priorities():
    while True:
        yield frame(PRIORITY, 0, 3, number(0) + b"\x10") * 100


def unknown_frames():
    while True:
        yield frame(0xEE, 0, 0) * 100


def window_updates():
    while True:
        yield frame(WINDOW_UPDATE, 0, 0, number(1)) * 100


ATTACKS = [rapid_reset, made_you_reset_by_window, made_you_reset_by_overflow, made_you_reset_by_content,
           malformed_requests, continuations, empty_continuations, hpack_bomb, pings, settings,
           setting_acknowledgements, empty_data, priorities, unknown_frames, window_updates]


def resident(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


@pytest.mark.core
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_ends_the_connection(shop, attack):
    with shop.client() as neighbour:
        assert neighbour.get("/products").status_code == 200
        before = resident(shop)
        peer = Frames(shop.port)
        peer.acks_settings = False
        sent = 0
        try:
            for part in attack():
                peer.send(part)
                sent += len(part)
                assert sent < 20_000_000, "it goes on for ever"
                while not peer.is_silent(0):
                    if peer.read() is None:
                        raise ConnectionResetError
                if peer.goaway:
                    break
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert peer.goaway is None or peer.finish() != NO_ERROR
        assert neighbour.get("/products").status_code == 200
        assert resident(shop) - before < GROWTH
        peer.socket.close()


@pytest.mark.parametrize("attack", [rapid_reset, pings, settings, empty_data, priorities, hpack_bomb])
def test_who_attacks_is_told_to_calm_down(shop, attack):
    with Frames(shop.port) as peer:
        for part in attack():
            peer.send(part)
            while not peer.goaway and not peer.is_silent(0):
                assert peer.read() is not None
            if peer.goaway:
                break
        assert peer.goaway[1] == ENHANCE_YOUR_CALM


def test_a_client_of_good_manners_may_cancel_a_hundred_requests_at_once(shop):
    with Frames(shop.port) as peer:
        for stream in range(1, 200, 2):
            peer.send(frame(HEADERS, END_HEADERS, stream, POST))
        for stream in range(1, 200, 2):
            peer.send(frame(RST_STREAM, 0, stream, number(CANCEL)))
        assert peer.ask(201, fields("GET", "/products")).status == 200


# ---- Slow clients -----------------------------------------------------------


def test_a_head_that_does_not_end_ends_the_connection(serve):
    server = serve(SHOP, "--header-timeout", "300ms")
    with Frames(server.port) as peer:
        assert peer.is_alive()  # nothing may come between the frames of a head
        peer.send(frame(HEADERS, END_STREAM, 1, GET))
        assert peer.finish() == ENHANCE_YOUR_CALM


def test_a_head_that_comes_byte_by_byte_ends_the_connection(serve):
    server = serve(SHOP, "--header-timeout", "300ms", "--idle-timeout", "300ms")
    with Frames(server.port) as peer:
        whole = frame(HEADERS, END_HEADERS | END_STREAM, 1, GET)
        assert peer.is_alive()
        try:
            for at in range(len(whole) - 1):
                peer.send(whole[at : at + 1])
                if not peer.is_silent(0.05) and peer.read() is None:
                    break
            assert peer.finish() in (ENHANCE_YOUR_CALM, NO_ERROR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert not peer.streams[1].fields


def test_an_idle_connection_is_not_kept_by_pings(serve):
    server = serve(SHOP, "--idle-timeout", "300ms")
    with Frames(server.port) as peer:
        for _ in patiently("it is kept for ever"):
            try:
                peer.send(frame(PING, 0, 0, b"12345678"))
            except (BrokenPipeError, ConnectionResetError):
                return
            if peer.read() is None:
                return


def test_streams_whose_windows_never_open_are_reset_and_then_all_of_it_ends(serve):
    """No room for a byte of any answer: each is given up, and whoever does it often is cut off."""
    server = serve(SHOP, "--write-timeout", "200ms")
    with Frames(server.port, preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 0))) as peer:
        peer.send(headers(1, fields("GET", "/products")))
        assert peer.answer(1).reset == CANCEL and peer.is_alive()
        for stream in range(3, 201, 2):
            peer.send(headers(stream, fields("GET", "/products")))
        assert peer.finish() == ENHANCE_YOUR_CALM
    server.wait_for_log(lambda line: line.get("dropped"))


def test_who_takes_nothing_is_cut_off_and_costs_little(serve):
    """Requests all the time, and no answer read."""
    server = serve(SHOP, "--write-timeout", "500ms")
    with server.client() as client:
        for at in range(60):
            assert client.post("/products", json=product(slug=f"tea-{at}")).status_code == 201
        before = resident(server)
        peer = Frames(server.port, preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 2**30)) +
                      frame(WINDOW_UPDATE, 0, 0, number(2**30)))
        peer.socket.settimeout(30)
        try:
            for stream in streams():
                peer.send(headers(stream, fields("GET", "/products?limit=60")))
                assert stream < 2_000_000
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert client.get("/products").status_code == 200
        assert resident(server) - before < GROWTH
        peer.socket.close()
