"""`statute explain`, the frame of commands, and help."""

import json
import subprocess

import pytest

from harness import binary, run as statute


def explained(*words):
    done = statute("explain", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_status_is_explained_to_people():
    done = statute("explain", "409")
    assert done.returncode == 0
    assert done.stdout.startswith("409 Conflict\n")
    for part in ("When to use it", "When not, and what instead", "A response has", "What a client does", "Caching",
                 "Error codes", "Often confused", "RFC 9110 section 15.5.10", "RESOURCE_ALREADY_EXISTS"):
        assert part in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("code, field", [("401", "Www-Authenticate"), ("405", "Allow"), ("429", "Retry-After"),
                                         ("503", "Retry-After"), ("416", "Content-Range")])
def test_obliged_fields_are_named(code, field):
    assert f"the field {field}" in statute("explain", code).stdout


def test_a_made_error_code_is_explained_as_its_family():
    entry = explained("EMAIL_ALREADY_EXISTS")
    assert entry["error"] == "EMAIL_ALREADY_EXISTS"
    assert entry["family"] == "RESOURCE_ALREADY_EXISTS"
    assert entry["member"] == "email"
    assert entry["status"] == 409
    assert "A case of RESOURCE_ALREADY_EXISTS" in statute("explain", "FIRST_SECOND_ALREADY_EXISTS").stdout


def test_error_codes_and_phrases_are_taken_as_people_write_them():
    assert explained("precondition-failed")["error"] == "PRECONDITION_FAILED"
    assert explained("Not Found")["status"] == 404
    assert explained("conflict")["status"] == 409
    assert explained("min_value")["validationError"] == "MIN_VALUE"


def test_an_unregistered_code_falls_back_to_its_class():
    entry = explained("599")
    assert entry["status"] == 599
    assert entry["isRegistered"] is False
    assert entry["explainedAs"] == 500
    done = statute("explain", "599")
    assert done.returncode == 0
    assert "599 is not registered" in done.stdout
    assert "500 Internal Server Error" in done.stdout


@pytest.mark.parametrize("word", ["99", "600", "0", "1000"])
def test_a_number_beyond_the_classes_is_refused(word):
    done = statute("explain", word)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "from 100 to 599" in done.stderr


def test_an_unknown_word_names_the_nearest():
    done = statute("explain", "PRECONDITION_FAILD")
    assert done.returncode == 2
    assert "did you mean PRECONDITION_FAILED" in done.stderr
    done = statute("explain", "qqqqqqqqqqqqqqqqqqqqqqqq")
    assert done.returncode == 2
    assert "did you mean" not in done.stderr


def test_two_codes_are_too_many():
    assert statute("explain", "404", "410").returncode == 2


def test_without_a_code_all_are_listed_by_class():
    done = statute("explain")
    assert done.returncode == 0
    places = [done.stdout.index(name) for name in ("1xx Interim", "2xx Success", "3xx Redirect", "4xx Client error",
                                                   "5xx Server error")]
    assert places == sorted(places)
    listed = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]
    assert len(listed) == len(set(listed)) == 64
    assert len(json.loads(statute("explain", "--json").stdout)["statuses"]) == 64


def test_json_says_what_a_response_is_obliged_to():
    entry = explained("415")
    assert entry["content"] == "required"
    assert "accept" in entry["fields"][0]
    assert explained("204")["content"] == "forbidden"
    assert explained("503")["fields"] == [["retry-after"]]
    assert explained("404")["isCacheable"] is True
    assert explained("409")["isCacheable"] is False


def test_help_lists_each_command():
    for words in (["--help"], ["-h"], ["help"]):
        done = statute(*words)
        assert done.returncode == 0
        for name in ("serve", "routes", "explain", "decide"):
            assert f"\n  {name} " in done.stdout
    assert statute().returncode == 2


@pytest.mark.parametrize("name", ["serve", "routes", "explain", "decide"])
def test_each_command_has_help(name):
    done = statute(name, "--help")
    assert done.returncode == 0
    assert f"Usage: statute {name}" in done.stdout
    assert "-h, --help" in done.stdout
    assert statute("help", name).stdout == done.stdout


def test_the_version_is_one_line():
    done = statute("--version")
    assert done.returncode == 0
    assert done.stdout.split()[0] == "statute"
    assert done.stdout.count("\n") == 1


def test_mistyped_commands_and_options_name_the_nearest():
    done = statute("sevre")
    assert (done.returncode, "did you mean serve" in done.stderr) == (2, True)
    done = statute("explain", "--jsno")
    assert (done.returncode, "did you mean --json" in done.stderr) == (2, True)
    assert statute("explain", "-z").returncode == 2
    assert statute("explain", "--json=yes").returncode == 2


def test_two_dashes_end_the_options():
    done = statute("explain", "--", "--json")
    assert done.returncode == 2
    assert '"--json"' in done.stderr


def test_a_full_disk_is_a_failure():
    with open("/dev/full", "w") as full:
        assert subprocess.run([binary(), "explain"], stdout=full, stderr=subprocess.DEVNULL, timeout=20).returncode == 1


@pytest.mark.parametrize("words, message", [
    (["--workers"], "needs a value"),
    (["--workers="], "a number"),
    (["--workers=two"], "a number"),
    (["--workers=-1"], "a number"),
    (["-w", "100000"], "from 0 to 256"),
    (["-w99999999999999999999"], "a number"),
    (["--content-max=1MB2"], "a size"),
    (["--content-max=1XB"], "a size"),
    (["--content-max", "99GiB"], "bytes"),
    (["--header-timeout=10d"], "a duration"),
    (["--header-timeout", "2h"], "ms"),
    (["--workrs=2"], "did you mean --workers"),
])
def test_values_of_options_are_checked_by_their_type(words, message):
    done = statute("serve", *words, "no-such-document.yaml")
    if words == ["--workers"]:  # its value would be the document
        done = statute("serve", *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_help_says_the_defaults():
    text = statute("serve", "--help").stdout
    assert "(1MiB)" in text
    assert "(10s)" in text
