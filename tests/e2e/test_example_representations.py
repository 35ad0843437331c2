"""The example shop's products: as a table, a product a line, compressed."""

import csv
import io
import json

import pytest

from harness import EXAMPLE
from shop_data import product

pytestmark = pytest.mark.core


@pytest.fixture
def products(serve):
    with serve(EXAMPLE, "--no-security").client() as client:
        for number in range(12):
            goods = product(slug=f"tea-pot-{number}", name=f'Tea pot "{number}", small')
            assert client.post("/products", json=goods).status_code == 201
        yield client


def test_products_are_had_as_a_table(products):
    response = products.get("/products", params={"sort": "-id", "limit": 5}, headers={"Accept": "text/csv"})
    assert response.status_code == 200 and "next" in response.links
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["name"] for row in rows] == [f'Tea pot "{number}", small' for number in (11, 10, 9, 8, 7)]


def test_products_are_had_line_by_line(products):
    response = products.get("/products", headers={"Accept": "application/x-ndjson"})
    assert [json.loads(line) for line in response.text.splitlines()] == products.get("/products").json()["items"]


def test_products_are_compressed_and_orders_are_not(products):
    """Whoever may see orders may have said so with a password, which a browser adds by itself."""
    fields = {"Accept-Encoding": "gzip"}
    assert products.get("/products", headers=fields).headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" not in products.get("/orders", headers=fields).headers["Vary"]
