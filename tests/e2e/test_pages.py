"""The pages for people: what is sent, and what a browser makes of it.

tests/browser/pages.js runs once, and each of its tests is one here: see browser.py.
"""

import re

import pytest

from browser import names, outcomes_of, skip_if_missing
from harness import request, serving


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What came of each test, by its name."""
    skip_if_missing()
    with serving(tmp_path_factory.mktemp("pages")) as shop:
        return outcomes_of("pages.js", shop.url, shop.admin)


HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.core
def test_a_browser_gets_a_page_and_everybody_else_json(shop):
    api, admin = shop.client(), shop.admin_client()
    path = f"/-/trace/{api.get('/users').headers['X-Request-Id']}"
    for path in (path, "/-/traces"):
        page, data = admin.get(path, headers=HTML), admin.get(path)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"
        assert data.headers["Content-Type"] == "application/json"
        assert page.headers["Vary"] == data.headers["Vary"] == "Accept"
        assert admin.get(f"{path}?as=json", headers=HTML).headers["Content-Type"] == "application/json"


@pytest.mark.core
def test_each_file_of_a_page_is_there(shop):
    admin = shop.admin_client()
    page = admin.get(f"/-/trace/{shop.client().get('/users').headers['X-Request-Id']}", headers=HTML).text
    files = set(re.findall('(?:href|src)="(/-/assets/[^"]+)"', page + admin.get("/-/traces", headers=HTML).text))
    assert {file.rpartition("/")[2] for file in files} == {"icon.svg", "statute.css", "trace.js", "traces.js"}
    for file in files:
        assert admin.get(file).status_code == 200


@pytest.mark.core
def test_a_request_that_is_not_kept_has_a_page_of_its_error(shop):
    response = shop.admin_client().get("/-/trace/req_nothing", headers=HTML)
    assert response.status_code == 404
    assert "RESOURCE_NOT_FOUND" in response.text and "1,000" in response.text


@pytest.mark.core
def test_text_of_a_client_is_escaped_in_its_trace(shop):
    with shop.wire() as wire:
        answer = wire.ask(request("GET", "/users", 'If-Match: "<u>&"'))
    page = shop.admin_client().get(f"/-/trace/{answer.field('X-Request-Id')}", headers=HTML).text
    assert "<u>" not in page and "&lt;u&gt;&amp;" in page


@pytest.mark.parametrize("name", names("pages.js"))
def test_in_a_browser(outcomes, name):
    assert outcomes[name]["ok"], outcomes[name]["why"]
