"""Tokens for tests: made by `statute token`, or part by part with a secret, to say what no issuer would."""

import base64
import hashlib
import hmac
import json
import time

from harness import run

SECRET = bytes(range(32))


def make_keys(folder, algorithm="EdDSA", name="keys.json", key_id="dev"):
    """The file of a new private key."""
    done = run("token", "key", "--algorithm", algorithm, "--id", key_id)
    assert done.returncode == 0, done.stderr
    path = folder / name
    path.write_text(done.stdout)
    return path


def make(keys, *options):
    """A token of such a key."""
    done = run("token", "make", "--keys", keys, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def encode(data):
    """base64url without padding, of bytes, of text, or of JSON."""
    if isinstance(data, (dict, list)):
        data = json.dumps(data)
    data = data if isinstance(data, bytes) else data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def secret_key(secret=SECRET, **members):
    return {"kty": "oct", "kid": "s", "k": encode(secret), **members}


def claims(**more):
    """Claims that hold for ten minutes; None takes one away."""
    all_of_them = {"sub": "ada", "exp": int(time.time()) + 600, **more}
    return {name: value for name, value in all_of_them.items() if value is not None}


def signed(payload, header=None, secret=SECRET, digest=hashlib.sha256):
    """Signed with HMAC, whatever the header says."""
    text = encode({"alg": "HS256", "kid": "s", "typ": "JWT"} if header is None else header) + "." + encode(payload)
    return text + "." + encode(hmac.new(secret, text.encode(), digest).digest())


def bearer(token):
    return {"Authorization": f"Bearer {token}"}
