# SPDX-License-Identifier: Apache-2.0
"""From an alarm to a clocked case and back: told once, joined, closed, evaluated."""

from datetime import datetime

import pytest

from tongguan.alarms import api as alarms
from tongguan.alarms import queries as reads
from tongguan.alarms.contracts import Verdict
from tongguan.cases import queries as cases
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.intake.testing import forget_pressure, told
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Conflict, NotFound
from tongguan.kernel.testing import BEIJING
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.testing import settle
from tongguan.warnings import api, spi

NOON = datetime(2026, 9, 28, 12, 0, tzinfo=BEIJING)
ITEM = "01001"


def says(grade, minute=0, matter="P-1", **more):
    values = {
        "rule": "water.burst", "version": 1, "matter": matter, "grade": grade, "streams": (7,),
        "at": round(NOON.timestamp() * 1000) + minute * 60_000, "words": "压力 3 分钟内下降 0.12 MPa",
        "evidence": {"name": "供水压力突降", "place": "滨江路泵站"},
        "division": "990101001001", "lon": 121.005, "lat": 30.805,
    }  # fmt: skip
    return Verdict(**{**values, **more})


@pytest.fixture
def people(db):
    forget_caches()
    forget_pressure()
    square_city()
    catalog.load_standards(PLATFORM)
    with time.using(time.ManualClock(NOON)):
        people = cast()
        alarms.set_terms(
            people.city_chief, "water.burst", tells_from=3, minutes={}, source="测试", item_code=ITEM
        )
        yield people
    forget_caches()


def heard(*verdicts):
    raised = alarms.hear(verdicts).raised
    work()
    return raised[0] if raised else None


def work():
    settle()
    while intake.triage_batch(50):
        pass
    settle()


def taken_up(people, case_id):
    """Accept and file a case, as the acceptor does where no rule of the city does it at once."""
    dispatch.perform(people.acceptor, case_id, "accept")
    rule = {"filing_rule_id": items.filing_rules(ITEM)[0].id}
    dispatch.perform(people.acceptor, case_id, "register", rule)


def test_a_grave_alarm_becomes_one_report_and_a_case_with_a_clock(people):
    one = heard(says(3))
    (report,) = told()
    assert (report.source, report.external_id) == ("alarm", str(one))
    info = reads.alarm(people.leader, one)
    case = cases.case(people.leader, info.case_id)
    assert (case.item_code, case.source, info.report_id) == (ITEM, "alarm", report.pk)
    taken_up(people, case.id)
    unit = {"unit_id": people.unit("N-SZ").id, "reason": "就近"}
    dispatch.perform(people.dispatcher, case.id, "dispatch", unit)
    assert cases.case(people.leader, case.id).due_at > NOON
    heard(says(4, 2), says(3, 4))
    alarms.perform(people.acceptor, one, "confirm", {})
    work()
    assert len(told()) == 1
    assert "关联预警已确认属实：供水压力突降 滨江路泵站" in [
        line.reason for line in cases.timeline(people.leader, case.id)
    ]


def test_an_alarm_below_the_grade_of_its_rule_stays_an_alarm_until_it_rises(people):
    one = heard(says(2))
    assert told() == []
    heard(says(3, 1))
    assert [report.external_id for report in told()] == [str(one)]


def test_a_storm_is_told_once_also_when_a_member_is_what_makes_it_grave(people):
    head = heard(says(2), says(2, 1, "P-2", lon=121.006))
    assert told() == []
    heard(says(4, 2, "P-3", lon=121.007))
    (report,) = told()
    assert report.external_id == str(min(head, key=str) if isinstance(head, tuple) else head)
    assert "红色预警" in report.title


def test_an_alarm_joins_the_open_case_about_the_same_thing(people):
    intake.receive(
        people.acceptor,
        ReportIn(
            source="hotline", title="供水压力突降，滨江路泵站", text="供水压力突降，滨江路泵站冒水",
            item_code=ITEM,
            lon=121.005, lat=30.805, division="990101001001",
        ),
    )  # fmt: skip
    work()
    one = heard(says(4))
    first, second = told()
    assert reads.alarm(people.leader, one).case_id == first.case_id == second.case_id


def test_closing_the_case_closes_the_loop_and_asks_for_an_evaluation(people):
    one = heard(says(4))
    case_id = reads.alarm(people.leader, one).case_id
    taken_up(people, case_id)
    dispatch.perform(people.leader, case_id, "force_close", {"reason": "已抢修", "authority": "批准"})
    settle()
    info = reads.alarm(people.leader, one)
    number = cases.case(people.leader, case_id).number
    assert (info.state, info.handled_at) == ("handled", NOON)
    assert reads.lines(people.leader, one)[-1].words == f"关联案件 {number} 已结案"
    row = reads.row_of(people.supervisor, one)
    assert [move.id for move in reads.moves(people.supervisor, row)] == ["evaluate"]


def test_a_false_alarm_says_so_on_its_case(people):
    one = heard(says(4))
    case_id = reads.alarm(people.leader, one).case_id
    alarms.perform(people.acceptor, one, "reject", {"reason": "清洗水管", "cause": "operation"})
    settle()
    assert "关联预警被判为误报：供水压力突降 滨江路泵站" in [
        line.reason for line in cases.timeline(people.leader, case_id)
    ]


def test_a_case_near_a_watched_stream_without_an_alarm_is_proposed_as_missed(people):
    def watched(many):
        return [spi.Watched(one.case_id, "water.burst", 7, 40.0) for one in many]

    with spi.coverage.temporarily("test", watched):
        intake.receive(
            people.acceptor,
            ReportIn(
                source="hotline",
                text="马路冒水",
                item_code=ITEM,
                lon=121.0,
                lat=30.8,
                division="990101001001",
            ),
        )
        work()
    (miss,) = reads.misses(people.leader)
    assert (miss.state, miss.stream, miss.case_id) == ("proposed", 7, told()[0].case_id)
    with pytest.raises(NotFound):
        api.book_miss(people.outsider, miss.case_id, "应有预警")
    assert api.book_miss(people.evaluator, miss.case_id, "应有预警", rule="water.burst").state == "booked"
    with pytest.raises(Conflict):
        api.book_miss(people.evaluator, miss.case_id, "应有预警", rule="water.burst")
