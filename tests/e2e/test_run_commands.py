"""./run: what its help names is what it does."""

import re
import subprocess

from harness import ROOT


def run(*arguments):
    return subprocess.run([ROOT / "run", *arguments], capture_output=True, text=True, check=False)


def test_its_help_names_each_command_that_there_is():
    named = set(re.findall(r"^  ([a-z]+) ", run("help").stdout, re.M))
    there = set(re.findall(r"^cmd_([a-z]+)\(\)", (ROOT / "run").read_text(), re.M))
    assert {"serve", "check", "tour"} <= named == there


def test_a_command_that_is_not_there_is_an_error_with_the_help():
    done = run("tuor")
    assert done.returncode != 0 and "there is no command 'tuor'" in done.stderr and "tour" in done.stderr
