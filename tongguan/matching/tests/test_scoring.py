# SPDX-License-Identifier: Apache-2.0
"""What makes two tellings one matter, part by part."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.matching import deciding
from tongguan.matching.scoring import PARTS, score, words_of
from tongguan.matching.strategy import FIRST, Reach, Strategy, read, written
from tongguan.matching.testing import LID, PLANT, told
from tongguan.texts.grams import Rarity
from tongguan.texts.names import names_in

RARITY = Rarity.blank()


def judged(one, other, strategy=FIRST):
    batch = deciding.prepare([one, other], strategy, RARITY)
    columns = deciding.features(batch, [])
    return score(columns, *deciding.first_pair(), strategy, RARITY)


def part(scored, name):
    return scored.parts[0, PARTS.index(name)]


tellings = st.builds(
    told,
    st.sampled_from([LID, PLANT, "路灯不亮", "井盖坏了", ""]),
    hours=st.floats(0, 2000),
    lon=st.floats(121.2, 121.21),
    lat=st.just(31.0),
    item_code=st.sampled_from(["01003", "02001", ""]),
    pictures=st.sampled_from([(), (0,), (2**64 - 1, 7)]),
)


@settings(deadline=None)
@given(tellings, tellings)
def test_a_pair_is_judged_alike_from_both_ends(one, other):
    there, back = judged(one, other), judged(other, one)
    assert np.allclose(there.parts, back.parts, atol=1e-9)
    assert there.score == pytest.approx(back.score, abs=1e-4)


@settings(deadline=None)
@given(tellings, st.floats(0, 3000), st.floats(0, 3000))
def test_nearer_is_never_less_likely(one, a, b):
    near, far = sorted((a, b))
    at = [replace(one, lon=one.lon + metres / 95_000) for metres in (near, far)]
    scores = [judged(one, other) for other in at]
    assert part(scores[0], "place") >= part(scores[1], "place") - 1e-9
    assert scores[0].score[0] >= scores[1].score[0]


@settings(deadline=None)
@given(tellings, st.floats(0, 5000), st.floats(0, 5000))
def test_sooner_is_never_less_likely(one, a, b):
    soon, late = sorted((a, b))
    at = [replace(one, told_at=one.told_at + timedelta(hours=h)) for h in (soon, late)]
    assert part(judged(one, at[0]), "time") >= part(judged(one, at[1]), "time") - 1e-9


def test_two_calls_about_one_lid_are_one_matter_and_say_why():
    found = judged(told(), told(hours=3, lon=121.20012))
    assert found.score[0] >= FIRST.join
    assert words_of(found, 0, ["滨江路"]) == (
        "同一事项，相距 11 米，相隔 3 小时，文字相似 1.00，都提到“滨江路”（把握 100%）"
    )


def test_the_same_words_at_the_other_end_of_town_are_another_lid():
    found = judged(told(), told(lon=121.3))
    assert part(found, "place") == FIRST.far
    assert found.score[0] < FIRST.join


def test_the_same_spot_with_other_words_is_for_a_person_to_see():
    found = judged(told("井盖破损"), told("道路积水严重车辆无法通行"))
    assert found.score[0] < FIRST.join


def test_a_photo_of_the_same_thing_counts_and_a_black_one_does_not_stand_for_all():
    same = judged(told("坏了", pictures=(0b1011,)), told("破损", pictures=(2**63, 0b1111)))
    other = judged(told("坏了", pictures=(0,)), told("破损", pictures=(2**64 - 1,)))
    assert part(same, "picture") == FIRST.same_picture
    assert part(other, "picture") == 0


def test_an_item_may_reach_less_far():
    narrow = Strategy(version="2", reaches={"01": Reach(metres=20)})
    assert narrow.reach_of("01003").metres == 20
    assert narrow.reach_of("02001").metres == FIRST.reach.metres
    assert part(judged(told(), told(lon=121.2005), narrow), "place") < 0
    assert part(judged(told(), told(lon=121.2005)), "place") > 0


def test_a_strategy_survives_storing_and_every_wording_has_its_digest():
    changed = Strategy(version="2", join=0.9, reaches={"01003": Reach(30, 24, 3)})
    assert read(written(changed)) == changed
    assert changed.digest() != FIRST.digest()


def test_names_are_found_without_a_dictionary():
    assert names_in("A2区丽发新城附近修建搅拌站") == ("丽发新城", "搅拌站")
    assert names_in("中山北路1200号门口") == ("中山北路", "中山北路1200号")
    assert names_in("反映深业睿城到松雅中学204路公交车不便") == ("松雅中学", "204路", "204路公交")
    assert names_in("昨晚发现金沙路165号附近井盖破损") == ("金沙路", "金沙路165号")
    assert names_in("井盖坏了") == ()
