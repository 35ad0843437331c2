"""HTTP over TLS: handshakes, records and their ends, over real sockets."""

import signal
import ssl
import subprocess

import pytest

from certificates import ManualWire, SecureWire, made, needs_openssl
from harness import PATIENCE, SHOP, Wire, patiently, request
from problems import assert_problem
from shop_data import created
from test_server import DOCUMENT, post

pytestmark = needs_openssl

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture
def secure(serve):
    """secure(document, *options): a server with a certificate for shop.test."""

    def start(document=DOCUMENT, *options, **more):
        return serve(document, *made().options, *options, **more)

    return start


def ended(wire):
    """What comes until the server says that nothing more does; b"" where it says so at once."""
    rest = b""
    while data := wire.socket.recv(65536):
        rest += data
    return rest


def plain_port(server):
    return int(server.plain.rsplit(":", 1)[1])


# ---- Versions and protocols ------------------------------------------------


@pytest.mark.core
@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_tls_1_2_and_1_3_are_spoken(serve, version, kind):
    certificate = made(kind=kind)
    server = serve(DOCUMENT, *certificate.options)
    assert server.url.startswith("https://")
    with SecureWire(server.port, context=certificate.context(low=version, high=version)) as wire:
        assert wire.socket.version() == {V12: "TLSv1.2", V13: "TLSv1.3"}[version]
        assert wire.ask(post("a"), "POST").status == 201
        assert wire.ask(request("GET", "/things/1")).json()["name"] == "a"


def test_older_versions_are_refused_with_an_alert(secure):
    server = secure()
    context = made().context(low=ssl.TLSVersion.TLSv1, high=ssl.TLSVersion.TLSv1_1)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION|alert protocol version"):
        SecureWire(server.port, context=context)


def test_http_1_1_is_agreed_on_and_what_is_not_spoken_gets_an_alert(secure):
    server = secure()
    for offered, agreed in [(["http/1.1"], "http/1.1"), (["foo", "http/1.1"], "http/1.1"),
                            (["http/1.0"], "http/1.0"), ([], None)]:
        with SecureWire(server.port, context=made().context(protocols=offered)) as wire:
            assert wire.socket.selected_alpn_protocol() == agreed
            assert wire.ask(request("GET", "/things")).status == 200
    with pytest.raises(ssl.SSLError, match="NO_APPLICATION_PROTOCOL|no application protocol"):
        SecureWire(server.port, context=made().context(protocols=["foo"]))


@pytest.mark.core
def test_http_in_the_clear_to_the_port_of_tls_is_told_so(secure):
    server = secure()
    with Wire(server.port) as wire:
        response = wire.ask(request("GET", "/things"))
        assert response.status == 400 and response.json()["error"] == "TLS_EXPECTED"
        assert response.closes and wire.is_ended()
    assert server.wait_for_log(lambda line: line.get("error") == "TLS_EXPECTED")["status"] == 400


def test_a_listener_in_the_clear_stands_beside_it_where_one_is_wanted(secure):
    server = secure(DOCUMENT, "--listen-plain", "127.0.0.1:0")
    with Wire(plain_port(server)) as plain, SecureWire(server.port) as wire:
        assert plain.ask(post("a"), "POST").status == 201
        assert wire.ask(request("GET", "/things/1")).json()["name"] == "a"


# ---- Bytes -----------------------------------------------------------------


@pytest.mark.core
@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize("size", [1, 7])
def test_it_does_not_matter_in_which_pieces_the_bytes_come(secure, version, size):
    server = secure()
    with ManualWire(server.port, made().context(low=version, high=version)) as wire:
        wire.shake_hands(size)
        wire.sendall(post("a") + request("GET", "/things/1"), size)
        assert wire.read("POST").status == 201
        assert wire.read().json()["name"] == "a"


@pytest.mark.core
def test_pipelined_requests_are_answered_in_order(secure):
    server = secure()
    with SecureWire(server.port) as wire:
        wire.send(b"".join(post(f"name {number}") for number in range(200)))
        for number in range(200):
            assert wire.read("POST").json()["name"] == f"name {number}"


def test_a_request_over_many_small_records_is_one_request(secure):
    server = secure()
    with SecureWire(server.port) as wire:
        for byte in post("a"):
            wire.send(bytes([byte]))
        assert wire.read("POST").json()["name"] == "a"


@pytest.mark.core
def test_large_content_goes_both_ways(secure):
    server = secure(DOCUMENT, "--content-max", "3MiB")
    name = "n" * (2 << 20)
    with SecureWire(server.port) as wire:
        assert wire.ask(post(name), "POST").json()["name"] == name
        wire.send(request("GET", "/things/1") * 8)
        for _ in range(8):
            assert wire.read().json()["name"] == name


# ---- Ends ------------------------------------------------------------------


@pytest.mark.core
def test_the_last_answer_is_followed_by_close_notify(secure):
    server = secure()
    with SecureWire(server.port) as wire:
        assert wire.ask(request("GET", "/things", "Connection: close")).status == 200
        assert ended(wire) == b""  # without close_notify it is an error


def test_an_idle_connection_ends_with_close_notify(secure):
    server = secure(DOCUMENT, "--idle-timeout", "100ms")
    with SecureWire(server.port) as wire:
        assert wire.ask(request("GET", "/things")).status == 200
        assert ended(wire) == b""


@pytest.mark.core
def test_a_client_that_said_close_notify_gets_every_answer(secure):
    server = secure()
    with ManualWire(server.port) as wire:
        wire.shake_hands()
        wire.sendall(post("a") + request("GET", "/things/1") + request("GET", "/things"))
        wire.finish()
        assert wire.read("POST").status == 201
        assert wire.read().json()["name"] == "a"
        assert len(wire.read().json()) == 1
        assert wire.recv(1) == b""


@pytest.mark.core
def test_what_is_cut_off_is_no_request(secure):
    server = secure()
    with ManualWire(server.port) as wire:
        wire.shake_hands()
        wire.sendall(post("whole") + post("cut")[:-1])
        wire.cut()
        assert wire.read("POST").json()["name"] == "whole"
    with SecureWire(server.port) as wire:
        assert [thing["name"] for thing in wire.ask(request("GET", "/things")).json()] == ["whole"]


def test_a_record_that_was_changed_on_its_way_ends_the_connection(secure):
    server = secure()
    with ManualWire(server.port) as wire:
        wire.shake_hands()
        wire.tls.write(post("a"))
        record = bytearray(wire.leaves.read())
        record[-1] ^= 1
        wire.raw.sendall(bytes(record))
        with pytest.raises(ssl.SSLError, match="ALERT_BAD_RECORD_MAC|alert bad record mac"):
            wire.recv(1)
    with SecureWire(server.port) as wire:
        assert wire.ask(request("GET", "/things")).json() == []


# ---- Handshakes that go wrong ----------------------------------------------


@pytest.mark.core
@pytest.mark.parametrize("sent", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"])
def test_a_handshake_that_does_not_end_is_ended(secure, sent):
    server = secure(DOCUMENT, "--handshake-timeout", "200ms", "--idle-timeout", "1h")
    with Wire(server.port) as wire:
        wire.send(sent)
        assert wire.is_ended()


@pytest.mark.core
@pytest.mark.parametrize("junk", [
    pytest.param(b"\x16\x03\x01" + b"\xff" * 60000, id="a record that is too long"),
    pytest.param(b"\x16\x03\x01\x00\x04\xff\x00\x00\x00", id="a message that no handshake has"),
    pytest.param(b"\x17\x03\x03\x00\x05hello", id="data before the handshake"),
    pytest.param(b"\x18\x03\x02\x00\x03\x01\x40\x00", id="a heartbeat that asks for memory"),
    pytest.param(b"\x80\x2e\x01\x00\x02" + b"\x00" * 41, id="the hello of SSL 2"),
    pytest.param(b"\x00" * 100, id="zeros"),
    pytest.param(b"\xff" * 70000, id="ones"),
])
def test_junk_ends_the_connection_and_no_other(secure, junk):
    server = secure()
    with SecureWire(server.port) as other, Wire(server.port) as wire:
        try:
            wire.send(junk)
            while wire.socket.recv(65536):
                pass
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert other.ask(request("GET", "/things")).status == 200


def test_whoever_wants_to_renegotiate_is_cut_off(secure):
    server = secure()
    client = subprocess.Popen(
        ["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{server.port}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said, _ = client.communicate(b"R\nR\nR\n", timeout=PATIENCE)
    finally:
        client.kill()
    assert b"RENEGOTIATING" in said and b"no renegotiation" in said, said
    with SecureWire(server.port) as wire:
        assert wire.ask(request("GET", "/things")).status == 200
