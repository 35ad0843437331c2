"""Tests in a browser: scripts of tests/browser, run once each by node with Chromium and playwright-core, which
`./run check` installs where it can; without one of them each test is skipped by its name."""

import json
import os
import shutil
import subprocess

import pytest

from harness import ROOT

MODULES = ROOT / "build" / "browser" / "node_modules"
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium")


def script(name):
    return ROOT / "tests" / "browser" / name


def names(name):
    """The names of a script's tests."""
    if not NODE:
        return [f"all tests of {name}"]
    listing = subprocess.run([NODE, str(script(name)), "--list"], capture_output=True, text=True, timeout=30, check=True)
    return listing.stdout.splitlines()


def what_is_missing():
    if not NODE:
        return "node is not there"
    if not CHROMIUM:
        return "chromium is not there"
    if not (MODULES / "playwright-core").is_dir():
        return "playwright-core is not in build/browser: ./run check installs it"
    return None


def skip_if_missing():
    missing = what_is_missing()
    if missing:
        pytest.skip(missing)


def outcomes_of(name, *arguments):
    """Runs a script; what came of each test, by its name."""
    environment = {**os.environ, "NODE_PATH": str(MODULES), "CHROMIUM": CHROMIUM}
    run = subprocess.run([NODE, str(script(name)), *map(str, arguments)], capture_output=True, text=True, env=environment,
                         timeout=300)
    assert run.returncode == 0, run.stderr
    return {outcome["name"]: outcome for outcome in map(json.loads, run.stdout.splitlines())}
