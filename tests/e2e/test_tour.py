"""`./run tour`: each status code once, and the README's table of them."""

import pathlib
import re
import subprocess
import sys

import pytest

from harness import PATIENCE, ROOT, binary, run

TOUR = ROOT / "tests" / "tour"
sys.path.insert(0, str(TOUR))

import steps  # noqa: E402
import tour  # noqa: E402


def walk(*arguments):
    return subprocess.run([sys.executable, str(TOUR / "tour.py"), "--bin", binary(), *arguments], capture_output=True, text=True,
                          timeout=10 * PATIENCE)


@pytest.fixture(scope="module")
def walked():
    return walk()


def test_each_step_brings_its_code_and_its_reason(walked):
    assert walked.returncode == 0, walked.stdout[-4000:] + walked.stderr[-4000:]
    assert walked.stdout.splitlines()[-1] == f"{len(steps.STEPS)} of {len(steps.STEPS)} codes."
    found = [int(code) for code in re.findall(r"^([1-5]\d\d) [A-Z]", walked.stdout, re.M)]
    assert found == sorted(steps.STEPS)
    assert len(re.findall(r"^  why: [A-Z]\d\w* ", walked.stdout, re.M)) == len(steps.STEPS)


def test_where_nobody_looks_nothing_is_coloured(walked):
    assert "\033" not in walked.stdout


def test_a_code_that_does_not_come_is_told_of(monkeypatch, capsys):
    monkeypatch.setitem(steps.STEPS, 404, steps.STEPS[200])
    monkeypatch.setattr(sys, "argv", ["tour.py", "--bin", binary(), "200", "404"])
    assert tour.main() == 1
    said = capsys.readouterr().out
    assert "404 Not Found did not come: 200 came" in said and said.endswith("1 of 2 codes.\n")


def test_codes_that_no_server_of_an_api_answers_have_no_step():
    answer = walk("418")
    assert answer.returncode == 2 and "418: reserved" in answer.stderr
    assert not set(tour.NEVER) & set(steps.STEPS)


def test_each_registered_code_has_a_step_or_a_reason_why_it_has_none():
    registered = {int(code) for code in re.findall(r"^ *([1-5]\d\d)\b", run("explain").stdout, re.M)}
    assert len(registered) > 60
    assert set(steps.STEPS) | set(tour.NEVER) == registered


def test_the_table_of_the_readme_is_that_of_the_tour():
    readme = pathlib.Path(ROOT / "README.md").read_text()
    table = readme.split("<!-- tests/tour/tour.py --table -->\n")[1].split("\n<!-- end -->")[0]
    assert table == tour.table(), "put in what `tests/tour/tour.py --table` prints"
