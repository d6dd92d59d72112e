# SPDX-License-Identifier: Apache-2.0
"""The stage: the cast, a clock that stands still, cases that are opened, handled and closed for real."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pytest
from django.core.management import call_command
from PIL import Image

from tongguan.cases import api as cases
from tongguan.cases import queries as reads
from tongguan.cases.contracts import CaseInfo, NewCase
from tongguan.catalog import queries as catalog
from tongguan.dispatch import api as dispatch
from tongguan.indicators import api as indicators
from tongguan.indicators import testing
from tongguan.kernel import clock as time
from tongguan.kernel.testing import BEIJING
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import Cast, cast
from tongguan.runtime import files

PLACE, ELSEWHERE = "990101001001", "990102001001"
ITEM = "01003"


@dataclass
class Stage:
    """Opens cases, makes their moves, and lets the engine count."""

    people: Cast
    clock: time.ManualClock

    def open(self, division: str = PLACE, item: str = ITEM, who: str = "acceptor", **more) -> CaseInfo:
        told = {
            "item_code": item,
            "title": "井盖破损",
            "text": "滨江路口雨水井盖破了",
            "division": division,
            "source": "hotline",
        }
        return cases.open_cases(getattr(self.people, who), [NewCase(**{**told, **more})])[0]

    def do(self, who: str, case: CaseInfo, move: str, **inputs) -> CaseInfo:
        return dispatch.perform(getattr(self.people, who), case.id, move, inputs).case

    def dispatched(self, **more) -> CaseInfo:
        case = self.open(**more)
        self.do("acceptor", case, "accept")
        rule = next(one for one in catalog.filing_rules(ITEM) if one.condition_no == 1)
        self.do("acceptor", case, "register", filing_rule_id=rule.id)
        unit = self.people.unit("N-SZ").id
        return self.do("dispatcher", case, "dispatch", unit_id=unit, reason="就近")

    def handled(self, case: CaseInfo) -> CaseInfo:
        self.do("department", case, "assign", handler_id=self.people.handler.id)
        photo = self.photo(self.people.handler)
        self.do("handler", case, "submit", result="已更换井盖", photos_after=[photo])
        return self.do("department", case, "dept_confirm")

    def closed(self, case: CaseInfo) -> CaseInfo:
        self.do("acceptor", case, "send_check", collector_id=self.people.collector.id)
        self.do("collector", case, "check_pass", photos=[self.photo(self.people.collector)])
        return self.do("acceptor", case, "close", closing_met=True)

    def photo(self, actor) -> str:
        stream = BytesIO()
        Image.new("RGB", (32, 32), (10, 120, 90)).save(stream, "JPEG")
        stream.seek(0)
        return str(files.store(actor, "现场.jpg", stream, "evidence").id)

    def count(self) -> None:
        testing.count()

    def value(self, code: str, viewer: str = "leader", centre: str | None = None) -> float | None:
        return indicators.signs(getattr(self.people, viewer), centre, [code])[0].value

    def read(self, case: CaseInfo) -> CaseInfo:
        return reads.case(PLATFORM, case.id)


@pytest.fixture
def stage(db):
    call_command("load_standards", verbosity=0)
    start = datetime(2026, 9, 28, 9, 0, tzinfo=BEIJING)
    with time.using(time.ManualClock(start)) as manual:
        yield Stage(cast(), manual)
