"""Content-Digest and Repr-Digest of requests (RFC 9530), whatever the operation takes."""

import base64
import hashlib
import json

import pytest
from problems import assert_problem

USER = {"email": "ada@example.com", "name": "Ada", "password": "correct horse"}
CONTENT = json.dumps(USER).encode()


def digest(algorithm, content):
    name = {"sha-256": "sha256", "sha-512": "sha512"}[algorithm]
    return f"{algorithm}=:{base64.b64encode(hashlib.new(name, content).digest()).decode()}:"


def sign_up(client, headers, content=CONTENT):
    return client.post("/users", content=content, headers={"Content-Type": "application/json", **headers})


@pytest.mark.core
@pytest.mark.parametrize("field", ["Content-Digest", "Repr-Digest"])
@pytest.mark.parametrize("algorithm", ["sha-256", "sha-512"])
def test_content_must_have_the_digest_that_the_request_says(client, field, algorithm):
    other = sign_up(client, {field: digest(algorithm, CONTENT + b" ")})
    problem = assert_problem(other, 400, "DIGEST_MISMATCH", "/users")
    assert problem["details"] == {"field": field, "algorithm": algorithm}
    assert sign_up(client, {field: digest(algorithm, CONTENT)}).status_code == 201


def test_every_digest_that_is_known_must_match(client):
    right, wrong = digest("sha-256", CONTENT), digest("sha-512", b"")
    assert_problem(sign_up(client, {"Content-Digest": f"{right}, {wrong}"}), 400, "DIGEST_MISMATCH")
    assert_problem(
        sign_up(client, {"Content-Digest": right, "Repr-Digest": wrong}), 400, "DIGEST_MISMATCH")


def test_an_algorithm_that_is_not_known_is_ignored(client):
    assert sign_up(client, {"Content-Digest": "md5=:AAAA:, crc32c=:AAAAAA==:, unixsum=7"}).status_code == 201


def test_the_last_of_two_values_of_one_algorithm_counts(client):
    assert sign_up(client, {
        "Content-Digest": f"{digest('sha-256', b'')}, {digest('sha-256', CONTENT)}"}).status_code == 201


@pytest.mark.parametrize("value", [
    "sha-256", "sha-256=", "sha-256=AAAA", "sha-256=:A*A:", "sha-256=::", "SHA-256=:AAAA:", ",", "sha-256=:AAAA",
    "sha-512=\"AAAA\"", "md5=:AAAA:,",
])
def test_a_field_that_cannot_be_read_is_400(client, value):
    problem = assert_problem(sign_up(client, {"Content-Digest": value}), 400, "DIGEST_MISMATCH")
    assert problem["details"] == {"field": "Content-Digest"}


def test_a_digest_is_of_the_bytes_and_is_looked_at_before_their_meaning(client):
    broken = b'{"email": '
    assert_problem(sign_up(client, {"Content-Digest": digest("sha-256", broken)}, broken), 400, "MALFORMED_BODY")
    assert_problem(sign_up(client, {"Content-Digest": digest("sha-256", CONTENT)}, broken), 400, "DIGEST_MISMATCH")


def test_a_digest_of_two_lines_and_of_chunked_content(wire):
    parts = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (CONTENT[:10], CONTENT[10:])) + b"0\r\n\r\n"
    head = ("POST /users HTTP/1.1\r\nHost: shop.test\r\nContent-Type: application/json\r\n"
            f"Content-Digest: md5=:AAAA:\r\nContent-Digest: {digest('sha-256', CONTENT)}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n").encode()
    assert wire.ask(head + parts, "POST").status == 201


def test_a_digest_without_content_is_of_nothing(client):
    assert client.get("/products", headers={"Content-Digest": digest("sha-256", b"x")}).status_code == 200


def test_a_patch_has_a_digest_too(client):
    made = client.post("/products", json={"slug": "pot", "name": "Pot", "price": 1})
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": made.headers["ETag"]}
    content = b'{"price": 2}'
    wrong = client.patch("/products/1", content=content, headers={**headers, "Content-Digest": digest("sha-256", b"")})
    assert_problem(wrong, 400, "DIGEST_MISMATCH", "/products/1")
    assert client.get("/products/1").json()["price"] == 1
    right = client.patch(
        "/products/1", content=content, headers={**headers, "Content-Digest": digest("sha-256", content)})
    assert right.json()["price"] == 2
