"""What was answered is there after a crash; tests/e2e/reliability/test_kill.py has the long form."""

import pytest

from harness import SHOP
from shop_data import product


@pytest.mark.core
def test_what_was_answered_is_served_after_a_crash(serve, tmp_path):
    database = tmp_path / "kept.db"
    first = serve(SHOP, database=database)
    response = first.client().post("/products", json=product())
    assert response.status_code == 201
    first.kill()
    again = serve(SHOP, database=database).client().get("/products/1")
    assert again.json() == response.json() and again.headers["ETag"] == response.headers["ETag"]
