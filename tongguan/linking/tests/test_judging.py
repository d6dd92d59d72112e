# SPDX-License-Identifier: Apache-2.0
"""Which component is meant: pure, by distance, error, rivals and what people taught."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tongguan.linking import judging
from tongguan.linking.judging import Nearby, Taught, judged, parse

BODY = yaml.safe_load((Path(judging.__file__).parent / "components.yaml").read_text("utf-8"))
SHIPPED = parse(BODY, "v1")
NOBODY = Taught(0, 0)


def near(*metres: float) -> list[Nearby]:
    return [Nearby(f"9901010100100000{n}", f"井盖{n}", m) for n, m in enumerate(metres, start=1)]


def choose(*metres: float, how="point", place_confidence=1.0, taught=NOBODY):
    found = near(*metres)
    return judged(
        SHIPPED, "供水井盖", "01001", found, how=how, place_confidence=place_confidence, taught=taught
    )


@pytest.mark.parametrize(
    ("metres", "how", "state", "words"),
    [
        (
            (6, 24), "point", "linked",
            ("部件：25 米内有 2 个供水井盖，最近的“井盖1”99010101001000001 距 6 米，"
            "次近的“井盖2”99010101001000002 距 24 米；坐标误差按 10 米计，把握 89%，已关联"),
        ),
        (
            (6, 8), "point", "suggested",
            ("部件：25 米内有 2 个供水井盖，最近的“井盖1”99010101001000001 距 6 米，"
            "次近的“井盖2”99010101001000002 距 8 米；坐标误差按 10 米计，把握 52%，"
            "未到自动关联所需的 80%，须人工选定"),
        ),
        (
            (5,), "address", "linked",
            ("部件：60 米内有 1 个供水井盖，最近的“井盖1”99010101001000001 距 5 米；"
            "地点由地址推定，误差按 30 米计，把握 87%，已关联"),
        ),
        ((), "point", "none", "部件：25 米内没有登记的供水井盖，未关联"),
    ],
)  # fmt: skip
def test_the_nearest_is_linked_unless_another_is_as_near(metres, how, state, words):
    choice = choose(*metres, how=how)
    assert (choice.state, choice.words) == (state, words)
    assert (choice.code != "") == (state == "linked")


def test_an_uncertain_place_is_never_linked():
    assert choose(2).state == "linked"
    assert choose(2, place_confidence=0.7).state == "suggested"


def test_a_kind_that_people_often_correct_is_only_suggested_until_it_is_right_again():
    assert choose(2, taught=Taught(9, 0)).state == "linked"
    stopped = choose(2, taught=Taught(12, 9))
    assert (stopped.state, stopped.sure) == ("suggested", True)
    assert "经人核对 12 次，准确率 75%，未到 80%" in stopped.words
    assert choose(2, taught=Taught(15, 12)).state == "linked"


@given(
    st.lists(st.floats(0, 60), min_size=1, max_size=8).map(sorted),
    st.sampled_from(["point", "address"]),
    st.floats(0, 1),
    st.integers(0, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
)
def test_words_state_and_figures_never_contradict_each_other(metres, how, place, taught):
    choice = choose(*metres, how=how, place_confidence=place, taught=Taught(*taught))
    assert choice.sure == (choice.confidence >= SHIPPED.sure)
    assert ("已关联" in choice.words) == (choice.state == "linked") == (choice.code != "")
    assert ("须人工选定" in choice.words) == (choice.state == "suggested")
    short = re.search(r"把握 ([\d.]+)%，未到自动关联所需的 ([\d.]+)%", choice.words)
    assert short is None or float(short[1]) < float(short[2])
    assert not (choice.state == "linked" and len(metres) > 1 and metres[0] == metres[1])


@given(st.lists(st.floats(0, 60), min_size=2, max_size=6).map(sorted))
def test_a_rival_never_makes_it_surer(metres):
    assert choose(*metres).confidence <= choose(*metres[:-1]).confidence


def test_the_longest_declared_beginning_of_a_class_counts():
    assert [SHIPPED.radius_of(code, 1) for code in ("01001", "01137", "03005", "99999")] == [25, 30, 50, 30]
    assert SHIPPED.radius_of("01001", 30) == 60


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"radius": {"01": 20}}, "default"),
        ({"radius": {"default": 3000}}, "radius"),
        ({"sure": 0.5}, "sure"),
        ({"spread": {"point": 0, "address": 3}}, "error"),
        ({"learn": {"enough": 0, "precision": 0.8, "days": 3}}, "at least 1"),
        ({"learn": 3}, "components file"),
    ],
)
def test_a_wrong_file_is_refused_with_its_fault(change, told):
    with pytest.raises(ValueError, match=told):
        parse({**BODY, **change}, "v2")


def test_a_strategy_is_named_by_its_version():
    found = judged(
        replace(SHIPPED, version="v7"),
        "井盖",
        "01001",
        near(1),
        how="point",
        place_confidence=1,
        taught=NOBODY,
    )
    assert found.strategy == "v7"
