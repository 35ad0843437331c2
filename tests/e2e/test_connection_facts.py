"""What the connection has to do with the answer: is the host ours (421), was it early data (425), is TLS
demanded (308, 403)? Rows A12 to A14 of the graph, each way, over real sockets."""

import pytest

from certificates import Certificate, SecureWire, made, needs_openssl
from harness import Wire, request, run
from problems import assert_problem
from test_server import DOCUMENT, post
from test_tls import plain_port

REQUIRES = DOCUMENT.replace("info:", "x-statute: { require-tls: true }\ninfo:", 1)
HSTS = "Strict-Transport-Security"


def ask(wire, method="GET", target="/things", *fields, **more):
    return wire.ask(request(method, target, *fields, **more), method)


# ---- 421 -------------------------------------------------------------------


@pytest.mark.core
def test_a_host_that_is_not_ours_is_421(serve):
    server = serve(DOCUMENT, "--host", "shop.test, www.shop.test,[::1]")
    with server.wire() as wire:
        for host in ("shop.test", "SHOP.test:8080", "shop.test.", "www.shop.test", "[::1]:1"):
            assert ask(wire, host=host).status == 200, host
        for host in ("other.test", "shop.test.evil", "xshop.test", "127.0.0.1", "[::2]"):
            assert_problem(ask(wire, host=host), 421, "MISDIRECTED_REQUEST")
        assert_problem(ask(wire, target="http://other.test/things"), 421, "MISDIRECTED_REQUEST")
        assert ask(wire, target="http://shop.test/things", host="other.test").status == 200


def test_whoever_names_no_host_or_probes_by_address_is_answered(serve):
    server = serve(DOCUMENT, "--host", "shop.test")
    with server.wire() as wire:
        assert ask(wire, host="").status == 200
        assert ask(wire, target="/-/ready", host="10.1.2.3").status == 200
        wire.send(b"GET /things HTTP/1.0\r\n\r\n")
        assert wire.read().status == 200


def test_without_configured_hosts_any_is_ours(serve):
    with serve(DOCUMENT).wire() as wire:
        assert ask(wire, host="anything.test").status == 200


@needs_openssl
@pytest.mark.core
def test_a_host_that_the_connections_certificate_is_not_for_is_421(serve, tmp_path):
    Certificate(tmp_path, ["a.test", "*.wide.test"], stem="a")
    other = Certificate(tmp_path, ["b.test"], stem="b")
    server = serve(DOCUMENT, "--tls-cert", tmp_path)
    with SecureWire(server.port, other, name="b.test") as wire:
        assert ask(wire, host="b.test").status == 200
        assert ask(wire, host=f"b.test:{server.port}").status == 200
        assert_problem(ask(wire, host="a.test"), 421, "MISDIRECTED_REQUEST")
        assert_problem(ask(wire, host="deep.wide.test"), 421, "MISDIRECTED_REQUEST")
        assert ask(wire, host="b.test").status == 200  # the connection goes on


@needs_openssl
def test_a_certificate_for_several_hosts_serves_each_over_one_connection(serve, tmp_path):
    wide = Certificate(tmp_path, ["a.test", "*.wide.test"], stem="a")
    Certificate(tmp_path, ["b.test"], stem="b")
    server = serve(DOCUMENT, "--tls-cert", tmp_path)
    with SecureWire(server.port, wide, name="a.test") as wire:
        assert ask(wire, host="one.wide.test").status == 200
        assert_problem(ask(wire, host="one.two.wide.test"), 421, "MISDIRECTED_REQUEST")


@pytest.mark.parametrize("hosts, said", [("shop.test:80", "no port"), ("", "no host"), ("a,,b", "no host"),
                                         ("a b", "no host"), ("https://shop.test", "no host")])
def test_what_is_no_host_is_no_option(tmp_path, hosts, said):
    (tmp_path / "api.yaml").write_text(DOCUMENT)
    result = run("serve", tmp_path / "api.yaml", "--listen", "127.0.0.1:0", "--host", hosts)
    assert result.returncode == 2 and said in result.stderr


# ---- 425 -------------------------------------------------------------------


@pytest.mark.core
@pytest.mark.parametrize("fields", [["Early-Data: 1"], ["Early-Data: 0"], ["Early-Data: 1", "Early-Data: x"]])
def test_early_data_is_425_where_a_replay_could_do_harm(serve, fields):
    with serve(DOCUMENT).wire() as wire:
        assert_problem(wire.ask(post("a", *fields), "POST"), 425, "TOO_EARLY")
        assert_problem(ask(wire, "DELETE", "/things/1", *fields), 425, "TOO_EARLY")
        for method in ("GET", "HEAD", "OPTIONS"):
            assert ask(wire, method, "/things", *fields).status < 300
        assert ask(wire).json() == []
        assert wire.ask(post("a"), "POST").status == 201


# ---- 308 and 403 -----------------------------------------------------------


@needs_openssl
@pytest.mark.core
@pytest.mark.parametrize("document, options", [(REQUIRES, []), (DOCUMENT, ["--require-tls"])])
def test_where_tls_is_demanded_what_comes_without_is_redirected_or_refused(serve, document, options):
    server = serve(document, *made().options, "--listen-plain", "127.0.0.1:0", *options)
    place = f"https://shop.test:{server.port}"
    with Wire(plain_port(server)) as wire:
        for method in ("GET", "HEAD"):
            response = ask(wire, method, "/things?name=a%20b&x", host=f"shop.test:{plain_port(server)}")
            assert response.status == 308 and response.field("Location") == place + "/things?name=a%20b&x"
            assert response.field(HSTS) is None
        assert ask(wire, target="http://shop.test/things").field("Location") == place + "/things"
        assert ask(wire, target="/nowhere").field("Location") == place + "/nowhere"
        assert ask(wire, host="[::1]:80").field("Location") == f"https://[::1]:{server.port}/things"
        for response in (wire.ask(post("a"), "POST"), ask(wire, "DELETE", "/things/1"),
                         ask(wire, "GET", "/things", "Authorization: Bearer x"),
                         ask(wire, "HEAD", "/things", "Authorization: Basic eDp5")):
            assert response.status == 403
        assert_problem(wire.ask(post("a"), "POST"), 403, "TLS_REQUIRED")
        assert_problem(ask(wire, host=""), 421, "MISDIRECTED_REQUEST")
        assert ask(wire, target="/-/health").status == 200
    with SecureWire(server.port) as wire:
        assert wire.ask(post("a"), "POST").status == 201
        response = ask(wire, target="/things/1")
        assert response.status == 200 and response.field(HSTS) == "max-age=31536000"
        assert ask(wire, target="/nowhere").field(HSTS) == "max-age=31536000"


@needs_openssl
def test_browsers_remember_tls_only_where_they_are_meant_to(serve):
    with SecureWire(serve(REQUIRES, *made().options, "--no-hsts").port) as wire:
        assert ask(wire).field(HSTS) is None
    with SecureWire(serve(DOCUMENT, *made().options).port) as wire:
        assert ask(wire).field(HSTS) is None


def test_a_server_without_tls_that_demands_it_says_so(serve):
    server = serve(REQUIRES)
    assert "TLS is required and there is none here" in server.errors()
    with server.wire() as wire:
        response = ask(wire, host=f"shop.test:{server.port}")
        assert response.status == 308 and response.field("Location") == "https://shop.test/things"


def test_it_is_true_or_false_whether_tls_is_demanded(tmp_path):
    (tmp_path / "api.yaml").write_text(REQUIRES.replace("true", "always", 1))
    result = run("serve", tmp_path / "api.yaml", "--listen", "127.0.0.1:0")
    assert result.returncode == 2 and "write require-tls: true" in result.stderr


# ---- HTTP/2 ----------------------------------------------------------------


@needs_openssl
def test_it_is_the_same_over_http_2(serve):
    pytest.importorskip("h2")
    server = serve(REQUIRES, *made().options, "--host", "shop.test,127.0.0.1")
    client = server.client(http2=True, http1=False, verify=made().context(protocols=["h2"]))
    answer = client.get("/things")
    assert answer.http_version == "HTTP/2" and answer.status_code == 200 and answer.headers[HSTS] == "max-age=31536000"
    assert_problem(client.get("/things", headers={"Host": "other.test"}), 421, "MISDIRECTED_REQUEST")
    assert_problem(client.post("/things", json={"name": "a"}, headers={"Early-Data": "1"}), 425, "TOO_EARLY")
    assert client.post("/things", json={"name": "a"}).status_code == 201
