"""Which lines and branches did the tests take? Reads what a run of build/coverage left behind.

With the argument "unit", of the unit tests alone, lines that only the end-to-end tests take
need no reason. Prints a line a room, writes an HTML report to build/coverage/report, and holds two rules: in
the rooms of HELD at least WANTED per cent of the lines are taken, and each line there that is not
stands in uncovered.md, under its file and function, with the reason.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "coverage"
REASONS = pathlib.Path(__file__).with_name("uncovered.md")
HELD = ["json", "status", "message", "graph", "wire", "openapi"]
WANTED = 95.0


def read_counts():
    """The files of gcovr's JSON."""
    (BUILD / "report").mkdir(exist_ok=True)
    output = BUILD / "report" / "coverage.json"
    command = ["gcovr", "--root", str(ROOT), "--object-directory", str(BUILD), "--filter", "src/",
               "--json", str(output), "--html-details", str(BUILD / "report" / "index.html")]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return json.loads(output.read_text(encoding="utf-8"))["files"]


class Room:
    def __init__(self):
        self.lines = self.taken = self.branches = self.branches_taken = 0

    def add(self, lines):
        for line in lines:
            self.lines += 1
            self.taken += line["count"] > 0
            self.branches += len(line["branches"])
            self.branches_taken += sum(branch["count"] > 0 for branch in line["branches"])

    def share(self):
        return 100 * self.taken / max(1, self.lines)


def code_lines(file):
    return [line for line in file["lines"] if not line.get("gcovr/noncode") and not line.get("gcovr/excluded")]


def function_at(file, number):
    """The function that a line stands in: the last one that begins at it or before."""
    before = [function for function in file["functions"] if function["lineno"] <= number]
    return max(before, key=lambda function: function["lineno"])["name"] if before else "-"


def uncovered(files):
    """(path, function, text of the line) -> line numbers, in the rooms that are held."""
    found = collections.defaultdict(list)
    for file in files:
        if file["file"].split("/")[1] not in HELD:
            continue
        source = (ROOT / file["file"]).read_text(encoding="utf-8").splitlines()
        for line in code_lines(file):
            if line["count"] == 0:
                number = line["line_number"]
                found[file["file"], function_at(file, number), source[number - 1].strip()].append(number)
    return found


class Reasons:
    """Rows "| function | `line` | reason |" below a heading per file, and patterns for all files."""

    def __init__(self):
        self.lines, self.patterns = read_reasons()

    def has(self, path, function, text):
        return (path, function, text) in self.lines or any(pattern.fullmatch(text) for pattern in self.patterns)


def read_reasons():
    reasons, patterns, path = {}, [], None
    for line in REASONS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.replace("\\|", "\0").strip("|").split("|")]
        if line.startswith("## "):
            path = line[3:].strip()
        elif line.startswith("|") and len(cells) == 3 and cells[1].startswith("`"):
            text = cells[1].strip("`").replace("\0", "|")
            if path == "Everywhere":
                patterns.append(re.compile(text))
            else:
                reasons[path, cells[0], text] = cells[2]
    return reasons, patterns


def print_rooms(rooms):
    print(f"{'room':10} {'lines':>6} {'taken':>7} {'branches':>9} {'taken':>7}")
    for name, room in sorted(rooms.items()):
        branches = 100 * room.branches_taken / max(1, room.branches)
        print(f"{name:10} {room.lines:6} {room.share():6.1f}% {room.branches:9} {branches:6.1f}%")


def main():
    files, rooms, faults = read_counts(), collections.defaultdict(Room), []
    for file in files:
        rooms[file["file"].split("/")[1]].add(code_lines(file))
    print_rooms(rooms)
    only_counts = sys.argv[1:] == ["unit"]
    faults += [f"{name}: {rooms[name].share():.1f} % of the lines, not {WANTED:.0f}"
               for name in HELD if rooms[name].share() < WANTED]
    missing, reasons = uncovered(files), Reasons()
    for (path, function, text), numbers in sorted(missing.items()):
        if not only_counts and not reasons.has(path, function, text):
            faults.append(f"{path}:{numbers[0]}: no test takes `{text}` in {function}, and uncovered.md does not say why")
    stale = [f"{path} {function}: `{text}`" for path, function, text in reasons.lines if (path, function, text) not in missing]
    for text in [] if only_counts else sorted(stale):
        print(f"uncovered.md: taken now, or gone: {text}")
    print(f"report: {(BUILD / 'report' / 'index.html').relative_to(ROOT)}; "
          f"{sum(map(len, missing.values()))} lines of {', '.join(HELD)} are not taken")
    for text in faults:
        print(text)
    print(f"coverage: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
