"""`statute decide`: the graph, and walks through it."""

import json
import pathlib
import re
import shutil
import xml.dom.minidom

import pytest

from harness import run as statute

WALKS = pathlib.Path(__file__).resolve().parent.parent / "walk"


def decided(*words):
    done = statute("decide", *words, "--json")
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def graph():
    return {node["id"]: node for node in json.loads(statute("decide", "--json").stdout)["nodes"]}


def test_a_walk_prints_each_question_its_answer_and_the_verdict():
    done = statute("decide", "method=PUT", "exists=no", "put-creates=yes", "if-match=yes")
    assert done.returncode == 0
    assert re.search(r"^G03 .*Does the resource exist\? +no +exists=no$", done.stdout, re.M)
    assert re.search(r"^B02 .*\? +yes +\(default\)$", done.stdout, re.M)
    assert done.stdout.endswith("\n412 Precondition Failed\nPRECONDITION_FAILED, decided at H01\n")


@pytest.mark.parametrize("words, status, code", [
    ("method=PUT exists=no if-match=yes", 404, "RESOURCE_NOT_FOUND"),
    ("method=get exists=yes if-none-match=yes if-none-match-holds=no", 304, "NOT_MODIFIED"),
    ("DELETE exists if-none-match if-none-match-holds=no", 412, "PRECONDITION_FAILED"),
    ("method=GET path_found=no", 404, "PATH_NOT_FOUND"),
    ("method=POST no-row=true content=1 created=yes", 201, "CREATED"),
    ("method=PATCH method-allowed=false", 405, "METHOD_NOT_ALLOWED"),
])
def test_a_walk_ends_with_a_status(words, status, code):
    verdict = decided(*words.split())["verdict"]
    assert (verdict["status"], verdict["code"]) == (status, code)


def test_given_and_default_answers_are_told_apart():
    steps = {step["fact"]: step for step in decided("method=GET", "exists=yes")["steps"]}
    assert steps["exists"]["source"] == "given"
    assert steps["path_found"]["source"] == "default"
    assert steps["path_found"]["answer"] is True


def test_a_fact_without_a_default_stops_the_walk_and_says_what_decides_next():
    done = statute("decide", "method=PUT", "exists=yes", "if-match=yes")
    assert done.returncode == 1
    assert "This decides next: if-match-holds" in done.stdout
    assert "412 PRECONDITION_FAILED" in done.stdout
    answer = decided("method=PUT", "exists=yes", "if-match=yes")
    assert answer["needs"] == {"node": "H03a", "fact": "if_match_holds"}
    assert {"status": 412, "code": "PRECONDITION_FAILED", "node": "H03a"} in answer["possible"]
    assert "verdict" not in answer


def test_unknown_facts_and_answers_are_refused():
    done = statute("decide", "exsts=no")
    assert done.returncode == 2
    assert "exists" in done.stderr
    assert statute("decide", "exists=maybe").returncode == 2
    assert statute("decide", "method=BREW").returncode == 2
    assert statute("decide", "is-get", "is-put").returncode == 2
    assert statute("decide", "--dot", "exists").returncode == 2
    assert statute("decide", "--dot", "--svg").returncode == 2


def test_the_graph_is_printed_as_text_with_each_row():
    text = statute("decide").stdout
    for node in graph().values():
        assert re.search(rf"^{node['id']} +{re.escape(node['question'])} \[{node['fact']}\]$", text, re.M)


def test_every_edge_of_the_json_leads_to_a_row_below_or_to_a_status():
    nodes = graph()
    order = {name: place for place, name in enumerate(nodes)}
    assert len(order) > 150
    for node in nodes.values():
        for edge in (node["yes"], node["no"]):
            if "node" in edge:
                assert order[edge["node"]] > order[node["id"]]
            else:
                assert edge["status"] == 0 or 100 <= edge["status"] < 600


def test_the_facts_are_listed_with_their_defaults():
    text = statute("decide", "--facts").stdout
    facts = {node["fact"] for node in graph().values()}
    listed = set(re.findall(r"^  (\w+) +(?:yes|no|\?) ", text, re.M))
    assert facts <= listed


def test_dot_is_a_graph_of_every_row():
    text = statute("decide", "--dot").stdout
    assert text.startswith("digraph decide {") and text.endswith("}\n")
    for name in graph():
        assert re.search(rf"^    {name} \[shape=", text, re.M)


@pytest.mark.skipif(not shutil.which("dot"), reason="graphviz is not installed")
def test_svg_is_drawn_by_graphviz():
    done = statute("decide", "--svg")
    assert done.returncode == 0, done.stderr
    assert xml.dom.minidom.parseString(done.stdout).documentElement.tagName == "svg"


def test_svg_without_graphviz_is_a_clear_failure(tmp_path):
    done = statute("decide", "--svg", env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert done.stdout == ""
    assert "graphviz" in done.stderr


def walks():
    for path in sorted(WALKS.glob("*.md")):
        given = ""
        for line in path.read_text().splitlines():
            if line.startswith("#"):
                given = ""
            elif line.startswith("Given:"):
                given = line[6:].strip().strip("`")
            elif line.startswith("| ") and not line.startswith("| request |"):
                request, facts, node, status, code = (cell.strip() for cell in line.strip("|").split(" | "))
                yield request, (given + " " + facts.strip("`")).split(), node, int(status), code


def test_the_binary_decides_each_table_of_walks_alike():
    rows = list(walks())
    assert len(rows) >= 200
    for request, words, node, status, code in rows[::7]:
        verdict = decided(*words)["verdict"]
        assert (verdict["node"], verdict["status"], verdict["code"]) == (node, status, code), request
