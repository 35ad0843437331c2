"""deploy/: every expression of the alert rules and of the dashboard, over what a server really says.

A server is scraped in calm and in trouble. Each sample becomes a series that grows by its
value every minute (counters) or stays at it (gauges); promtool evaluates over those.
"""

import json
import os
import re

import pytest
import yaml

from harness import ROOT, SHOP, Wire, patiently, request
from prometheus import needs_promtool, promtool, scrape
from shop_data import created, product, user

RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "statute.json"
MINUTES = 30
ADDED = {"job": "statute", "instance": "127.0.0.1:8081"}  # by Prometheus, to what it scrapes

pytestmark = needs_promtool


def alerts():
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels():
    """(title, expression) of each query of the dashboard, with its variables filled in."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$__rate_interval", "5m")
            yield panel["title"], re.sub(r"\$(job|instance)\b", ".*", expression)


def made_of(metrics, change=lambda name, labels, value: (labels, value)):
    """Series as promtool takes them. `change` may make of each another one."""
    series = []
    for (name, labels), value in metrics.values.items():
        labels, value = change(name, {**dict(labels), **ADDED}, value)
        written = ",".join(f"{key}={json.dumps(text)}" for key, text in sorted(labels.items()))
        kind = metrics.kinds.get(name) or metrics.kinds[re.sub("_(bucket|sum|count)$", "", name)]
        step = 0 if kind == "gauge" else value
        series.append({"series": f"{name}{{{written}}}", "values": f"{value:g}+{step:g}x{MINUTES}"})
    return series


def evaluate(tmp_path, series, expressions):
    """Fails unless each expression has at least one value."""
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "input_series": series,
            "promql_expr_test": [{
                "expr": f"count({expression}) > bool 0",
                "eval_time": f"{MINUTES - 5}m",
                "exp_samples": [{"labels": "{}", "value": 1}],
            } for expression in expressions],
        }],
    }
    path = tmp_path / "test.yml"
    path.write_text(json.dumps(test))
    promtool("test", "rules", path)


def firing(alert):
    return f'ALERTS{{alertname="{alert}", alertstate="firing"}}'


@pytest.fixture
def calm(serve):
    """The metrics of a server that does well, of every kind of traffic."""
    server = serve()
    client = server.client()
    created(client.post("/users", json=user()))
    created(client.post("/products", json=product()))
    client.post("/users", json=user())
    for _ in range(50):
        client.get("/products/1")
    client.get("/nowhere")
    return scrape(server)


@pytest.fixture
def troubled(serve, tmp_path):
    """The metrics of one that sheds load, loses its log and refuses a document."""
    document = tmp_path / "shop.yaml"
    document.write_text(SHOP.read_text())
    server = serve(document, "--in-flight", "1", "--workers", "1", "--log", "/dev/full", expects_5xx=True)
    created(server.client().post("/users", json=user()))
    with server.wire() as busy:
        busy.send(request("POST", "/users", "Content-Type: application/json", "Content-Length: 10",
                          "Expect: 100-continue"))
        assert busy.read("POST").status == 100
        for _ in range(20):  # a minute
            with Wire(server.port) as wire:
                assert wire.ask(request("GET", "/users")).status == 503
    document.write_text("openapi: broken")
    server.signal(1)
    for _ in patiently("nothing of it is counted"):
        metrics = scrape(server)
        if (metrics.get("statute_document_reloads_total", result="refused")
                and metrics.get("statute_log_lost_lines_total")):
            return metrics


def test_promtool_takes_the_rules():
    promtool("check", "rules", RULES)


def test_each_metric_and_label_of_an_expression_is_in_the_scrape(calm):
    known = {name: set().union(*(dict(labels) for labels in calm.all(name))) | set(ADDED) for name in calm.names()}
    for where, expression in [*panels(), *((rule["alert"], rule["expr"]) for rule in alerts())]:
        found = re.findall(r"\b(statute_\w+)(?:\{([^}]*)\})?", expression)
        assert found, where
        for name, matchers in found:
            assert name in known, f"{where}: {name}"
            for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers):
                assert label in known[name], f"{where}: {name} has no label {label}"


def test_each_panel_shows_something(calm, troubled, tmp_path):
    def one_of_429(name, labels, value):
        if name == "statute_requests_total" and labels["status"] == "503":
            labels["status"] = "429"
        return labels, value

    shed = {key: value for key, value in troubled.values.items() if dict(key[1]).get("code") == "SERVER_OVERLOADED"}
    assert shed
    calm.values.update(shed)
    calm.values.update({key: value for key, value in troubled.values.items() if dict(key[1]).get("status") == "503"})
    series = made_of(calm)
    series += [entry for entry in made_of(troubled, one_of_429) if 'status="429"' in entry["series"]]
    evaluate(tmp_path, series, [expression for _, expression in panels()])


def test_nothing_fires_in_calm(calm, tmp_path):
    def swift(name, labels, value):
        """How long things take on this machine just now is none of the test's matter."""
        if name.endswith("_duration_seconds_bucket"):
            rest = {key: text for key, text in labels.items() if key not in (*ADDED, "le")}
            value = calm.get(name.replace("_bucket", "_count"), **rest)
        return labels, value

    evaluate(tmp_path, made_of(calm, swift), ["absent(ALERTS)"])


def test_shed_load_lost_lines_and_refused_documents_fire(troubled, tmp_path):
    evaluate(tmp_path, made_of(troubled), [firing(alert) for alert in (
        "StatuteServerErrors", "StatuteShedsLoad", "StatuteLosesLogLines", "StatuteReloadRefused")])


def test_each_other_alert_fires_where_what_it_watches_is_past_its_bound(calm, tmp_path):
    """What a test cannot bring about for real: the samples of a calm server, changed in that alone."""

    def ill(name, labels, value):
        if name == "statute_requests_total" and labels["status"] == "409":
            labels["status"], value = "429", 10
        if name.endswith("_duration_seconds_bucket") and float(labels["le"]) < 1:
            value = 0
        if name == "statute_store_queue_length":
            value = 2000
        return labels, value

    evaluate(tmp_path, made_of(calm, ill), [firing(alert) for alert in (
        "StatuteThrottles", "StatuteIsSlow", "StatuteCommitsAreSlow", "StatuteWritesQueue")])


def test_every_alert_is_brought_to_fire_by_a_test_here_and_told_in_the_readme():
    names = {rule["alert"] for rule in alerts()}
    readme = (ROOT / "deploy" / "README.md").read_text()
    own = open(os.path.abspath(__file__), encoding="utf-8").read()
    assert names == set(re.findall(r'"(Statute\w+)"', own)) == set(re.findall(r"\| `(Statute\w+)`", readme))
    for rule in alerts():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]
