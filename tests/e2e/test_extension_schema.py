"""schema/x-statute.json, which completes x-statute in editors, knows the keys that the binary
knows: the binary is asked by giving it one that it cannot know."""

import json
import re

from harness import ROOT, run

SCHEMA = json.loads((ROOT / "schema" / "x-statute.json").read_text())
DOCUMENT = """openapi: 3.1.0
info: {{title: T, version: "1"}}
{root}
paths:
  /things:
    {path}
    get: {{responses: {{"200": {{description: All.}}}}}}
  /things/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
    get: {{responses: {{"200": {{description: One.}}}}}}
"""


def known_keys(tmp_path, **places):
    document = tmp_path / "keys.yaml"
    document.write_text(DOCUMENT.format(**{"root": "", "path": "", **places}))
    result = run("serve", document, "--listen", "127.0.0.1:0", "--db", tmp_path / "x.db")
    assert result.returncode == 2
    return set(re.search(r"the keys here are ([a-z, -]+)", result.stderr).group(1).split(", "))


def test_it_has_the_keys_of_a_path(tmp_path):
    assert known_keys(tmp_path, path="x-statute: {zzzzzzzzzzzz: 1}") == set(SCHEMA["$defs"]["resource"]["properties"])


def test_it_has_the_keys_of_the_root(tmp_path):
    assert known_keys(tmp_path, root="x-statute: {zzzzzzzzzzzz: 1}") == set(SCHEMA["$defs"]["root"]["properties"])
