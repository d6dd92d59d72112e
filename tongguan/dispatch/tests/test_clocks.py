# SPDX-License-Identifier: Apache-2.0
"""The city's clocks along the life of a case (F28 F29 F30 F31 F32)."""

from datetime import date, timedelta

from tongguan.cases import queries as case_queries
from tongguan.dispatch import clocks, reading, reminders, subscribers
from tongguan.dispatch.clocks import Change, Start
from tongguan.dispatch.models import Clock, WorkOrder
from tongguan.dispatch.tests.conftest import at, limit
from tongguan.kernel import clock as time
from tongguan.messaging.models import Message
from tongguan.people import stamps
from tongguan.people.facts import UnitMoved
from tongguan.people.models import CalendarDay
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.models import FactRecord
from tongguan.runtime.transactions import atomic


def told() -> list[tuple[str, str]]:
    rows = Message.objects.order_by("created_at", "to_user_id").values_list("to_user__username", "template")
    return [(user, template) for user, template in rows if template.startswith("clock.")]


def facts(name: str) -> int:
    return FactRecord.objects.filter(name=name).count()


def test_handling_is_due_in_working_time_over_national_day(stage):
    stage.clock.move_to(at("2026-09-30 16:00"))
    info = stage.dispatched("8", "work_hour")
    assert info.due_at == at("2026-10-08 16:00")
    assert WorkOrder.objects.get(case_id=info.id).due_at == at("2026-10-08 16:00")
    assert stage.city_clock(info).warning == ""


def test_the_citys_clock_runs_on_through_a_return_and_before_anybody_signs(stage):
    info = stage.dispatched("8")
    first = stage.city_clock(info)
    stage.clock.move_to(at("2026-09-28 14:00"))
    info = stage.returned(info)
    assert info.due_at == first.due_at == at("2026-09-28 18:00")
    stage.clock.move_to(at("2026-09-28 16:00"))
    info = stage.send(info, "N-HW")
    running = stage.city_clock(info)
    assert (running.pk, running.due_at, running.round) == (first.pk, first.due_at, 1)
    assert info.due_at == at("2026-09-28 18:00")
    orders = Clock.objects.filter(case_id=info.id, order__isnull=False).order_by("id")
    assert [(o.unit.code, o.stopped_at is None, o.counted) for o in orders] == [
        ("N-SZ", False, timedelta(hours=4)),
        ("N-HW", True, None),
    ]
    # the second unit's own measure begins when it got the matter
    assert orders[1].due_at == at("2026-09-29 16:00")


def test_confirmation_ends_handling_and_the_check_begins(stage):
    info = stage.assigned(stage.dispatched("8"))
    stage.clock.move_to(at("2026-09-28 17:30"))
    info = stage.confirmed(info)
    done = stage.city_clock(info)
    assert (done.stopped_at, done.overdue_at, done.counted) == (
        at("2026-09-28 17:30"), None, timedelta(hours=7, minutes=30),
    )  # fmt: skip
    check = stage.city_clock(info, "check")
    assert check.stopped_at is None
    assert info.due_at == check.due_at
    assert facts("ClockOverdue") == 0


def test_ending_late_is_told_once_even_if_no_reminder_ran(stage):
    info = stage.assigned(stage.dispatched("2"))
    stage.clock.move_to(at("2026-09-28 14:00"))
    stage.confirmed(info)
    assert stage.city_clock(info).overdue_at == at("2026-09-28 10:00")
    assert facts("ClockOverdue") == 2  # the city's clock and the order's
    reminders.drain()
    assert facts("ClockOverdue") == 2


def test_rework_begins_a_second_round_with_the_whole_limit(stage):
    info = stage.confirmed(stage.assigned(stage.dispatched("2")))
    stage.clock.move_to(at("2026-09-29 08:00"))
    with atomic():
        clocks.turn(Change(info, stop=("check",), start=(Start("handle"),)), at=time.now())
    again = stage.city_clock(info)
    assert (again.round, again.due_at) == (2, at("2026-09-29 10:00"))


def test_without_a_limit_the_clock_only_measures(stage):
    info = stage.dispatched(None)
    row = stage.city_clock(info)
    assert (row.due_at, row.next_notice_at, row.rungs, info.due_at) == (None, None, [], None)
    stage.clock.advance(days=400)
    assert reminders.drain() == 0
    assert reading.clock(row, time.now()).elapsed == timedelta(days=400)


def test_a_due_time_in_a_year_without_calendar_carries_a_warning(stage):
    stage.clock.move_to(at("2026-12-30 09:00"))
    info = stage.dispatched("5", "work_day")
    assert stage.city_clock(info).warning == "2027年工作日历未知，按周一至周五计算，请导入当年节假日安排"
    urgent = stage.dispatched("200", "urgent_work_hour")
    assert stage.city_clock(urgent).warning == ""


def test_the_ladder_climbs_and_each_rung_is_told_once(stage):
    info = stage.assigned(stage.dispatched("8"))
    steps = [
        ("2026-09-28 11:59", []),
        ("2026-09-28 12:00", [("handler", "clock.due_soon")]),
        ("2026-09-28 16:24", [("handler", "clock.due_soon")]),
        ("2026-09-28 18:00", [("department", "clock.overdue")]),
        ("2026-09-29 10:00", [("supervisor", "clock.escalated")]),
        ("2026-09-29 18:00", [("duty_chief", "clock.escalated")]),
        ("2026-09-30 18:00", [("leader", "clock.escalated")]),
    ]
    seen = []
    for moment, new in steps:
        stage.clock.move_to(at(moment))
        reminders.drain()
        reminders.drain()
        seen += new
        assert told() == seen, moment
    assert stage.city_clock(info).next_notice_at is None
    assert facts("ClockWarned") == 6
    body = Message.objects.filter(template="clock.due_soon").order_by("created_at").first().body
    assert body.endswith("的处置环节将于 2026-09-28 18:00 到期，尚余 4小时。")


def test_at_the_due_instant_a_case_is_not_yet_late(stage):
    info = stage.dispatched("8")
    stage.clock.move_to(at("2026-09-28 18:00"))
    reminders.drain()
    assert facts("ClockOverdue") == 0
    assert reading.clock(stage.city_clock(info), time.now()).overdue is False
    stage.clock.advance(seconds=1)
    reminders.drain()
    assert facts("ClockOverdue") == 2
    assert stage.city_clock(info).overdue_at == at("2026-09-28 18:00")


def test_without_a_handler_the_unit_is_reminded(stage):
    stage.dispatched("8")
    stage.clock.move_to(at("2026-09-28 12:00"))
    reminders.drain()
    assert told() == [("department", "clock.due_soon")]


def test_after_a_standstill_only_what_still_matters_is_told(stage):
    stage.assigned(stage.dispatched("8"))
    stage.clock.move_to(at("2026-09-29 11:00"))
    reminders.drain()
    assert sorted(told()) == [("department", "clock.overdue"), ("supervisor", "clock.escalated")]


def test_stopped_clocks_are_silent(stage):
    info = stage.confirmed(stage.assigned(stage.dispatched("8")))
    Clock.objects.filter(case_id=info.id, stage="check").delete()
    stage.clock.advance(days=30)
    assert reminders.drain() == 0
    assert told() == []


def test_an_own_ladder_of_the_city_counts_for_new_clocks_only(stage, tmp_path, settings):
    settings.HOME = tmp_path
    old = stage.dispatched("8")
    (tmp_path / "city").mkdir()
    text = "\n".join(
        f"{code}:\n  - {{share: '1', to: leader, tone: due}}"
        for code in ("handle", "stage", "order_lead", "order_co", "supervision")
    )
    (tmp_path / "city" / "ladders.yaml").write_text(text, encoding="utf-8")
    new = stage.dispatched("8")
    assert len(stage.city_clock(old).rungs) == 6
    assert [rung[2:] for rung in stage.city_clock(new).rungs] == [["leader", "due"]]


def test_starting_and_stopping_many_cases_takes_a_fixed_number_of_queries(
    stage, django_assert_max_num_queries
):
    many = [stage.filed("8") for _ in range(40)]
    changes = [Change(info, stop=("dispatch",), start=(Start("handle"),)) for info in many]
    with atomic(), django_assert_max_num_queries(8):
        clocks.turn_many(changes, at=time.now())
    assert {case_queries.case(stage.people.acceptor, info.id).due_at for info in many} == {
        at("2026-09-28 18:00")
    }


def test_reading_a_clock_says_what_comes_next(stage):
    info = stage.dispatched("8")
    stage.clock.move_to(at("2026-09-28 10:00"))
    read = next(
        c for c in reading.clocks_of([info.id], time.now())[info.id] if c.stage == "handle" and not c.order_id
    )
    assert (read.limit_zh, read.elapsed, read.remaining) == (
        "8工作时",
        timedelta(hours=2),
        timedelta(hours=6),
    )
    assert read.next_notice_zh == "用时达时限的 50%，提醒，通知承办人"
    assert limit(8, "work_hour").zh() == read.limit_zh


def test_when_the_years_holidays_are_imported_open_clocks_are_set_anew(stage):
    stage.clock.move_to(at("2026-12-30 09:00"))
    info = stage.dispatched("5", "work_day")
    assert info.due_at == at("2027-01-06 09:00")
    assert clocks.refresh_warned() == 0
    days = [
        date(2027, 1, 1),
        date(2027, 2, 6),
        date(2027, 2, 8),
        date(2027, 4, 5),
        date(2027, 5, 3),
        date(2027, 6, 9),
    ]
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, kind="holiday") for day in (*days, date(2027, 10, 1), date(2027, 10, 4))
    )
    stamps.bump(stamps.CALENDARS)
    assert clocks.refresh_warned() == 2
    row = stage.city_clock(info)
    assert (row.due_at, row.warning, stage.read(info).due_at) == (
        at("2027-01-07 09:00"), "", at("2027-01-07 09:00"),
    )  # fmt: skip
    assert clocks.refresh_warned() == 0


def test_a_moved_unit_keeps_its_orders(stage):
    info = stage.dispatched("8")
    order = WorkOrder.objects.get(case_id=info.id)
    fact = UnitMoved(unit_id=order.unit_id, old_path=order.unit_path, new_path="00019999")
    subscribers.follow_unit([Delivered(seq=1, id=1, at=time.now(), fact=fact)])
    order.refresh_from_db()
    assert order.unit_path == "00019999"
