# SPDX-License-Identifier: Apache-2.0
"""In a browser: whether 119's own system has a hand-over, and what it answered (F26)."""

import pytest

from tongguan.exchange import api as exchange
from tongguan.exchange.contracts import NewLink
from tongguan.exchange.testing import Service, send_due
from tongguan.handover import api as handovers
from tongguan.handover.contracts import Noticed
from tongguan.intake.contracts import Parcel
from tongguan.kernel.ids import new_id
from tongguan.messaging import spi
from tongguan.messaging.testing import patient_sender
from tongguan.runtime.testing import settle
from tongguan.runtime.transactions import atomic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def rung() -> str:
    (danger,) = handovers.look(["三楼着火了"])
    with atomic():
        (one,) = handovers.open_for([Noticed(report_id=new_id(), danger=danger, division="990101001001")])
    settle()
    return str(one)


def tell(service, *args, **data) -> None:
    headers, content = service.signed(service.says(*args, **data))
    (taken,) = exchange.take("xf119", headers, Parcel(content, headers["content-type"]))
    assert taken.state == "done"


def test_the_page_says_to_telephone_until_the_system_has_it_and_then_what_it_answered(city, visitor):
    with spi.senders.temporarily("webhook", patient_sender()), Service() as service:
        link = {"name": "市消防接警系统", "service": "fire", "division": "9901", "url": service.url}
        service.secrets.append(exchange.link(city.sysadmin, NewLink(code="xf119", **link)))
        one = rung()
        acceptor = visitor(city.user("acceptor"))
        page = acceptor.opens("/desk/handovers")
        page.get_by_text("市消防接警系统尚未收到，请立即电话 119").wait_for()
        acceptor.pictures("danger-untaken")
        send_due()
        tell(service, "accepted", one, handler="江北站接警员 07", text="两车出动")
        page.reload()
        page.get_by_text("对方已接收").first.wait_for()
        page.get_by_text("· 对方编号 JZ-0001").wait_for()
        page.get_by_role("button", name="经过").click()
        page.get_by_text("对方接收 系统对接 JZ-0001 江北站接警员 07").wait_for()
        acceptor.finds_accessible()
        acceptor.pictures("danger-taken")
        tell(service, "returned", one, reason="不属本市")
        page.reload()
        page.get_by_text("市消防接警系统已退回，请立即核实并电话 119").wait_for()
        acceptor.pictures("danger-returned")
