"""What others do to the database of a running server: cut short, overwrite, replace, fill the disk
under it, serve it a second time. Each is answered with its own code, and it recovers by itself."""

import json
import os
import resource
import subprocess

import pytest

from harness import SHOP, patiently, request, serving
from problems import assert_problem
from shop_data import created, merge, product, user

pytestmark = pytest.mark.expects_5xx


def filled(shop):
    """A client; the database has a user, a product, and nothing in its log."""
    client = shop.client()
    created(client.post("/users", json=user()))
    created(client.post("/products", json=product()))
    shop.stop()
    shop.start()
    return shop.client()


def assert_broken(client):
    assert_problem(client.get("/users"), 500, "INTERNAL_ERROR")
    assert_problem(client.get("/products/1"), 500, "INTERNAL_ERROR")
    assert_problem(client.post("/products", json=product(slug="b")), 500, "INTERNAL_ERROR")
    assert client.get("/-/health").status_code == 200


def assert_well(client, slug):
    assert client.get("/-/ready").status_code == 200
    assert client.get("/products/1").json()["name"] == "Tea pot"
    created(client.post("/products", json=product(slug=slug)))
    assert client.get("/products").json()["total"] == 2


@pytest.mark.core
def test_a_database_that_is_emptied_and_restored_is_500_meanwhile(shop):
    """As `cp backup.db data.db` does it: the file stays, its content goes and comes."""
    client = filled(shop)
    content = shop.database.read_bytes()
    assert client.get("/products/1").status_code == 200
    os.truncate(shop.database, 0)
    assert client.get("/products/1").status_code in (200, 500)  # what a cache holds may still be served
    assert_problem(client.post("/products", json=product(slug="b")), 500, "INTERNAL_ERROR")
    ready = client.get("/-/ready")
    assert_problem(ready, 503, ready.json()["error"])
    with open(shop.database, "r+b") as file:
        file.write(content)
    assert_well(client, "b")


@pytest.mark.core
def test_a_database_with_rubbish_in_it_is_500_until_it_is_mended(shop):
    client = filled(shop)
    content = shop.database.read_bytes()
    with open(shop.database, "r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (len(content) - 4096))
    assert_broken(client)
    with open(shop.database, "r+b") as file:
        file.write(content)
    assert_well(client, "b")


@pytest.mark.core
def test_a_database_that_is_away_is_503_from_the_first_write_on(shop):
    client = shop.client()
    created(client.post("/products", json=product()))
    away = shop.database.with_name("away.db")
    shop.database.rename(away)
    problem = assert_problem(client.post("/products", json=product(slug="b")), 503, "STORE_UNAVAILABLE")
    assert problem["retryAfter"] >= 1
    away.rename(shop.database)
    assert_well(client, "b")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if mounted.returncode != 0:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_507_for_writes_and_nothing_for_reads(serve, small_disk):
    shop = serve(database=small_disk / "data.db")
    client = shop.client()
    statuses = []
    while 507 not in statuses:
        assert len(statuses) < 10000
        refused = client.post("/products", json=product(slug=f"s-{len(statuses)}"))
        statuses.append(refused.status_code)
    assert_problem(refused, 507, "STORAGE_FULL")
    stored = statuses.count(201)
    assert client.get("/products").json()["total"] == stored
    assert client.get("/-/ready").status_code == 200
    tag = client.get("/products/1").headers["ETag"]
    assert_problem(merge(client, "/products/1", {"name": "x"}, **{"If-Match": tag}), 507, "STORAGE_FULL")
    subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    created(client.post("/products", json=product(slug="room-again")))
    assert client.get("/products").json()["total"] == stored + 1


@pytest.mark.core
def test_a_file_that_may_not_grow_is_507_until_it_may(shop):
    """As a disk quota would have it: the system says so by an error of its own, and by a signal."""
    client = shop.client()
    created(client.post("/products", json=product()))
    before = resource.prlimit(shop.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    tag = client.get("/products/1").headers["ETag"]
    assert_problem(client.post("/products", json=product(slug="b")), 507, "STORAGE_FULL")
    assert_problem(merge(client, "/products/1", {"name": "x"}, **{"If-Match": tag}), 507, "STORAGE_FULL")
    resource.prlimit(shop.process.pid, resource.RLIMIT_FSIZE, before)
    assert_well(client, "b")


@pytest.mark.core
def test_two_servers_of_one_database_see_each_others_writes(serve, tmp_path):
    one = serve(database=tmp_path / "shared.db")
    with serving(tmp_path, database=tmp_path / "shared.db") as other:
        ids = []
        for index in range(10):
            for server in (one, other):
                made = created(server.client().post("/products", json=product(slug=f"s-{len(ids)}")))
                ids.append(made["id"])
        assert len(set(ids)) == 20
        tag = one.client().get("/products/1").headers["ETag"]
        answers = [merge(server.client(), "/products/1", {"name": "x"}, **{"If-Match": tag}).status_code
                   for server in (one, other)]
        assert sorted(answers) == [200, 412]
        with other.wire() as wire:
            assert wire.ask(request("GET", "/products?limit=1")).json()["total"] == 20
    assert one.client().get("/products/1").json()["name"] == "x"


@pytest.mark.core
def test_a_log_that_is_cut_short_is_recovered_from_without_a_restart(serve):
    """What was only in the log is lost; what was in the file is served again, by every worker."""
    shop = serve(SHOP, "--workers", "2")
    client = filled(shop)
    log = shop.database.with_name("data.db-wal")
    created(client.post("/products", json=product(slug="lost")))
    os.truncate(log, 100)
    for _ in patiently("it does not recover"):
        with shop.wire() as wire:  # a connection of its own, so that each worker is asked
            if wire.ask(request("GET", "/-/ready")).status == 200:
                break
            wire.ask(request("GET", "/products/1"))
        client.post("/products", json={**product(slug="b"), "price": 0.5})
    for _ in range(10):
        with shop.wire() as wire:
            assert wire.ask(request("GET", "/products/1")).status == 200
    assert client.post("/products", json=product(slug="c")).status_code == 201


@pytest.mark.expects_5xx
def test_a_patch_that_takes_all_the_memory_of_a_request_is_an_error_in_the_one_shape(shop):
    client = shop.client()
    tag = client.post("/products", json=product()).headers["ETag"]
    patch = [{"op": "add", "path": "/a", "value": [1] * 5000}] + [{"op": "copy", "from": "/a", "path": "/b"}] * 10000
    response = client.patch("/products/1", content=json.dumps(patch),
                            headers={"Content-Type": "application/json-patch+json", "If-Match": tag})
    assert response.status_code in (413, 503)
    assert response.json()["status"] == response.status_code
    assert client.get("/products/1").headers["ETag"] == tag
