"""x-statute: {unsupported: …}: declared, and not served; the answer says what to use instead."""

import pytest

from problems import assert_problem

DOCUMENT = """
openapi: 3.1.0
info: {title: Old, version: "1"}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
paths:
  /legacy-xml-api:
    x-statute: {unsupported: {instead: [/orders, "https://api.example/v2"], message: "XML is no longer spoken."}}
    get: {responses: {"501": {description: Not supported.}}}
    post: {responses: {"501": {description: Not supported.}}}
  /legacy/{name}:
    parameters: [{name: name, in: path, required: true, schema: {type: integer}}]
    get: {x-statute: {unsupported: true}, responses: {"501": {description: Not supported.}}}
"""


@pytest.fixture
def old(serve):
    return serve(DOCUMENT, expects_5xx=True).client()


def test_it_is_501_and_names_what_to_use_instead(old):
    for method in ("GET", "POST"):
        response = old.request(method, "/legacy-xml-api")
        problem = assert_problem(response, 501, "NOT_SUPPORTED")
        assert problem["message"] == "XML is no longer spoken."
        assert problem["details"] == {"alternatives": ["/orders", "https://api.example/v2"]}
        assert response.headers.get_list("Link") == ['</orders>; rel="alternate"',
                                                     '<https://api.example/v2>; rel="alternate"']


def test_a_method_that_the_path_does_not_have_stays_405(old):
    response = old.delete("/legacy-xml-api")
    assert_problem(response, 405, "METHOD_NOT_ALLOWED")
    assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_what_the_path_names_does_not_matter(old):
    problem = assert_problem(old.get("/legacy/no-number"), 501, "NOT_SUPPORTED")
    assert "details" not in problem
    assert old.head("/legacy/1").status_code == 501
