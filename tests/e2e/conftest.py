"""Fixtures of the end-to-end tests; see harness.py for what they stand on."""

import contextlib

import pytest

from harness import SHOP, serving


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="run tests/e2e/reliability at its full size")


@pytest.fixture
def is_full(request):
    """True where a reliability test runs at its full size."""
    return request.config.getoption("--full")


@pytest.fixture
def serve(tmp_path, request):
    """serve(document, *options) starts a server of its own; all are stopped, and checked, at the end.

    The document is a path, or the text of one.
    """
    expects_5xx = request.node.get_closest_marker("expects_5xx") is not None
    count = 0
    with contextlib.ExitStack() as stack:

        def start(document=SHOP, *options, **more):
            nonlocal count
            count += 1
            folder = tmp_path / f"server-{count}"
            folder.mkdir()
            if isinstance(document, str):
                path = folder / "api.yaml"
                path.write_text(document)
                document = path
            more.setdefault("expects_5xx", expects_5xx)
            return stack.enter_context(serving(folder, document, *options, **more))

        yield start


@pytest.fixture
def shop(serve):
    """The example shop, empty."""
    return serve()


@pytest.fixture
def client(shop):
    return shop.client()


@pytest.fixture
def wire(shop):
    with shop.wire() as wire:
        yield wire
