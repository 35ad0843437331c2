"""Collections: creating, listing, filtering, sorting, paging."""

import json
import re

import pytest

from problems import assert_problem, errors_of
from shop_data import created, order, product, user

pytestmark = pytest.mark.core
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def add_products(client, *prices):
    for number, price in enumerate(prices, 1):
        created(client.post("/products", json=product(slug=f"p{number}", name=f"P {number}", price=price)))


def follow(client, path):
    """All items of a list, page by page, by the `next` member; the Link field must agree."""
    items = []
    while path:
        response = client.get(path)
        assert response.status_code == 200, response.text
        page = response.json()
        items += page["items"]
        link = response.links.get("next", {}).get("url")
        assert link == page["next"]
        path = page["next"]
    return items


# ---- Creating ---------------------------------------------------------------


def test_what_is_created_can_be_read_at_its_location(client):
    response = client.post("/users", json=user())
    assert response.status_code == 201
    body = response.json()
    assert TIME.fullmatch(body.pop("createdAt")) and TIME.fullmatch(body.pop("updatedAt"))
    assert body == {"id": 1, "email": "ada@example.com", "name": "Ada", "role": "user"}
    again = client.get(response.headers["Location"])
    assert again.status_code == 200
    assert again.json() == response.json()
    assert again.headers["ETag"] == response.headers["ETag"]


def test_ids_count_up_and_are_never_used_again(client):
    ids = [created(client.post("/users", json=user(email=f"{n}@example.com")))["id"] for n in range(3)]
    assert ids == [1, 2, 3]
    assert client.delete("/users/3").status_code == 204
    assert created(client.post("/users", json=user(email="new@example.com")))["id"] == 4


def test_an_id_with_format_uuid_is_a_sortable_uuid(client):
    created(client.post("/users", json=user()))
    created(client.post("/products", json=product()))
    ids = [created(client.post("/orders", json=order()))["id"] for _ in range(3)]
    for uuid in ids:
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuid)
    assert len(set(ids)) == 3


def test_a_password_never_comes_back(client):
    assert "correct horse" not in client.post("/users", json=user()).text
    assert "password" not in client.get("/users/1").json()
    assert "password" not in client.get("/users").json()["items"][0]
    refused = client.post("/users", json=user(email="b@example.com", password="secret7"))
    problem = assert_problem(refused, 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/password", "MIN_LENGTH")]
    assert "secret7" not in refused.text


@pytest.mark.parametrize("text", ["0.1", "1.10", "19.90", "100", "1e2", "123456789012345678.25"])
def test_numbers_are_kept_digit_for_digit(client, text):
    content = json.dumps(product()).replace("19.9", text)
    response = client.post("/products", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 201
    assert re.search(r'"price": ?([^,}\s]+)', client.get("/products/1").text).group(1) == text


def test_an_integer_of_20_digits_is_kept(client):
    created(client.post("/products", json=product(stock=12345678901234567890)))
    assert client.get("/products/1").json()["stock"] == 12345678901234567890


def test_defaults_are_filled_in(client):
    assert created(client.post("/products", json={"slug": "a", "name": "A", "price": 1}))["stock"] == 0
    assert created(client.post("/users", json=user()))["role"] == "user"


# ---- What cannot be created -------------------------------------------------


@pytest.mark.parametrize("content", [
    b"", b"{", b'{"email":}', b"{'email':1}", b'{"a":1,"a":2}', b'{"a":"\xff"}', b'{"a":1}x', b"[1,]",
    b'{"a":01}', b'{"a":"\t"}', b'\xef\xbb\xbf{"a":1}' b"x", b"[" * 100000,
], ids=lambda content: repr(content[:12]))
def test_content_that_is_no_json_is_400(client, content):
    response = client.post("/users", content=content, headers={"Content-Type": "application/json"})
    assert_problem(response, 400, "MALFORMED_BODY" if content else "CONTENT_REQUIRED", path="/users")


def test_a_400_says_where_the_json_breaks(client):
    response = client.post("/users", content='{"email": "x",\n  oops}', headers={"Content-Type": "application/json"})
    assert "line 2" in assert_problem(response, 400, "MALFORMED_BODY")["detail"]


def test_every_breach_of_the_schema_is_told_at_once(client):
    body = {"email": "no address", "password": "short", "role": "king", "shoe": 42}
    problem = assert_problem(client.post("/users", json=body), 422, "VALIDATION_FAILED", path="/users")
    assert errors_of(problem) == [
        ("/email", "FORMAT"), ("/name", "REQUIRED"), ("/password", "MIN_LENGTH"), ("/role", "ENUM"),
        ("/shoe", "ADDITIONAL_PROPERTY"),
    ]
    by_pointer = {error["pointer"]: error for error in problem["validationErrors"]}
    assert by_pointer["/email"]["value"] == "no address" and by_pointer["/email"]["field"] == "email"
    assert "value" not in by_pointer["/password"]


@pytest.mark.parametrize("body", [[], "text", 1, None, True])
def test_content_of_another_type_is_422(client, body):
    response = client.post("/users", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert errors_of(assert_problem(response, 422, "VALIDATION_FAILED")) == [("", "TYPE")]


def test_a_read_only_member_cannot_be_set(client):
    problem = assert_problem(client.post("/users", json=user(id=7)), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/id", "READ_ONLY")]


def test_a_price_of_half_a_cent_is_422(client):
    problem = assert_problem(client.post("/products", json=product(price=0.015)), 422, "VALIDATION_FAILED")
    assert errors_of(problem) == [("/price", "MULTIPLE_OF")]


def test_a_second_user_with_the_same_address_is_409(client):
    first = client.post("/users", json=user())
    problem = assert_problem(client.post("/users", json=user(name="Other")), 409, "EMAIL_ALREADY_EXISTS")
    assert problem["details"]["field"] == "email"
    assert problem["details"]["conflictingResource"] == first.headers["Location"]
    assert client.get("/users").json()["total"] == 1


def test_a_reference_to_nothing_is_422(client):
    created(client.post("/users", json=user()))
    problem = assert_problem(client.post("/orders", json=order(productId=9)), 422, "REFERENCE_NOT_FOUND")
    assert errors_of(problem)[0][0] == "/productId"
    assert client.get("/orders").json()["total"] == 0


def test_all_references_to_nothing_are_told_at_once(client):
    problem = assert_problem(client.post("/orders", json=order(userId=8, productId=9)), 422, "REFERENCE_NOT_FOUND")
    assert errors_of(problem) == [("/productId", "REFERENCE_NOT_FOUND"), ("/userId", "REFERENCE_NOT_FOUND")]


def test_all_broken_rules_are_told_at_once(client):
    created(client.post("/users", json=user()))
    created(client.post("/products", json=product()))
    response = client.post("/orders", json=order(quantity=0, subtotal=80, discount=90))
    problem = assert_problem(response, 422, "VALIDATION_FAILED", path="/orders")
    assert problem["detail"] == "The order breaks 2 rules."
    assert sorted(problem["validationErrors"], key=lambda error: error["field"], reverse=True) == [
        {"field": "quantity", "pointer": "/quantity", "message": "Must be at least 1", "code": "MIN_VALUE", "value": 0},
        {"field": "discount", "pointer": "/discount", "message": "Cannot exceed subtotal",
         "code": "DISCOUNT_EXCEEDS_SUBTOTAL", "value": 90},
    ]


# ---- Listing ----------------------------------------------------------------


def test_an_empty_list_is_200(client):
    response = client.get("/users")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == {"items": [], "next": None, "total": 0}


def test_pages_cover_the_list_once_each(client):
    add_products(client, *range(1, 26))
    first = client.get("/products").json()
    assert len(first["items"]) == 20 and first["total"] == 25
    assert [item["id"] for item in follow(client, "/products?limit=10")] == list(range(1, 26))
    assert [item["id"] for item in follow(client, "/products?limit=25")] == list(range(1, 26))
    assert [item["id"] for item in follow(client, "/products?limit=1")] == list(range(1, 26))


def test_a_page_follows_on_while_others_write(client):
    add_products(client, *range(1, 11))
    first = client.get("/products?limit=4&sort=-id").json()
    created(client.post("/products", json=product(slug="late")))
    client.delete("/products/9", headers={"If-Match": client.get("/products/9").headers["ETag"]})
    rest = follow(client, first["next"])
    assert [item["id"] for item in first["items"] + rest] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]


def test_the_previous_page_is_linked(client):
    add_products(client, *range(1, 8))
    second = client.get(client.get("/products?limit=3").json()["next"])
    assert [item["id"] for item in second.json()["items"]] == [4, 5, 6]
    before = client.get(second.links["prev"]["url"])
    assert [item["id"] for item in before.json()["items"]] == [1, 2, 3]


LARGE = """openapi: 3.1.0
info: {title: Texts, version: "1"}
paths:
  /texts:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer, maximum: 100}}]
      responses: {"200": {description: All., content: {application/json: {schema: {$ref: "#/components/schemas/Page"}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Text"}}}}
      responses: {"201": {description: Made.}}
  /texts/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: One., content: {application/json: {schema: {$ref: "#/components/schemas/Text"}}}}}
components:
  schemas:
    Text: {type: object, properties: {id: {type: integer, readOnly: true}, text: {type: string}}}
    Page:
      type: object
      properties:
        items: {type: array, items: {$ref: "#/components/schemas/Text"}}
        next: {type: [string, "null"]}
"""


def test_a_page_of_large_rows_ends_early_and_the_next_one_goes_on(serve):
    client = serve(LARGE, "--content-max", "64KiB", "--request-memory", "1MiB").client()
    for number in range(20):
        created(client.post("/texts", json={"text": f"{number}" + "x" * 40_000}))
    first = client.get("/texts?limit=100")
    assert first.status_code == 200 and 1 <= len(first.json()["items"]) < 20
    assert [item["id"] for item in follow(client, "/texts?limit=100")] == list(range(1, 21))
    second = client.get(first.json()["next"])
    assert client.get(second.links["prev"]["url"]).json()["items"] == first.json()["items"]


def test_links_keep_filters_sort_and_limit(client):
    for number in range(6):
        created(client.post("/users", json=user(email=f"{number}@example.com", role="admin" if number % 2 else "user")))
    items = follow(client, "/users?role=admin&sort=-email&limit=1")
    assert [item["email"] for item in items] == ["5@example.com", "3@example.com", "1@example.com"]


@pytest.mark.parametrize("sort, ids", [
    ("price", [3, 2, 1, 4]), ("-price", [4, 1, 2, 3]), ("-id", [4, 3, 2, 1]), ("stock,-price", [4, 1, 2, 3]),
    ("name,id", [1, 2, 3, 4]),
])
def test_lists_are_sorted(client, sort, ids):
    add_products(client, 10, 9.5, 9.25, 100)
    assert [item["id"] for item in client.get("/products", params={"sort": sort}).json()["items"]] == ids
    assert [item["id"] for item in follow(client, f"/products?limit=1&sort={sort}")] == ids


@pytest.mark.parametrize("sort", ["description", "-description", "stock,description", "-stock,-description"])
def test_pages_lose_nothing_among_equal_and_missing_values(client, sort):
    for number in range(9):
        more = {"description": f"d{number % 2}"} if number % 3 else {}
        created(client.post("/products", json=product(slug=f"p{number}", stock=number % 2, **more)))
    whole = [item["id"] for item in client.get("/products", params={"sort": sort}).json()["items"]]
    assert sorted(whole) == list(range(1, 10))
    assert [item["id"] for item in follow(client, f"/products?limit=2&sort={sort}")] == whole


def test_filters_compare_values_and_not_patterns(client):
    for slug, name in [("a", "A%"), ("b", "AB"), ("c", "a%")]:
        created(client.post("/products", json=product(slug=slug, name=name)))
    assert [p["slug"] for p in client.get("/products", params={"name": "A%"}).json()["items"]] == ["a"]
    assert client.get("/products", params={"name": "' OR 1=1 --"}).json()["total"] == 0
    assert client.get("/products", params={"slug": "b", "name": "AB"}).json()["total"] == 1
    assert client.get("/products", params={"slug": "b", "name": "A%"}).json()["total"] == 0


@pytest.mark.parametrize("query, name, code", [
    ("limit=0", "limit", "MIN_VALUE"), ("limit=101", "limit", "MAX_VALUE"), ("limit=ten", "limit", "TYPE"),
    ("limit=", "limit", "TYPE"), ("limit=1.5", "limit", "TYPE"), ("role=king", "role", "ENUM"),
    ("email=nobody", "email", "FORMAT"),
])
def test_a_parameter_that_does_not_fit_is_400(client, query, name, code):
    problem = assert_problem(client.get(f"/users?{query}"), 400, "INVALID_PARAMETER", path="/users")
    (error,) = problem["validationErrors"]
    assert (error["in"], error["field"], error["code"]) == ("query", name, code)


def test_all_parameters_that_do_not_fit_are_told_at_once(client):
    problem = assert_problem(client.get("/users?limit=0&role=king"), 400, "INVALID_PARAMETER")
    assert {error["field"] for error in problem["validationErrors"]} == {"limit", "role"}


@pytest.mark.parametrize("query", ["sort=shoe", "sort=password", "sort=-", "sort=price;drop", "cursor=x", "cursor=AAAA"])
def test_a_sort_or_cursor_that_means_nothing_is_400(client, query):
    add_products(client, 1, 2)
    assert_problem(client.get(f"/products?{query}"), 400, "INVALID_PARAMETER")


def test_a_cursor_of_another_query_is_400(client):
    add_products(client, 1, 2, 3)
    cursor = re.search(r"cursor=([^&]+)", client.get("/products?limit=1").json()["next"]).group(1)
    assert client.get(f"/products?limit=2&cursor={cursor}").status_code == 200
    assert_problem(client.get(f"/products?limit=1&sort=-price&cursor={cursor}"), 400, "INVALID_PARAMETER")


def test_an_undeclared_parameter_is_ignored(client):
    assert client.get("/users?utm_source=mail").status_code == 200


def test_a_list_has_a_tag_that_changes_with_it(client):
    tag = client.get("/users").headers["ETag"]
    assert client.get("/users", headers={"If-None-Match": tag}).status_code == 304
    created(client.post("/users", json=user()))
    changed = client.get("/users", headers={"If-None-Match": tag})
    assert changed.status_code == 200 and changed.headers["ETag"] != tag


@pytest.mark.parametrize("accept, status", [
    (None, 200), ("*/*", 200), ("application/*", 200), ("application/json", 200), ("text/html, */*;q=0.1", 200),
    ("image/png", 406), ("application/json;q=0", 406), ("image/*", 406), ("application/json;q=0, */*", 406),
])
def test_accept_is_obeyed(client, accept, status):
    headers = {} if accept is None else {"Accept": accept}
    response = client.get("/users", headers=headers)
    assert response.status_code == status
    if status == 406:
        assert "application/json" in response.text
