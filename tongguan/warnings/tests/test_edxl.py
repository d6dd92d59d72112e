# SPDX-License-Identifier: Apache-2.0
"""Weather signals as they come: by CAP alone and in an EDXL-DE envelope, read to grade, kind, area, time."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel.errors import Invalid
from tongguan.warnings import api, edxl, queries
from tongguan.warnings.models import Received
from tongguan.warnings.tests.test_loop import people

__all__ = ["people"]
SAMPLES = Path(__file__).with_name("samples")
WEATHER, ENVELOPE = ((SAMPLES / f"{name}.xml").read_bytes() for name in ("weather", "edxl"))
CANCEL = (
    ENVELOPE.replace(b"JZ-DE-7", b"JZ-DE-8")
    .replace(b">Report<", b">Cancel<")
    .replace(
        b"<language>zh-CN</language>\n  <targetArea>",
        b"<distributionReference>JZ-DE-7,zhiban@yj.jiangzhou,2026-09-28T09:01:00+08:00"
        b"</distributionReference>\n  <targetArea>",
    )
    .replace(b"JZ-20260928-0203", b"JZ-20260928-0299")
)


def received(actor):
    return queries.received(actor, active=False)


def test_a_weather_signal_is_read_to_kind_grade_area_and_time(people):
    api.take_cap(people.city_chief, WEATHER)
    (one,) = received(people.city_chief)
    assert (one.signal, one.grade, one.event, one.place) == ("暴雨", 3, "暴雨", "江北区沿江")
    assert one.division == "990101001001"  # all corners of its shape lie there
    assert (one.onset, one.expires) == (
        datetime.fromisoformat("2026-09-28T12:00:00+08:00"),
        datetime.fromisoformat("2026-09-28T18:00:00+08:00"),
    )
    assert one.distribution is None


@pytest.mark.parametrize(
    ("told", "grade"), [("蓝色", 1), ("黄", 2), ("红色预警", 4), ("黄色升橙色", 0), ("很高", 0)]
)
def test_a_grade_is_the_one_colour_that_a_parameter_names(people, told, grade):
    api.take_cap(people.city_chief, WEATHER.replace("橙色（Ⅱ级）".encode(), told.encode()))
    assert [one.grade for one in received(people.city_chief)] == [grade]


def test_a_shape_over_two_districts_is_the_citys(people):
    wide = WEATHER.replace(b"30.802,121.008 30.808,121.008", b"30.802,121.205 30.808,121.205")
    api.take_cap(people.city_chief, wide)
    assert [one.division for one in received(people.city_chief)] == ["9901"]


def test_an_envelope_brings_its_message_with_who_distributes_it_and_where_to(people):
    number = api.take_cap(people.city_chief, ENVELOPE)
    assert api.take_cap(people.city_chief, ENVELOPE) == number
    (one,) = received(people.city_chief)
    assert (one.id, one.identifier, one.grade, one.status) == (number, "JZ-20260928-0203", 3, "Actual")
    told = one.distribution
    assert (told.identifier, told.sender, told.kind, told.status) == (
        "JZ-DE-7",
        "zhiban@yj.jiangzhou",
        "Report",
        "Actual",
    )
    assert told.target == ("circle 30.805,121.005 0.4", "country CN")


def test_what_is_distributed_as_an_exercise_is_one_and_a_message_without_a_place_is_for_the_target_area(
    people,
):
    body = ENVELOPE.replace(b"<distributionStatus>Actual", b"<distributionStatus>Exercise")
    start, end = body.index(b"<area>"), body.index(b"</area>") + len(b"</area>")
    api.take_cap(people.city_chief, body[:start] + body[end:])
    (one,) = received(people.city_chief)
    assert (one.status, one.division, one.place) == ("Exercise", "990101001001", "")


@pytest.mark.parametrize("order", [(ENVELOPE, CANCEL), (CANCEL, ENVELOPE)], ids=["in order", "cancel first"])
def test_a_cancelled_distribution_ends_what_came_in_it_and_only_its_own_systems(people, order):
    api.take_cap(people.duty_chief, ENVELOPE.replace(b"0203<", b"0777<"))
    for body in order:
        api.take_cap(people.city_chief, body)
    assert Received.objects.get(identifier="JZ-20260928-0203").ended
    assert Received.objects.filter(client=people.duty_chief.key, ended=True).count() == 0


@pytest.mark.parametrize(
    ("part", "instead", "field"),
    [
        (b"<distributionID>JZ-DE-7</distributionID>", b"", "distributionID"),
        (b">Report<", b">Rumour<", "distributionType"),
        (b">Report<", b">Update<", "distributionReference"),
        (b"<distributionStatus>Actual", b"<distributionStatus>Draft", "distributionStatus"),
        (b"<dateTimeSent>2026-09-28T09:01:00+08:00", b"<dateTimeSent>yesterday", "dateTimeSent"),
        (b"<circle>30.805,121.005 0.4", b"<circle>30.805 0.5", "circle"),
        (b"embeddedXMLContent", b"keyXMLContent", "embeddedXMLContent"),
        (b"<msgType>Alert</msgType>", b"", "msgType"),
    ],
)
def test_an_envelope_that_is_wrong_is_kept_aside_with_its_fault(people, part, instead, field):
    assert part in ENVELOPE
    with pytest.raises(Invalid) as refused:
        api.take_cap(people.city_chief, ENVELOPE.replace(part, instead))
    assert refused.value.field == field
    assert [kept.field for kept in queries.unreadable(people.city_chief)] == [field]
    assert received(people.city_chief) == []


@given(st.binary(max_size=40), st.integers(0, len(ENVELOPE)), st.integers(0, 60))
def test_an_envelope_with_any_bytes_within_is_read_or_refused_by_name(bytes_told, at, length):
    nameless = []
    try:
        _, messages = edxl.opened(ENVELOPE[:at] + bytes_told + ENVELOPE[at + length :])
    except Invalid as fault:
        nameless = [fault] if not fault.field else []
    else:
        assert messages
    assert nameless == []
