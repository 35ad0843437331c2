"""Content-Encoding of requests: what is taken off, what is bounded, what is refused (RFC 9110 sections 8.4, 15.5.16)."""

import base64
import gzip
import hashlib
import json
import zlib

import pytest

from harness import HTTP2, SHOP
from problems import assert_problem
from shop_data import created, user

pytestmark = pytest.mark.core

brotli = pytest.importorskip("brotli", reason="python3-brotli is not installed")

CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "identity": bytes,
    "GZIP": gzip.compress,
    "deflate, gzip": lambda content: gzip.compress(zlib.compress(content)),
    "identity, br": brotli.compress,
}


def post(client, content, coding, **fields):
    headers = {"Content-Type": "application/json", "Content-Encoding": coding, **fields}
    return client.post("/users", content=content, headers=headers)


def pieces(content, size=7):
    """Content that is sent without its length."""
    for start in range(0, len(content), size):
        yield content[start:start + size]


@pytest.mark.parametrize("coding", CODERS)
@pytest.mark.parametrize("is_whole", [True, False], ids=["at once", "in pieces"])
def test_content_is_decoded_before_it_is_read(client, coding, is_whole):
    content = CODERS[coding](json.dumps(user(name="Zoë")).encode())
    made = created(post(client, content if is_whole else pieces(content), coding))
    assert client.get(f"/users/{made['id']}").json()["name"] == "Zoë"


@pytest.mark.parametrize("coding", ["zstd", "compress", "gzip, aes128gcm", "gzip, gzip, gzip", "nonsense"])
def test_a_coding_that_cannot_be_taken_off_is_415_and_lists_those_that_can(client, coding):
    response = post(client, b"x", coding)
    assert_problem(response, 415, "UNSUPPORTED_CONTENT_ENCODING")
    assert response.headers["Accept-Encoding"] == "gzip, deflate, br"


def test_a_415_for_another_reason_says_nothing_of_codings(client):
    """RFC 9110 section 12.5.3: a field there would say that the coding was the reason."""
    response = client.post("/users", content=gzip.compress(b"x"), headers={"Content-Type": "text/plain", "Content-Encoding": "gzip"})
    assert_problem(response, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert "Accept-Encoding" not in response.headers


WHOLE = json.dumps(user()).encode()
BROKEN = {
    "plain": ("gzip", WHOLE),
    "cut short": ("gzip", gzip.compress(WHOLE)[:-1]),
    "with more behind it": ("gzip", gzip.compress(WHOLE) + b"garbage"),
    "with another check sum": ("gzip", gzip.compress(WHOLE)[:-8] + b"\0" * 8),
    "deflate without its wrapper": ("deflate", zlib.compress(WHOLE)[2:-4]),
    "brotli cut short": ("br", brotli.compress(WHOLE)[:-2]),
    "brotli with more behind it": ("br", brotli.compress(WHOLE) + b"garbage"),
    "the inner of two": ("gzip, br", brotli.compress(WHOLE)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_content_that_does_not_decode_is_400(client, name):
    coding, content = BROKEN[name]
    assert_problem(post(client, content, coding), 400, "MALFORMED_CODING")
    assert_problem(post(client, pieces(content), coding), 400, "MALFORMED_CODING")
    assert client.get("/users").json()["total"] == 0


def test_what_decodes_to_no_json_is_a_malformed_body(client):
    assert_problem(post(client, gzip.compress(b"{"), "gzip"), 400, "MALFORMED_BODY")


BOMBS = {
    "over the maximum": ("gzip", gzip.compress(b'"' + bytes(range(97, 123)) * 5000 + b'"')),
    "more than a hundredfold": ("gzip", gzip.compress(b" " * 90_000 + WHOLE)),
    "brotli": ("br", brotli.compress(b" " * 50_000_000)),
    "a gigabyte in two layers": ("gzip, gzip", gzip.compress(gzip.compress(b"\0" * 100_000_000))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_content_that_decodes_to_too_much_is_413(serve, name):
    server = serve(SHOP, "--content-max", "100kB")
    coding, content = BOMBS[name]
    with server.client() as client:
        response = post(client, content, coding)
        problem = assert_problem(response, 413, "CONTENT_TOO_LARGE")
        if len(content) < 100_000:
            assert "decodes to more" in problem["detail"]
        assert created(client.post("/users", json=user()))


def test_content_beyond_64_kib_may_shrink_well(serve):
    """JSON does: sixty times is no bomb."""
    rows = json.dumps(user(name="A" * 20), indent=12).encode()
    content = rows + b" " * (60 * len(gzip.compress(rows)))
    with serve().client() as client:
        created(post(client, gzip.compress(content), "gzip"))


def test_coded_content_waits_for_100_continue_as_any(shop):
    if HTTP2:
        pytest.skip("bytes of HTTP/1.1")
    content = gzip.compress(WHOLE)
    head = (
        "POST /users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
        f"Content-Encoding: gzip\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with shop.wire() as wire:
        wire.send(head)
        assert wire.read().status == 100
        wire.send(content)
        assert wire.read().status == 201
        wire.send(head.replace("gzip", "zstd"))
        assert wire.read().status == 415


def test_a_key_means_the_same_request_in_any_coding(client):
    fields = {"Idempotency-Key": '"one"'}
    first = post(client, gzip.compress(WHOLE), "gzip", **fields)
    again = post(client, brotli.compress(WHOLE), "br", **fields)
    assert first.status_code == again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == first.content


@pytest.mark.parametrize("is_whole", [True, False], ids=["at once", "in pieces"])
def test_a_digest_is_of_the_bytes_that_were_sent(client, is_whole):
    """RFC 9530 section 2: of the content as it is in the message, codings and all."""
    content = gzip.compress(WHOLE)
    right, wrong = (f"sha-256=:{base64.b64encode(hashlib.sha256(of).digest()).decode()}:" for of in (content, WHOLE))
    response = post(client, content if is_whole else pieces(content), "gzip", **{"Content-Digest": wrong})
    assert_problem(response, 400, "DIGEST_MISMATCH")
    created(post(client, content if is_whole else pieces(content), "gzip", **{"Content-Digest": right}))
