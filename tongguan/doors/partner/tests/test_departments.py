# SPDX-License-Identifier: Apache-2.0
"""A department's system over HTTP both ways: it is told at its own address and tells at our door."""

import pytest
from django.core.management import CommandError

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as orders
from tongguan.doors.partner.departments import wrong_signatures
from tongguan.doors.testing import Door
from tongguan.exchange.testing import OK, REFUSES, Department, send_due
from tongguan.messaging import spi
from tongguan.messaging.testing import patient_sender
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.django_db
EVENTS = "/departments/shizheng/events"


@pytest.fixture
def department(people_cast, typed):
    """The system of 市政所, linked by the operator."""
    catalog.load_standards(PLATFORM)
    wrong_signatures.clear()
    with spi.senders.temporarily("webhook", patient_sender()), Department() as department:
        words = (
            "--name",
            "市政所工单系统",
            "--unit",
            "N-SZ",
            "--url",
            department.url,
            "--handler",
            "handler",
        )
        _, secret = typed("link", "shizheng", *words)
        department.secrets.append(secret)
        yield department


@pytest.fixture
def order(people_cast, department):
    """An order that the department has been told of."""
    new = NewCase(item_code="01003", title="井盖破损", text="破了", division="990101001001", source="hotline")
    (case,) = cases.open_cases(people_cast.acceptor, [new])
    dispatch.perform(people_cast.acceptor, case.id, "accept")
    rule = {"filing_rule_id": items.filing_rules("01003")[0].id}
    dispatch.perform(people_cast.acceptor, case.id, "register", rule)
    unit = {"unit_id": people_cast.unit("N-SZ").id, "reason": "权责清单"}
    dispatch.perform(people_cast.dispatcher, case.id, "dispatch", unit)
    send()
    return orders.orders_of([case.id])[0]


def send():
    settle()
    send_due()


def post(department, told):
    headers, content = department.signed(told)
    return Door().post(EVENTS, content, **{name.replace("-", "_"): v for name, v in headers.items()})


def test_an_order_goes_out_and_its_states_come_back(department, order):
    (told,) = department.taken
    assert told["type"] == "tongguan.order.issued"
    answer = post(department, department.event("accepted", told["subject"]))
    assert answer.status_code == 200, answer.content
    (taken,) = answer.json()["answers"]
    assert (taken["state"], taken["order_state"], taken["order_id"]) == (
        "done",
        "pending_assign",
        str(order.id),
    )
    assert case_queries.timeline(PLATFORM, order.case_id)[-1].move == "sign"


def test_a_refusal_says_why_and_a_batch_is_mixed(department, order):
    event = department.event
    answer = post(department, event("returned", str(order.id), reason="非我单位"))
    assert answer.status_code == 422
    (taken,) = answer.json()["answers"]
    assert (taken["field"], taken["state"]) == ("clause", "refused")
    assert taken["kept"]
    mixed = post(department, [event("accepted", str(order.id)), event("done", str(order.id))])
    assert mixed.status_code == 200
    assert (mixed.json()["done"], mixed.json()["refused"]) == (1, 1)
    late = post(department, event("accepted", str(order.id)) | {"sequence": "1"})
    assert late.status_code == 409
    assert late.json()["answers"][0]["code"] == "link.out_of_date"


def test_without_a_signature_nothing_is_taken_and_guessing_is_slowed_down(department, order, settings):
    settings.RATES = {"wrong_signature": (1e-6, 20)}  # a slow machine must not fill the bucket again
    answers = [Door().post(EVENTS, {"id": "1"}) for _ in range(30)]
    assert answers[0].status_code == 401
    assert answers[0].json()["code"] == "link.signature"
    assert answers[-1].status_code == 429
    assert len(case_queries.timeline(PLATFORM, order.case_id)) == 4


def test_the_department_asks_for_everything_again(department, order):
    content = b'{"from": 1}'
    signed = {name.replace("-", "_"): value for name, value in department.sign(content).items()}
    answer = Door().post("/departments/shizheng/replay", content, **signed)
    assert answer.json() == {"cases": 1}
    send()
    assert set(department.copies.values()) == {2}
    bad = b'{"from": "x"}'
    signed = {name.replace("-", "_"): value for name, value in department.sign(bad).items()}
    assert Door().post("/departments/shizheng/replay", bad, **signed).status_code == 422


def test_an_operator_looks_after_it_at_the_desk(department, order, desk):
    operator = desk("sysadmin")
    (state,) = operator.get("/departments").json()
    assert (state["code"], state["last_seq"], state["waiting"], state["stuck"]) == ("shizheng", 1, 0, 0)
    (sent,) = operator.get("/departments/shizheng/sent").json()
    assert (sent["type"], sent["order_id"]) == ("order.issued", str(order.id))
    department.behave = lambda _n, _event: REFUSES
    assert operator.post("/departments/shizheng/replay", {"from": 1}).json()["cases"] == 1
    send_due()
    (stuck,) = operator.get("/departments/shizheng/stuck").json()
    assert stuck["case_id"] == str(order.case_id)
    department.behave = lambda _n, _event: OK
    assert operator.post("/departments/shizheng/retry", {"case_id": stuck["case_id"]}).json()["cases"] == 1
    send_due()
    assert operator.get("/departments/shizheng/stuck").json() == []
    told = {"case_id": stuck["case_id"], "reason": "已电话通知"}
    assert operator.post("/departments/shizheng/skip", told).status_code == 404
    assert operator.post("/departments/shizheng/switch", {"active": False}).status_code == 204
    assert not operator.get("/departments").json()[0]["active"]


def test_the_operator_lists_replays_rotates_stops_and_resumes(department, order, typed):
    (line,) = typed("list")
    assert line == "shizheng\t市政所工单系统\t江北区市政所\t正常\t序号 1，待发 0，卡住 0，拒收 0"
    assert typed("replay", "shizheng", "--from", "1") == ["1 件案件将从序号 1 起重新发送 (cases)"]
    send()
    assert set(department.copies.values()) == {2}
    _, secret = typed("rotate", "shizheng", "--hours", "0")
    assert post(department, department.event("accepted", str(order.id))).status_code == 401
    department.secrets = [secret]
    assert post(department, department.event("accepted", str(order.id))).status_code == 200
    typed("stop", "shizheng")
    assert "停用" in typed("list")[0]
    assert post(department, department.event("progress", str(order.id), text="到场")).status_code == 403
    typed("resume", "shizheng")
    with pytest.raises(CommandError, match="没有卡住的案件"):
        typed("retry", "shizheng")
    with pytest.raises(CommandError, match="没有这个部门对接"):
        typed("replay", "nobody", "--from", "1")
