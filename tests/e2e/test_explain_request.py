"""`statute explain req_…`: a running server is asked why it answered a request so."""

import json
import socket
import threading

import pytest

from harness import SHOP, run as statute
from shop_data import created, product


def explain(server, word, *options):
    return statute("explain", word, "--admin", server.admin, *options)


def id_of(answer):
    return answer.headers["X-Request-Id"]


@pytest.mark.core
def test_the_questions_answers_facts_and_the_verdict_are_told(shop):
    client = shop.client()
    created(client.post("/products", json=product()))
    answer = client.patch("/products/1", json={"price": 3}, headers={
        "If-Match": '"77"', "Content-Type": "application/merge-patch+json"})
    done = explain(shop, id_of(answer))
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == f"{id_of(answer)}  PATCH /products/1"
    tag = client.get("/products/1").headers["ETag"]
    decided = next(line for line in lines if line.startswith("H03a"))
    assert decided.split("  ")[-1].strip() == f'If-Match: "77"; the current tag is {tag}'
    assert " no " in decided
    assert lines[-3:] == ["412 Precondition Failed", "PRECONDITION_FAILED, decided at H03a",
                          "The resource is not in the version that the request demands."]


def test_json_is_what_the_server_says(shop):
    answer = shop.client().get("/users/1")
    done = explain(shop, id_of(answer), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == shop.admin_client().get(f"/-/trace/{id_of(answer)}").json()


def test_an_id_that_a_client_chose_is_found_where_a_server_is_named(shop):
    shop.client().get("/users", headers={"X-Request-Id": "edge/7:a+b="})
    done = explain(shop, "edge/7:a+b=")
    assert done.returncode == 0 and done.stdout.startswith("edge/7:a+b=  GET /users\n")


def test_the_url_may_end_in_a_slash(shop):
    shop.client().get("/users", headers={"X-Request-Id": "one"})
    assert statute("explain", "one", "--admin", shop.admin + "/").returncode == 0


@pytest.mark.core
@pytest.mark.parametrize("word", ["req_unknown", "a b\n%\u00e9", "req_" + "x" * 4000])
def test_an_unknown_id_is_1_and_says_what_is_kept(shop, word):
    done = explain(shop, word)
    assert done.returncode == 1 and done.stdout == ""
    assert "1,000" in done.stderr and shop.admin in done.stderr


def test_where_nobody_answers_it_is_1_with_the_reason(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        done = statute("explain", "req_1", "--admin", url)
    assert done.returncode == 1 and done.stdout == ""
    assert url in done.stderr and "refused" in done.stderr


@pytest.mark.parametrize("said, reason", [
    (b"SSH-2.0-OpenSSH\r\n\r\n", "HTTP"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of", "broke off"),
    (b"", "HTTP"),
])
def test_another_server_there_is_1(said, reason):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            with listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        done = statute("explain", "req_1", "--admin", f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
    assert done.returncode == 1 and done.stdout == "" and reason in done.stderr


def test_the_public_listener_is_told_apart(shop):
    done = statute("explain", "req_1", "--admin", shop.url)
    assert done.returncode == 1 and "404" in done.stderr and "admin listener" in done.stderr


@pytest.mark.parametrize("url", ["", "127.0.0.1:8081", "https://127.0.0.1:8081", "http://127.0.0.1", "http://:8081",
                                 "http://127.0.0.1:99999", "http://127.0.0.1:80/path", "http://::1:8081"])
def test_what_is_no_url_is_2(url):
    done = statute("explain", "req_1", "--admin", url)
    assert done.returncode == 2 and "http://127.0.0.1:8081" in done.stderr


def test_a_server_without_a_request_is_2(shop):
    done = statute("explain", "--admin", shop.admin)
    assert done.returncode == 2


def test_codes_are_explained_as_ever_though_a_server_runs(shop):
    assert statute("explain", "404").stdout.startswith("404 Not Found\n")


def test_an_ipv6_listener_is_asked_too(serve):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    server = serve(SHOP, "--admin", "[::1]:0")
    server.client().get("/users", headers={"X-Request-Id": "six"})
    assert explain(server, "six").returncode == 0
