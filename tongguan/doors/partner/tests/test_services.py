# SPDX-License-Identifier: Apache-2.0
"""119's own system over HTTP: linked by the operator, it is told of danger, and answers at our door (F26)."""

import pytest
from django.core.management import CommandError

from tongguan.doors.partner.departments import wrong_signatures
from tongguan.doors.testing import Door
from tongguan.exchange.testing import Service, send_due
from tongguan.handover import api as handovers
from tongguan.handover.contracts import Noticed
from tongguan.kernel.ids import new_id
from tongguan.messaging import spi
from tongguan.messaging.testing import patient_sender
from tongguan.runtime.testing import settle
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db
HERE = "990101001001"


@pytest.fixture
def service(people_cast, typed):
    """The system of the city's fire brigade, linked by the operator."""
    wrong_signatures.clear()
    with spi.senders.temporarily("webhook", patient_sender()), Service() as service:
        words = ("--name", "市消防接警系统", "--service", "fire", "--division", "9901", "--url", service.url)
        _, secret = typed("link", "xf119", *words)
        service.secrets.append(secret)
        yield service


def ring() -> str:
    (danger,) = handovers.look(["三楼着火了"])
    with atomic():
        (one,) = handovers.open_for([Noticed(report_id=new_id(), danger=danger, division=HERE)])
    settle()
    return str(one)


def post(service, told):
    headers, content = service.signed(told)
    signed = {name.replace("-", "_"): value for name, value in headers.items()}
    return Door().post("/departments/xf119/events", content, **signed)


def test_the_desk_says_to_telephone_until_the_system_has_it_and_then_who_took_it(service, desk):
    one, door = ring(), desk("acceptor")
    row = door.get(f"/handovers/{one}").json()
    assert (row["state"], row["system"], row["system_took_at"]) == ("open", "市消防接警系统", None)
    send_due()
    row = door.get(f"/handovers/{one}").json()
    assert row["state"] == "handed_over"
    assert row["system_took_at"]
    answer = post(service, service.says("accepted", one, handler="江北站接警员 07"))
    assert answer.status_code == 200, answer.content
    assert answer.json()["answers"][0]["order_state"] == "acknowledged"
    row = door.get(f"/handovers/{one}").json()
    assert (row["state"], row["system_number"]) == ("acknowledged", "JZ-0001")
    steps = door.get(f"/handovers/{one}/steps").json()
    assert [(step["kind"], step["how"], step["person"]) for step in steps] == [
        ("noticed", "", ""),
        ("handed_over", "system", ""),
        ("acknowledged", "system", "江北站接警员 07"),
    ]
    assert door.post(f"/handovers/{one}/result", {"text": "已扑灭"}).status_code == 200
    late = post(service, service.says("progress", one, text="到场"))
    assert (late.status_code, late.json()["answers"][0]["code"]) == (409, "handover.over")


def test_who_does_not_know_the_secret_changes_nothing(service, desk):
    one = ring()
    send_due()
    service.secrets.insert(0, "whsec_AAAA")
    assert post(service, service.says("done", one, text="没事")).status_code == 401
    assert desk("acceptor").get(f"/handovers/{one}").json()["state"] == "handed_over"


def test_the_operator_sees_it_among_the_links_and_a_link_is_of_one_or_the_other(service, desk, typed):
    ring()
    send_due()
    (line,) = typed("list")
    assert line == "xf119\t市消防接警系统\t119 消防救援\t正常\t序号 1，待发 0，卡住 0，拒收 0"
    (state,) = desk("sysadmin").get("/departments").json()
    assert (state["code"], state["service"]) == ("xf119", "fire")
    (sent,) = desk("sysadmin").get("/departments/xf119/sent").json()
    assert sent["type"] == "handover.opened"
    words = ("--name", "市消防", "--url", service.url, "--service", "fire")
    assert typed("change", "xf119", *words, "--division", "9901", "--contact") == [
        "xf119 已修改，第 2 版 (changed)"
    ]
    with pytest.raises(CommandError, match="--service"):
        typed("link", "x", *words, "--unit", "N-SZ")
    with pytest.raises(CommandError, match="没有这个区划"):
        typed("link", "x", *words)
