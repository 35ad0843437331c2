"""Prefer (RFC 7240), and what this server cannot do in parts: Range and Content-Range."""

import pytest

from problems import assert_problem
from shop_data import created, merge, settings, user

pytestmark = pytest.mark.core


def test_minimal_leaves_the_content_out(client):
    response = client.post("/users", json=user(), headers={"Prefer": "return=minimal"})
    assert response.status_code == 201 and response.content == b""
    assert response.headers["Preference-Applied"] == "return=minimal"
    assert client.get(response.headers["Location"]).headers["ETag"] == response.headers["ETag"]
    response = merge(client, "/users/1", {"name": "B"}, Prefer="return=minimal")
    assert response.status_code in (200, 204) and response.content == b""


def test_representation_puts_it_in(client):
    response = client.put("/settings", json=settings(), headers={"Prefer": "return=representation"})
    assert response.status_code == 200
    assert response.headers["Preference-Applied"] == "return=representation"
    assert response.json() == client.get("/settings").json()


def test_a_preference_that_is_not_known_is_ignored(client):
    response = client.post("/users", json=user(), headers={"Prefer": 'handling=strict; x="a,b", nonsense'})
    assert response.status_code == 201 and "Preference-Applied" not in response.headers


@pytest.mark.parametrize("value", ["bytes=0-1", "bytes=90-500", "bytes=-500", "bytes=-0", "bytes=5000-", "lines=1-2", "bytes=x"])
def test_a_range_is_ignored_where_there_are_none(client, value):
    """RFC 9110 section 14.2: a server may always ignore Range; it is never an error by itself."""
    created(client.post("/users", json=user()))
    whole = client.get("/users/1")
    for method in ("GET", "HEAD"):
        response = client.request(method, "/users/1", headers={"Range": value})
        assert response.status_code == 200
        assert response.headers["Content-Length"] == whole.headers["Content-Length"]


def test_a_put_of_a_part_is_refused(client):
    created(client.post("/users", json=user()))
    response = client.put("/users/1", json=user(), headers={"Content-Range": "bytes 0-9/100"})
    assert_problem(response, 400, "PARTIAL_PUT_UNSUPPORTED")
