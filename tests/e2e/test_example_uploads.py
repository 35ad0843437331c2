"""The example shop: videos that admins put there."""

import shutil

import pytest

from harness import EXAMPLE
from problems import assert_problem
from tokens import make

CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nTea.\n"


@pytest.fixture
def shop(serve, tmp_path):
    """A copy of the shop, whose folder may be written to."""
    folder = tmp_path / "shop"
    shutil.copytree(EXAMPLE.parent, folder)
    server = serve(folder / EXAMPLE.name, "--dev")
    server.videos = folder / "videos"
    return server


@pytest.fixture
def client(shop):
    return shop.client()


@pytest.fixture
def admin(shop):
    token = make(f"{shop.database}.dev-keys.json", "--subject", "100", "--roles", "admin")
    return {"Authorization": f"Bearer {token}", "Content-Type": "text/vtt"}


def test_admins_put_videos_and_say_which_they_replace(shop, client, admin):
    path, new = "/videos/tea.vtt", {"If-None-Match": "*"}
    assert_problem(client.put(path, content=CAPTIONS, headers={"Content-Type": "text/vtt"}), 401, "CREDENTIALS_REQUIRED")
    assert_problem(client.put(path, content=CAPTIONS, headers=admin), 428, "PRECONDITION_REQUIRED")
    made = client.put(path, content=CAPTIONS, headers={**admin, **new})
    assert made.status_code == 201
    assert client.get(path).content == CAPTIONS
    assert_problem(client.put(path, content=b"", headers={**admin, **new}), 412, "PRECONDITION_FAILED")
    replaced = client.put(path, content=CAPTIONS * 2, headers={**admin, "If-Match": made.headers["ETag"]})
    assert replaced.status_code == 204
    assert_problem(client.delete(path, headers={**admin, "If-Match": made.headers["ETag"]}), 412, "PRECONDITION_FAILED")
    assert client.delete(path, headers={**admin, "If-Match": replaced.headers["ETag"]}).status_code == 204
    assert sorted(entry.name for entry in shop.videos.iterdir()) == [".gitignore", "pouring.svg", "pouring.vtt"]


def test_what_a_video_must_be_is_told_before_it_is_sent(client, admin):
    new = {"If-None-Match": "*"}
    answer = client.put("/videos/tea.vtt", content=iter([CAPTIONS]), headers={**admin, **new})
    if answer.http_version == "HTTP/1.1":
        assert_problem(answer, 411, "LENGTH_REQUIRED")
    page = client.put("/videos/tea.html", content=b"<html>", headers={**admin, **new})
    assert_problem(page, 415, "UNSUPPORTED_MEDIA_TYPE")
    claim = client.put("/videos/tea.vtt", content=CAPTIONS, headers={
        **admin, **new, "Content-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"})
    assert_problem(claim, 400, "DIGEST_MISMATCH")
