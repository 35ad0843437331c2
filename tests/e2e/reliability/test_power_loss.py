"""The power goes at any moment: what was acknowledged before is there when it is back."""

import random
import re
import sqlite3
import threading

import httpx
import pytest

import power
from harness import SHOP, patiently, serving
from shop_data import merge, product

CLIENTS = 4
ANY = {"If-Match": "*"}
ANSWER = re.compile(rb'HTTP/1\.1 20[01] .*?"id":(\d+),.*?"name":"(\w+)"', re.DOTALL)


def write_products(server, index, count):
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        for number in range(count):
            response = client.post("/products", json=product(slug=f"w{index}-{number}", name="new"))
            assert response.status_code == 201
            if number % 3 == 0:
                assert merge(client, response.headers["Location"], {"name": "old"}, **ANY).status_code == 200


def record(tmp_path, count):
    """The calls of a server that answers `count` creations for each client, from its start to its end."""
    folder = tmp_path / "recorded"
    folder.mkdir()
    trace = tmp_path / "trace"
    with serving(folder, SHOP, "--log", "off", database=folder / "data.db",
                 under=power.recorder(trace)) as server:
        writers = [threading.Thread(target=write_products, args=(server, index, count)) for index in range(CLIENTS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        process = server.process.pid
    for _ in patiently("the recording does not end"):
        if power.has_ended(trace, process):
            return list(power.operations(trace, folder)), folder


def names_found(files, folder, copy):
    """The products in the files, opened as the next start would: their names by id."""
    copy.mkdir()
    for path, content in files.items():
        (copy / path[len(str(folder)) + 1:]).write_bytes(content)
    store = sqlite3.connect(copy / "data.db")
    try:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not store.execute("SELECT 1 FROM sqlite_schema WHERE name = 'products'").fetchall():
            return {}
        rows = store.execute("SELECT id, slug, name FROM products").fetchall()
    finally:
        store.close()
    assert len({slug for _, slug, _ in rows}) == len(rows)
    return {number: name for number, _, name in rows}


def torn(rng):
    """Some calls came through, some did not, some in part, as far as a sector's end."""
    def keeps(operation):
        if operation.kind != "write" or rng.random() < 0.7:
            return rng.random() < 0.5
        return rng.randrange(0, len(operation.data) + 1, power.SECTOR)
    return keeps


@pytest.mark.parametrize("what_came_through", ["all", "nothing", "some"])
def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path, is_full, what_came_through):
    reason = power.why_not(tmp_path)
    if reason:
        pytest.skip(reason)
    calls, folder = record(tmp_path, 60 if is_full else 15)
    rng = random.Random(20260108)
    keeps = {"all": lambda _: True, "nothing": lambda _: False, "some": torn(rng)}[what_came_through]
    wanted = min(len(calls), 400 if is_full else 100)
    moments = set(rng.sample(range(len(calls)), wanted)) | {len(calls) - 1}
    disk, acknowledged = power.Disk(), {}
    for moment, call in enumerate(calls):
        disk.do(call)
        acknowledged.update((int(number), name.decode()) for number, name in ANSWER.findall(call.data)
                            if call.kind == "send")
        if moment in moments:
            files = disk.after_power_cut(keeps)
            found = names_found(files, folder, tmp_path / f"cut-{moment}") if files else {}
            lost = {number for number, name in acknowledged.items() if found.get(number) not in (name, "old")}
            assert lost == set(), f"after {moment} of {len(calls)} calls"
    assert len(acknowledged) == CLIENTS * (60 if is_full else 15)
    syncs = sum(call.kind == "sync" for call in calls)
    print(f"{len(moments)} of {len(calls)} moments, {syncs} syncs, {len(acknowledged)} acknowledged: 0 lost")
