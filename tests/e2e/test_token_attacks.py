"""Attacks on tokens through the server (RFC 8725): none of them is ever let in, and none hurts it."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from harness import request
from problems import assert_problem
from tokens import SECRET, bearer, claims, encode, make, make_keys, secret_key, signed

pytestmark = pytest.mark.core

DOCUMENT = """openapi: 3.1.0
info: {title: Notes, version: "1"}
security: [{login: []}]
paths:
  /notes:
    get: {responses: {"200": {description: All.}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
components:
  securitySchemes:
    login: {type: http, scheme: bearer, x-statute: {keys: keys.json, leeway: 0, audience: notes}}
"""
HEADER = {"alg": "HS256", "kid": "s"}
# Of an RSA key whose private part was thrown away: the attack needs the public one alone.
MODULUS = bytes.fromhex(
    "C9548F02B4C6BEFC4E27763902CDB889F503C377D9B559C504C79E7F731D3B8A21434E5A05ED5302F94227783E523F1F127B"
    "65AFDBB69D34FF541D356211CB57349CA0E9F078A8B5BC8381CAD64D5552847DCB5B668BD191BFE55EE7096F2CF99D387771"
    "FEB5478DA80322384B7F9256B464E5A23C941B82E3022821CBD43FD3A8B479D72A9A405F4BC7E4B1DB3C09E68CB4FB921CF1"
    "B104D9194DCFAA766CB0E49C5D86DC085E5B4F3E808210307B3963D27528FC49BBF745C1DB052D065EC3934F06C8624E750E"
    "0A246CB4186A9033B49F679FFCCA90737F29DBFB8961A711E750E9FBC72D3D07EF68B4D0F949AA56A654914B6C0457EB0237"
    "20BDEE96653F"
)


@pytest.fixture
def start(serve, tmp_path):
    def start(keys):
        (tmp_path / "keys.json").write_text(json.dumps(keys) if isinstance(keys, dict) else keys)
        path = tmp_path / "api.yaml"
        path.write_text(DOCUMENT)
        return serve(path).client()

    return start


@pytest.fixture
def client(start):
    """Of a server that verifies with a shared secret, with which anything can be signed here."""
    client = start({"keys": [secret_key()]})
    assert client.get("/notes", headers=bearer(token())).status_code == 200
    return client


def token(header=None, **more):
    return signed(claims(**{"aud": "notes", **more}), header if header is not None else HEADER)


def assert_refused(client, sent, *statuses):
    response = client.get("/notes", headers=bearer(sent))
    codes = {401: "TOKEN_INVALID", 400: "MALFORMED_CREDENTIALS"}
    assert response.status_code in (statuses or (401,)), (sent[:200], response.content)
    assert_problem(response, response.status_code, codes[response.status_code])
    assert "error=" in response.headers["WWW-Authenticate"]


def test_a_token_without_a_signature_is_refused_in_every_spelling(client):
    payload = encode(claims(aud="notes"))
    for name in ("none", "None", "NONE", "nOnE", " none", "none ", "", None, 0, [], "HS256\x00", "hs256"):
        for header in ({"alg": name}, {"alg": name, "kid": "s"}, {"alg": name, "typ": "JWT", "kid": "s"}):
            head = encode(header) + "." + payload
            assert_refused(client, head + ".")
            assert_refused(client, head, 401)
            assert_refused(client, head + "." + encode(hmac.new(SECRET, head.encode(), hashlib.sha256).digest()))
            assert_refused(client, head + "." + encode(b"\0" * 32))


def test_an_algorithm_of_another_size_is_not_the_keys(client):
    for name, digest in (("HS384", hashlib.sha384), ("HS512", hashlib.sha512)):
        assert_refused(client, signed(claims(aud="notes"), {"alg": name, "kid": "s"}, digest=digest))


def rsa_public_forms():
    """The public key in each form that a careless server might take for a secret."""
    def der(tag, *parts):
        body = b"".join(parts)
        size = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
        return bytes([tag]) + (size if len(body) < 128 else bytes([0x80 | len(size)]) + size) + body

    pkcs1 = der(0x30, der(2, b"\0" + MODULUS), der(2, b"\1\0\1"))
    spki = der(0x30, der(0x30, bytes.fromhex("06092a864886f70d0101010500")), der(3, b"\0", pkcs1))
    for name, data in (("RSA PUBLIC KEY", pkcs1), ("PUBLIC KEY", spki)):
        lines = base64.encodebytes(data)
        packed = base64.b64encode(data)
        wrapped = b"\n".join(packed[i:i + 64] for i in range(0, len(packed), 64))
        for text in (lines.rstrip(), wrapped):
            pem = b"-----BEGIN %s-----\n%s\n-----END %s-----" % (name.encode(), text, name.encode())
            yield from (pem, pem + b"\n", pem.replace(b"\n", b"\r\n"))
        yield data
    yield MODULUS
    yield encode(MODULUS).encode()
    yield json.dumps({"kty": "RSA", "n": encode(MODULUS), "e": "AQAB"}).encode()


def test_a_public_key_is_never_taken_for_a_secret(start):
    client = start({"keys": [{"kty": "RSA", "kid": "r", "n": encode(MODULUS), "e": "AQAB"}]})
    for secret in rsa_public_forms():
        for name, digest in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512), ("RS256", hashlib.sha256)):
            for kid in ("r", None):
                header = {"alg": name, **({"kid": kid} if kid else {})}
                assert_refused(client, signed(claims(aud="notes"), header, secret=secret, digest=digest))


def test_a_key_of_one_algorithm_verifies_for_no_other(start, tmp_path):
    keys = make_keys(tmp_path, "EdDSA", "private.json", "e")
    client = start(keys.read_text())
    good = make(keys, "--audience", "notes")
    assert client.get("/notes", headers=bearer(good)).status_code == 200
    public = json.loads(keys.read_text())["keys"][0]["x"]
    _, payload, signature = good.split(".")
    for name in ("HS256", "ES256", "RS256", "PS256", "none", "Ed25519", "EdDSA "):
        assert_refused(client, f"{encode({'alg': name, 'kid': 'e'})}.{payload}.{signature}")
    raw = base64.urlsafe_b64decode(public + "=")
    assert_refused(client, signed(claims(aud="notes"), {"alg": "HS256", "kid": "e"}, secret=raw))
    assert_refused(client, signed(claims(aud="notes"), {"alg": "HS256", "kid": "e"}, secret=public.encode()))


def test_no_change_of_a_signature_is_overlooked(client):
    head, payload, signature = token().split(".")
    raw = base64.urlsafe_b64decode(signature + "=")
    for bad in (b"", raw[:-1], raw[:16], raw[1:], raw + b"\0", raw * 2, b"\0" * 32, bytes(reversed(raw))):
        assert_refused(client, f"{head}.{payload}.{encode(bad)}")
    for at in range(0, 32, 5):
        flipped = bytearray(raw)
        flipped[at] ^= 1
        assert_refused(client, f"{head}.{payload}.{encode(bytes(flipped))}")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = last[last.index(signature[-1]) ^ 1]  # differs in bits that no byte has
    assert_refused(client, f"{head}.{payload}.{signature[:-1]}{twin}")


def test_padding_white_space_and_other_alphabets_are_refused(client):
    good = token()
    head, payload, signature = good.split(".")
    for bad in (good + "=", good + "==", f"{head}=.{payload}.{signature}", f"{head}.{payload}=.{signature}",
                good + ".", "." + good, good.replace(".", "..", 1), f"{head}.{payload}", head, "..", ".", "...",
                f"{head}.{payload}.{signature}.{signature}", f"{head}.{payload}.{signature}+", f"{head}/.{payload}.x"):
        assert_refused(client, bad, 400, 401)
    for bad in (f"{head}. {payload}.{signature}", f"{good},{good}", f"{good} {good}", f'"{good}"', f"{good}%3D"):
        assert_refused(client, bad, 400)


def test_encrypted_and_nested_tokens_are_refused(client):
    good = token()
    jwe = encode({"alg": "dir", "enc": "A256GCM", "kid": "s"}) + "..abcd.abcd.abcd"
    assert_refused(client, jwe)
    assert_refused(client, ".".join([encode({"alg": "RSA-OAEP", "enc": "A256GCM"}), "a", "b", "c", "d"]))
    assert_refused(client, signed(good, {**HEADER, "cty": "JWT"}))
    assert_refused(client, signed(json.dumps(good), {**HEADER, "cty": "JWT"}))


def test_members_that_stand_twice_are_refused(client):
    whole = json.dumps(claims(aud="notes"))
    end = int(time.time()) + 600
    for payload in ('{"sub": "eve", ' + whole[1:], whole[:-1] + ', "aud": "notes"}',
                    whole[:-1] + f', "exp": {end}}}', whole[:-1] + f', "\\u0065xp": {end}}}'):
        assert_refused(client, signed(payload, HEADER))
    for header in ('{"alg": "none", "alg": "HS256", "kid": "s"}', '{"alg": "HS256", "alg": "HS256", "kid": "s"}',
                   '{"alg": "HS256", "kid": "s", "\\u006bid": "s"}'):
        assert_refused(client, signed(claims(aud="notes"), header))


def test_claims_that_are_no_object_are_refused(client):
    for payload in ("", "null", "[]", '"x"', "7", "{", "{}}", '{"exp": 1e}', "\ufeff{}", b"\xff\xfe", "{} {}",
                    "[" * 5000, '{"a":' * 200 + "1" + "}" * 200):
        assert_refused(client, signed(payload, HEADER))


def test_a_kid_is_a_name_of_a_key_and_nothing_else(start):
    client = start({"keys": [secret_key(), secret_key(b"z" * 32, kid="other")]})
    for kid in ("../../../../dev/null", "/dev/null", "keys.json", "' OR '1'='1", "s' --", "s\x00", "S", "", "s ", " s",
                "x" * 4000, "https://evil.example/keys", "|id", "$(id)", None, 1, True, ["s"], {"kid": "s"}):
        for secret in (SECRET, b"", b"\0" * 32, b"null"):
            assert_refused(client, signed(claims(aud="notes"), {"alg": "HS256", "kid": kid}, secret=secret))


def test_a_missing_kid_among_several_keys_names_none(start):
    client = start({"keys": [secret_key(), secret_key(b"z" * 32, kid="other")]})
    assert_refused(client, signed(claims(aud="notes"), {"alg": "HS256"}))


def test_a_critical_extension_is_refused(client):
    for crit in (["b64"], ["exp"], [], "b64", None, ["https://example/x"], {}):
        assert_refused(client, signed(claims(aud="notes"), {**HEADER, "crit": crit, "b64": True}))
    assert_refused(client, signed(claims(aud="notes"), {**HEADER, "b64": False, "crit": ["b64"]}))


def test_keys_that_a_token_brings_along_are_not_used(client):
    mine = b"m" * 32
    for more in ({"jwk": secret_key(mine)}, {"jku": "http://127.0.0.1:9/keys"}, {"x5u": "http://127.0.0.1:9/x"},
                 {"x5c": [encode(mine)]}, {"jwk": secret_key(mine, kid="m"), "kid": "m"}, {"x5t": encode(mine)}):
        assert_refused(client, signed(claims(aud="notes"), {**HEADER, **more}, secret=mine))


LATE = 4102444800  # in the year 2100
WRONG = {
    "exp": [str(LATE), None, True, [LATE], {"a": 1}, -1, 1e300, 10**30, 1e15, 0, 1.5],
    "nbf": [LATE, "0", -1, 1e300, [], None],
    "sub": [7, ["ada"], {}, None],
    "aud": ["Notes", "notes ", ["other", "note"], {"notes": 1}, [["notes"]], None, "", 7],
}


def test_a_claim_of_the_wrong_kind_or_value_is_refused(client):
    for name, values in WRONG.items():
        for value in values:
            payload = {**claims(aud="notes"), name: value}
            response = client.get("/notes", headers=bearer(signed(payload, HEADER)))
            assert response.status_code == 401, (name, value, response.content)
            assert response.json()["error"] in ("TOKEN_INVALID", "TOKEN_EXPIRED")


def test_a_token_without_an_end_or_an_audience_is_refused(client):
    for name in ("exp", "aud"):
        assert_refused(client, token(**{name: None}))


def test_exp_with_a_fraction_and_aud_in_a_list_are_what_the_rfc_allows(client):
    for more in ({"exp": time.time() + 60.5}, {"aud": ["other", "notes"]}, {"nbf": time.time() - 1.5}):
        assert client.get("/notes", headers=bearer(token(**more))).status_code == 200


def test_a_token_past_16_kib_is_refused(serve, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [secret_key()]}))
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT)
    server = serve(path)
    with server.wire() as wire:
        for size in (11000, 12000):
            sent = token(pad="x" * size)
            response = wire.ask(request("GET", "/notes", f"Authorization: Bearer {sent}"))
            if len(sent) <= 16 * 1024 - len("Authorization: Bearer "):
                assert response.status == 200
            else:
                assert_problem(response, 401, "TOKEN_INVALID")
    with server.wire() as wire:
        response = wire.ask(request("GET", "/notes", f"Authorization: Bearer {token(pad='x' * 30000)}"))
        assert_problem(response, 431, "FIELD_SECTION_TOO_LARGE")


def test_a_valid_token_lends_nothing_to_one_that_differs(client):
    """What is known again is the whole token, and not a part of it."""
    good = token()
    head, payload, signature = good.split(".")
    assert client.get("/notes", headers=bearer(good)).status_code == 200
    other = encode(claims(aud="notes", sub="eve"))
    for bad in (f"{head}.{other}.{signature}", f"{encode({'alg': 'none'})}.{payload}.{signature}", good[:-1],
                good + "A", f"{head}.{payload}."):
        assert_refused(client, bad)
    assert client.get("/notes", headers=bearer(good)).status_code == 200


def test_a_flood_of_different_bad_tokens_leaves_good_ones_in(client):
    good = token()
    for i in range(300):
        assert_refused(client, signed(claims(aud="notes", jti=str(i)), HEADER, secret=b"wrong"))
    assert client.get("/notes", headers=bearer(good)).status_code == 200
