# SPDX-License-Identifier: Apache-2.0
"""A collector's device: offline, late, out of order, twice; in the end everything is there once."""

import io
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tongguan.cases import api as cases
from tongguan.cases import queries as casebook
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.dispatch import api as dispatch
from tongguan.dispatch.spi import positions as known_positions
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.intake.testing import forget_pressure
from tongguan.intake.testing import told as all_told
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.ids import new_id
from tongguan.kernel.testing import BEIJING
from tongguan.patrol import api, jobs, queries
from tongguan.patrol.contracts import Entry, Kind, Point
from tongguan.patrol.models import FieldEntry, LastSeen, TrackPoint
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime import files
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 11, 12, 0, tzinfo=BEIJING)
LAMP = ReportIn(source="x", text="人民路路灯三天不亮", item_code="01023", lon=121.015, lat=30.815)
FOUND = ReportIn(source="x", text="井盖破损", item_code="01001", lon=121.005, lat=30.805)


@pytest.fixture
def people(db):
    forget_caches()
    forget_pressure()
    square_city()
    catalog.load_standards(PLATFORM)
    return cast()


@pytest.fixture
def clock():
    with time.using(time.ManualClock(NOON)) as hands:
        yield hands


def photo(actor, red=0) -> UUID:
    stream = io.BytesIO()
    Image.new("RGB", (40, 40), (red, 20, 20)).save(stream, "PNG")
    stream.seek(0)
    return files.store(actor, "p.png", stream, "attachment").id


def entry(kind, number=1, *, minutes=-60, **more) -> Entry:
    return Entry(
        client_id=UUID(int=number), kind=Kind(kind), told_at=NOON + timedelta(minutes=minutes), **more
    )


def found(number=1, **more):
    return entry("report", number, report=replace(FOUND, text=f"井盖破损{number}"), **more)


def sent(people, move="send_verify"):
    """A case of 江北区 whose verification is the collector's."""
    new = NewCase(
        item_code="01001",
        title="井盖",
        text="",
        division="990101001001",
        source="hotline",
        lon=121.005,
        lat=30.805,
    )
    (case,) = cases.open_cases(people.acceptor, [new])
    return dispatch.perform(people.acceptor, case.id, move, {"collector_id": people.collector.id}).case


def outcomes(answers):
    return [str(answer.outcome) for answer in answers]


def test_each_entry_is_answered_on_its_own(people, clock):
    bad = entry("report", 2)
    wrong = entry("report", 3, report=replace(FOUND, lat=None))
    answers = api.submit(people.collector, [found(1), bad, wrong, entry("track", 4, points=())])
    assert outcomes(answers) == ["accepted", "refused", "refused", "refused"]
    assert [a.refusal.field for a in answers[1:]] == ["report", "lat", "points"]
    assert answers[0].receipt.tracking
    (row,) = all_told()
    assert (row.source, row.told_at, row.received_at) == ("grid", NOON - timedelta(hours=1), NOON)


def test_sent_again_weeks_later_it_is_the_same_entry(people, clock):
    (first,) = api.submit(people.collector, [found(1)])
    clock.advance(days=40)
    again, twice = api.submit(people.collector, [found(1), found(1)])
    assert (str(again.outcome), again.first, str(twice.outcome)) == ("repeated", "accepted", "repeated")
    assert len(all_told()) == 1
    assert str(first.outcome) == "accepted"


def test_a_number_used_for_something_else_is_refused_and_one_of_another_person_is_not(people, clock):
    api.submit(people.collector, [found(1)])
    (other,) = api.submit(people.collector, [entry("report", 1, report=replace(FOUND, text="路灯"))])
    assert (str(other.outcome), other.refusal.field) == ("refused", "client_id")
    (theirs,) = api.submit(people.outside_collector, [found(1)])
    assert str(theirs.outcome) == "accepted"


def test_a_refused_entry_is_taken_once_mended(people, clock):
    unknown = new_id()
    (refused,) = api.submit(people.collector, [found(1, photos=(unknown,))])
    assert refused.refusal.code == "file.unknown"
    (mended,) = api.submit(people.collector, [found(1, photos=(photo(people.collector),))])
    assert str(mended.outcome) == "accepted"


def test_an_answer_to_an_own_task_moves_the_case(people, clock):
    case = sent(people)
    answer = entry("verify", 1, case_id=case.id, good=True, words="属实", photos=(photo(people.collector),))
    assert outcomes(api.submit(people.collector, [answer])) == ["accepted"]
    assert casebook.case(PLATFORM, case.id).state == "pending_register"
    assert outcomes(api.submit(people.collector, [answer])) == ["repeated"]


def test_an_answer_days_late_to_a_task_that_went_to_somebody_else_is_kept_for_review(people, clock):
    case = sent(people)
    dispatch.perform(people.acceptor, case.id, "withdraw_verify", {"reason": "采集员离线"})
    clock.advance(days=3)
    late = entry("verify", 1, case_id=case.id, good=True, words="属实，井盖缺一半")
    (answer,) = api.submit(people.collector, [late])
    assert (str(answer.outcome), answer.case_id) == ("conflict", case.id)
    (row,) = queries.to_review(people.dispatcher)
    assert (row.user_name, row.late, row.body["words"]) == ("小陈", 73.0, "属实，井盖缺一半")
    assert queries.to_review(people.outside_acceptor) == []
    with pytest.raises(NotFound):
        api.decide(people.outside_acceptor, row.id, "noted", "有用")
    api.decide(people.dispatcher, row.id, "noted", "情况有用")
    with pytest.raises(Conflict):
        api.decide(people.dispatcher, row.id, "dismissed", "晚了")
    line = casebook.timeline(people.acceptor, case.id)[-1]
    assert (line.move, "井盖缺一半" in str(line.inputs)) == ("field_note", True)
    assert queries.to_review(people.dispatcher) == []
    assert outcomes(api.submit(people.collector, [late])) == ["repeated"]


def test_photos_may_come_before_or_after_what_they_belong_to(people, clock):
    early = entry("photos", 2, of=UUID(int=1), photos=(photo(people.collector),))
    assert outcomes(api.submit(people.collector, [early])) == ["waiting"]
    api.submit(people.collector, [found(1)])
    assert jobs.attach_waiting() == 0
    intake.triage_batch(10)
    assert (jobs.attach_waiting(), jobs.attach_waiting()) == (1, 0)
    row = FieldEntry.objects.get(client_id=UUID(int=2))
    assert (row.outcome, row.case_id) == ("accepted", all_told()[0].case_id)
    assert casebook.has_file(people.acceptor, row.case_id, early.photos[0])


def test_photos_of_somebody_else_are_not_ones_own(people, clock):
    stolen = entry("photos", 2, of=UUID(int=1), photos=(photo(people.handler),))
    (answer,) = api.submit(people.collector, [stolen])
    assert (str(answer.outcome), answer.refusal.field) == ("refused", "photos")


def test_tasks_come_as_a_difference(people, clock):
    one = sent(people)
    changed, now, gone = queries.sync(people.collector, {})
    assert ([case.id for case in changed], now, gone) == ([one.id], [one.id], [])
    two = sent(people)
    changed, _, gone = queries.sync(people.collector, {one.id: changed[0].version})
    assert ([case.id for case in changed], gone) == ([two.id], [])
    dispatch.perform(people.acceptor, one.id, "withdraw_verify", {"reason": "改派"})
    changed, now, gone = queries.sync(people.collector, {one.id: one.version, two.id: two.version})
    assert (changed, now, gone) == ([], [two.id], [one.id])
    assert queries.area(people.collector)["type"] == "FeatureCollection"


def test_the_last_position_is_the_latest_by_the_devices_clock(people, clock):
    points = [Point(NOON - timedelta(minutes=m), 121.0 + m / 1000, 30.8) for m in (30, 10, 20)]
    api.submit(people.collector, [entry("track", 1, points=tuple(points))])
    api.submit(people.collector, [entry("track", 2, points=(Point(NOON - timedelta(hours=2), 120.0, 30.0),))])
    (seen,) = api.positions(people.dispatcher)
    assert (seen.user_name, seen.lon, seen.at) == ("小陈", 121.01, NOON - timedelta(minutes=10))
    assert known_positions.get("patrol")([people.collector.id])[people.collector.id].lon == 121.01
    assert api.positions(people.outside_acceptor) == []
    assert len(audited("field.positions")) == 2
    day = api.track(people.duty_chief, people.collector.id, NOON - timedelta(hours=12), NOON)
    assert [p.lon for p in day] == [120.0, 121.03, 121.02, 121.01]
    assert api.track(people.outside_acceptor, people.collector.id, NOON - timedelta(hours=1), NOON) == []
    assert len(audited("field.track")) == 2
    with pytest.raises(Invalid):
        api.track(people.duty_chief, people.collector.id, NOON - timedelta(days=2), NOON)
    with pytest.raises(Forbidden):
        api.positions(people.collector)


def test_tracks_go_after_the_days_the_city_keeps_them(people, clock):
    api.submit(people.collector, [entry("track", 1, points=(Point(NOON, 121.0, 30.8),))])
    clock.advance(days=31)
    assert (jobs.purge_tracks(), jobs.purge_tracks()) == (1, 0)
    assert not LastSeen.objects.exists()
    assert outcomes(
        api.submit(people.collector, [entry("track", 1, points=(Point(NOON, 121.0, 30.8),))])
    ) == ["repeated"]
    assert not TrackPoint.objects.exists()


@pytest.mark.parametrize("role", ["acceptor", "handler", "citizen", "leader"])
def test_others_send_no_entries(people, role):
    with pytest.raises(Forbidden):
        api.submit(people.actor(role), [])


def test_more_than_a_batch_is_refused(people, clock):
    with pytest.raises(Invalid):
        api.submit(people.collector, [found(n) for n in range(api.MOST + 1)])


def test_reports_of_a_batch_cost_the_same_however_many(people, clock, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        api.submit(people.collector, [found(n) for n in range(1, 40)])


def week(people):
    """All that a device has to tell: reports, photos before and after, two answers, tracks."""
    one, two = sent(people), sent(people)
    dispatch.perform(people.acceptor, two.id, "withdraw_verify", {"reason": "改派"})
    pictures = [photo(people.collector, red) for red in (1, 2, 3)]
    return [
        found(1, photos=(pictures[0],)),
        entry("report", 2, report=LAMP),
        entry("photos", 3, of=UUID(int=2), photos=(pictures[1],)),
        entry("photos", 4, of=UUID(int=5), photos=(pictures[2],)),
        entry("verify", 5, case_id=one.id, good=True, words="属实"),
        entry("verify", 6, case_id=two.id, good=False, words="没有此事"),
        entry("track", 7, points=(Point(NOON - timedelta(minutes=50), 121.0, 30.8),)),
        entry("track", 8, points=(Point(NOON - timedelta(minutes=40), 121.1, 30.8),)),
    ]


def state():
    """What is kept in the end, without numbers that each run makes anew."""
    kept = FieldEntry.objects.order_by("client_id").values_list("client_id", "outcome", "kind", "code")
    told = sorted((row.text, row.state, len(row.attachments)) for row in all_told())
    stood = sorted(casebook.visible(PLATFORM).values_list("title", "state"))
    lines = sorted(
        line.move for case in casebook.visible(PLATFORM) for line in casebook.timeline(PLATFORM, case.id)
    )
    points = list(TrackPoint.objects.order_by("at").values_list("at", "lon"))
    return list(kept), told, stood, lines, points, list(LastSeen.objects.values_list("lon", "at"))


def run(people, plan):
    """Send the week's entries as the plan says; give what is kept, and forget all of it."""
    mark = transaction.savepoint()
    entries = week(people)
    for batch in plan:
        api.submit(people.collector, [entries[i] for i in batch])
    intake.triage_batch(50)
    jobs.attach_waiting()
    kept = state()
    transaction.savepoint_rollback(mark)
    return kept


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(8)),
    cuts=st.lists(st.integers(1, 7), max_size=4),
    again=st.lists(st.lists(st.integers(0, 7), max_size=5), max_size=3),
)
def test_any_order_and_repetition_of_batches_gives_the_same_final_state(people, clock, order, cuts, again):
    ends = sorted({*cuts, 8})
    parts = [order[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    plan = [batch for n, part in enumerate(parts) for batch in (part, *(again[n : n + 1]))]
    assert run(people, plan) == run(people, [range(8)])
