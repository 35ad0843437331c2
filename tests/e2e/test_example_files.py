"""The example shop: videos, whole and in parts."""

import pytest

from harness import EXAMPLE
from problems import assert_problem

VIDEOS = EXAMPLE.parent / "videos"


@pytest.fixture
def client(serve):
    return serve(EXAMPLE, "--dev").client()


def test_anybody_may_watch_a_video_or_a_part_of_it(client):
    captions = (VIDEOS / "pouring.vtt").read_bytes()
    whole = client.get("/videos/pouring.vtt")
    assert whole.status_code == 200 and whole.content == captions
    assert whole.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert whole.headers["Cache-Control"] == "public, max-age=3600"
    part = client.get("/videos/pouring.vtt", headers={"Range": "bytes=0-5"})
    assert part.status_code == 206 and part.content == b"WEBVTT"
    assert part.headers["Content-Range"] == f"bytes 0-5/{len(captions)}"
    rest = client.get("/videos/pouring.vtt", headers={"Range": "bytes=6-"})
    assert part.content + rest.content == captions
    several = client.get("/videos/pouring.vtt", headers={"Range": "bytes=0-5, -4"})
    assert several.status_code == 206 and several.headers["Content-Type"].startswith("multipart/byteranges; ")


def test_a_part_behind_the_end_is_416_and_says_how_long_it_is(client):
    response = client.get("/videos/pouring.vtt", headers={"Range": "bytes=100000-"})
    assert_problem(response, 416, "RANGE_NOT_SATISFIABLE")
    assert response.headers["Content-Range"] == f"bytes */{(VIDEOS / 'pouring.vtt').stat().st_size}"


def test_a_video_is_an_image_that_moves(client):
    response = client.get("/videos/pouring.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert b"<animateTransform" in response.content


def test_no_name_leads_out_of_the_folder(client):
    for name in ("..%2Fopenapi.yaml", "%2e%2e%2fopenapi.yaml", "none.mp4"):
        assert client.get(f"/videos/{name}").status_code == 404
