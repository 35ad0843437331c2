"""/-/metrics: what is counted, by what, and that nothing a client does makes more series."""

import signal

import pytest

from harness import SHOP, patiently, request
from problems import assert_problem
from prometheus import needs_promtool, promtool, scrape
from shop_data import created, product, user

JSON = "Content-Type: application/json"


@pytest.mark.core
def test_requests_are_counted_by_route_method_and_status(shop):
    client = shop.client()
    created(client.post("/users", json=user()))
    client.post("/users", json=user())
    for _ in range(3):
        client.get("/users/1")
    client.get("/users/2")
    client.request("PROPFIND", "/users")
    metrics = scrape(shop)
    count = "statute_requests_total"
    assert metrics.get(count, route="/users", method="POST", status="201") == 1
    assert metrics.get(count, route="/users", method="POST", status="409") == 1
    assert metrics.get(count, route="/users/{userId}", method="GET", status="200") == 3
    assert metrics.get(count, route="/users/{userId}", method="GET", status="404") == 1
    assert metrics.get(count, route="/users", method="other", status="501") == 1
    assert sum(metrics.all(count).values()) == 7
    assert metrics.get("statute_errors_total", code="RESOURCE_ALREADY_EXISTS") == 1
    assert metrics.get("statute_errors_total", code="RESOURCE_NOT_FOUND") == 1
    assert metrics.get("statute_request_duration_seconds_count", route="/users/{userId}") == 4


@pytest.mark.core
def test_bytes_are_those_of_the_log(shop):
    with shop.wire() as wire:
        wire.ask(request("GET", "/users"))
        wire.ask(request("POST", "/users", JSON, content=user()), "POST")
    shop.wait_for_log(lambda line: line["method"] == "POST")
    metrics = scrape(shop)
    assert metrics.get("statute_received_bytes_total") == sum(line["in"] for line in shop.log())
    assert metrics.get("statute_sent_bytes_total") == sum(line["out"] for line in shop.log())


def test_what_a_client_invents_makes_no_more_series(shop):
    client = shop.client()
    for i in range(50):
        client.get(f"/nowhere/{i}")
        client.request(f"METHOD{i}", "/users")
        client.get(f"/users/{i}", headers={"X-Request-Id": f"mine-{i}"})
    metrics = scrape(shop)
    assert metrics.get("statute_requests_total", route="", method="GET", status="404") == 50
    assert metrics.get("statute_requests_total", route="/users", method="other", status="501") == 50
    assert metrics.get("statute_requests_total", route="/users/{userId}", method="GET", status="404") == 50
    assert len(metrics.all("statute_requests_total")) == 3


def test_the_servers_own_paths_are_one_route(shop):
    client = shop.client()
    client.get("/-/health")
    client.get("/-/errors/PATH_NOT_FOUND")
    assert scrape(shop).get("statute_requests_total", route="/-/", method="GET", status="200") == 2


def test_refused_heads_and_clients_that_left_are_counted(shop):
    with shop.wire() as wire:
        assert wire.ask(b"GET / HTTP/1.1\r\n\r\n").status == 400
    with shop.wire() as wire:
        wire.send(request("POST", "/users", JSON, "Content-Length: 10"))
    for _ in patiently("it is not counted"):
        metrics = scrape(shop)
        if metrics.get("statute_requests_total", route="/users", method="POST", status="0"):
            break
    assert metrics.get("statute_errors_total", code="INVALID_HOST") == 1


@pytest.mark.core
def test_what_is_open_and_in_flight_comes_and_goes(shop):
    assert scrape(shop).get("statute_connections_open") == 0
    with shop.wire() as wire:
        wire.send(request("POST", "/users", JSON, "Content-Length: 10", "Expect: 100-continue"))
        assert wire.read("POST").status == 100
        metrics = scrape(shop)
        assert metrics.get("statute_connections_open") == 1 and metrics.get("statute_requests_in_flight") == 1
    for _ in patiently("it does not go"):
        metrics = scrape(shop)
        if metrics.get("statute_connections_open") == 0 == metrics.get("statute_requests_in_flight"):
            break


def test_writes_and_commits_are_counted(shop):
    client = shop.client()
    for i in range(5):
        created(client.post("/products", json=product(slug=f"p{i}")))
    client.post("/products", json=product(slug="p1"))
    metrics = scrape(shop)
    assert metrics.get("statute_store_writes_total") == 6
    assert metrics.get("statute_store_refused_writes_total") == 1
    assert 1 <= metrics.get("statute_store_commit_duration_seconds_count") <= 6
    assert metrics.get("statute_store_batch_writes_sum") == 6
    assert metrics.get("statute_store_queue_length") == 0


def test_log_lines_that_the_system_refuses_are_counted(serve):
    server = serve(SHOP, "--log", "/dev/full")
    assert server.client().get("/users").status_code == 200
    for _ in patiently("they are not counted"):
        if scrape(server).get("statute_log_lost_lines_total") == 1:
            break


@pytest.mark.core
def test_reloads_are_counted_and_counts_go_on_over_them(serve, tmp_path):
    document = tmp_path / "shop.yaml"
    document.write_text(SHOP.read_text())
    server = serve(document)
    server.client().get("/users/1")
    document.write_text("openapi: broken")
    server.signal(signal.SIGHUP)
    for _ in patiently("it is not counted"):
        if scrape(server).get("statute_document_reloads_total", result="refused") == 1:
            break
    document.write_text(SHOP.read_text().replace("  /settings:", "  /preferences:", 1))
    server.signal(signal.SIGHUP)
    for _ in patiently("it is not counted"):
        if scrape(server).get("statute_document_reloads_total", result="taken") == 1:
            break
    server.client().get("/users/1")
    server.client().get("/preferences")
    metrics = scrape(server)
    assert metrics.get("statute_requests_total", route="/users/{userId}", method="GET", status="404") == 2
    assert any(dict(labels)["route"] == "/preferences" for labels in metrics.all("statute_requests_total"))
    assert server.admin_client().get("/-/traces").json()["traces"][-1]["route"] == "/users/{userId}"


def test_scraping_counts_nothing(shop):
    scrape(shop)
    metrics = scrape(shop)
    assert not metrics.all("statute_requests_total")
    assert metrics.get("statute_sent_bytes_total") == 0


def test_the_public_listener_has_no_metrics_unless_told_so(shop, serve):
    assert_problem(shop.client().get("/-/metrics"), 404, "PATH_NOT_FOUND")
    server = serve(SHOP, "--admin", "public")
    server.client().get("/-/metrics")
    assert not scrape(server).all("statute_requests_total")


@pytest.mark.core
def test_a_path_with_any_character_is_escaped(serve):
    path = '/a"b\\c'
    server = serve("""openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  '/a"b\\c':
    get: {responses: {"200": {description: All.}}}
""")
    assert server.client().get("/a%22b%5Cc").status_code == 501  # bound to nothing
    assert scrape(server).get("statute_requests_total", route=path, method="GET", status="501") == 1


@pytest.mark.threads
def test_counts_are_exact_over_many_workers(serve):
    server = serve(SHOP, "--workers", "4")
    wires = [server.wire() for _ in range(16)]
    for wire in wires:
        wire.send(request("GET", "/users/1") * 50)
    for wire in wires:
        for _ in range(50):
            scraped = wire.read().status
            assert scraped == 404
    metrics = scrape(server)
    assert metrics.get("statute_requests_total", route="/users/{userId}", method="GET", status="404") == 800


@needs_promtool
def test_promtool_finds_nothing_to_complain_about(shop):
    client = shop.client()
    created(client.post("/users", json=user()))
    client.get("/nowhere")
    promtool("check", "metrics", text=scrape(shop).text)
