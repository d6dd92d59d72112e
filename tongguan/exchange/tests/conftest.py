# SPDX-License-Identifier: Apache-2.0
"""The stage: the cast, the standards, a case that is dispatched, a department's system linked to 市政所."""

from dataclasses import dataclass
from io import BytesIO

import pytest
from django.core.management import call_command
from PIL import Image

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import CaseInfo, NewCase
from tongguan.catalog import queries as catalog
from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as orders
from tongguan.exchange import api
from tongguan.exchange.contracts import NewLink
from tongguan.exchange.deliver import Sender
from tongguan.exchange.models import CaseQueue, Link
from tongguan.exchange.testing import Department, photo_data
from tongguan.exchange.tests.night import night_shift
from tongguan.intake.contracts import Parcel
from tongguan.messaging import spi
from tongguan.messaging.testing import patient_sender
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import Cast, cast, forget_caches
from tongguan.runtime import files
from tongguan.runtime.testing import settle

ITEM = "01003"  # 雨水井盖异常 -> 排水 -> 江北区市政所
CODE = "shizheng"


def picture(colour: int) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (16, 16), (colour % 256, colour // 256 % 256, 90)).save(stream, "JPEG")
    return stream.getvalue()


@dataclass
class Stage:
    """Shortcuts for the stories."""

    people: Cast
    department: Department
    colour: int = 0

    def photo(self, actor) -> str:
        self.colour += 1
        return str(files.store(actor, "现场.jpg", BytesIO(picture(self.colour)), "evidence").id)

    def photos(self) -> list[dict[str, str]]:
        self.colour += 1
        return photo_data(picture(self.colour))

    def filed(self) -> CaseInfo:
        new = NewCase(
            item_code=ITEM,
            title="井盖破损",
            text="滨江路口雨水井盖破了",
            division="990101001001",
            source="hotline",
            lon=121.2,
            lat=31.0,
            reporter_user_id=self.people.collector.id,
        )
        (case,) = cases.open_cases(self.people.acceptor, [new])
        rule = next(r.id for r in catalog.filing_rules(ITEM) if r.condition_no == 1)
        dispatch.perform(self.people.acceptor, case.id, "accept")
        return dispatch.perform(self.people.acceptor, case.id, "register", {"filing_rule_id": rule}).case

    def send_to(self, case: CaseInfo, unit: str = "N-SZ", *co: str) -> CaseInfo:
        given = {"unit_id": self.people.unit(unit).id, "reason": "权责清单"}
        given |= {"co_unit_ids": [self.people.unit(one).id for one in co]} if co else {}
        return dispatch.perform(self.people.dispatcher, case.id, "dispatch", given).case

    def dispatched(self) -> CaseInfo:
        return self.send_to(self.filed())

    def order(self, case: CaseInfo, unit: str = "N-SZ"):
        mine = self.people.unit(unit).id
        return [one for one in orders.orders_of([case.id]) if one.unit_id == mine][-1]

    def state(self, case: CaseInfo) -> str:
        return case_queries.case(PLATFORM, case.id).state

    def moves(self, case: CaseInfo) -> list[str]:
        return [line.move for line in case_queries.timeline(PLATFORM, case.id)]

    def link(self) -> Link:
        return Link.objects.get(code=CODE)

    def send(self, rounds: int = 50) -> None:
        """Write what happened, and send until nothing is due."""
        settle()
        sender = Sender()
        for _ in range(rounds):
            sender.round(patience=3)
            if not CaseQueue.objects.filter(due_at__isnull=False).exists():
                break
        sender.close()

    def tell(self, *told):
        """Post events as the department's system does; give what became of each."""
        headers, content = self.department.signed(told[0] if len(told) == 1 else told)
        return api.take(CODE, headers, Parcel(content, headers["content-type"]))

    def say(self, word: str, case: CaseInfo, **data):
        """Tell one event of the case's order and give what became of it."""
        (taken,) = self.tell(self.department.event(word, str(self.order(case).id), **data))
        return taken


def sent_unrecorded(sender):
    """Let an engine send what is due and record nothing of it, as if it were killed in between."""
    sender._start_due()
    for run in sender._running.values():
        run.future.exception()


@pytest.fixture
def stage(db):
    forget_caches()
    call_command("load_standards", verbosity=0)
    people = cast()
    with (
        spi.senders.temporarily("webhook", patient_sender()),
        Department() as department,
    ):
        new = NewLink(code=CODE, name="市政所工单系统", unit="N-SZ", url=department.url, handler="handler")
        department.secrets.append(api.link(people.sysadmin, new))
        yield Stage(people, department)
    forget_caches()


@pytest.fixture
def night(db):
    with night_shift() as stage:
        yield stage
