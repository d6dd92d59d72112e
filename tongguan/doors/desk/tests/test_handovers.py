# SPDX-License-Identifier: Apache-2.0
"""Danger and hot matters at the desk."""

from datetime import datetime

import pytest

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.handover import api as handovers
from tongguan.handover.contracts import Noticed
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.kernel.ids import new_id
from tongguan.kernel.testing import BEIJING
from tongguan.matching.models import HotMatter
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db
HERE = "990101001001"


def ring(text="三楼着火了"):
    (danger,) = handovers.look([text])
    with atomic():
        return str(
            handovers.open_for([Noticed(report_id=new_id(), danger=danger, division="990101001001")])[0]
        )


def test_from_notice_to_result_at_the_desk(desk):
    door, one = desk("acceptor"), ring()
    (row,) = door.get("/handovers").json()["rows"]
    assert (row["id"], row["number"], row["service_name"], row["state"]) == (one, "119", "消防救援", "open")
    assert door.post(f"/handovers/{one}/taken", {"person": "接警员"}).status_code == 409
    assert door.post(f"/handovers/{one}/call", {"number": "119"}).json()["state"] == "handed_over"
    assert door.post(f"/handovers/{one}/taken", {"person": "接警员"}).json()["state"] == "acknowledged"
    assert door.post(f"/handovers/{one}/result", {"text": "已扑灭"}).json()["state"] == "ended"
    assert [s["kind"] for s in door.get(f"/handovers/{one}/steps").json()] == [
        "noticed",
        "handed_over",
        "acknowledged",
        "ended",
    ]
    assert door.get("/handovers").json()["rows"] == []
    assert len(door.get("/handovers?show=all").json()["rows"]) == 1
    assert door.get("/handovers/rules").json()[0]["confirmed"] == 1


@pytest.fixture
def case(people_cast):
    new = NewCase(item_code="01001", title="烟味", text="楼道有味", division=HERE, source="hotline")
    return cases.open_cases(people_cast.acceptor, [new])[0]


def test_what_no_word_told_of_is_handed_over_by_hand_from_the_case(people_cast, desk, case):
    door = desk("dispatcher")
    told = {"case_id": str(case.id), "service": "fire", "reason": "来电人说楼道里有浓烟"}
    answer = door.post("/handovers", told, Idempotency_Key="k1")
    one = answer.json()
    assert (answer.status_code, one["number"], one["state"], one["rules_version"]) == (
        201,
        "119",
        "open",
        "by_hand",
    )
    assert (one["words"], one["report_id"], one["tellings"]) == ("李派遣提出：来电人说楼道里有浓烟", None, 0)
    assert door.post("/handovers", told, Idempotency_Key="k1").json()["id"] == one["id"]
    again = door.post("/handovers", told)
    assert (again.status_code, again.json()["code"]) == (409, "handover.open_already")
    assert door.post("/handovers", told | {"service": "ambulance"}).status_code == 201
    assert case_queries.case(PLATFORM, case.id).urgency == "critical"
    line = case_queries.timeline(PLATFORM, case.id)[1]
    assert (line.move, line.actor_name, line.reason) == (
        "danger",
        "李派遣",
        "人工提出险情，待转119 消防救援：来电人说楼道里有浓烟",
    )
    (step,) = door.get(f"/handovers/{one['id']}/steps").json()
    assert (step["kind"], step["actor_name"]) == ("opened", "李派遣")
    assert len(desk("duty_chief").get("/inbox").json()["rows"]) == 2, "who is on duty is told at once"


def test_a_false_alarm_by_hand_calms_the_case_and_it_may_be_opened_again(people_cast, desk, case):
    door, told = desk("acceptor"), {"case_id": str(case.id), "service": "fire", "reason": "冒烟"}
    one = door.post("/handovers", told).json()["id"]
    assert door.post(f"/handovers/{one}/false-alarm", {"text": "是蒸汽"}).json()["state"] == "false_alarm"
    assert case_queries.case(PLATFORM, case.id).urgency == "normal"
    assert door.post("/handovers", told | {"reason": "确实着火"}).status_code == 201


@pytest.mark.parametrize(
    ("role", "status"),
    [("duty_chief", 201), ("city_chief", 201), ("supervisor", 403), ("department", 404), ("outsider", 404)],
)
def test_who_may_call_the_services_opens_it_for_cases_in_sight(desk, case, role, status):
    told = {"case_id": str(case.id), "service": "police", "reason": "有人持刀"}
    assert desk(role).post("/handovers", told).status_code == status


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service": "coastguard"}, "service"),
        ({"reason": "  "}, "reason"),
        ({"case_id": None}, "case_id"),
        ({"report_id": str(new_id())}, "case_id"),
    ],
)
def test_what_is_wrong_is_named(desk, case, change, field):
    told = {"case_id": str(case.id), "service": "fire", "reason": "冒烟"} | change
    answer = desk("acceptor").post("/handovers", told)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert desk("acceptor").get("/handovers").json()["rows"] == []


def test_a_telling_that_waits_for_a_place_is_handed_over_once_per_service(people_cast, desk):
    catalog.load_standards(PLATFORM)
    report = intake.receive(PLATFORM, ReportIn(source="hotline", external_id="H1", text="快来人啊，在老地方"))
    intake.triage_batch(10)
    (row,) = desk("acceptor").get("/reports/quarantine").json()["rows"]
    told = {"report_id": row["id"], "service": "police", "reason": "来电中有打斗声"}
    door = desk("acceptor")
    one = door.post("/handovers", told).json()
    assert (one["report_id"], one["case_id"], one["number"]) == (row["id"], None, "110")
    assert door.post("/handovers", told).status_code == 409
    assert report.tracking


def test_a_call_sent_twice_is_one_line(desk):
    door, one = desk("acceptor"), ring()
    for _ in range(2):
        door.post(f"/handovers/{one}/call", {"number": "119"}, Idempotency_Key="k1")
    assert len(door.get(f"/handovers/{one}/steps").json()) == 2


def test_the_list_is_paged(desk):
    for _ in range(3):
        ring()
    door = desk("duty_chief")
    first = door.get("/handovers?limit=2").json()
    rest = door.get(f"/handovers?limit=2&after={first['next']}").json()
    assert ([len(first["rows"]), len(rest["rows"])], rest["next"]) == ([2, 1], None)


def hot(name, heat, division="990101", day=1):
    case_id = new_id()
    HotMatter.objects.create(
        id=new_id(),
        name=name,
        division=division,
        place="丽发新城",
        heat=heat,
        people=6,
        tellings=8,
        busiest=5,
        words="6 人 8 次反映，最集中时一周 5 次",
        first_at=datetime(2026, 3, day, tzinfo=BEIJING),
        last_at=datetime(2026, 3, day + 4, tzinfo=BEIJING),
        found_at=datetime(2026, 3, 20, tzinfo=BEIJING),
        evidence=[[str(new_id()), str(case_id)], [str(new_id()), str(case_id)]],
    )


def test_hot_matters_are_ranked_with_evidence_within_scope_and_period(desk):
    hot("搅拌站噪音", 12.5)
    hot("夜市油烟", 20.0, day=10)
    hot("外区热点", 50.0, division="990102")
    found = desk("acceptor").get("/hot").json()
    assert [(m["rank"], m["name"], m["per_day"], len(m["evidence"])) for m in found] == [
        (1, "夜市油烟", 2.0, 2),
        (2, "搅拌站噪音", 2.0, 2),
    ]
    names = lambda path: [m["name"] for m in desk("city_chief").get(path).json()]  # noqa: E731
    assert names("/hot?division=990102") == ["外区热点"]
    assert names("/hot?since=2026-03-13T00:00:00%2B08:00") == ["夜市油烟"]
    assert names("/hot?until=2026-03-05T00:00:00%2B08:00&limit=1") == ["外区热点"]
    assert desk("acceptor").get("/hot?since=yesterday").status_code == 422
