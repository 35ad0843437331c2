"""Block H: conditional requests (RFC 9110 section 13), as the decision list has them."""

import email.utils

import pytest

from problems import assert_problem
from shop_data import created, merge, product, user

pytestmark = pytest.mark.core

LONG_AGO = "Thu, 01 Jan 1970 00:00:01 GMT"
FAR_AHEAD = "Fri, 01 Jan 2100 00:00:00 GMT"


class Item:
    """One user, whose tag and date are known."""

    def __init__(self, client):
        self.client = client
        created(client.post("/users", json=user()))
        response = client.get("/users/1")
        self.tag, self.date = response.headers["ETag"], response.headers["Last-Modified"]

    def ask(self, method, fields):
        headers = {name: value.replace("TAG", self.tag).replace("DATE", self.date) for name, value in fields.items()}
        if method == "PUT":
            return self.client.put("/users/1", json=user(name="Changed"), headers=headers)
        if method == "PATCH":
            return merge(self.client, "/users/1", {"name": "Changed"}, **headers)
        return self.client.request(method, "/users/1", headers=headers)


@pytest.fixture
def item(client):
    return Item(client)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("fields, status", [
    ({"If-None-Match": "TAG"}, 304),
    ({"If-None-Match": "W/TAG"}, 304),
    ({"If-None-Match": '"a", TAG, "b"'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": '"other"'}, 200),
    ({"If-Modified-Since": "DATE"}, 304),
    ({"If-Modified-Since": FAR_AHEAD}, 304),
    ({"If-Modified-Since": LONG_AGO}, 200),
    ({"If-Modified-Since": "yesterday"}, 200),
    # A tag that misses is decided; the date is not asked.
    ({"If-None-Match": '"other"', "If-Modified-Since": FAR_AHEAD}, 200),
    ({"If-None-Match": "TAG", "If-Modified-Since": LONG_AGO}, 304),
    ({"If-Match": "TAG"}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": '"other"'}, 412),
    ({"If-Match": "W/TAG"}, 412),
    ({"If-Unmodified-Since": LONG_AGO}, 412),
    ({"If-Unmodified-Since": "DATE"}, 200),
    # If-Match that holds makes If-Unmodified-Since void.
    ({"If-Match": "TAG", "If-Unmodified-Since": LONG_AGO}, 200),
    ({"If-Match": "TAG", "If-None-Match": "TAG"}, 304),
], ids=str)
def test_reading_under_conditions(item, method, fields, status):
    response = item.ask(method, fields)
    assert response.status_code == status
    if status == 304:
        assert response.content == b""
        assert response.headers["ETag"] == item.tag
        plain = item.ask("GET", {})
        for name in ("Cache-Control", "Vary"):
            assert response.headers[name] == plain.headers[name]
        assert "Content-Type" not in response.headers and response.headers.get("Content-Length", "1") != "0"
        assert "Last-Modified" not in response.headers  # there is a tag: RFC 9110 section 15.4.5
    if status == 412:
        assert response.headers["ETag"] == item.tag
        if method == "GET":
            assert_problem(response, 412, "PRECONDITION_FAILED")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("fields, succeeds", [
    ({}, True),
    ({"If-Match": "TAG"}, True),
    ({"If-Match": '"a", TAG'}, True),
    ({"If-Match": "*"}, True),
    ({"If-Match": '"other"'}, False),
    ({"If-Match": "W/TAG"}, False),
    ({"If-None-Match": "*"}, False),
    ({"If-None-Match": "TAG"}, False),
    ({"If-None-Match": '"other"'}, True),
    ({"If-Unmodified-Since": "DATE"}, True),
    ({"If-Unmodified-Since": LONG_AGO}, False),
    ({"If-Unmodified-Since": "tomorrow"}, True),
    ({"If-Match": "TAG", "If-Unmodified-Since": LONG_AGO}, True),
    # Only for GET and HEAD (section 13.1.3).
    ({"If-Modified-Since": FAR_AHEAD}, True),
], ids=str)
def test_writing_under_conditions(item, method, fields, succeeds):
    response = item.ask(method, fields)
    if succeeds:
        assert response.status_code == (204 if method == "DELETE" else 200), response.text
    else:
        assert_problem(response, 412, "PRECONDITION_FAILED")
        assert response.headers["ETag"] == item.tag
        assert item.client.get("/users/1").json()["name"] == "Ada"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_missing_item_is_404_whatever_if_match_says(client, method):
    headers = {"If-Match": "*"}
    if method == "PATCH":
        response = merge(client, "/users/9", {"name": "x"}, **headers)
    else:
        options = {"json": user()} if method == "PUT" else {}
        response = client.request(method, "/users/9", headers=headers, **options)
    assert_problem(response, 404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("field", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("value", ["abc", '"open', 'W"x"', '*, "a"', '"a" "b"', "w/\"a\""])
def test_a_tag_that_cannot_be_read_is_400(item, field, value):
    assert_problem(item.ask("GET", {field: value}), 400, "MALFORMED_CONDITION")


@pytest.mark.parametrize("headers, body, status", [
    ({"If-Match": '"stale"', "Content-Type": "text/csv"}, b"a,b", 415),
    ({"If-Match": '"stale"', "Content-Type": "application/json", "Accept": "image/png"}, b"{}", 406),
    ({"If-Match": '"stale"', "Content-Type": "application/json"}, b"{", 412),
    ({"If-Match": '"stale"', "Content-Type": "application/json"}, b"{}", 412),
    ({"If-Match": '"stale"', "Content-Type": "application/json"}, b"", 400),
], ids=["type", "accept", "syntax", "schema", "nothing"])
def test_what_the_head_refuses_wins_and_what_the_content_breaks_loses(item, headers, body, status):
    """RFC 9110 section 13.2.1."""
    assert item.client.put("/users/1", content=body, headers=headers).status_code == status


# ---- Where If-Match is demanded ---------------------------------------------


@pytest.fixture
def guarded(client):
    created(client.post("/products", json=product()))
    return client


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_without_if_match_it_is_428(guarded, method):
    if method == "PATCH":
        response = merge(guarded, "/products/1", {"stock": 1})
    else:
        options = {"json": product()} if method == "PUT" else {}
        response = guarded.request(method, "/products/1", **options)
    problem = assert_problem(response, 428, "PRECONDITION_REQUIRED")
    assert "If-Match" in problem["detail"] + problem.get("hint", "")


def test_428_loses_to_404_and_wins_over_the_content(guarded):
    assert_problem(guarded.put("/products/9", json=product()), 404, "RESOURCE_NOT_FOUND")
    response = guarded.put("/products/1", content=b"{", headers={"Content-Type": "application/json"})
    assert_problem(response, 428, "PRECONDITION_REQUIRED")


def test_of_two_changes_with_one_tag_the_second_is_412(guarded):
    tag = guarded.get("/products/1").headers["ETag"]
    first = merge(guarded, "/products/1", {"stock": 11}, **{"If-Match": tag})
    assert first.status_code == 200
    second = merge(guarded, "/products/1", {"stock": 10}, **{"If-Match": tag})
    assert_problem(second, 412, "PRECONDITION_FAILED")
    assert second.headers["ETag"] == first.headers["ETag"]
    assert guarded.get("/products/1").json()["stock"] == 11


def test_creating_and_reading_need_no_tag(guarded):
    assert guarded.get("/products/1").status_code == 200
    assert guarded.post("/products", json=product(slug="b")).status_code == 201


def test_a_tag_never_names_two_different_contents(client):
    """A tag that an item had once is stale for good, also when the content is what it was then."""
    created(client.post("/users", json=user()))
    tags = [client.get("/users/1").headers["ETag"]]
    for name in ("B", "Ada", "B", "Ada"):
        merge(client, "/users/1", {"name": name})
        tags.append(client.get("/users/1").headers["ETag"])
    assert len(set(tags)) == len(tags)


def test_last_modified_is_the_time_of_the_change(client):
    created(client.post("/users", json=user()))
    response = client.get("/users/1")
    modified = email.utils.parsedate_to_datetime(response.headers["Last-Modified"])
    now = email.utils.parsedate_to_datetime(response.headers["Date"])
    assert 0 <= (now - modified).total_seconds() < 60
