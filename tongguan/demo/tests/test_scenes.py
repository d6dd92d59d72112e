# SPDX-License-Identifier: Apache-2.0
"""The drawn photos of the demo city: enough of them, each its own, before and after of one street."""

from io import BytesIO
from itertools import combinations

import pytest
from django.core.management import call_command

from tongguan.catalog.queries import items_table
from tongguan.demo.scenes import KINDS, Scene, draw, kind_of, scenes
from tongguan.pictures import api as pictures

#: Up to here two photos speak for one matter (同一事项的匹配策略 like_bits).
LIKE_BITS = 12


@pytest.fixture(scope="module")
def prints():
    found = {}
    for scene in scenes():
        stream = BytesIO()
        draw(scene).save(stream, "JPEG", quality=82)
        stream.seek(0)
        found[scene] = pictures.print_of(stream)
    return found


def test_two_scenes_never_look_alike_so_that_unrelated_cases_stay_apart(prints):
    assert None not in prints.values()
    streets = {(scene.kind, scene.view) for scene in prints}
    assert len(streets) >= 24
    furthest = max(pictures.SAME, LIKE_BITS)
    for (one, left), (other, right) in combinations(prints.items(), 2):
        if (one.kind, one.view) != (other.kind, other.view):
            assert (left ^ right).bit_count() > furthest, (one, other)


def test_a_scene_is_always_the_same_picture_and_changes_when_it_is_put_right():
    before, again, after = (draw(Scene("stall", 0, solved)) for solved in (False, False, True))
    assert before.tobytes() == again.tobytes()
    assert before.tobytes() != after.tobytes()
    assert before.size == (480, 360)


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("污水井盖", "manhole"),
        ("道路积水", "water"),
        ("路灯", "lamp"),
        ("行道树", "tree"),
        ("机动车乱停放", "parking"),
        ("无照经营游商", "stall"),
        ("暴露垃圾", "rubbish"),
        ("道路破损", "pothole"),
        ("交通护栏", "railing"),
    ],
)
def test_an_item_is_shown_by_its_matter(item, kind):
    assert kind_of(item) == kind


@pytest.mark.django_db
def test_every_kind_of_scene_shows_some_item_of_the_standards():
    call_command("load_standards", verbosity=0)
    assert {kind_of(item.name) for item in items_table()} == set(KINDS)
