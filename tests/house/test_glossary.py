# SPDX-License-Identifier: Apache-2.0
"""The glossary binds every identifier an official meets to the word they use for it."""

import re

import pytest
import yaml

from tests.house.source import ROOT
from tongguan.people.contracts import Post
from tongguan.people.labels import POST_NAMES

PROCESSES = ROOT / "tongguan" / "cases" / "processes"
WORDS = dict(
    re.findall(r"^\| `(\w+)` \| (.+?) \|$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("path", sorted(PROCESSES.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_state_stage_and_move_is_in_the_glossary(path):
    table = yaml.safe_load(path.read_text("utf-8"))
    named = {
        **(table.get("stages") or {}),
        **{key: row["name"] for key, row in (table.get("states") or {}).items() if row},
        **{key: row["name"] for key, row in (table.get("moves") or {}).items() if row and "name" in row},
    }
    assert {key: WORDS.get(key) for key in named} == named


def test_every_post_is_in_the_glossary():
    assert {post.value: WORDS.get(post.value) for post in Post} == {
        post.value: POST_NAMES[post] for post in Post
    }
