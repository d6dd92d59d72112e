# SPDX-License-Identifier: Apache-2.0
"""At the desk: why a telling is where it is, putting it right, and looking after the models."""

import pytest

from tongguan.catalog import api as catalog
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.django_db


def tell(n: int, phone: str = "") -> None:
    report = ReportIn(
        source="hotline", external_id=f"H{n}", title="井盖破损", text="滨江路12号门口井盖破损",
        item_code="01001", lon=121.005, lat=30.805, reporter=ReporterIn("某人", phone or f"1380000{n:04d}"),
    )  # fmt: skip
    intake.receive(PLATFORM, report)


@pytest.fixture
def matter(desk):
    """Three tellings of one lid, and the acceptor's desk."""
    square_city()
    catalog.load_standards(PLATFORM)
    for n in range(3):
        tell(n)
    intake.triage_batch(10)
    return desk("acceptor")


def test_one_who_calls_again_is_told_apart_from_a_crowd(desk):
    square_city()
    catalog.load_standards(PLATFORM)
    door = desk("acceptor")
    for n, phone in enumerate(("13800000001", "13800000001", *(f"1380000001{n}" for n in range(4)))):
        tell(n, phone)
        intake.triage_batch(10)
        known = door.get(f"/cases/{case_of(door)}/matter").json()
        found = tuple(known[name] for name in ("people", "tellings", "repeats", "crowd"))
        assert found == (max(1, n), n + 1, min(1, n), n >= 5), n


def case_of(door):
    return door.get("/cases").json()["rows"][0]["id"]


def test_why_three_tellings_are_one_case_and_how_one_of_them_gets_its_own(matter):
    case = case_of(matter)
    known = matter.get(f"/cases/{case}/matter").json()
    assert (known["people"], known["tellings"], known["suggested"]) == (3, 3, [])
    second = known["decisions"][1]
    assert second["zone"] == "join"
    assert "滨江路" in second["words"]
    again = matter.get(f"/reports/{second['report_id']}/matter/again").json()
    assert again["score"] == pytest.approx(second["score"], abs=1e-3)
    (triage,) = matter.get(f"/reports/{second['report_id']}/triage").json()
    assert any(line.startswith("同一事项：") for line in triage["lines"])
    path = f"/reports/{second['report_id']}/apart"
    assert matter.post(path, {"reason": ""}).status_code == 422
    done = matter.post(path, {"reason": "路对面另有一个"}, Idempotency_Key="k")
    assert done.status_code == 200
    assert matter.post(path, {"reason": "路对面另有一个"}, Idempotency_Key="k").json() == done.json()
    assert matter.get(f"/cases/{case}/matter").json()["people"] == 2
    back = matter.post(f"/reports/{second['report_id']}/together", {"case_id": case, "reason": "看错了"})
    assert (back.status_code, back.json()["code"]) == (409, "matching.never")


def test_never_said_twice_is_said_once(matter):
    case = case_of(matter)
    second = matter.get(f"/cases/{case}/matter").json()["decisions"][1]["report_id"]
    other = matter.post(f"/reports/{second}/apart", {"reason": "另一个"}).json()["case_id"]
    for _ in range(2):
        assert matter.post(f"/cases/{case}/never", {"case_id": other, "reason": "不同"}).status_code == 204


def test_models_are_looked_after_by_the_system_administrator_alone(matter, desk):
    assert matter.get("/models").status_code == 403
    assert matter.post("/models/item/train", {}).status_code == 403
    door = desk("sysadmin")
    assert door.get("/models").json() == []
    job = door.post("/models/item/train", {}).json()["job_id"]
    settle()
    assert door.get(f"/jobs/{job}").json()["state"] == "done"
    (version,) = door.get("/models?task=item").json()
    assert (version["number"], version["state"]) == (1, "candidate")
    assert door.post("/models/item/1/promote", {}).json()["state"] == "active"
    assert door.get("/models/item/1/compare").json()["rows"] == 0
    assert door.post("/models/item/rollback", {}).status_code == 409
    assert door.post("/models/nothing/train", {}).status_code == 404
