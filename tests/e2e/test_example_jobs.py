"""Reports of the example shop: made in the background, seen by who asked for them and by admins."""

import pytest

import tokens
from harness import EXAMPLE, patiently
from problems import assert_problem


@pytest.fixture
def people(serve):
    server = serve(EXAMPLE, "--dev")
    keys = server.folder / "data.db.dev-keys.json"
    return [server.client(headers=tokens.bearer(tokens.make(keys, "--subject", *words)))
            for words in (["1"], ["2"], ["100", "--roles", "admin"])]


def test_a_report_is_asked_for_watched_and_read(people):
    ada, eve, admin = people
    response = ada.post("/reports/generate", json={"month": "2026-02"})
    assert response.status_code == 202
    job = response.headers["Location"]
    for _ in patiently("the report is never made"):
        response = ada.get(job)
        if response.status_code == 303:
            break
        assert response.status_code == 200
    report = ada.get(response.headers["Location"])
    assert report.json() == {"month": "2026-02", "from": "2026-02-01", "to": "2026-02-28", "days": 28}
    assert admin.get(report.request.url.path).json() == report.json()
    for path in (job, report.request.url.path):
        assert_problem(eve.get(path), 404, "RESOURCE_NOT_FOUND")
    assert_problem(ada.delete(job), 409, "INVALID_STATE_TRANSITION")


def test_who_waits_is_sent_to_the_report_at_once(people):
    ada, _, _ = people
    response = ada.post("/reports/generate", json={"month": "2028-02"}, headers={"Prefer": "wait=20"})
    assert response.status_code == 303
    assert ada.get(response.headers["Location"]).json()["days"] == 29


def test_a_month_that_is_none_makes_no_report(people):
    ada, _, _ = people
    problem = assert_problem(ada.post("/reports/generate", json={"month": "2026-13"}), 422, "VALIDATION_FAILED")
    assert problem["validationErrors"][0]["field"] == "month"
