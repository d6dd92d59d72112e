# SPDX-License-Identifier: Apache-2.0
"""One matter through the desk's interface, from the call to the citizen's last look."""

from contextlib import closing
from io import BytesIO

import pytest
from PIL import Image

from tongguan.catalog import api as catalog
from tongguan.doors.testing import Door, one_connection
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db
ITEM = "01003"  # 雨水井盖异常 -> 排水 -> 江北区市政所


@pytest.fixture
def city(people_cast):
    square_city()
    catalog.load_standards(PLATFORM)
    return people_cast


def picture(colour=10):
    stream = BytesIO()
    Image.new("RGB", (32, 32), (colour, 120, 90)).save(stream, "JPEG")
    return stream.getvalue()


def told(**more):
    return {"text": "滨江路口雨水井盖破了", "item_code": ITEM, "lon": 121.005, "lat": 30.805, **more}


class Desk:
    """A case worked on by several people, each with their own session."""

    def __init__(self, desk, case_id):
        self.desk, self.id = desk, case_id

    def move(self, role, move, **inputs):
        door = self.desk(role)
        version = door.get(f"/cases/{self.id}").json()["version"]
        return door.post(f"/cases/{self.id}/moves/{move}", {"inputs": inputs}, If_Match=f'"v{version}"')

    def file(self, role, colour):
        return self.desk(role).put_file("/files", "现场.jpg", picture(colour)).json()["id"]


def test_from_the_call_to_the_citizens_last_look(city, desk):
    receipt = (
        desk("acceptor").post("/reports", told(reporter={"name": "钱女士", "phone": "13800000000"})).json()
    )
    assert receipt["state"] == "opened"
    case = Desk(desk, receipt["case_id"])
    assert case.move("acceptor", "accept").json()["case"]["state"] == "pending_register"
    rules = desk("acceptor").get(f"/items/{ITEM}/rules").json()
    filed = case.move("acceptor", "register", filing_rule_id=rules[0]["id"])
    assert (filed.status_code, filed.json()["case"]["state_name"]) == (200, "待派遣")
    sent = case.move("dispatcher", "dispatch", unit_id=city.unit("N-SZ").id, reason="就近").json()
    assert [(o["role"], o["unit_name"], o["state_name"]) for o in sent["orders"]] == [
        ("lead", "江北区市政所", "待签收")
    ]
    assert case.move("department", "assign", handler_id=city.handler.id).status_code == 200
    done = case.move("handler", "submit", result="已更换井盖", photos_after=[case.file("handler", 20)])
    assert done.json()["case"]["state"] == "handle_finish"
    assert case.move("department", "dept_confirm").json()["case"]["state"] == "pending_check"
    assert case.move("acceptor", "send_check", collector_id=city.collector.id).status_code == 200
    case.move("collector", "check_pass", photos=[case.file("collector", 30)])
    closed = case.move("acceptor", "close", closing_met=True)
    assert closed.json()["case"]["state"] == "closed"

    lines = desk("leader").get(f"/cases/{case.id}/timeline").json()["rows"]
    assert [line["move_name"] for line in lines][:4] == ["上报", "受理", "立案", "派遣"]
    assert lines[-1]["move_name"] == "结案"
    seen = str(desk("leader").get(f"/cases/{case.id}").json()) + str(lines)
    assert "13800000000" not in seen
    assert "钱女士" not in seen
    track = Door(base="/api/citizen").post("/track", {k: receipt[k] for k in ("tracking", "secret")}).json()
    assert (track["status"], track["words"]) == ("solved", "已办结")
    assert [line["words"] for line in track["lines"]][-2:] == ["现场核查通过", "已办结"]
    assert "小刘" not in str(track)
    assert "市政" not in str(track)


def test_a_change_needs_the_version_it_is_based_on(city, desk):
    case_id = desk("acceptor").post("/reports", told()).json()["case_id"]
    door = desk("acceptor")
    shown = door.get(f"/cases/{case_id}")
    assert shown["ETag"] == '"v1"'
    assert door.get(f"/cases/{case_id}", If_None_Match='"v1"').status_code == 304
    without = door.post(f"/cases/{case_id}/moves/accept", {})
    assert (without.status_code, without.json()["field"]) == (428, "If-Match")
    wrong = door.post(f"/cases/{case_id}/moves/accept", {}, If_Match='"now"')
    assert (wrong.status_code, wrong.json()["field"]) == (422, "If-Match")
    made = door.post(f"/cases/{case_id}/moves/accept", {}, If_Match='"v1"')
    assert (made.status_code, made["ETag"]) == (200, '"v2"')
    late = desk("duty_chief").post(f"/cases/{case_id}/moves/accept", {}, If_Match='"v1"')
    assert (late.status_code, late.json()["code"]) == (412, "case.stale")
    assert door.get(f"/cases/{case_id}").json()["version"] == 2


def test_the_same_key_makes_the_same_move_once(city, desk):
    case_id = desk("acceptor").post("/reports", told()).json()["case_id"]
    door = desk("acceptor")
    path = f"/cases/{case_id}/moves/accept"
    one = door.post(path, {}, If_Match='"v1"', Idempotency_Key="k1")
    two = door.post(path, {}, If_Match='"v1"', Idempotency_Key="k1")
    assert (one.status_code, two.status_code) == (200, 200)
    assert two.json() == one.json()
    assert two["Idempotent-Replay"] == "true"
    assert len(door.get(f"/cases/{case_id}/timeline").json()["rows"]) == 2
    other = door.post(path, {"inputs": {"note": "x"}}, If_Match='"v1"', Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.reused")


def test_a_supervision_is_answered_on_the_version_that_was_seen(city, desk):
    case_id = desk("acceptor").post("/reports", told()).json()["case_id"]
    case = Desk(desk, case_id)
    case.move("acceptor", "accept")
    rule = desk("acceptor").get(f"/items/{ITEM}/rules").json()[0]["id"]
    case.move("acceptor", "register", filing_rule_id=rule)
    case.move("dispatcher", "dispatch", unit_id=city.unit("N-SZ").id, reason="就近")
    asked = {"kind": "supervise", "text": "请说明进展", "within": {"value": 2, "unit": "work_hour"}}
    made = desk("supervisor").post(f"/cases/{case_id}/supervisions", asked).json()
    address = f"/supervisions/{made['id']}"
    signed = desk("department").post(f"{address}/receipt", {}).json()
    assert signed["version"] > made["version"]
    old = f'"v{made["version"]}"'
    late = desk("supervisor").post(f"{address}/end", {"reason": "不再需要"}, If_Match=old)
    assert (late.status_code, late.json()["version"]) == (412, signed["version"])
    stale = desk("department").post(f"{address}/answer", {"text": "今日完工"}, If_Match=old)
    assert stale.status_code == 412
    answered = desk("department").post(
        f"{address}/answer", {"text": "今日完工"}, If_Match=f'"v{signed["version"]}"'
    )
    assert (answered.status_code, answered.json()["state_name"]) == (200, "已完成")
    again = desk("department").post(f"{address}/answer", {"text": "再答"})
    assert again.status_code == 409


def test_the_same_key_tells_a_report_once(city, desk):
    door = desk("acceptor")
    one = door.post("/reports", told(), Idempotency_Key="k1").json()
    two = door.post("/reports", told(), Idempotency_Key="k1").json()
    assert one["case_id"] == two["case_id"]
    assert door.get("/cases").json()["total"] == 1


def test_moves_tell_what_they_need_and_from_what_to_choose(city, desk):
    case_id = desk("acceptor").post("/reports", told()).json()["case_id"]
    Desk(desk, case_id).move("acceptor", "accept")
    found = {m["id"]: m for m in desk("acceptor").get(f"/cases/{case_id}/moves").json()["moves"]}
    (rule, *_) = found["register"]["inputs"]
    assert (rule["name"], rule["kind"], rule["label"], rule["required"]) == (
        "filing_rule_id",
        "id",
        "立案条件",
        True,
    )
    assert rule["choices"][0]["label"].startswith("1. ")
    assert desk("leader").get(f"/cases/{case_id}/moves").json()["moves"] == []


def test_a_wrong_input_is_named(city, desk):
    case_id = desk("acceptor").post("/reports", told()).json()["case_id"]
    case = Desk(desk, case_id)
    case.move("acceptor", "accept")
    missing = case.move("acceptor", "register")
    assert (missing.status_code, missing.json()["field"]) == (422, "filing_rule_id")
    wrong = case.move("acceptor", "register", filing_rule_id="eins")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "filing_rule_id")
    strange = case.move("acceptor", "register", hacker=1)
    assert strange.status_code == 422
    nothing = case.move("acceptor", "fly")
    assert nothing.status_code in {404, 409, 422}


def test_attachments_are_seen_by_those_who_see_the_case(city, desk):
    case_id = desk("acceptor").post("/reports", told()).json()["case_id"]
    case = Desk(desk, case_id)
    mine = case.file("acceptor", 44)
    with one_connection(), closing(desk("acceptor").get(f"/files/{mine}")) as own:
        assert own.status_code == 200
    assert desk("dispatcher").get(f"/files/{mine}").status_code == 404
    assert desk("dispatcher").get(f"/cases/{case_id}/files/{mine}").status_code == 404
    case.move("acceptor", "accept", attachments=[mine])
    with one_connection(), closing(desk("dispatcher").get(f"/cases/{case_id}/files/{mine}")) as shown:
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
        assert "sandbox" in shown["Content-Security-Policy"]
    assert desk("outsider").get(f"/cases/{case_id}/files/{mine}").status_code == 404


def test_nobody_hands_in_or_reads_anothers_file_by_its_identifier(city, desk):
    case_id = desk("acceptor").post("/reports", told()).json()["case_id"]
    foreign = Desk(desk, case_id).file("outsider", 46)
    case = Desk(desk, case_id)
    for field, inputs in (
        ("attachments", {"attachments": [foreign]}),
        ("attachments", {"attachments": ["00000000-0000-7000-8000-000000000000"]}),
    ):
        refused = case.move("acceptor", "accept", **inputs)
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert case.move("acceptor", "accept", note=f"见 {foreign}").status_code == 200
    assert desk("acceptor").get(f"/cases/{case_id}/files/{foreign}").status_code == 404
    report = desk("acceptor").post("/reports", told(attachments=[foreign]))
    assert (report.status_code, report.json()["field"]) == (422, "attachments")


def test_what_the_reporter_attached_is_seen_with_the_case(city, desk):
    mine = Desk(desk, "").file("acceptor", 47)
    case_id = desk("acceptor").post("/reports", told(attachments=[mine])).json()["case_id"]
    with one_connection(), closing(desk("leader").get(f"/cases/{case_id}/files/{mine}")) as shown:
        assert shown.status_code == 200


def test_the_same_key_keeps_a_file_once(city, desk, partner):
    for door in (desk("acceptor"), partner):
        one = door.put_file("/files", "现场.jpg", picture(48), Idempotency_Key="f1")
        two = door.put_file("/files", "现场.jpg", picture(48), Idempotency_Key="f1")
        assert (one.status_code, two.status_code) == (201, 201)
        assert two.json() == one.json()
        assert two["Idempotent-Replay"] == "true"
        other = door.put_file("/files", "现场.jpg", picture(49), Idempotency_Key="f1")
        assert (other.status_code, other.json()["code"]) == (409, "idempotency.reused")
        third = door.put_file("/files", "现场.jpg", picture(48))
        assert third.json()["id"] != one.json()["id"]


def test_a_file_that_is_no_file_is_refused_by_name(city, desk):
    response = desk("acceptor").put_file("/files", "x.exe", b"MZ" + b"\x00" * 200)
    assert (response.status_code, response.json()["field"]) == (422, "file")


def test_pages_follow_each_other_by_cursor_and_a_forged_one_is_refused(city, desk):
    door = desk("acceptor")
    for n in range(5):
        door.post("/reports", told(text=f"第 {n} 件"))
    first = door.get("/cases?limit=2").json()
    second = door.get(f"/cases?limit=2&after={first['next']}").json()
    third = door.get(f"/cases?limit=2&after={second['next']}").json()
    titles = [row["title"] for page in (first, second, third) for row in page["rows"]]
    assert titles == ["第 4 件", "第 3 件", "第 2 件", "第 1 件", "第 0 件"]
    assert (first["total"], second["total"], third["next"]) == (5, None, None)
    for forged in (first["next"][:-2] + "AA", "x", "YWJj"):
        response = door.get(f"/cases?after={forged}")
        assert (response.status_code, response.json()["field"]) == (422, "after")
    assert door.get("/cases?limit=201").json()["field"] == "limit"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("division=abc", "division"),
        ("unit_id=-1", "unit_id"),
        ("overdue=perhaps", "overdue"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=nan,0,1,1", "bbox"),
        ("opened_from=yesterday", "opened_from"),
        ("order=random", "order"),
        ("text=" + "a" * 101, "text"),
    ],
)
def test_a_wrong_filter_is_named(people_cast, desk, query, field):
    response = desk("acceptor").get(f"/cases?{query}")
    assert (response.status_code, response.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    "path", ["/cases?limit=50", "/cases/{id}", "/cases/{id}/timeline", "/tasks", "/inbox"]
)
def test_reading_costs_few_statements_whatever_the_size(city, desk, path, django_assert_max_num_queries):
    door = desk("acceptor")
    ids = [door.post("/reports", told(text=f"第 {n} 件")).json()["case_id"] for n in range(12)]
    address = path.format(id=ids[0])
    door.get(address)
    with django_assert_max_num_queries(6):
        assert door.get(address).status_code == 200
