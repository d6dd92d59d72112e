# SPDX-License-Identifier: Apache-2.0
"""Urging, supervising, instructing, listing, whistling, with receipts and clocks of their own (F42 F44)."""

import pytest

from tongguan.cases import queries as case_queries
from tongguan.dispatch import jobs, reading, supervision
from tongguan.dispatch.models import Clock
from tongguan.dispatch.supervision import NewSupervision, answer, ask, end, sign
from tongguan.dispatch.tests.conftest import at, limit
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.messaging.models import Message
from tongguan.people.testing import ROLES, matrix
from tongguan.runtime.models import FactRecord

TWO_HOURS = limit(2, "work_hour")


def test_an_urge_is_counted_told_and_moves_nothing(stage):
    people = stage.people
    info = stage.assigned(stage.dispatched("8"))
    due = info.due_at or stage.read(info).due_at
    made = ask(people.supervisor, info.id, NewSupervision(kind="urge", text="请抓紧"))
    after = stage.read(info)
    assert (after.urges, after.state, after.due_at) == (1, "handling", due)
    heard = Message.objects.filter(template="supervision.urged").order_by("to_user__username")
    assert [m.to_user.username for m in heard] == ["department", "handler"]
    assert heard[0].body == f"孙督查催办案件 {info.number}“路面积水”：请抓紧"
    assert Clock.objects.filter(supervision_id=made.id).count() == 0
    signed = sign(people.department, made.id)
    assert (signed.state, signed.receipts[0].signed_by_name) == ("done", "张所长")
    lines = [line.move for line in case_queries.timeline(people.supervisor, info.id)]
    assert lines[-2:] == ["urge", "urge_signed"]


def test_a_supervision_has_its_own_clock_and_ends_with_the_answer(stage):
    people = stage.people
    info = stage.dispatched("80")
    made = ask(
        people.supervisor, info.id, NewSupervision(kind="supervise", text="说明进展", within=TWO_HOURS)
    )
    assert made.due_at == at("2026-09-28 10:00")
    stage.clock.move_to(at("2026-09-28 09:30"))
    assert sign(people.department, made.id).state == "open"
    done = answer(people.department, made.id, "今日完工")
    assert (done.state, done.receipts[0].late, done.receipts[0].answer) == ("done", False, "今日完工")
    stage.clock.advance(days=2)
    jobs.tell_due()
    silent = Message.objects.filter(
        template__in=["clock.overdue", "clock.escalated"], body__contains="督办环节"
    )
    assert silent.count() == 0
    back = Message.objects.get(template="supervision.answered", body__contains="今日完工")
    assert back.to_user.username == "supervisor"
    with pytest.raises(Conflict, match=r"^supervision\.ended:"):
        answer(people.department, made.id, "再答")


def test_silence_climbs_to_supervisor_and_leader(stage):
    people = stage.people
    info = stage.dispatched(None)
    made = ask(people.leader, info.id, NewSupervision(kind="supervise", text="限期答复", within=TWO_HOURS))
    for moment in ("2026-09-28 09:00", "2026-09-28 10:01", "2026-09-28 10:30", "2026-09-28 12:00"):
        stage.clock.move_to(at(moment))
        jobs.tell_due()
    rows = Message.objects.filter(template__startswith="clock.").order_by("created_at")
    assert [(m.to_user.username, m.template) for m in rows] == [
        ("department", "clock.due_soon"),
        ("department", "clock.overdue"),
        ("supervisor", "clock.escalated"),
        ("leader", "clock.escalated"),
    ]
    assert answer(people.department, made.id, "迟到的答复").receipts[0].late is True
    assert FactRecord.objects.filter(name="ClockOverdue").count() == 1


def test_a_listing_stays_until_it_is_taken_off(stage):
    people = stage.people
    info = stage.dispatched("80")
    with pytest.raises(Invalid, match=r"^supervision\.level:"):
        ask(people.leader, info.id, NewSupervision(kind="list", text="挂牌", within=TWO_HOURS, level="国级"))
    made = ask(
        people.leader, info.id, NewSupervision(kind="list", text="挂牌", within=TWO_HOURS, level="区级")
    )
    assert answer(people.department, made.id, "已整改").state == "open"
    with pytest.raises(Forbidden):
        end(people.department, made.id, "整改到位")
    off = end(people.supervisor, made.id, "整改到位，摘牌")
    assert (off.state, off.level) == ("unlisted", "区级")
    assert [s.state for s in reading.supervisions_of(info.id)] == ["unlisted"]


def test_a_street_whistles_and_it_is_known_who_came_in_time(stage):
    people = stage.people
    info = stage.dispatched("80", to="N-01")
    called = (people.unit("N-SZ").id, people.unit("N-HW").id)
    new = NewSupervision(
        kind="whistle", text="占道积水，请联合处置", unit_ids=called, within=limit(1, "natural_hour")
    )
    made = ask(people.duty_chief, info.id, new)
    stage.clock.move_to(at("2026-09-28 08:40"))
    sign(people.department, made.id)
    stage.clock.move_to(at("2026-09-28 09:20"))
    late = sign(people.second_department, made.id)
    assert [(r.unit_name, r.late) for r in late.receipts] == [("江北区市政所", False), ("江北区环卫所", True)]
    timer = Clock.objects.get(supervision_id=made.id)
    assert (timer.stage, timer.stopped_at) == ("arrive", at("2026-09-28 09:20"))
    answer(people.department, made.id, "已抽排")
    assert answer(people.second_department, made.id, "已清淤").state == "done"
    with pytest.raises(NotFound):
        sign(people.outside_department, made.id)


def test_a_unit_that_was_not_asked_cannot_sign(stage):
    people = stage.people
    info = stage.dispatched("80")
    made = ask(people.leader, info.id, NewSupervision(kind="instruct", text="依法依规，限期办结"))
    with pytest.raises(NotFound):
        sign(people.second_department, made.id)
    with pytest.raises(Forbidden, match=r"^supervision\.not_yours:"):
        sign(people.dispatcher, made.id)
    with pytest.raises(Stale):
        sign(people.department, made.id, expected_version=7)
    assert reading.supervisions_of(info.id)[0].receipts[0].signed_at is None


def test_what_must_be_said(stage):
    info = stage.dispatched("8")
    chief = stage.people.leader
    for bad, code in (
        (NewSupervision(kind="urge", text=" "), "text"),
        (NewSupervision(kind="shout", text="x"), "unknown_kind"),
        (NewSupervision(kind="supervise", text="x"), "due"),
        (NewSupervision(kind="whistle", text="x", within=TWO_HOURS), "units"),
    ):
        with pytest.raises(Invalid, match=rf"^supervision\.{code}:"):
            ask(chief, info.id, bad)
    with pytest.raises(Conflict, match=r"^supervision\.nobody:"):
        ask(chief, stage.open().id, NewSupervision(kind="urge", text="x"))


MAY = {
    "urge": {"supervisor", "dispatcher", "leader", "duty_chief", "city_chief", "city_dispatcher"},
    "supervise": {"supervisor", "leader"},
    "instruct": {"leader"},
    "list": {"supervisor", "leader"},
}


@pytest.mark.django_db
def test_who_may_supervise(stage):
    info = stage.dispatched("8")
    for kind, role, may in matrix(MAY, ROLES):
        new = NewSupervision(kind=kind, text="x", within=TWO_HOURS, level="区级")
        if may:
            assert ask(stage.people.actor(role), info.id, new).kind == kind
        else:
            with pytest.raises((Forbidden, NotFound)):
                ask(stage.people.actor(role), info.id, new)
    assert set(supervision.KINDS) == {*MAY, "whistle"}
