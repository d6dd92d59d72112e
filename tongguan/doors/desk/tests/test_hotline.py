# SPDX-License-Identifier: Apache-2.0
"""The operator's screen over HTTP: one call from ringing to hanging up."""

from datetime import date

import pytest

from tongguan.catalog import api as catalog
from tongguan.knowledge import api as knowledge
from tongguan.knowledge.contracts import NewEntry
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db
PHONE = "13812345678"
WHO = {"name": "钱女士", "phone": PHONE}


@pytest.fixture
def operator(people_cast, desk):
    square_city()
    catalog.load_standards(PLATFORM)
    knowledge.put(
        PLATFORM,
        [NewEntry(code="K1", question="居住证如何办理", answer="到派出所。", valid_from=date(2020, 1, 1))],
    )
    return desk("acceptor")


def test_one_call_from_ringing_to_hanging_up(operator):
    call = operator.post("/calls", {"phone": PHONE}).json()
    assert (call["call"]["caller"], call["earlier"]) == ("138****5678", [])
    path = f"/calls/{call['call']['id']}"
    help_ = operator.post(
        "/calls/help", {"text": "窨井的井盖破损，居住证怎么办", "division": "990101"}
    ).json()
    assert help_["answers"][0]["code"] == "K1"
    assert help_["script"][0]["ask"].startswith("请问具体在什么位置")
    told = {"text": "井盖破了", "item_code": "01001", "lon": 121.005, "lat": 30.805, "reporter": WHO}
    made = operator.post(f"{path}/reports", {"no": 1, "report": told})
    assert (made.status_code, made.json()["receipt"]["state"]) == (201, "opened")
    asked = {"text": "居住证怎么办", "division": "990101", "reporter": WHO}
    body = {"no": 2, "report": asked, "reply": "到派出所。", "knowledge_code": "K1"}
    assert operator.post(f"{path}/answers", body).json()["receipt"]["state"] == "consulted"
    ended = operator.post(f"{path}/end", {"note": "满意"}).json()
    assert [m["outcome"] for m in ended["matters"]] == ["reported", "answered"]
    again = operator.post("/calls", {"phone": PHONE}).json()
    assert [(e["open"], e["case"] and e["case"]["urges"]) for e in again["earlier"]] == [
        (False, None),
        (True, 0),
    ]
    case = again["earlier"][1]["case"]["id"]
    reminder = operator.post(f"/calls/{again['call']['id']}/reminders/{case}", {"text": "还没修"})
    assert reminder.json()["matters"][0]["outcome"] == "reminded"
    assert len(operator.get("/calls").json()["rows"]) == 2
    assert operator.get("/knowledge?text=居住证").json()[0]["answer"] == "到派出所。"


def test_danger_typed_by_the_operator_is_answered_at_once(operator):
    danger = operator.post("/calls/help", {"text": "三楼着火了"}).json()["danger"]
    assert danger["services"] == ["fire"]
