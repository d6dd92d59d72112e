# SPDX-License-Identifier: Apache-2.0
"""Danger and hot matters at the desk."""

from datetime import datetime

import pytest

from tongguan.handover import api as handovers
from tongguan.handover.contracts import Noticed
from tongguan.kernel.ids import new_id
from tongguan.kernel.testing import BEIJING
from tongguan.matching.models import HotMatter
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db


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
