# SPDX-License-Identifier: Apache-2.0
"""Marked texts from a folder become the labeller in use, by command; it fills the grammar's gaps."""

import gzip
import json

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from tongguan.addresses import api, marked, queries, store
from tongguan.addresses.filling import filled
from tongguan.addresses.grammar import read
from tongguan.addresses.labeller import Example
from tongguan.addresses.tests.test_labeller import examples
from tongguan.addresses.tokens import tokens
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.places.testing import named_place


def write(folder, rows, name="train"):
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        for row in rows:
            line = {"text": row.text, "spans": row.spans} if isinstance(row, Example) else row
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return folder


def estates():
    """Give addresses that end in an estate without any telling word: 长安路3号碧云天."""
    rows = []
    for n in range(150):
        road, estate = ("长安路", "人民路", "和平路")[n % 3], ("碧云天", "西山月", "蓝湾里", "锦绣江")[n % 4]
        rows.append(Example(f"{road}{n}号{estate}", ((0, 3, "Road"), (3, 5, "roadNo"), (5, 8, "POI"))))
    return rows


@pytest.mark.django_db
def test_marked_texts_are_learned_and_evaluated_by_command(tmp_path, capsys):
    folder = write(tmp_path / "marked", [*examples(), Example("长安路", ((0, 9, "road"),))])
    call_command("address", "train", str(folder))
    assert "从 120 条学成，1 条标注对不齐未用" in capsys.readouterr().out
    call_command("address", "evaluate", str(folder))
    assert "f1=1.0000" in capsys.readouterr().out
    call_command("address", "locate", "长安路3号", "--division", "9901")
    assert "没有找到" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "addresses.no_rows"),
        (["not a row"], "addresses.bad_row"),
        ([{"text": "长安路"}], "addresses.bad_row"),
        ([{"text": "长安路", "spans": [[0, "x", "road"]]}], "addresses.bad_row"),
        ([{"text": "长安路", "spans": [3]}], "addresses.bad_row"),
    ],
)
def test_a_folder_that_cannot_be_learned_from_is_refused_with_its_line(tmp_path, rows, code):
    with pytest.raises(Invalid) as refused:
        api.train(PLATFORM, write(tmp_path / "marked", rows))
    assert (refused.value.code, refused.value.field) == (code, "folder")


@pytest.mark.django_db
def test_only_the_system_administrator_trains(tmp_path):
    people = cast()
    with pytest.raises(Forbidden):
        api.train(people.acceptor, write(tmp_path / "marked", examples()))
    assert store.installed() is None


def test_without_a_model_there_is_nothing_to_evaluate(tmp_path):
    with pytest.raises(NotFound):
        queries.evaluate(tmp_path)
    with pytest.raises(CommandError, match="tongguan address train"):
        call_command("address", "evaluate", str(tmp_path))


@pytest.mark.django_db
def test_a_trained_labeller_finds_the_estate_that_no_rule_knows(tmp_path):
    named_place("碧云天", kind="place", division="990101001001")
    (before,) = queries.locate_texts(["长安路88号碧云天有人吵架"], "9901")
    assert before.candidates == ()
    api.train(PLATFORM, write(tmp_path / "marked", estates()))
    (found,) = queries.locate_texts(["长安路88号碧云天"], "9901")
    assert found.best.name == "碧云天"


def test_labels_are_compared_without_case_and_unknown_ones_are_learned():
    rows = [Example("长安路", ((0, 3, "road"),)), Example("某处", ((0, 2, "whatever"),))]
    assert marked.usable(rows) == rows


@given(
    st.lists(st.sampled_from(("长安路", "碧云天", "12号", "，", " ", "A", "望江街道", "x")), max_size=12).map(
        "".join
    ),
    st.integers(1, 3),
)
def test_whatever_a_labeller_says_parts_stay_in_order_and_apart(text, size):
    def label(told):
        count = len(tokens(told))
        return [(n, min(n + size, count), ("poi", "road", "nothing")[n % 3]) for n in range(0, count, size)]

    reached = 0
    for part in filled(text, read(text), label):
        assert reached <= part.start < part.end
        assert part.text == text[part.start : part.end]
        reached = part.end
