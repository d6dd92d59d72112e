# SPDX-License-Identifier: Apache-2.0
"""One cause, many sensors: groups by nearness, one stands for all, whatever the order."""

from hypothesis import given
from hypothesis import strategies as st

from tongguan.alarms import api, spi, storms
from tongguan.alarms.models import Membership
from tongguan.alarms.storms import Spot
from tongguan.alarms.testing import says

MINUTE = 60_000
spots = st.lists(
    st.builds(
        Spot,
        key=st.uuids().map(str),
        family=st.sampled_from(["gas", "water"]),
        at=st.integers(0, 40).map(lambda minute: minute * MINUTE),
        lon=st.integers(0, 20).map(lambda n: 121 + n / 300),
        lat=st.just(31.0),
        acted=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.key,
)


def groups(many):
    pairs = storms.near_by_metres(many, 500, 10 * MINUTE)
    heads = storms.heads(many, pairs)
    return {
        frozenset(one.key for one, h in zip(many, heads, strict=True) if h == head) for head in set(heads)
    }


@given(spots, st.randoms())
def test_groups_do_not_depend_on_the_order(many, chance):
    other = list(many)
    chance.shuffle(other)
    assert groups(many) == groups(other)


@given(spots)
def test_who_stands_for_a_group_is_the_first_that_people_dealt_with(many):
    pairs = storms.near_by_metres(many, 500, 10 * MINUTE)
    for place, head in enumerate(storms.heads(many, pairs)):
        assert many[head].acted or not many[place].acted
        if many[place].acted == many[head].acted:
            assert many[head].at <= many[place].at


def heads():
    return {row.alarm.about: row.head.about for row in Membership.objects.select_related("alarm", "head")}


def test_alarms_near_in_space_and_time_stand_under_the_first(db, clock):
    api.hear([says(3, 0, "A"), says(4, 1, "B", lon=121.203), says(3, 1, "far", lon=121.4)])
    api.hear([says(3, 2, "C", lon=121.206), says(3, 30, "later", lon=121.2)])
    assert heads() == {"A": "A", "B": "A", "C": "A", "far": "far", "later": "later"}


def test_alarms_of_another_network_stand_alone(db, clock):
    api.hear([says(3, 0, "A"), says(3, 0, "B", rule="gas.leak")])
    assert heads() == {"A": "A", "B": "B"}


def test_a_network_says_what_is_near_along_its_pipes(db, clock):
    def along(places, metres):
        assert metres == 500
        ends = [n for n, place in enumerate(places) if place.things == ("MAIN",)]
        return [(ends[0], n) for n in ends[1:]]

    main = {"evidence": {"things": ["MAIN"]}}
    with spi.networks.temporarily("test", along):
        api.hear([says(3, 0, "A", **main), says(3, 1, "B", lon=121.3, **main), says(3, 1, "C", lon=121.3001)])
    assert heads() == {"A": "A", "B": "A", "C": "A"}
