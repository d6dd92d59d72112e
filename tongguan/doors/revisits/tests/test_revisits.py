# SPDX-License-Identifier: Apache-2.0
"""Call-backs and suspicions over HTTP: a whole call, estimates, pages, a judgement with its photo."""

from datetime import timedelta

import pytest

from tongguan.doors.testing import Door, one_connection
from tongguan.kernel import clock
from tongguan.pictures.testing import jpeg, scene
from tongguan.revisits.testing import street
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.django_db
PLAN = {
    "code": "monthly", "name": "每月独立回访", "division": "990101", "strata": ["unit"], "size": 3,
    "reason": "核对办结质量",
}  # fmt: skip


@pytest.fixture
def city(db):
    now = clock.now()
    with clock.using(clock.ManualClock(now - timedelta(days=2))):
        made = street()
        shown = jpeg(scene(500))
        for n in range(4):
            with clock.using(clock.ManualClock(now - timedelta(days=2) + timedelta(hours=6 * n))):
                made.work(made.tell(), hours=2, body=shown if n in {0, 3} else b"")
    settle()
    return made


@pytest.fixture
def door(city):
    return lambda role: Door(user=city.people.user(role), base="/api/desk")


def draw(door):
    keeper = door("evaluator")
    assert keeper.post("/revisits/plans", PLAN, Idempotency_Key="p1").json()["version"] == 1
    now = clock.now()
    told = {
        "plan": "monthly",
        "since": (now - timedelta(days=5)).isoformat(),
        "until": now.isoformat(),
        "seed": 5,
    }
    return keeper.post("/revisits/draws", told).json()


def test_a_sample_is_drawn_called_and_estimated(door):
    info = draw(door)
    assert (info["population"], info["size"], info["states"]) == (4, 3, {"waiting": 3, "reserve": 1})
    caller, keeper = door("acceptor"), door("evaluator")
    taken = caller.post("/revisits/calls/next").json()
    assert (taken["due"], [line["ask"] for line in taken["script"]][:2]) == (2, ["opening", "responded"])
    assert "井盖破损" in taken["script"][0]["zh"]
    task = f"/revisits/calls/{taken['task']['id']}"
    assert door("supervisor").post(f"{task}/contact").status_code == 409
    phone = caller.post(f"{task}/contact").json()["phone"]
    assert phone.startswith("1380000")
    assert phone not in str(taken)
    bad = caller.post(f"{task}/outcome", {"outcome": "talked"})
    assert (bad.status_code, bad.json()["field"]) == (422, "result")
    said = {"responded": True, "solved": False, "satisfied": "unsatisfied", "comment": "又坏了"}
    done = caller.post(f"{task}/outcome", {"outcome": "talked", "result": said}).json()
    assert (done["state"], done["solved"]) == ("answered", False)
    again = caller.post("/revisits/calls/next").json()["task"]
    assert caller.post(f"/revisits/calls/{again['id']}/release").json()["caller_name"] == ""
    whole = keeper.get(f"/revisits/draws/{info['id']}/estimates").json()[0]
    assert (whole["solved"]["share"], whole["solved"]["answered"]) == (0.0, 1)
    (apart,) = keeper.get(f"/revisits/draws/{info['id']}/disagreements").json()
    assert (apart["task"]["comment"], apart["survey_solved"]) == ("又坏了", None)
    assert keeper.get("/revisits/draws").json()[0]["id"] == info["id"]


def test_tasks_come_page_by_page_and_reserves_when_asked_for(door):
    info = draw(door)
    keeper, path = door("leader"), f"/revisits/draws/{info['id']}/tasks"
    first = keeper.get(f"{path}?limit=2").json()
    second = keeper.get(f"{path}?limit=2&after={first['next']}").json()
    assert len({row["id"] for row in first["rows"] + second["rows"]}) == 3
    assert second["next"] is None
    assert [row["state"] for row in keeper.get(f"{path}?state=reserve").json()["rows"]] == ["reserve"]
    assert keeper.get(f"{path}?after={first['next'][:-2]}xx").status_code == 422
    assert keeper.get("/revisits/declaration").json()["levels"][0]["code"] == "very_satisfied"


def test_a_suspicion_shows_its_photos_and_is_judged_once(door):
    chief = door("supervisor")
    page = chief.get("/suspicions?detector=reused_photo").json()
    (one,) = page["rows"]
    assert (one["score"], page["waiting"]) == (1.0, {"reused_photo": 1})
    for which in ("photo", "earlier"):
        shown = chief.get(f"/suspicions/{one['id']}/photos/{which}")
        assert (shown.status_code, shown["content-type"]) == (200, "image/jpeg")
        assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"
        with one_connection():
            shown.close()
    assert chief.get(f"/suspicions/{one['id']}/photos/before").status_code == 404
    assert (
        chief.post(f"/suspicions/{one['id']}/confirm", {"action": "supervise", "note": "x"}).json()["field"]
        == "days"
    )
    told = {"action": "supervise", "note": "照片与三日前另案相同", "days": 3}
    assert chief.post(f"/suspicions/{one['id']}/confirm", told).json()["state"] == "confirmed"
    assert chief.post(f"/suspicions/{one['id']}/reject", {"note": "误会"}).status_code == 409
    book = {line["detector"]: line for line in door("auditor").get("/suspicions/book").json()}
    assert (book["reused_photo"]["confirmed"], book["reused_photo"]["paused"]) == (1, False)
    assert chief.post("/suspicions/detectors/reused_photo/resumption", {"reason": "x"}).status_code == 409
