"""No success is told before it is safe: kill -9 at any moment loses nothing that was
answered 2xx, and keeps nothing that was refused."""

import random
import sqlite3
import threading

import httpx
import pytest

from harness import SHOP, serving
from shop_data import product

ROUNDS = 20
CLIENTS = 4


class Writer(threading.Thread):
    """Creates products as fast as it can until the server is gone; each third one has a taken slug."""

    def __init__(self, server, name, answered):
        super().__init__(daemon=True)
        self.server, self.prefix, self.answered = server, name, answered
        self.done, self.refused, self.surprises = [], [], []

    def run(self):
        number = 0
        with httpx.Client(base_url=self.server.url, trust_env=False, timeout=30) as client:
            while True:
                number += 1
                is_taken = number % 3 == 0 and self.done
                slug = self.done[-1] if is_taken else f"{self.prefix}-{number}"
                name = f"{self.prefix} {number}"
                try:
                    response = client.post("/products", json=product(slug=slug, name=name))
                except httpx.TransportError:
                    return
                if response.status_code == 201:
                    self.done.append(slug)
                elif response.status_code == 409 and is_taken:
                    self.refused.append(name)
                else:
                    self.surprises.append(response.text)
                self.answered.release()


def test_kill_9_loses_no_write_that_was_answered(tmp_path):
    rng = random.Random(20260108)
    database = tmp_path / "data.db"
    done, refused = [], []
    for number in range(ROUNDS):
        folder = tmp_path / f"round-{number}"
        folder.mkdir()
        with serving(folder, SHOP, database=database) as server:
            answered = threading.Semaphore(0)
            writers = [Writer(server, f"r{number}w{index}", answered) for index in range(CLIENTS)]
            for writer in writers:
                writer.start()
            for _ in range(rng.randint(1, 60)):  # some answers, and then while more are on their way
                assert answered.acquire(timeout=60)
            server.kill()
            for writer in writers:
                writer.join(30)
                assert not writer.is_alive() and writer.surprises == []
                done += writer.done
                refused += writer.refused
    assert len(done) > ROUNDS and refused
    store = sqlite3.connect(database)
    assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    slugs = [slug for (slug,) in store.execute("SELECT slug FROM products")]
    names = {name for (name,) in store.execute("SELECT name FROM products")}
    assert len(slugs) == len(set(slugs))
    assert set(done) - set(slugs) == set()
    assert set(refused) & names == set()


@pytest.mark.core
def test_what_was_answered_is_served_after_a_crash(serve, tmp_path):
    database = tmp_path / "kept.db"
    first = serve(SHOP, database=database)
    response = first.client().post("/products", json=product())
    assert response.status_code == 201
    first.kill()
    again = serve(SHOP, database=database).client().get("/products/1")
    assert again.json() == response.json() and again.headers["ETag"] == response.headers["ETag"]
