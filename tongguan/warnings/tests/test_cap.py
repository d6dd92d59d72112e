# SPDX-License-Identifier: Apache-2.0
"""CAP 1.2 out and in: valid, read back the same, updates and cancels honoured, faults kept and named."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.alarms import api as alarms
from tongguan.intake.testing import told
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.runtime.testing import settle
from tongguan.warnings import api, cap, queries
from tongguan.warnings.models import Received
from tongguan.warnings.reading import FILE, grade_of, parse, signal_of
from tongguan.warnings.tests.test_loop import NOON, heard, people, says

__all__ = ["people"]
SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("cap12.xsd"))
SENT = datetime(2026, 9, 28, 9, 0, tzinfo=NOON.tzinfo)

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=12
)
names = st.from_regex(r"[A-Za-z0-9.:_-]{1,20}", fullmatch=True)
moments = st.integers(0, 10**9).map(lambda s: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
pairs = st.lists(st.tuples(words, words), max_size=2).map(tuple)
points = st.tuples(st.integers(-90, 90).map(float), st.integers(-180, 180).map(float))
rings = st.lists(points, min_size=3, max_size=5).map(lambda ring: (*ring, ring[0]))
areas = st.builds(
    cap.Area, words, st.lists(rings, max_size=1).map(tuple),
    st.lists(st.builds(lambda p, r: (*p, float(r)), points, st.integers(0, 50)), max_size=1).map(tuple),
    pairs,
)  # fmt: skip
infos = st.builds(
    cap.Info, event=words,
    categories=st.lists(st.sampled_from(cap.CATEGORIES), min_size=1, max_size=2).map(tuple),
    urgency=st.sampled_from(cap.URGENCIES), severity=st.sampled_from(cap.SEVERITIES),
    certainty=st.sampled_from(cap.CERTAINTIES), language=st.sampled_from(["", "zh-CN"]),
    responses=st.lists(st.sampled_from(cap.RESPONSES), max_size=2).map(tuple), codes=pairs,
    effective=st.none() | moments, onset=st.none() | moments, expires=st.none() | moments, sender_name=words,
    headline=words, description=words, instruction=words, parameters=pairs,
    areas=st.lists(areas, max_size=2).map(tuple),
)  # fmt: skip
messages = st.builds(
    cap.Message, identifier=names, sender=names, sent=moments, status=st.sampled_from(cap.STATUSES),
    msg_type=st.sampled_from(cap.MSG_TYPES), scope=st.sampled_from(cap.SCOPES), note=words,
    references=st.lists(st.builds(cap.Reference, names, names, moments), min_size=1, max_size=2).map(tuple),
    infos=st.lists(infos, max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(messages)
def test_what_is_written_is_valid_and_is_read_back_the_same(message):
    body = cap.write(message)
    SCHEMA.validate(body.decode())
    assert cap.read(body) == message


@given(
    st.binary(max_size=60) | words.map(lambda text: f"<alert xmlns='{cap.NAMESPACE}'>{text}</alert>".encode())
)
def test_any_bytes_are_a_message_or_are_refused_by_name(body):
    with pytest.raises(Invalid) as refused:
        cap.read(body)
    assert refused.value.field


def rain(identifier="R1", kind="Alert", minute=0, references=(), **more):
    info = {
        "event": "暴雨", "categories": ("Met",), "urgency": "Immediate", "severity": "Severe",
        "certainty": "Likely",
        "headline": "江州市气象台发布暴雨橙色预警", "description": "3 小时内降雨量将达 50 毫米以上",
        "codes": (("national", "0203"),), "areas": (cap.Area("江州市", (), (), (("division", "9901"),)),),
        **more,
    }  # fmt: skip
    return cap.Message(
        identifier=identifier, sender="qx.jiangzhou", sent=SENT + timedelta(minutes=minute), status="Actual",
        msg_type=kind, scope="Public", references=references, infos=(cap.Info(**info),),
    )  # fmt: skip


def named(message):
    return cap.Reference(message.sender, message.identifier, message.sent)


@pytest.mark.parametrize(
    ("part", "instead", "field"),
    [
        (b"<sent>2026-09-28T09:00:00+08:00</sent>", b"<sent>2026-09-28</sent>", "sent"),
        (b"<status>Actual</status>", b"<status>Real</status>", "status"),
        (b"<severity>Severe</severity>", b"", "severity"),
        (b"<identifier>R1</identifier>", b"<identifier>R 1</identifier>", "identifier"),
        (b"<msgType>Alert</msgType>", b"<msgType>Cancel</msgType>", "references"),
        (b"</areaDesc>", b"</areaDesc><circle>99,0 1</circle>", "circle"),
        (b"<alert", b"<!DOCTYPE a [<!ENTITY e 'x'>]><alert", "alert"),
    ],
)
def test_what_is_wrong_is_named(part, instead, field):
    body = cap.write(rain())
    assert part in body
    with pytest.raises(Invalid) as refused:
        cap.read(body.replace(part, instead))
    assert refused.value.field == field


def test_a_grade_is_read_from_the_colour_the_signal_or_the_severity():
    how, (info,) = FILE.counting(), rain().infos
    assert (grade_of(info, how), signal_of(info, how)) == (3, "暴雨")
    (coded,) = rain(headline="暴雨预警信号", codes=(("national", "0204"),)).infos
    (bare,) = rain(headline="", codes=(), severity="Minor").infos
    assert (grade_of(coded, how), grade_of(bare, how)) == (4, 1)


def states(actor):
    return {one.identifier: one.state for one in queries.received(actor, active=False)}


def test_updates_and_cancels_are_honoured_in_whatever_order_they_come(people):
    first = rain()
    second = rain("R2", "Update", 10, (named(first),))
    third = rain("R3", "Cancel", 20, (named(second),))
    for number, order in enumerate(permutations((first, second, third))):
        Received.objects.all().delete()
        for one in order:
            api.take_cap(people.duty_chief, cap.write(one))
        assert states(people.duty_chief) == {"R1": "replaced", "R2": "ended", "R3": "ended"}, number
    assert queries.received(people.duty_chief) == []


def test_the_same_message_is_kept_once_and_a_district_sees_the_citys(people):
    body = cap.write(rain())
    assert api.take_cap(people.city_chief, body) == api.take_cap(people.city_chief, body)
    (one,) = queries.received(people.leader)
    assert (one.headline, one.grade, one.signal, one.division) == (
        "江州市气象台发布暴雨橙色预警",
        3,
        "暴雨",
        "9901",
    )
    with pytest.raises(Forbidden):
        api.take_cap(people.handler, body)


def test_what_cannot_be_read_is_kept_with_its_fault(people):
    for _ in range(2):
        with pytest.raises(Invalid):
            api.take_cap(people.duty_chief, b"<alert>\x00")
    (kept,) = queries.unreadable(people.duty_chief)
    assert (kept.field, kept.times) == ("alert", 2)
    assert queries.unreadable(people.outsider) == []


def test_a_city_says_which_warnings_become_reports_and_each_does_once(people, tmp_path):
    api.take_cap(people.city_chief, cap.write(rain("R0")))
    assert told() == []
    own = tmp_path / "city" / "cap.yaml"
    own.parent.mkdir(parents=True)
    shipped = FILE.shipped.read_text("utf-8")
    own.write_text(shipped.replace("tells: []", 'tells: [{event: 暴雨, from: 3, item: "01001"}]'), "utf-8")
    first = rain()
    api.take_cap(people.city_chief, cap.write(first))
    api.take_cap(people.city_chief, cap.write(rain("R2", "Update", 5, (named(first),))))
    api.take_cap(people.city_chief, cap.write(rain("R4", headline="暴雨黄色预警", codes=())))
    (report,) = told()
    assert (report.source, report.item_code, report.title) == ("cap", "01001", "江州市气象台发布暴雨橙色预警")


def test_a_file_of_the_city_that_is_wrong_is_told_in_words():
    with pytest.raises(ValueError, match="tells, line 1"):
        parse({"severity": {}, "colours": {}, "signals": {}, "tells": [{"event": "雨"}]})


def test_a_confirmed_alarm_is_issued_updated_and_cancelled(people):
    one = heard(says(3))
    assert queries.issued(people.leader) == []
    alarms.perform(people.acceptor, one, "confirm", {})
    settle()
    alarms.hear([says(4, 5)])
    settle()
    alarms.hear([says(0, 9)])
    settle()
    third, second, first = queries.issued(people.leader, alarm_id=one)
    assert [row.msg_type for row in (first, second, third)] == ["Alert", "Update", "Cancel"]
    for row in (first, second, third):
        SCHEMA.validate(row.body)
    update, cancel = cap.read(second.body.encode()), cap.read(third.body.encode())
    assert update.infos[0].severity == "Extreme"
    assert [one.identifier for one in cancel.references] == [first.identifier, second.identifier]
    assert queries.issued(people.outsider) == []
    feed = queries.feed(people.leader, "http://city.example/cap")
    assert feed.count(b"<entry>") == 3
    assert first.identifier.encode() in feed
