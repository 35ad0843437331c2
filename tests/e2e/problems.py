"""What every error must look like, checked in one place: the shape of its content and
the fields that its status obliges it to."""

import re

import httpx

PHRASES = {
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
    412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
    416: "Range Not Satisfiable", 417: "Expectation Failed", 421: "Misdirected Request",
    422: "Unprocessable Content", 423: "Locked", 425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
    500: "Internal Server Error",
    501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    507: "Insufficient Storage",
}

# Fields that a status must have, whatever else there is (RFC 9110, and our own rules for 429 and 503).
OBLIGED = {
    401: ["WWW-Authenticate"], 405: ["Allow"], 407: ["Proxy-Authenticate"], 416: ["Content-Range"],
    426: ["Upgrade", "Connection"], 429: ["Retry-After"], 451: ["Link"], 503: ["Retry-After"],
}

ALWAYS = ["type", "title", "status", "detail", "instance", "error", "message", "requestId", "timestamp",
          "path", "documentation"]
SOMETIMES = ["validationErrors", "details", "hint", "retryAfter", "node"]
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
IMF_FIXDATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"
)


def _status(response):
    return response.status_code if isinstance(response, httpx.Response) else response.status


def _field(response, name):
    if isinstance(response, httpx.Response):
        return response.headers.get(name)
    return ", ".join(response.all(name)) or None


def assert_obliged(response, status):
    """The fields that a response with this status cannot do without."""
    assert _status(response) == status, f"{_status(response)} instead of {status}: {response.content!r}"
    for name in OBLIGED.get(status, []):
        # Allow alone may be empty (RFC 9110 section 10.2.1), and must be there all the same.
        assert _field(response, name) is not None, f"{status} without {name}"
    assert IMF_FIXDATE.fullmatch(_field(response, "Date") or ""), "no Date"
    assert re.fullmatch(r"[!-~]+", _field(response, "X-Request-Id") or ""), "no X-Request-Id"
    if status >= 400:
        assert _field(response, "Cache-Control") == "no-store"
    if status == 408:
        assert "close" in (_field(response, "Connection") or "")
    if status == 415:
        assert any(_field(response, name) for name in ("Accept-Post", "Accept-Patch", "Accept", "Accept-Encoding"))
    if status == 503:
        assert re.fullmatch("[0-9]+", _field(response, "Retry-After"))


def assert_problem(response, status, code, path=None, media_type="application/problem+json"):
    """An error in the one shape, with this status and code. Returns its content."""
    assert_obliged(response, status)
    assert _field(response, "Content-Type") == media_type
    problem = response.json()
    assert [name for name in ALWAYS if name not in problem] == []
    assert [name for name in problem if name not in ALWAYS + SOMETIMES] == []
    assert problem["error"] == code, problem
    assert problem["status"] == status
    assert problem["title"] == PHRASES[status]
    assert problem["type"] == problem["documentation"] == f"/-/errors/{code}"
    assert problem["instance"] == problem["requestId"] == _field(response, "X-Request-Id")
    assert problem["detail"] == problem["message"] != ""
    assert TIMESTAMP.fullmatch(problem["timestamp"])
    assert isinstance(problem["path"], str)
    if path is not None:
        assert problem["path"] == path
    if "retryAfter" in problem:
        assert str(problem["retryAfter"]) == _field(response, "Retry-After")
    for error in problem.get("validationErrors", []):
        assert_validation_error(error)
    return problem


def assert_validation_error(error):
    assert {"message", "code"} <= set(error) <= {"field", "pointer", "in", "message", "code", "value"}, error
    assert re.fullmatch("[A-Z][A-Z0-9_]*", error["code"])
    assert error["message"]
    if "pointer" in error:
        assert error["pointer"] == "" or error["pointer"].startswith("/")


def errors_of(problem):
    """(pointer or field, code) of each validation error, sorted."""
    return sorted((error.get("pointer", error.get("field")), error["code"]) for error in problem["validationErrors"])
