#!/usr/bin/python3
"""Walks through the example shop: each registered status code once, with the request that brings it, the answer,
and the row of the decision graph that decided. `./run tour` runs it.

    tour.py --bin build/release/statute     all of it; exit code 1 where a code does not come
    tour.py --bin … 409 412                 these alone
    tour.py --table                         the table of the README, from the same steps
"""

import argparse
import http
import json
import os
import pathlib
import shutil
import sys
import tempfile
import textwrap
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import steps  # noqa: E402
import shop as shops  # noqa: E402

# Registered, and answered by no API of this server: why.
NEVER = {
    102: "retired use",
    104: "of resumable uploads, a draft that is not served",
    203: "a gateway's, which this server is not",
    208: "WebDAV's",
    226: "delta encoding's",
    305: "deprecated", 306: "unused",
    407: "a proxy's",
    418: "reserved",
    502: "a gateway's", 504: "a gateway's",
    506: "a fault of transparent negotiation, which is not spoken",
    508: "WebDAV's",
    510: "obsolete", 511: "a captive portal's",
}
PHRASES = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content",
           104: "Upload Resumption Supported", 103: "Early Hints", 425: "Too Early", 451: "Unavailable For Legal Reasons"}
KEY_FIELDS = ("Allow", "Accept", "Accept-Patch", "Accept-Post", "Accept-Encoding", "Connection", "Content-Range", "Content-Type", "ETag",
              "Link", "Location", "Retry-After", "Sunset", "Upgrade", "Upload-Offset", "Vary", "WWW-Authenticate")
COLORS = {1: "36", 2: "32", 3: "34", 4: "33", 5: "31"}
WIDTH, SHOWN = 118, 6


def phrase(code):
    return PHRASES.get(code) or http.HTTPStatus(code).phrase


class Page:
    """What is printed: with colours on a terminal."""

    def __init__(self, out, has_colors):
        self.out, self.has_colors = out, has_colors

    def color(self, text, code):
        return f"\033[{code}m{text}\033[0m" if self.has_colors else text

    def line(self, text="", code=None, indent=""):
        for part in textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False,
                                  break_long_words=False) or [""]:
            self.out.write((self.color(part, code) if code else part) + "\n")


def content_line(answer):
    """So much of the content as fits on two lines."""
    kind = answer.field("Content-Type") or ""
    if not answer.content:
        return None
    if "json" not in kind and not kind.startswith("text/"):
        return f"({len(answer.content)} bytes)"
    found = answer.json()
    if answer.status >= 400 and isinstance(found, dict) and "error" in found:
        found = {key: found[key] for key in ("error", "message", "validationErrors", "details", "retryAfter") if key in found}
        text = json.dumps(found, ensure_ascii=False)
    else:
        text = " ".join(answer.content.decode("utf-8", "replace").split())
    return text if len(text) < 2 * WIDTH else text[: 2 * WIDTH] + " …"


def why(seen, code):
    """The row that decided: its id, its question and the answer to it."""
    trace = seen.trace
    if not trace:
        return None
    if code < 200 and seen.last.status != code:
        effect = next((step for step in trace["steps"] if step["isEffect"] and str(code) in step["question"]), None)
        return effect and f"{effect['node']}  {effect['question']}"
    last = next((step for step in trace["steps"] if step["node"] == trace["node"]), None)
    if last:
        return f"{trace['node']}  {last['question']} {'yes' if last['answer'] else 'no'}" + (f" ({last['detail']})" if last.get("detail") else "")
    return f"{trace['node']}  {trace.get('verdict', {}).get('reason', '')}"


def show(page, code, function, seen):
    page.line(f"{code} {phrase(code)}", f"1;{COLORS[code // 100]}")
    page.line(function.__doc__.splitlines()[0], "2")
    page.line(f"$ {seen.command}", "1", "  ")
    for answer in seen.answers:
        page.line(f"HTTP/1.1 {answer.status} {answer.phrase}", COLORS[answer.status // 100], "  ")
        for name, value in answer.fields:
            if name in KEY_FIELDS and (name != "Vary" or code == 300):
                page.line(f"{name}: {value}", None, "  ")
        if text := content_line(answer):
            page.line(text, "2", "  ")
    if reason := why(seen, code):
        page.line(f"why: {reason}", "35", "  ")
    page.line()


def came(seen, code):
    """424 comes within an answer alone: of a part that another part kept from being done."""
    if code != 424:
        return code in [answer.status for answer in seen.answers]
    return code in [part["status"] for part in seen.last.json()["details"]["responses"]]


def walk(shop, codes, page):
    """The codes that did not come, and what came instead."""
    missing = {}
    for code in codes:
        try:
            seen = steps.STEPS[code](shop)
        except Exception:  # whatever it was, the others are walked to
            missing[code] = traceback.format_exc(limit=3)
            continue
        show(page, code, steps.STEPS[code], seen)
        if not came(seen, code):
            missing[code] = f"{' '.join(str(answer.status) for answer in seen.answers)} came: {seen.last.content[:400]!r}"
        elif not why(seen, code):
            missing[code] = "nobody can tell why it came"
    return missing


def table():
    """Of the README: two codes a line."""
    cells = [f"{code} {phrase(code)} | {steps.STEPS[code].__doc__.splitlines()[0]}" for code in sorted(steps.STEPS)]
    half = (len(cells) + 1) // 2
    cells += [" | "] * (2 * half - len(cells))
    rows = [f"| {one} | {other} |" for one, other in zip(cells[:half], cells[half:])]
    return "\n".join(["| code | where to see it | code | where to see it |", "|---|---|---|---|", *rows])


def main():
    parser = argparse.ArgumentParser(description="A walk through every status code of the example shop.")
    parser.add_argument("--bin", default=os.environ.get("STATUTE_BIN", str(shops.ROOT / "build" / "release" / "statute")))
    parser.add_argument("--table", action="store_true", help="print the table of the README")
    parser.add_argument("codes", nargs="*", type=int, help="these alone")
    arguments = parser.parse_args()
    if arguments.table:
        print(table())
        return 0
    codes = arguments.codes or sorted(steps.STEPS)
    if unknown := [code for code in codes if code not in steps.STEPS]:
        parser.error("; ".join(f"{code}: {NEVER.get(code, 'no step brings it')}" for code in unknown))
    page = Page(sys.stdout, sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    folder = tempfile.mkdtemp(prefix="statute-tour-")
    try:
        shop = shops.Shop(pathlib.Path(arguments.bin).resolve(), folder)
        try:
            steps.prepare(shop)
            page.line("As ./run serve has it, on port 8080. Tokens are of `statute token make --keys shop.db.dev-keys.json`:")
            page.line("ADMIN --subject 100 --roles admin, ADA --subject 1, EVE --subject 2, OWES --subject 1 --claims '{\"account\": \"past-due\"}'.")
            page.line()
            missing = walk(shop, codes, page)
        finally:
            ended = shop.stop()
    finally:
        shutil.rmtree(folder)
    for code, what in missing.items():
        page.line(f"{code} {phrase(code)} did not come: {what}", "1;31")
    if ended != 0:
        page.line(f"The shop ended with exit code {ended}.", "1;31")
    page.line(f"{len(codes) - len(missing)} of {len(codes)} codes.")
    return 1 if missing or ended else 0


if __name__ == "__main__":
    sys.exit(main())
