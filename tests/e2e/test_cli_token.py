"""`statute token`: development keys and tokens, and what a token is worth."""

import json
import subprocess

import pytest

from harness import binary, run
from tokens import make, make_keys


@pytest.fixture(params=["EdDSA", "ES256", "HS256"])
def keys(tmp_path, request):
    """The file of a new private key."""
    return make_keys(tmp_path, request.param)


def check(keys, token, *options):
    return run("token", "check", "--keys", keys, token, *options)


def test_a_token_says_who_it_is_for_and_holds(keys):
    token = make(keys, "--subject", "ada", "--roles", "admin,user", "--scope", "orders:read orders:write",
                 "--issuer", "https://id.example", "--audience", "shop", "--claims", '{"org": 7}', "--for", "5m")
    done = check(keys, token, "--issuer", "https://id.example", "--audience", "shop")
    assert done.returncode == 0, done.stderr
    claims = json.loads(done.stdout)
    assert claims.pop("exp") - claims.pop("iat") == 300
    assert claims == {"sub": "ada", "roles": ["admin", "user"], "scope": "orders:read orders:write",
                      "iss": "https://id.example", "aud": "shop", "org": 7}


@pytest.mark.parametrize("option", [("--issuer", "https://other.example"), ("--audience", "other")])
def test_a_token_for_others_does_not_hold(keys, option):
    done = check(keys, make(keys, "--issuer", "https://id.example", "--audience", "shop"), *option)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("TOKEN_INVALID: ")


def test_a_token_that_is_over_is_told_apart_from_one_that_was_never_good(keys):
    over = make(keys, "--claims", '{"exp": 1000000000}')
    assert check(keys, over).stderr.startswith("TOKEN_EXPIRED: ")
    assert check(keys, over[:-4] + "AAAA").stderr.startswith("TOKEN_INVALID: ")


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_the_public_part_verifies_and_does_not_sign(tmp_path, algorithm):
    keys = make_keys(tmp_path, algorithm)
    done = run("token", "public", "--keys", keys)
    assert done.returncode == 0 and '"d"' not in done.stdout
    public = tmp_path / "public.json"
    public.write_text(done.stdout)
    assert check(public, make(keys)).returncode == 0
    refused = run("token", "make", "--keys", public)
    assert refused.returncode == 1 and "no private key" in refused.stderr


def test_a_secret_has_no_public_part(tmp_path):
    done = run("token", "public", "--keys", make_keys(tmp_path, "HS256"))
    assert done.returncode == 1 and done.stdout == "" and "secret" in done.stderr


def test_a_key_of_another_set_does_not_verify(tmp_path):
    ours = make_keys(tmp_path, "EdDSA")
    theirs = make_keys(tmp_path, "EdDSA", "theirs.json")
    assert check(ours, make(theirs)).returncode == 1
    named = make_keys(tmp_path, "EdDSA", "named.json", "other")
    assert "kid" in check(ours, make(named)).stderr


def test_a_token_can_come_on_standard_input(keys):
    done = subprocess.run([binary(), "token", "check", "--keys", str(keys), "-"], input=make(keys) + "\n",
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text, place", [
    ("", r":1:1: error: "), ('{"keys": [\n]', r":2:2: error: "), ("[]", r":1:1: error: "),
    ('{"keys": [{"kty": "oct", "k": "AAAA"}]}', r":1:11: error: the secret is shorter"),
])
def test_a_broken_key_set_is_told_with_its_place(tmp_path, text, place):
    path = tmp_path / "broken.json"
    path.write_text(text)
    done = check(path, "x")
    assert done.returncode == 2 and done.stderr.startswith(f"{path}{place}")


@pytest.mark.parametrize("words, message", [
    ((), "key, public, make, check or apikey?"),
    (("chek",), "did you mean check?"),
    (("make",), "Say --keys FILE"),
    (("check",), "which token?"),
    (("key", "more"), "one word too many"),
    (("key", "--algorithm", "none"), "not for none"),
    (("make", "--keys", "/nowhere"), "/nowhere: cannot be read"),
])
def test_what_is_asked_wrongly_is_exit_code_2(words, message):
    done = run("token", *words)
    assert done.returncode == 2 and done.stdout == "" and message in done.stderr


def test_claims_that_are_no_object_are_refused(keys):
    done = run("token", "make", "--keys", keys, "--claims", "[1]")
    assert done.returncode == 2 and "--claims" in done.stderr
