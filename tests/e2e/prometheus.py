"""Metrics as Prometheus reads them: a strict reader of the text format 0.0.4, and Debian's promtool."""

import re
import shutil
import subprocess

import pytest

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="no promtool (package prometheus)")

_SAMPLE = re.compile(r"([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)\Z")
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|\Z)')


class Metrics:
    """A scrape: values by name and labels; kinds by name."""

    def __init__(self, text):
        assert text.endswith("\n")
        self.text = text
        self.kinds, self.values = {}, {}
        named = None
        for line in text.splitlines():
            if line.startswith("# HELP "):
                named = line.split(" ", 3)[2]
                assert named not in self.kinds and line.split(" ", 3)[3]
            elif line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name == named and kind in ("counter", "gauge", "histogram")
                self.kinds[name] = kind
            else:
                self._take(line, named)
        self._check_histograms()

    def _take(self, line, named):
        found = _SAMPLE.match(line)
        assert found, line
        name, rest, labels = found.group(1), found.group(2) or "", []
        while rest:
            label = _LABEL.match(rest)
            assert label, line
            labels.append((label.group(1), re.sub(r"\\(.)", lambda e: "\n" if e[1] == "n" else e[1], label.group(2))))
            rest = rest[label.end():]
        family = re.sub("_(bucket|sum|count)$", "", name) if self.kinds[named] == "histogram" else name
        assert family == named, f"{line} under {named}"
        assert (self.kinds[named] == "counter") == name.endswith("_total"), line
        key = (name, frozenset(labels))
        assert key not in self.values, f"twice: {line}"
        self.values[key] = float(found.group(3))

    def _check_histograms(self):
        """Buckets grow, and the last is the count."""
        series = {}
        for (name, labels), value in self.values.items():
            if name.endswith("_bucket"):
                bound = float(dict(labels)["le"])
                rest = frozenset(label for label in labels if label[0] != "le")
                series.setdefault((name.removesuffix("_bucket"), rest), []).append((bound, value))
        for (name, labels), buckets in series.items():
            values = [value for _, value in sorted(buckets)]
            assert values == sorted(values) and values[-1] == self.values[(f"{name}_count", labels)]
            assert (f"{name}_sum", labels) in self.values

    def get(self, name, **labels):
        """The value, 0 where it was never counted."""
        return self.values.get((name, frozenset(labels.items())), 0)

    def all(self, name):
        return {labels: value for (key, labels), value in self.values.items() if key == name}

    def names(self):
        return {name for name, _ in self.values}


def scrape(server):
    response = server.admin_client().get("/-/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Metrics(response.text)


def promtool(*arguments, text=None):
    done = subprocess.run([PROMTOOL, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
