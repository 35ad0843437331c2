"""The admin listener: where it is, who is answered there, and what it leaves alone."""

import re
import signal
import socket

import pytest

from harness import SHOP, Wire, patiently, request, run
from problems import assert_problem


def port_of(url):
    return int(url.rsplit(":", 1)[1])


def admin_wire(server):
    return Wire(port_of(server.admin))


def free_pair():
    """A port that is free, with a free one after it."""
    for _ in patiently("no two free ports in a row"):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@pytest.mark.core
def test_it_is_on_loopback_and_answers_probes_and_error_pages(shop):
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", shop.admin) and shop.admin != shop.url
    client = shop.admin_client()
    assert client.get("/-/health").json() == {"status": "ok"}
    assert client.get("/-/ready").json() == {"status": "ok"}
    assert client.get("/-/errors/PATH_NOT_FOUND").status_code == 200


def test_it_is_on_the_next_port_where_nothing_is_said(serve):
    port = free_pair()
    server = serve(SHOP, "--listen", f"127.0.0.1:{port}")
    assert server.admin == f"http://127.0.0.1:{port + 1}"
    assert server.errors() == ""


def test_where_the_next_port_is_taken_it_warns_and_takes_another(serve):
    port = free_pair()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + 1))
        other.listen()
        server = serve(SHOP, "--listen", f"127.0.0.1:{port}")
        assert port_of(server.admin) not in (port, port + 1)
        assert server.admin_client().get("/-/health").status_code == 200
        assert re.match(rf"warning: 127\.0\.0\.1:{port + 1}: ", server.errors())


def test_it_is_where_it_is_told_to_be(serve):
    port = free_pair()
    assert serve(SHOP, "--admin", f"127.0.0.1:{port}").admin == f"http://127.0.0.1:{port}"


def test_an_address_that_is_taken_is_1_and_one_that_is_none_is_2(shop, tmp_path):
    words = ["serve", SHOP, "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db", "--admin"]
    taken = run(*words, f"127.0.0.1:{shop.port}")
    assert taken.returncode == 1 and str(shop.port) in taken.stderr
    wrong = run(*words, "upstairs")
    assert wrong.returncode == 2 and "upstairs" in wrong.stderr and "public" in wrong.stderr


def test_off_is_off(serve):
    server = serve(SHOP, "--admin", "off")
    assert server.admin is None
    assert server.client().get("/-/health").status_code == 200


@pytest.mark.core
def test_nothing_of_the_api_is_answered_there(shop):
    client = shop.admin_client()
    assert client.get("/users").status_code == 404
    assert client.post("/users", json={"email": "ada@example.com"}).status_code in (404, 405)
    assert_problem(admin_wire(shop).ask(request("GET", "/users", host="localhost")), 404, "PATH_NOT_FOUND")
    assert shop.client().get("/users/1").status_code == 404


@pytest.mark.parametrize("host", [
    "127.0.0.1", "127.0.0.1:8081", "[::1]", "[::1]:80", "localhost", "LocalHost:8081", "192.0.2.7:1", "10.0.0.1:",
])
def test_addresses_and_localhost_are_answered(shop, host):
    with admin_wire(shop) as wire:
        assert wire.ask(request("GET", "/-/health", host=host)).status == 200


@pytest.mark.core
@pytest.mark.parametrize("host", [
    "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
    "notlocalhost", "statute.internal:8081", "0x7f000001", "2130706433", "127.1",
])
def test_a_host_name_that_nobody_set_is_421(shop, host):
    with admin_wire(shop) as wire:
        response = wire.ask(request("GET", "/-/ready", host=host))
        assert_problem(response, 421, "MISDIRECTED_REQUEST")


def test_the_name_of_an_absolute_target_counts_before_host(shop):
    with admin_wire(shop) as wire:
        response = wire.ask(request("GET", "http://evil.example/-/ready", host="127.0.0.1"))
        assert_problem(response, 421, "MISDIRECTED_REQUEST")


def test_the_name_that_was_set_is_answered_and_no_other(serve):
    server = serve(SHOP, "--admin-host", "statute.internal")
    with admin_wire(server) as wire:
        assert wire.ask(request("GET", "/-/ready", host="Statute.internal:9100")).status == 200
        assert wire.ask(request("GET", "/-/ready", host="other.internal:9100")).status == 421


def test_the_public_listener_takes_any_host(shop):
    with shop.wire() as wire:
        assert wire.ask(request("GET", "/-/ready", host="evil.example")).status == 200


def test_its_requests_are_not_logged(shop):
    assert shop.admin_client().get("/-/ready").status_code == 200
    assert shop.admin_client().get("/nowhere").status_code == 404
    assert shop.client().get("/users").status_code == 200
    shop.wait_for_log(lambda line: line["path"] == "/users")
    assert [line["path"] for line in shop.log()] == ["/users"]


def test_its_connections_do_not_count_as_the_apis(serve):
    server = serve(SHOP, "--connections", "1")
    with admin_wire(server) as look:
        assert look.ask(request("GET", "/-/health", host="localhost")).status == 200
        with server.wire() as wire:
            assert wire.ask(request("GET", "/users")).status == 200
            assert look.ask(request("GET", "/-/health", host="localhost")).status == 200


@pytest.mark.threads
def test_it_ends_with_the_server_though_somebody_looks(shop):
    with admin_wire(shop) as idle, admin_wire(shop) as used:
        assert used.ask(request("GET", "/-/health", host="localhost")).status == 200
        shop.signal(signal.SIGTERM)
        assert idle.is_ended() and used.is_ended()
    assert shop.process.wait(30) == 0
