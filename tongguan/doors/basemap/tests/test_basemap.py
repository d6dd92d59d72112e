# SPDX-License-Identifier: Apache-2.0
"""The map file in ranges, and what is told of it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.test import Client
from pmtiles.reader import Reader

URL = "/map/city.pmtiles"
BODY = Path(configured.MAP_FILE).read_bytes()


def get(**headers: str):
    return Client().get(URL, headers=headers)


def whole(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_anybody_learns_what_the_map_holds() -> None:
    told = Client().get("/api/map/info").json()
    assert told["name"] == "江州市"
    assert told["hash"] == hashlib.sha256(BODY).hexdigest()
    assert told["size"] == len(BODY)
    assert (told["min_zoom"], told["max_zoom"]) == (6, 15)
    west, south, east, north = told["bounds"]
    assert west < told["center"][0] < east
    assert south < told["center"][1] < north
    assert {"buildings", "roads", "water", "pipes", "bridges", "transit"} <= set(told["layers"])
    assert told["review_number"] is None
    assert whole(Client().get(told["url"])) == BODY


def test_the_review_number_is_shown_when_set(settings: pytest.FixtureRequest) -> None:
    settings.MAP_REVIEW_NUMBER = "GS(2026)0001号"
    assert Client().get("/api/map/info").json()["review_number"] == "GS(2026)0001号"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-126", 0, 126),
        ("bytes=5-", 5, len(BODY) - 1),
        ("bytes=-9", len(BODY) - 9, len(BODY) - 1),
        (f"bytes=1-{10**9}", 1, len(BODY) - 1),
    ],
)
def test_a_range_is_answered_with_206(asked: str, first: int, last: int) -> None:
    answer = get(range=asked)
    assert answer.status_code == 206
    assert answer.content == BODY[first : last + 1]
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(BODY)}"


@pytest.mark.parametrize("asked", [f"bytes={len(BODY)}-", "bytes=9-3", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(asked: str) -> None:
    answer = get(range=asked)
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(BODY)}"


@pytest.mark.parametrize("asked", ["lines=1-2", "bytes=-", "bytes=a-b", "bytes=0-1,4-5"])
def test_what_is_no_single_range_gets_the_whole_file(asked: str) -> None:
    answer = get(range=asked)
    assert answer.status_code == 200
    assert whole(answer) == BODY


def test_a_reader_who_has_the_file_gets_304() -> None:
    first = get()
    tag, _ = first["ETag"], whole(first)
    assert get(if_none_match=tag).status_code == 304
    assert get(range="bytes=0-9", if_range=tag).status_code == 206
    assert whole(get(range="bytes=0-9", if_range='"older"')) == BODY


def test_a_public_reader_reads_the_map_over_http() -> None:
    def fetch(offset: int, length: int) -> bytes:
        answer = get(range=f"bytes={offset}-{offset + length - 1}")
        assert answer.status_code == 206
        return answer.content

    assert Reader(fetch).metadata()["name"] == "江州市"


@pytest.fixture
def own(tmp_path, settings) -> Iterator[str]:
    path = tmp_path / "own.pmtiles"
    path.write_bytes(BODY + b"more")
    settings.MAP_FILE = str(path)
    return hashlib.sha256(BODY + b"more").hexdigest()


def test_a_citys_own_file_takes_its_place(own: str) -> None:
    assert Client().get("/api/map/info").json()["hash"] == own
    assert whole(get()) == BODY + b"more"
