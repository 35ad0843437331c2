"""Why a request was answered so: /-/trace/ID and /-/traces on the admin listener."""

import concurrent.futures
import time

import pytest

from harness import SHOP, patiently, request
from problems import assert_problem
from shop_data import created, product, user


def trace_of(server, answer):
    """The trace of an answer, which is there as soon as the answer is."""
    response = server.admin_client().get(f"/-/trace/{answer.headers['X-Request-Id']}")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    return response.json()


def assert_told(trace, answer, node):
    """What must hold of any trace that the graph decided."""
    assert trace["requestId"] == answer.headers["X-Request-Id"]
    assert trace["status"] == answer.status_code == trace["verdict"]["status"]
    assert trace["node"] == node == trace["verdict"]["node"] == trace["steps"][-1]["node"]
    assert trace["steps"][0]["node"] == "A12"
    assert len({step["node"] for step in trace["steps"]}) == len(trace["steps"])


def step(trace, node):
    return next(step for step in trace["steps"] if step["node"] == node)


def list_traces(server, query=""):
    response = server.admin_client().get(f"/-/traces{query}")
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.core
def test_a_missing_row_is_told_question_by_question(shop):
    answer = shop.client().get("/users/7")
    trace = trace_of(shop, answer)
    assert_told(trace, answer, "G06c")
    assert (trace["method"], trace["path"], trace["route"]) == ("GET", "/users/7", "/users/{userId}")
    assert trace["error"] == "RESOURCE_NOT_FOUND" == trace["verdict"]["code"]
    exists = step(trace, "G03")
    assert exists["question"] == "Does the resource exist?" and exists["fact"] == "exists"
    assert exists["answer"] is False and exists["isEffect"] is False
    assert trace["verdict"]["phrase"] == "Not Found" and trace["verdict"]["reason"]
    assert trace["duration_us"] >= 0 and trace["bytesOut"] > len(answer.content)


@pytest.mark.core
def test_a_precondition_is_told_with_both_tags(shop):
    client = shop.client()
    tag = client.post("/products", json=product()).headers["ETag"]
    answer = client.patch("/products/1", json={"price": 3}, headers={
        "If-Match": '"77"', "Content-Type": "application/merge-patch+json"})
    trace = trace_of(shop, answer)
    assert_told(trace, answer, "H03a")
    assert step(trace, "H03a")["detail"] == f'If-Match: "77"; the current tag is {tag}'


def test_a_write_is_told_to_its_end_with_what_it_did(shop):
    answer = shop.client().post("/users", json=user())
    trace = trace_of(shop, answer)
    assert trace["status"] == 201 and trace["verdict"]["code"] == "CREATED" and "error" not in trace
    wrote = next(step for step in trace["steps"] if step["fact"] == "wrote")
    assert wrote["answer"] is True and trace["steps"][-1]["fact"].startswith("created")


def test_a_duplicate_is_told_by_its_code(shop):
    client = shop.client()
    created(client.post("/users", json=user()))
    answer = client.post("/users", json=user())
    trace = trace_of(shop, answer)
    assert_told(trace, answer, "K03")
    assert trace["error"] == "EMAIL_ALREADY_EXISTS" and step(trace, "K03")["detail"] == "EMAIL_ALREADY_EXISTS"


def test_content_that_breaks_its_schema_is_told_by_its_first_fault_and_without_its_values(shop):
    answer = shop.client().post("/products", json=product(price="secret words"))
    trace = trace_of(shop, answer)
    assert trace["status"] == 422
    assert any(step.get("detail") == "price: TYPE" for step in trace["steps"])
    assert "secret words" not in str(trace)


def test_credentials_and_queries_are_not_kept(shop):
    answer = shop.client().get("/users?limit=5&token=hunter2", headers={
        "Authorization": "Bearer hunter2", "Cookie": "session=hunter2", "X-Api-Key": "hunter2"})
    trace = trace_of(shop, answer)
    assert trace["path"] == "/users" and "hunter2" not in str(trace)


@pytest.mark.core
def test_what_the_parser_refused_is_told_too(shop):
    with shop.wire() as wire:
        response = wire.ask(b"GET /users HTTP/1.1\r\nHost: shop.test\r\nX-Bad : 1\r\n\r\n")
    assert response.status == 400
    trace = shop.admin_client().get(f"/-/trace/{response.field('X-Request-Id')}").json()
    assert trace["node"] == "A08" and trace["error"] == "MALFORMED_FIELD" and trace["steps"] == []
    assert trace["verdict"]["reason"] == "White space stands in a field name or before its colon."


def test_content_that_came_too_slowly_is_told_at_its_row(serve):
    server = serve(SHOP, "--content-timeout", "100ms")
    with server.wire() as wire:
        wire.send(request("POST", "/users", "Content-Type: application/json", "Content-Length: 10"))
        response = wire.read("POST")
        assert response.status == 408
    trace = server.admin_client().get(f"/-/trace/{response.field('X-Request-Id')}").json()
    assert trace["node"] == "I03a" == trace["steps"][-1]["node"] and trace["steps"][-1]["answer"] is False


@pytest.mark.core
def test_a_client_that_left_is_told_without_a_status(shop):
    with shop.wire() as wire:
        wire.send(request("POST", "/users", "Content-Type: application/json", "Content-Length: 10",
                          "X-Request-Id: leaver"))
        wire.send(b"{")
    for _ in patiently("it is not told"):
        response = shop.admin_client().get("/-/trace/leaver")
        if response.status_code == 200:
            break
    trace = response.json()
    assert trace["status"] == 0 and trace["error"] == "CLIENT_GONE" and trace["node"] == "I03"
    assert trace["steps"][-1]["node"] == "I03" and trace["steps"][-1]["answer"] is True
    assert list_traces(shop, "?status=none")["traces"][0]["requestId"] == "leaver"


@pytest.mark.core
def test_an_id_that_is_not_known_is_404_and_says_how_many_are_kept(shop):
    client = shop.admin_client()
    for identifier in ("nobody", "req_" + "x" * 500, "%C3%A9", ""):
        body = assert_problem(client.get(f"/-/trace/{identifier}"), 404, "RESOURCE_NOT_FOUND")
        assert "1,000" in body["hint"]


def test_an_id_with_a_slash_is_found(shop):
    shop.client().get("/users", headers={"X-Request-Id": "edge/7:a+b="})
    client = shop.admin_client()
    assert client.get("/-/trace/edge/7:a+b=").json()["requestId"] == "edge/7:a+b="
    assert client.get("/-/trace/edge%2F7%3Aa%2Bb%3D").json()["requestId"] == "edge/7:a+b="


@pytest.mark.core
def test_the_list_has_the_newest_first_and_filters_add_up(shop):
    client = shop.client()
    for path in ("/users", "/users/1", "/nowhere", "/products", "/products/1"):
        client.get(path)
    assert [trace["path"] for trace in list_traces(shop)["traces"]] == [
        "/products/1", "/products", "/nowhere", "/users/1", "/users"]
    assert [trace["path"] for trace in list_traces(shop, "?limit=2")["traces"]] == ["/products/1", "/products"]
    assert [trace["path"] for trace in list_traces(shop, "?status=4xx")["traces"]] == [
        "/products/1", "/nowhere", "/users/1"]
    assert [trace["path"] for trace in list_traces(shop, "?status=200")["traces"]] == ["/products", "/users"]
    assert [trace["path"] for trace in list_traces(shop, "?route=/users/%7BuserId%7D")["traces"]] == ["/users/1"]
    assert [trace["path"] for trace in list_traces(shop, "?route=")["traces"]] == ["/nowhere"]
    assert [trace["path"] for trace in list_traces(shop, "?node=C03&status=404")["traces"]] == ["/nowhere"]
    assert list_traces(shop, "?node=C03&status=200")["traces"] == []
    assert list_traces(shop)["kept"] == 1000


def test_asking_again_with_the_cursor_brings_what_is_new(shop):
    client = shop.client()
    client.get("/users")
    first = list_traces(shop)
    assert list_traces(shop, f"?since={first['cursor']}")["traces"] == []
    client.get("/products")
    client.get("/nowhere")
    second = list_traces(shop, f"?since={first['cursor']}")
    assert [trace["path"] for trace in second["traces"]] == ["/nowhere", "/products"]
    assert list_traces(shop, f"?since={second['cursor']}")["traces"] == []


@pytest.mark.parametrize("query, name", [
    ("status=4", "status"), ("status=600", "status"), ("status=6xx", "status"), ("status=", "status"),
    ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=all", "limit"), ("since=now", "since"),
    ("colour=red", "colour"),
])
def test_a_filter_that_cannot_be_meant_is_400(shop, query, name):
    body = assert_problem(shop.admin_client().get(f"/-/traces?{query}"), 400, "INVALID_PARAMETER")
    assert [error["field"] for error in body["validationErrors"]] == [name]


def test_rates_count_each_answer_once(shop):
    client = shop.client()
    for _ in range(20):
        client.get("/users")
    client.get("/nowhere")
    for _ in patiently("the second is not over", step=0.2):
        rates = list_traces(shop)["rates"]
        if sum(rates["2xx"]) == 20 and sum(rates["4xx"]) == 1:
            break
    assert sum(rates["5xx"]) == sum(rates["3xx"]) == sum(rates["none"]) == 0
    assert len(rates["2xx"]) == rates["seconds"] == 300
    assert abs(rates["until"] - time.time()) < 60


def test_looking_leaves_no_trace(shop):
    shop.client().get("/users")
    for _ in range(3):
        list_traces(shop)
        shop.admin_client().get("/-/trace/nobody")
    assert [trace["path"] for trace in list_traces(shop)["traces"]] == ["/users"]


def test_the_public_listener_knows_nothing_of_it(shop):
    answer = shop.client().get("/users")
    for path in ("/-/traces", f"/-/trace/{answer.headers['X-Request-Id']}"):
        assert_problem(shop.client().get(path), 404, "PATH_NOT_FOUND")


def test_it_does_where_it_was_told_to(serve):
    server = serve(SHOP, "--admin", "public")
    assert server.admin == server.url
    answer = server.client().get("/users")
    trace = server.client().get(f"/-/trace/{answer.headers['X-Request-Id']}").json()
    assert trace["status"] == 200
    server.client().get("/-/health")
    assert [trace["path"] for trace in list_traces(server)["traces"]] == ["/-/health", "/users"]
    with server.wire() as wire:
        assert wire.ask(request("GET", "/-/traces", host="api.example")).status == 200


def test_only_reading_is_allowed(shop):
    client = shop.admin_client()
    assert client.delete("/-/traces").status_code == 405
    assert client.head("/-/traces").status_code == 200
    assert client.options("/-/traces").headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.core
@pytest.mark.threads
def test_a_thousand_are_kept_while_many_work_and_somebody_looks(serve):
    server = serve(SHOP, "--workers", "3")

    def work(number):
        with server.wire() as wire:
            for _ in range(10):
                wire.send(request("GET", f"/users/{number}") * 40)
                for _ in range(40):
                    assert wire.read().status == 404

    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        work_done = [pool.submit(work, number) for number in range(4)]
        while not all(future.done() for future in work_done):
            for trace in list_traces(server, "?limit=1000")["traces"]:
                assert trace["node"] == "G06c" and trace["status"] == 404
        for future in work_done:
            future.result()
    assert len(list_traces(server, "?limit=1000")["traces"]) == 1000
