# SPDX-License-Identifier: Apache-2.0
"""The escalation ladder as data and as steps."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from tongguan.dispatch import citydata
from tongguan.limits.escalation import Rung, Step, explain, first, parse, thaw, turn

T0 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def rungs() -> tuple[Rung, ...]:
    return tuple(
        Rung(T0 + timedelta(hours=h), Step(Fraction(share), to, tone))
        for h, share, to, tone in (
            (4, "1/2", "worker", "remind"),
            (6, "4/5", "worker", "remind"),
            (8, "1", "unit", "due"),
            (10, "5/4", "supervisor", "escalate"),
        )
    )


def test_the_shipped_ladder_tells_worker_unit_supervisor_chief_and_leader_in_this_order():
    handle = parse(citydata.load("ladders.yaml"))["handle"]
    assert [(str(s.share), s.to) for s in handle.steps] == [
        ("1/2", "worker"), ("4/5", "worker"), ("1", "unit"), ("5/4", "supervisor"), ("2", "duty_chief"),
        ("3", "leader"),
    ]  # fmt: skip
    assert handle.steps[3].zh() == "用时达时限的 125%，升级，通知督查员"


def test_one_rung_after_the_other():
    told = turn(rungs(), 0, T0 + timedelta(hours=4))
    assert (told.fire, told.next_step, told.next_at) == ((0,), 1, T0 + timedelta(hours=6))
    assert turn(rungs(), 1, T0 + timedelta(hours=5)).fire == ()


def test_after_a_standstill_overtaken_reminders_are_dropped_and_escalations_are_not():
    told = turn(rungs(), 0, T0 + timedelta(hours=11))
    assert (told.fire, told.next_step, told.next_at) == ((2, 3), 4, None)
    assert turn(rungs(), 0, T0 + timedelta(hours=7)).fire == (1,)


def test_a_new_series_does_not_tell_what_has_passed():
    begin = first(rungs(), T0 + timedelta(hours=6))
    assert (begin.fire, begin.next_step, begin.next_at) == ((), 2, T0 + timedelta(hours=8))
    assert explain(rungs(), begin.next_step) == "用时达时限的 100%，到期，通知承办单位负责人"
    assert explain(rungs(), 4) == "已无后续提醒"


def test_rungs_survive_freezing_to_the_microsecond():
    odd = Rung(T0 + timedelta(microseconds=1), Step(Fraction(1, 3), "leader", "escalate"))
    assert thaw([odd.frozen()]) == (odd,)


@pytest.mark.parametrize(
    "rows",
    [
        [{"share": "0.5", "to": "worker", "tone": "remind"}],
        [{"share": "1", "to": "mayor", "tone": "due"}],
        [{"share": "1", "to": "unit"}],
        [{"share": "1", "to": "unit", "tone": "due"}, {"share": "0.5", "to": "unit", "tone": "due"}],
        [{"share": "0", "to": "unit", "tone": "due"}, {"share": "1", "to": "unit", "tone": "due"}],
    ],
)
def test_a_wrong_ladder_is_refused_by_name(rows):
    with pytest.raises(ValueError, match="ladder handle"):
        parse({"handle": rows})


def test_a_slip_in_the_citys_own_ladders_stops_no_case(settings, tmp_path, caplog):
    shipped = citydata.ladders()
    settings.HOME = tmp_path
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "ladders.yaml").write_text("handle: [", encoding="utf-8")
    assert citydata.ladders() == shipped
    assert "ladders.yaml" in caplog.text
    with pytest.raises(ValueError, match=r"ladders\.yaml"):
        citydata.checked_files()
