"""The steps of the tour: each code once, with the request that brings it. One entry a code.

A step is a function of the shop that asks and returns what was seen; what it needs beforehand it makes itself,
through `shop.ask`. Its first line of documentation is what stands in the README.
"""

import contextlib
import resource
import sqlite3

STEPS = {}
JSON, MERGE, KEY = "application/json", ("Content-Type", "application/merge-patch+json"), "Idempotency-Key"
TEA = {"slug": "tea-pot", "name": "Tea pot", "price": 19.90, "stock": 12}
ORDER = {"productId": 1, "quantity": 2, "subtotal": 39.80}


def step(code):
    def keep(function):
        assert code not in STEPS, code
        STEPS[code] = function
        return function
    return keep


def prepare(shop):
    """Who asks, and what is there: an admin, Ada, who signed up, and Eve; a product and an order of Ada's."""
    shop.ask("POST", "/users", json_={"email": "ada@example.com", "name": "Ada", "password": "correct horse"})
    shop.ask("POST", "/users", json_={"email": "eve@example.com", "name": "Eve", "password": "battery staple"})
    shop.admin_token = shop.token("ADMIN", 100, "--roles", "admin")
    shop.ada, shop.eve = shop.token("ADA", 1), shop.token("EVE", 2)
    made = shop.ask("POST", "/products", shop.admin_token, json_=TEA)
    assert made.status == 201, made.content
    shop.order = shop.ask("POST", "/orders", shop.ada, json_=ORDER).field("Location")


# ---- 1xx ----

@step(100)
def go_on(shop):
    """an order that waits for leave to send its content"""
    return shop.see("POST", "/orders", shop.ada, ("Expect", "100-continue"), json_=ORDER)


@step(101)
def other_protocol(shop):
    """orders are followed over a WebSocket"""
    return shop.see("GET", "/orders/feed", shop.ada, ("Connection", "Upgrade"), ("Upgrade", "websocket"),
                    ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="))


@step(103)
def hints(shop):
    """the settings, and ahead of them what a shop front will want next"""
    return shop.see("GET", "/settings")


# ---- 2xx ----

@step(200)
def there(shop):
    """a product is read"""
    return shop.see("GET", "/products/tea-pot")


@step(201)
def made(shop):
    """somebody signs up"""
    return shop.see("POST", "/users", json_={"email": "grace@example.com", "name": "Grace", "password": "correct horse"})


@step(202)
def later(shop):
    """a report, which takes its time"""
    return shop.see("POST", "/reports/generate", shop.ada, json_={"month": "2026-02"})


@step(204)
def nothing_to_say(shop):
    """an order is deleted"""
    order = shop.ask("POST", "/orders", shop.ada, json_=ORDER).field("Location")
    return shop.see("DELETE", order, shop.ada)


@step(205)
def next_one(shop):
    """a form that was sent, and may be emptied"""
    return shop.see("POST", "/feedback", json_={"text": "The tea is good."})


@step(206)
def a_part(shop):
    """the first line of a video's captions"""
    return shop.see("GET", "/videos/pouring.vtt", ("Range", "bytes=0-5"))


# ---- 3xx ----

@step(207)
def several(shop):
    """several requests in one, each with an answer of its own"""
    return shop.see("POST", "/batch", shop.ada, json_={"requests": [{"method": "GET", "path": "/users/1"}, {"method": "GET", "path": "/users/77"}]})


@step(300)
def several(shop):
    """help, in more than one language"""
    return shop.see("GET", "/help")


@step(301)
def moved(shop):
    """a user, where the first version had it"""
    return shop.see("GET", "/api/v1/users/1")


@step(302)
def elsewhere_today(shop):
    """the offer of the day"""
    return shop.see("GET", "/offer")


@step(303)
def made_over_there(shop):
    """who checks out is sent to the order"""
    return shop.see("POST", "/checkout", shop.ada, json_=ORDER)


@step(304)
def as_before(shop):
    """a product is asked for again with the tag that it had"""
    tag = shop.ask("GET", "/products/tea-pot").field("ETag")
    return shop.see("GET", "/products/tea-pot", ("If-None-Match", tag))


@step(307)
def elsewhere_for_now(shop):
    """what is on sale at the moment"""
    return shop.see("GET", "/sale")


@step(308)
def one_path(shop):
    """a product by its id, whose path has its slug"""
    return shop.see("GET", "/products/1")


# ---- 4xx ----

@step(400)
def broken(shop):
    """content that is no JSON"""
    return shop.see("POST", "/users", content=b'{"email": ')


@step(401)
def who(shop):
    """orders are asked for by nobody"""
    return shop.see("GET", "/orders")


@step(402)
def to_be_paid(shop):
    """an order of somebody who owes"""
    owes = shop.token("OWES", 1, "--claims", '{"account": "past-due"}')
    return shop.see("POST", "/orders", owes, json_=ORDER)


@step(403)
def may_not(shop):
    """a user offers a product"""
    return shop.see("POST", "/products", shop.ada, json_=TEA)


@step(404)
def not_there(shop):
    """somebody else's order"""
    return shop.see("GET", shop.order, shop.eve)


@step(405)
def no_such_method(shop):
    """the configuration, which can only be read, is deleted"""
    return shop.see("DELETE", "/config/global", shop.admin_token)


@step(406)
def not_so(shop):
    """a user as a picture"""
    return shop.see("GET", "/users/1", shop.ada, ("Accept", "image/png"))


@step(408)
def too_slow(shop):
    """a request that never ends"""
    return shop.seen("(printf 'GET /products HTTP/1.1\\r\\n'; sleep 20) | nc localhost 8080", shop.raw(b"GET /products HTTP/1.1\r\n"))


@step(409)
def in_conflict(shop):
    """an address that somebody has"""
    return shop.see("POST", "/users", json_={"email": "ada@example.com", "name": "Eve", "password": "battery staple"})


@step(410)
def gone(shop):
    """an order that was deleted"""
    order = shop.ask("POST", "/orders", shop.ada, json_=ORDER).field("Location")
    shop.ask("DELETE", order, shop.ada)
    return shop.see("GET", order, shop.admin_token)


@step(411)
def without_a_length(shop):
    """a video whose length nobody says"""
    return shop.see("PUT", "/videos/tea.vtt", shop.admin_token, ("Content-Type", "text/vtt"), ("If-None-Match", "*"),
                    ("Transfer-Encoding", "chunked"),
                    shown="curl -i -T - localhost:8080/videos/tea.vtt -H \"$ADMIN\" -H 'Content-Type: text/vtt' "
                          "-H 'If-None-Match: *' < tea.vtt")


@step(412)
def changed_meanwhile(shop):
    """a product is changed by somebody who saw an earlier one"""
    return shop.see("PATCH", "/products/tea-pot", shop.admin_token, MERGE, ("If-Match", '"0"'), json_={"price": 17.00})


@step(413)
def too_large(shop):
    """two megabytes about a user"""
    return shop.see("POST", "/users", ("Content-Length", "2000000"), ("Expect", "100-continue"), content=b"",
                    shown="head -c 2000000 /dev/zero | curl -i localhost:8080/users -H 'Content-Type: application/json' --data-binary @-")


@step(414)
def too_long(shop):
    """a path of ten thousand letters"""
    return shop.see("GET", f"/{'a' * 10000}", shown="curl -i localhost:8080/$(head -c 10000 /dev/zero | tr '\\0' a)")


@step(415)
def of_another_kind(shop):
    """a user in XML"""
    return shop.see("POST", "/users", ("Content-Type", "application/xml"), content=b"<user/>")


@step(416)
def beyond_the_end(shop):
    """a part of a video behind its end"""
    return shop.see("GET", "/videos/pouring.vtt", ("Range", "bytes=100000-"))


@step(417)
def not_expected(shop):
    """an expectation that nobody knows"""
    return shop.see("GET", "/products", ("Expect", "200-ok"))


@step(421)
def another_host(shop):
    """a host that is not served here (`--host localhost`)"""
    return shop.see("GET", "/products", ("Host", "other.example"))


@step(422)
def against_the_rules(shop):
    """an order of nothing, with a discount above its price"""
    return shop.see("POST", "/orders", shop.ada, json_={"productId": 1, "quantity": 0, "subtotal": 80, "discount": 90})


@step(423)
def held(shop):
    """an order that somebody packs is changed by another"""
    order = shop.ask("POST", "/orders", shop.ada, json_=ORDER).field("Location")
    shop.ask("PATCH", order, shop.admin_token, MERGE, json_={"heldBy": 100})
    return shop.see("PATCH", order, shop.ada, MERGE, json_={"quantity": 3})


@step(424)
def for_the_others_sake(shop):
    """an order that is not made, since another of the same transaction cannot be (within the answer)"""
    lost = {**ORDER, "productId": 77}
    orders = [{"method": "POST", "path": "/orders", "body": order} for order in (ORDER, lost)]
    return shop.see("POST", "/transaction", shop.ada, json_={"requests": orders})


@step(425)
def too_early(shop):
    """an order that came as early data of TLS, as a proxy says"""
    return shop.see("POST", "/orders", shop.ada, ("Early-Data", "1"), json_=ORDER)


@step(426)
def only_over_another_protocol(shop):
    """orders are followed over neither a WebSocket nor a stream of events"""
    return shop.see("GET", "/orders/feed", shop.ada)


@step(428)
def without_a_condition(shop):
    """a product is changed without saying which version"""
    return shop.see("PATCH", "/products/tea-pot", shop.admin_token, MERGE, json_={"price": 17.00})


@step(429)
def too_many(shop):
    """more orders than Eve may send in a minute"""
    for _ in range(60):  # twice what fits, wherever in its window
        if shop.ask("POST", "/orders", shop.eve, json_=ORDER).status == 429:
            break
    found = shop.see("POST", "/orders", shop.eve, json_=ORDER)
    found.command = f"for i in $(seq 60); do {found.command}; done"
    return found


@step(431)
def too_much_to_say(shop):
    """a header field of forty thousand letters"""
    return shop.see("GET", "/products", ("X-Long", "a" * 40000),
                    shown="curl -i localhost:8080/products -H \"X-Long: $(head -c 40000 /dev/zero | tr '\\0' a)\"")


@step(451)
def forbidden_by_law(shop):
    """a lottery that a court has forbidden"""
    return shop.see("GET", "/lottery")


# ---- 5xx ----

@step(500)
def broken_inside(shop):
    """orders, whose table somebody took away"""
    def change(sql):
        with contextlib.closing(sqlite3.connect(shop.database)) as database, database:
            database.execute(sql)
        return f'sqlite3 shop.db "{sql}"'

    taken = change("ALTER TABLE orders RENAME TO elsewhere")
    try:
        found = shop.see("GET", "/orders", shop.ada)
    finally:
        change("ALTER TABLE elsewhere RENAME TO orders")
    found.command = f"{taken}; {found.command}"
    return found


@step(501)
def nobody_does_that(shop):
    """a method that no operation has"""
    return shop.see("BREW", "/products")


@step(503)
def out_of_service(shop):
    """anything, in maintenance"""
    shop.ask("PUT", "/-/maintenance", port=shop.admin)
    try:
        return shop.see("GET", "/products")
    finally:
        shop.ask("DELETE", "/-/maintenance", port=shop.admin)


@step(507)
def no_room(shop):
    """somebody signs up where the disk is full"""
    limits = resource.prlimit(shop.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(shop.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        found = shop.see("POST", "/users", json_={"email": "late@example.com", "name": "Late", "password": "correct horse"})
    finally:
        resource.prlimit(shop.process.pid, resource.RLIMIT_FSIZE, limits)
    found.command = f"prlimit --pid $(pidof statute) --fsize=4096:; {found.command}"
    return found


@step(505)
def another_version(shop):
    """HTTP/3.7"""
    data = b"GET /products HTTP/3.7\r\nHost: localhost\r\n\r\n"
    return shop.seen("printf 'GET /products HTTP/3.7\\r\\nHost: localhost\\r\\n\\r\\n' | nc localhost 8080", shop.raw(data))
