"""HTTP over TLS: handshakes, records and their ends, over real sockets."""

import concurrent.futures
import os
import signal
import ssl
import subprocess
import threading
import time
import warnings

import pytest

from certificates import Certificate, ManualWire, SecureWire, made, needs_openssl
from harness import PATIENCE, Wire, is_sanitized, patiently, request, run
from prometheus import scrape
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
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
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
    pytest.param(b"\x80\x2e\x01\x00\x02" + b"\x00" * 43, id="the hello of SSL 2"),
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


# ---- Sessions --------------------------------------------------------------


@pytest.mark.core
@pytest.mark.parametrize("version", [V12, V13])
def test_a_session_is_resumed_by_whichever_worker(secure, version):
    server = secure(DOCUMENT, "--workers", "4")
    context = made().context(low=version, high=version)
    session = None
    for number in range(12):
        with SecureWire(server.port, context=context, session=session) as wire:
            assert wire.ask(request("GET", "/things")).status == 200
            assert wire.socket.session_reused == (number > 0)
            session = wire.socket.session  # tickets of 1.3 come behind the handshake


def test_a_ticket_that_is_no_ticket_costs_a_whole_handshake_and_no_more(secure):
    first, second = secure(), secure()
    context = made().context(low=V12, high=V12)
    with SecureWire(first.port, context=context) as wire:
        assert wire.ask(request("GET", "/things")).status == 200
        session = wire.socket.session
    with SecureWire(second.port, context=context, session=session) as wire:
        assert not wire.socket.session_reused
        assert wire.ask(request("GET", "/things")).status == 200


def test_early_data_is_not_offered(secure):
    server = secure()
    said = subprocess.run(
        ["openssl", "s_client", "-ign_eof", "-connect", f"127.0.0.1:{server.port}"],
        input=request("GET", "/things", "Connection: close"), capture_output=True, timeout=PATIENCE).stdout
    assert said.count(b"Max Early Data: 0") == 2, said  # in each of the two tickets


# ---- Names -----------------------------------------------------------------


@pytest.mark.core
def test_each_name_gets_its_certificate(serve, tmp_path):
    first, second = (Certificate(tmp_path, [name], stem=name) for name in ("a.test", "b.test"))
    server = serve(DOCUMENT, "--tls-cert", tmp_path)
    for certificate, name in ((first, "a.test"), (second, "b.test"), (second, "B.test")):
        with SecureWire(server.port, certificate, name=name) as wire:
            assert wire.ask(request("GET", "/things", host=name)).status == 200
    for name in (None, "c.test"):  # the first one, for the client to judge
        context = ssl.create_default_context(cafile=first.certificate)
        context.check_hostname = False
        with SecureWire(server.port, context=context, name=name) as wire:
            assert wire.ask(request("GET", "/things", host="c.test")).status == 200


# ---- Reloading -------------------------------------------------------------


def replace(certificate, source):
    certificate.key.write_text(source.key.read_text())
    certificate.certificate.write_text(source.certificate.read_text())


def hang_up_certificates(server):
    """Sends SIGHUP; what was said of the certificate."""
    length = len(server.errors())
    server.signal(signal.SIGHUP)
    for _ in patiently("it does not say what came of the reload"):
        said = server.errors()[length:]
        if " was reloaded" in said:
            return said


@pytest.mark.core
@pytest.mark.threads
def test_sighup_serves_a_new_certificate_and_old_connections_go_on(serve, tmp_path):
    (tmp_path / "new").mkdir()
    old, new = Certificate(tmp_path), Certificate(tmp_path / "new", ["new.test"])
    server = serve(DOCUMENT, *old.options)
    trusts_old = old.context()
    with SecureWire(server.port, context=trusts_old) as wire:
        assert wire.ask(post("a"), "POST").status == 201
        wire.send(post("b")[:-1])
        replace(old, new)
        said = hang_up_certificates(server)
        assert "the certificate is served from now on" in said and "new.test, until 20" in said
        wire.send(post("b")[-1:])
        assert wire.read("POST").json()["name"] == "b"
        assert wire.ask(request("GET", "/things/1")).status == 200
    with SecureWire(server.port, new, name="new.test") as wire:
        assert wire.ask(request("GET", "/things/2")).json()["name"] == "b"
    with pytest.raises(ssl.SSLCertVerificationError):
        SecureWire(server.port, context=trusts_old)


@pytest.mark.core
@pytest.mark.parametrize("broken", ["no certificate", "another key", "gone"])
def test_a_broken_certificate_is_refused_and_the_old_one_stays(serve, tmp_path, broken):
    (tmp_path / "new").mkdir()
    old, new = Certificate(tmp_path), Certificate(tmp_path / "new")
    context = old.context()
    server = serve(DOCUMENT, *old.options)
    if broken == "another key":
        old.key.write_text(new.key.read_text())
    elif broken == "gone":
        old.certificate.unlink()
    else:
        old.certificate.write_text("no certificate")
    said = hang_up_certificates(server)
    assert "the certificate stays the one of before" in said
    assert str(old.key if broken == "another key" else old.certificate) in said
    with SecureWire(server.port, context=context) as wire:
        assert wire.ask(request("GET", "/things")).status == 200


def days_left(server):
    return (scrape(server).get("statute_certificate_end_time_seconds") - time.time()) / 86400


def test_metrics_tell_when_the_first_certificate_ends(serve, tmp_path):
    for stem, days in (("a", 300), ("b", 30), ("c", 200)):
        Certificate(tmp_path, days=days, stem=stem)
    server = serve(DOCUMENT, "--tls-cert", tmp_path)
    assert 29.9 < days_left(server) <= 30
    Certificate(tmp_path, days=100, stem="b")
    hang_up_certificates(server)
    assert 99.9 < days_left(server) <= 100
    assert "statute_certificate_end_time_seconds" not in scrape(serve(DOCUMENT)).names()


def test_a_session_outlives_a_new_certificate(serve, tmp_path):
    (tmp_path / "new").mkdir()
    old, new = Certificate(tmp_path), Certificate(tmp_path / "new")
    server = serve(DOCUMENT, *old.options)
    context = old.context()
    with SecureWire(server.port, context=context) as wire:
        assert wire.ask(request("GET", "/things")).status == 200
        session = wire.socket.session
    replace(old, new)
    hang_up_certificates(server)
    with SecureWire(server.port, context=context, session=session) as wire:
        assert wire.socket.session_reused
        assert wire.ask(request("GET", "/things")).status == 200


@pytest.mark.threads
def test_no_handshake_and_no_request_is_lost_to_reloads(serve, tmp_path):
    (tmp_path / "new").mkdir()
    certificate = Certificate(tmp_path)
    copies = [Certificate(tmp_path / "new", stem="one"), Certificate(tmp_path / "new", stem="two")]
    context = ssl.create_default_context()
    for copy in copies:
        context.load_verify_locations(copy.certificate)
    replace(certificate, copies[0])
    server = serve(DOCUMENT, *certificate.options)
    is_over = threading.Event()

    def ask():
        count = 0
        with SecureWire(server.port, context=context) as kept:
            while not is_over.is_set() or not count:
                with SecureWire(server.port, context=context) as wire:
                    assert wire.ask(request("GET", "/things")).status == 200
                assert kept.ask(request("GET", "/things")).status == 200
                count += 1
        return count

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(ask) for _ in range(4)]
        try:
            for number in range(10):
                replace(certificate, copies[number % 2])
                hang_up_certificates(server)
        finally:
            is_over.set()
        assert all(client.result(PATIENCE) > 0 for client in clients)


# ---- Bounds ----------------------------------------------------------------


def resources(server):
    """Descriptors, and kB of memory, of the server."""
    process = f"/proc/{server.process.pid}"
    with open(f"{process}/status") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    return len(os.listdir(f"{process}/fd")), memory


def wait_for_descriptors(server, count):
    for _ in patiently(f"descriptors stay open: {resources(server)[0]}, not {count}"):
        if resources(server)[0] <= count:
            return


def shake_hands(server, context, number):
    """One of several ends that a handshake can come to."""
    if number % 4 == 3:
        with Wire(server.port) as wire:
            wire.send(b"\x16\x03\x01\x02\x00\x01")
        return
    with SecureWire(server.port, context=context) as wire:
        if number % 4 == 2:
            wire.send(b"GET")
        elif number % 4 == 1:
            assert wire.ask(request("GET", "/things")).status == 200


def test_a_thousand_handshakes_leave_nothing_behind(secure):
    server = secure(DOCUMENT, "--workers", "2")
    context = made().context()
    for number in range(200):
        shake_hands(server, context, number)
    wait_for_descriptors(server, before := resources(server)[0])
    memory = resources(server)[1]
    for number in range(1000):
        shake_hands(server, context, number)
    wait_for_descriptors(server, before)
    assert is_sanitized() or resources(server)[1] < memory * 1.1 + 512


def test_a_client_that_takes_nothing_costs_little_and_is_cut_off(secure):
    server = secure(DOCUMENT, "--content-max", "3MiB", "--write-timeout", "1s", "--workers", "1")
    name = "n" * (2 << 20)
    with SecureWire(server.port) as wire:
        assert wire.ask(post(name), "POST").status == 201
    memory = resources(server)[1]
    with SecureWire(server.port) as slow:
        slow.send(request("GET", "/things/1") * 64)  # 128 MiB of answers
        with SecureWire(server.port) as other:
            assert other.ask(request("GET", "/things/1")).json()["name"] == name
            assert resources(server)[1] < memory + 40 * 1024
        for _ in patiently("the client is not cut off"):
            try:
                slow.socket.settimeout(0.02)
                slow.send(b"\r\n")
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                break
    with SecureWire(server.port) as wire:
        assert wire.ask(request("GET", "/things/1")).status == 200


def test_a_slow_reader_gets_all_of_its_answer(secure):
    server = secure(DOCUMENT, "--content-max", "3MiB")
    name = "n" * (2 << 20)
    with SecureWire(server.port) as wire:
        assert wire.ask(post(name), "POST").status == 201
        wire.send(request("GET", "/things/1") * 3)
        for _ in range(3):
            while len(wire.buffer) < 3000000 and wire.buffer[-2:] != b'"}':
                wire.buffer += wire.socket.recv(3000)
            assert wire.read().json()["name"] == name


def test_where_the_server_is_full_silent_handshakes_give_way(secure):
    server = secure(DOCUMENT, "--connections", "2", "--workers", "1", "--handshake-timeout", "1h")
    with Wire(server.port) as silent, Wire(server.port) as silent_too:
        for _ in patiently("no silent connection gives way"):
            try:
                with SecureWire(server.port) as wire:
                    assert wire.ask(request("GET", "/things")).status == 200
                    break
            except (OSError, ssl.SSLError):
                continue
        silent_too.close()


@pytest.mark.core
def test_told_to_stop_it_answers_what_is_in_progress_and_says_so(secure):
    server = secure()
    with SecureWire(server.port) as wire, SecureWire(server.port) as idle:
        assert idle.ask(request("GET", "/things")).status == 200
        wire.send(post("last")[:-1])
        server.wait_for_log(lambda line: line["path"] == "/things")
        server.signal(signal.SIGTERM)
        assert ended(idle) == b""
        wire.send(post("last")[-1:])
        response = wire.read("POST")
        assert response.status == 201 and response.closes
        assert ended(wire) == b""


# ---- Files -----------------------------------------------------------------


def refused(tmp_path, *options):
    (tmp_path / "api.yaml").write_text(DOCUMENT)
    result = run("serve", tmp_path / "api.yaml", "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db", *options)
    assert result.returncode == 2, result.stderr
    return result.stderr


def test_what_is_wrong_with_the_files_is_told_with_what_would_be_right(tmp_path):
    good, weak = Certificate(tmp_path), Certificate(tmp_path, kind="rsa1024", stem="weak")
    other = Certificate(tmp_path, stem="other")
    empty, missing, encrypted = tmp_path / "empty.pem", tmp_path / "missing.pem", tmp_path / "encrypted.key"
    empty.write_text("")
    subprocess.run(["openssl", "pkey", "-in", good.key, "-aes256", "-passout", "pass:x", "-out", encrypted], check=True)
    (tmp_path / "folder").mkdir()
    for certificate, key, blamed, said in [
        (missing, good.key, missing, "No such file or directory"),
        (good.certificate, missing, missing, "No such file or directory"),
        (empty, good.key, empty, "there is no certificate in it"),
        (good.certificate, empty, empty, "there is no key in it"),
        (good.key, good.certificate, good.key, "this is a key"),
        (good.certificate, good.certificate, good.certificate, "there is no key in it"),
        (good.certificate, other.key, other.key, f"the key is not that of the certificate in {good.certificate}"),
        (good.certificate, encrypted, encrypted, "the key is encrypted"),
        (weak.certificate, weak.key, weak.certificate, "ee key too small"),
        (good.certificate, None, good.certificate, "its key is missing: --tls-key FILE"),
        (None, good.key, good.key, "a key without its certificate: --tls-cert FILE"),
        (tmp_path / "folder", None, tmp_path / "folder", "no certificate in this folder"),
    ]:
        options = ["--tls-cert", certificate] if certificate else []
        errors = refused(tmp_path, *options, *(["--tls-key", key] if key else []))
        assert f"{blamed}: " in errors and said in errors, errors


def test_a_folder_is_refused_where_one_of_its_certificates_is_broken(tmp_path):
    Certificate(tmp_path, stem="a")
    Certificate(tmp_path, stem="b").key.unlink()
    assert f"{tmp_path / 'b.key'}: No such file" in refused(tmp_path, "--tls-cert", tmp_path)


def test_a_listener_in_the_clear_beside_none_of_tls_is_refused(tmp_path):
    assert "which there is none of" in refused(tmp_path, "--listen-plain", "127.0.0.1:0")


def test_what_clients_or_guests_will_trouble_over_is_warned_of(serve, tmp_path):
    for stem, options, said in [
        ("soon", {"days": 13}, "the certificate ends within 14 days"),
        ("past", {"days": -1}, "the certificate has expired"),
        ("anonymous", {"names": ()}, "names no host as subjectAltName"),
    ]:
        certificate = Certificate(tmp_path, stem=stem, **options)
        assert f"warning: {certificate.certificate}: " in (errors := serve(DOCUMENT, *certificate.options).errors())
        assert said in errors
    open_to_all = Certificate(tmp_path)
    open_to_all.key.chmod(0o644)
    assert f"warning: {open_to_all.key}: everybody on this machine can read" in \
        serve(DOCUMENT, *open_to_all.options).errors()
    assert "warning" not in serve(DOCUMENT, *made().options).errors()
