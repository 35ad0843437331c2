"""The tour in the README is what happens: each of its commands is run against a fresh shop,
and its answer must be the printed one.

What differs from run to run (ids, times, tags) is matched up: the printed one stands for the
one that came, in the answers and in the commands that follow. JSON is compared by value, so
that the README may break its lines.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from harness import EXAMPLE, PATIENCE, ROOT, binary

README = (ROOT / "README.md").read_text()
VOLATILE = {
    "uuid": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "request id": re.compile(r"req_[0-9A-Za-z_-]+"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"),
    "date": re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"),
    "tag": re.compile(r'(?<=ETag: )(?:W/)?"[^"]*"'),
}
LASTING = ("uuid", "tag")


def steps():
    """(command, printed answer) of each step of the tour, in order."""
    tour = README.split("## Tour")[1].split("\n## ")[0]
    for block in re.findall(r"```console\n(.*?)```", tour, re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.split("\n")
            last = next(number for number, line in enumerate(lines) if not line.endswith("\\"))
            yield "\n".join(lines[: last + 1]), "\n".join(lines[last + 1 :]).strip()


def match_up(printed, came, names):
    """Lists of what stands for what, by order of appearance."""
    for kind, pattern in VOLATILE.items():
        ours, theirs = pattern.findall(came), pattern.findall(printed)
        if kind in LASTING:
            names.update(dict(zip(theirs, ours)))


def normal(answer):
    """Head lines and content, with what differs from run to run left out."""
    for kind, pattern in VOLATILE.items():
        answer = pattern.sub(f"({kind})", answer)
    head, _, content = answer.partition("\n\n") if answer.startswith("HTTP/") else ("", "", answer)
    try:
        content = json.loads(content)
    except ValueError:
        content = content.strip()
    return head.splitlines(), content


def run_step(command, server, folder, variables):
    """What it says. A command that sets a variable sets it for those that follow."""
    environment = dict(os.environ, PATH=f"{pathlib.Path(binary()).parent}:{os.environ['PATH']}", HOME=str(folder),
                       **variables)
    environment.pop("http_proxy", None)
    command = command.replace("shop.db", str(server.database))
    name = re.match(r"([A-Z]+)=", command)
    if name:
        command += f'; printf %s "${name.group(1)}"'
    command = re.sub(r"\bcurl\b", f"curl -sS --noproxy '*' --max-time {PATIENCE:.0f}", command, count=1)
    command = command.replace("localhost:8080", f"127.0.0.1:{server.port}")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, env=environment, timeout=PATIENCE)
    if name:
        variables[name.group(1)] = done.stdout
        return done.stderr
    return (done.stdout + done.stderr).replace("\r\n", "\n").replace(f"127.0.0.1:{server.port}", "localhost:8080").strip()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_tour_is_what_happens(serve, tmp_path):
    server = serve(EXAMPLE, "--dev")
    names, variables = {}, {}
    count = 0
    for command, printed in steps():
        count += 1
        for theirs, ours in names.items():
            command = command.replace(theirs, ours)
        came = run_step(command, server, tmp_path, variables)
        assert normal(came) == normal(printed), f"$ {command}\n{came}"
        match_up(printed, came, names)
    assert count >= 8


def test_the_commands_that_the_readme_names_are_there():
    for command in re.findall(r"\./run (\w+)", README):
        assert f"\ncmd_{command}() {{" in (ROOT / "run").read_text(), command


def test_links_of_the_documentation_lead_somewhere():
    folders = ("docs/**/*.md", "src/*/README.md", "examples/*/README.md", "deploy/*.md")
    for page in [ROOT / "README.md", *(page for pattern in folders for page in ROOT.glob(pattern))]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
