"""Reads tests/framing: bytes of connections, and the one right answer to each. And the heads of
http-desync-guardian, which are no part of the project."""

import json
import os
import pathlib
import re

from harness import ROOT

FOLDER = ROOT / "tests" / "framing"
DESYNC = pathlib.Path(os.environ.get("STATUTE_TEST_DATA", ROOT.parent / "shared" / "data")) / "http-desync"

_ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}
_PIECE = re.compile(r"\\x([0-9a-f]{2})|\\([rnt0\\])|<([^<>*]+)\*([0-9]+)>|([^\\])")
_ANSWER = re.compile(r"([1-5][0-9][0-9])(?: ([A-Z][A-Z0-9_]+))?")


class Framing:
    """One row: its bytes, [(status, error code or None)] and whether the server ends the connection."""

    def __init__(self, file, section, name, data, answers):
        self.id = f"{file}: {section}: {name}"
        self.data = data
        self.closes = answers.endswith("closed")
        answers = answers.removesuffix("closed").strip()
        self.answers = [] if answers == "none" else [_answer(text) for text in answers.split(", ")]


def _answer(text):
    found = _ANSWER.fullmatch(text)
    assert found, f"no answer: {text!r}"
    return int(found.group(1)), found.group(2)


def _bytes(text):
    parts, at = [], 0
    while at < len(text):
        found = _PIECE.match(text, at)
        assert found, f"no bytes: {text[at:]!r}"
        code, escape, repeated, count, plain = found.groups()
        if code:
            parts.append(bytes([int(code, 16)]))
        elif escape:
            parts.append(_ESCAPES[escape])
        elif repeated:
            parts.append(_bytes(repeated) * int(count))
        else:
            parts.append(plain.encode("ascii"))
        at = found.end()
    return b"".join(parts)


def _quoted(text):
    text = text.strip()
    assert text.startswith("`") and text.endswith("`") and len(text) >= 2, f"not in backquotes: {text!r}"
    return _bytes(text[1:-1])


def _of_file(path):
    section, given, then, in_table = "", b"", b"", False
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith("#"):
            section, given, then = line.strip("# "), b"", b""
        elif line.startswith("Given: "):
            given = _quoted(line.removeprefix("Given: "))
        elif line.startswith("Then: "):
            then = b"" if line == "Then: nothing" else _quoted(line.removeprefix("Then: "))
        elif line.startswith("|---"):
            in_table = True
        elif not line.startswith("|"):
            in_table = False
        elif in_table:
            _, name, data, answers, rfc, _ = line.split("|")
            assert re.fullmatch(r" [0-9]{4} [0-9].* ", rfc), f"no section of an RFC: {rfc!r}"
            yield Framing(path.stem, section, name.strip(), given + _quoted(data) + then, answers.strip())


FRAMINGS = [row for path in sorted(FOLDER.glob("*.md")) if path.stem != "README" for row in _of_file(path)]


def desync_heads():
    """(tier, bytes) of each, with a Host where it has none."""
    for case in json.loads((DESYNC / "cases.json").read_text(encoding="utf-8")):
        fields = [f"{field['name']}:{field['value']}" for field in case["headers"] or []]
        if not any(field.lower().startswith("host:") for field in fields):
            fields.insert(0, "Host: localhost")
        lines = [f"{case['method']} {case['uri']} {case['version']}", *fields]
        yield case["expected"]["tier"], "\r\n".join(lines).encode() + b"\r\n\r\n"
