"""Does a test notice when the code changes? Changes one token at a time, and asks them.

In a copy of the tree for each core, under build/mutate: one change, the objects and test
programs that it concerns built, the tests of its room run, then those of the rooms above,
the replays, and for what is left some end-to-end tests; until one fails.

Not counted: what does not compile, what compiles to the same machine code at -O2, and what
tests/mutation/equivalent.md judges to be no change that anybody could observe.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import queue
import random
import resource
import shlex
import shutil
import subprocess
import sys
import time

import mutations

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "mutate"
ROOMS = ["base", "json", "status", "message", "problem", "graph", "wire", "schema", "store", "openapi",
         "exchange", "resource", "server"]
MUTATED = ["graph", "wire", "message", "json", "status", "openapi"]
WANTED_SHARE = 0.90
MEMORY = 4 << 30
END_TO_END = ["collection", "item", "nested", "preconditions", "documents"]
END_TO_END_OF = {
    "openapi": ["singleton", "identity", "security", "api_keys", "basic", "key_sets", "owners", "cors", "limits",
                "idempotency", "maintenance", "unsupported", "cli_routes", "cli_token"],
    "wire": ["wire", "framing", "tls", "h2", "h2_errors", "h2_attacks", "connection_facts"],
}
NOT_COPIED = {"build", ".git", "__pycache__", ".pytest_cache"}


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def quiet(command, cwd, timeout=600, env=None):
    """The exit code; a hang is a failure. Whatever it started ends with it."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL, env=env, start_new_session=True, preexec_fn=limit_memory)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return -1


def files_of(root):
    """All files of the project as relative paths."""
    names = set()
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_COPIED]
        names.update(os.path.relpath(os.path.join(folder, name), root) for name in files if ".db" not in name)
    return names


class Tree:
    """A copy of the project with a build of its own, and its tests in the order in which they are asked."""

    def __init__(self, number):
        self.dir = BUILD / str(number)
        self.build = self.dir / "build" / "mutate"
        self.env = dict(os.environ, CMOCKA_TEST_ABORT="1", STATUTE_BIN=str(self.build / "statute"))
        self.env.setdefault("STATUTE_TEST_DATA", str(ROOT.parent / "shared" / "data"))
        self.objects = {}

    def copy(self):
        """Only what differs is written, so that a second run builds little."""
        wanted = files_of(ROOT)
        for name in files_of(self.dir) - wanted:
            (self.dir / name).unlink()
        for name in wanted:
            copy, content = self.dir / name, (ROOT / name).read_bytes()
            if not copy.exists() or copy.read_bytes() != content:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(content)
                copy.chmod((ROOT / name).stat().st_mode)

    def prepare(self):
        self.copy()
        command = ["cmake", "-G", "Ninja", "-S", ".", "-B", str(self.build), "-DCMAKE_BUILD_TYPE=Debug",
                   "-DCMAKE_C_FLAGS_DEBUG=-O1", "-DSTATUTE_SANITIZE=undefined"]
        if shutil.which("ld.lld"):
            command.append("-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld")
        subprocess.run(command, cwd=self.dir, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["ninja", "-C", str(self.build), "-j", "1"], check=True, stdout=subprocess.DEVNULL)
        self.env["CCACHE_DISABLE"] = "1"
        self.commands = {pathlib.Path(entry["file"]).relative_to(self.dir).as_posix(): entry
                         for entry in json.loads((self.build / "compile_commands.json").read_text())}
        self.tests = self.find_tests()

    def find_tests(self):
        """By room, and then the quick ones first; replays after all rooms."""
        listing = subprocess.run(["ctest", "--test-dir", str(self.build), "--show-only=json-v1"],
                                 capture_output=True, text=True, check=True)
        tests = []
        for test in json.loads(listing.stdout)["tests"]:
            room = test["name"].split("/")[0]
            began = time.monotonic()
            if quiet(test["command"], self.build, env=self.env) != 0:
                sys.exit(f"mutate: {test['name']} fails before anything was changed")
            rank = ROOMS.index(room) if room in ROOMS else len(ROOMS)
            tests.append((rank, time.monotonic() - began, test["name"], test["command"]))
        return sorted(tests)

    def make(self, targets):
        return quiet(["ninja", "-C", str(self.build), "-j", "1", *targets], self.dir, env=self.env) == 0

    def first_failure(self, tests):
        for _, seconds, name, command in tests:
            if quiet(command, self.build, timeout=20 + 10 * seconds, env=self.env) != 0:
                return name
        return None

    def end_to_end(self, room):
        files = [f"tests/e2e/test_{name}.py" for name in END_TO_END + END_TO_END_OF.get(room, [])]
        return quiet(["/usr/bin/python3", "-m", "pytest", "-q", "-x", *files], self.dir, env=self.env) != 0

    def machine_code(self, path, name):
        """What the file compiles to, or None where it does not."""
        entry = self.commands[path]
        output = self.dir / "build" / name
        words = shlex.split(entry["command"])
        if words[0].endswith("ccache"):
            words = words[1:]
        words = words[: words.index("-o")] + ["-O2", "-g0", "-w", "-o", str(output), "-c", entry["file"]]
        if quiet(words, entry["directory"], env=self.env) != 0:
            return None
        return output.read_bytes()

    def is_same_code(self, path):
        if not path.endswith(".c"):
            return False
        return self.machine_code(path, "changed.o") == self.objects[path]

    def try_mutation(self, mutation):
        """"broken", "same", "survived", or the name of the test that noticed."""
        path = self.dir / mutation.path
        source = path.read_text()
        if mutation.path.endswith(".c") and mutation.path not in self.objects:
            self.objects[mutation.path] = self.machine_code(mutation.path, "whole.o")
        path.write_text(mutation.apply(source))
        try:
            return self.judge(mutation)
        finally:
            path.write_text(source)

    def judge(self, mutation):
        rank = ROOMS.index(mutation.path.split("/")[1])
        own = [test for test in self.tests if test[0] == rank]
        others = [test for test in self.tests if test[0] > rank]
        target = lambda test: os.path.relpath(test[3][0], self.build)
        if not self.make([target(test) for test in own]):
            return "broken"
        if self.is_same_code(mutation.path):
            return "same"
        killer = self.first_failure(own)
        if killer:
            return killer
        if not self.make([target(test) for test in others] + ["statute"]):
            return "broken"
        return self.first_failure(others) or ("e2e" if self.end_to_end(ROOMS[rank]) else "survived")


def read_equivalents():
    """{(path, line before, line after)} of tests/mutation/equivalent.md."""
    known, path, before = set(), None, None
    for line in (ROOT / "tests" / "mutation" / "equivalent.md").read_text().splitlines():
        if line.startswith("## "):
            path = line[3:].strip()
            text = (ROOT / path).read_text()
        elif line.startswith("    - "):
            before = line[6:].strip()
            if before not in " ".join(text.split()) and before not in text:
                sys.exit(f"mutate: equivalent.md: {path} has no such line any more: {before}")
        elif line.startswith("    + "):
            known.add((path, before, line[6:].strip()))
    return known


def candidates(rooms, seed):
    """All mutations in the order in which this seed tries them: one of each place."""
    choices = []
    for room in rooms:
        for file in sorted((ROOT / "src" / room).iterdir()):
            if file.suffix in (".c", ".def"):
                path = file.relative_to(ROOT).as_posix()
                source = file.read_text()
                choices.extend((source, place) for place in mutations.sites(path, source))
    dice = random.Random(seed)
    dice.shuffle(choices)
    for source, place in choices:
        yield source, dice.choice(place)


def survivors():
    """The mutations that survived the last run, found again in the files as they are now."""
    wanted, head = set(), None
    for line in (BUILD / "report.txt").read_text().splitlines():
        if line.startswith("src/"):
            head = line.split(":")[0] if line.endswith(": survived") else None
        elif head and line.startswith("    - "):
            before = line[6:]
        elif head and line.startswith("    + "):
            wanted.add((head, before, line[6:]))
    for path in sorted({path for path, _, _ in wanted}):
        source = (ROOT / path).read_text()
        for mutation in (mutation for place in mutations.sites(path, source) for mutation in place):
            if (path, *mutation.lines(source)) in wanted:
                wanted.discard((path, *mutation.lines(source)))
                yield source, mutation


def describe(source, mutation, verdict):
    before, after = mutation.lines(source)
    return f"{mutation.path}:{mutation.line(source)}: {verdict}\n    - {before}\n    + {after}\n"


class Tally:
    def __init__(self):
        self.counted, self.survived, self.by_room = 0, 0, {}
        self.left_out = {"broken": 0, "same": 0, "equivalent": 0}

    def add(self, mutation, verdict):
        if verdict in self.left_out:
            self.left_out[verdict] += 1
            return
        room = self.by_room.setdefault(mutation.path.split("/")[1], [0, 0])
        self.counted += 1
        room[0] += 1
        if verdict == "survived":
            self.survived += 1
            room[1] += 1

    def share(self):
        return (self.counted - self.survived) / max(1, self.counted)

    def text(self):
        rooms = ", ".join(f"{name} {all_ - left} of {all_}" for name, (all_, left) in sorted(self.by_room.items()))
        return (f"mutate: {self.counted} changes, {self.counted - self.survived} noticed ({100 * self.share():.1f} %): "
                f"{rooms}; not counted: {self.left_out['broken']} that do not compile, {self.left_out['same']} that "
                f"compile to the same, {self.left_out['equivalent']} known to change nothing")


def run(trees, queued, count, log):
    """Takes mutations in order, as many at a time as there are trees, until `count` are counted."""
    free, tally, known = queue.Queue(), Tally(), read_equivalents()
    for tree in trees:
        free.put(tree)

    def attempt(source, mutation):
        if (mutation.path, *mutation.lines(source)) in known:
            return source, mutation, "equivalent"
        tree = free.get()
        try:
            return source, mutation, tree.try_mutation(mutation)
        finally:
            free.put(tree)

    with concurrent.futures.ThreadPoolExecutor(len(trees)) as pool:
        running = []
        try:
            while tally.counted < count:
                while len(running) < 2 * len(trees) and (item := next(queued, None)):
                    running.append(pool.submit(attempt, *item))
                if not running:
                    break
                source, mutation, verdict = running.pop(0).result()
                tally.add(mutation, verdict)
                log.write(describe(source, mutation, verdict))
                log.flush()
                if verdict == "survived":
                    print(describe(source, mutation, verdict), flush=True)
        except KeyboardInterrupt:
            print("mutate: interrupted; this is what was tried so far", flush=True)
        for future in running:
            future.cancel()
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=200)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--rooms", default=" ".join(MUTATED), help="the rooms to change, as words")
    parser.add_argument("--again", action="store_true", help="only what survived the last run")
    arguments = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    trees = [Tree(number) for number in range(os.cpu_count() or 1)]
    with concurrent.futures.ThreadPoolExecutor(len(trees)) as pool:
        list(pool.map(Tree.prepare, trees))
    queued = iter(list(survivors())) if arguments.again else candidates(arguments.rooms.split(), arguments.seed)
    with open(BUILD / "report.txt", "w", encoding="utf-8") as log:
        tally = run(trees, queued, arguments.count, log)
    print(f"seed {arguments.seed}; each change and who noticed it: build/mutate/report.txt")
    print(tally.text())
    return 0 if tally.share() >= WANTED_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
