"""No success is told before it is safe: kill -9 at any moment loses nothing that was answered
2xx, does nothing twice, keeps nothing that was refused, and the next start serves at once."""

import random
import sqlite3
import threading
import time

import httpx

from harness import SHOP, patiently, serving
from shop_data import merge, product

CLIENTS = 4
ANY = {"If-Match": "*"}
READY_S = 2.0  # from the start of the process to a 200 of /-/ready


class Goods:
    """What one product may be after a kill: as last acknowledged, or as the request on its way would make it."""

    def __init__(self, stock):
        self.may_be = [stock]  # a stock, or None where it does not exist

    def begin(self, after):
        self.may_be.append(after)

    def acknowledge(self):
        self.may_be = self.may_be[-1:]


class Writer(threading.Thread):
    """Creates, changes and deletes products of its own until the server is gone; some it must not create."""

    def __init__(self, server, name, seed, answered):
        super().__init__(daemon=True)
        self.server, self.prefix, self.answered = server, name, answered
        self.rng = random.Random(seed)
        self.goods, self.paths = {}, {}
        self.refused, self.surprises = [], []
        self.acknowledged = 0

    def create(self, client, number):
        slug = f"{self.prefix}-{number}"
        self.goods[slug] = Goods(None)
        self.goods[slug].begin(number)
        response = client.post("/products", json=product(slug=slug, name=slug, stock=number))
        if response.status_code == 201:
            self.paths[slug] = response.headers["Location"]
        return slug, response, 201

    def change(self, client, number):
        slug = self.rng.choice(list(self.paths))
        self.goods[slug].begin(number)
        return slug, merge(client, self.paths[slug], {"stock": number}, **ANY), 200

    def delete(self, client, number):
        slug = self.rng.choice(list(self.paths))
        self.goods[slug].begin(None)
        response = client.delete(self.paths[slug], headers=ANY)
        if response.status_code == 204:
            del self.paths[slug]
        return slug, response, 204

    def create_what_is_there(self, client, number):
        name = f"{self.prefix} refused {number}"
        self.refused.append(name)
        slug = self.rng.choice(list(self.paths))
        return None, client.post("/products", json=product(slug=slug, name=name)), 409

    def step(self, client, number):
        choices = [self.create]
        if self.paths:
            choices += [self.create, self.change, self.change, self.delete, self.create_what_is_there]
        slug, response, status = self.rng.choice(choices)(client, number)
        if response.status_code != status:
            self.surprises.append(response.text)
        elif slug:
            self.goods[slug].acknowledge()
            self.acknowledged += 1
        self.answered.release()

    def run(self):
        number = 0
        with httpx.Client(base_url=self.server.url, trust_env=False, timeout=30) as client:
            try:
                while True:
                    number += 1
                    self.step(client, number)
            except httpx.TransportError:
                return


def seconds_until_ready(server, began):
    client = server.client()
    for _ in patiently("it never gets ready", step=0.005):
        if client.get("/-/ready").status_code == 200:
            return time.monotonic() - began


def check_rows(database, goods, refused):
    store = sqlite3.connect(database)
    assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    rows = store.execute("SELECT slug, name, stock FROM products").fetchall()
    store.close()
    stocks = {slug: stock for slug, _, stock in rows}
    assert len(stocks) == len(rows), "a product is there twice"
    wrong = {slug: (each.may_be, stocks.get(slug)) for slug, each in goods.items()
             if stocks.get(slug) not in each.may_be}
    assert wrong == {}
    assert set(stocks) <= set(goods)
    assert {name for _, name, _ in rows} & set(refused) == set()


def test_kill_9_loses_no_write_that_was_answered_and_doubles_none(tmp_path, is_full):
    rounds, least, most = (50, 240, 280) if is_full else (12, 1, 60)
    rng = random.Random(20260108)
    database = tmp_path / "data.db"
    goods, refused, acknowledged, slowest = {}, [], 0, 0.0
    for number in range(rounds):
        folder = tmp_path / f"round-{number}"
        folder.mkdir()
        began = time.monotonic()
        with serving(folder, SHOP, database=database) as server:
            slowest = max(slowest, seconds_until_ready(server, began))
            answered = threading.Semaphore(0)
            writers = [Writer(server, f"r{number}w{index}", number * CLIENTS + index, answered)
                       for index in range(CLIENTS)]
            for writer in writers:
                writer.start()
            for _ in range(rng.randint(least, most)):  # some answers, and then while more are on their way
                assert answered.acquire(timeout=60)
            server.kill()
            for writer in writers:
                writer.join(30)
                assert not writer.is_alive() and writer.surprises == []
                goods.update(writer.goods)
                refused += writer.refused
                acknowledged += writer.acknowledged
        check_rows(database, goods, refused)
    print(f"{rounds} kills, {acknowledged} acknowledged writes, 0 lost, 0 doubled, "
          f"ready again within {slowest:.2f} s")
    assert acknowledged >= rounds and refused
    if is_full:
        assert acknowledged >= 10_000 and slowest < READY_S
