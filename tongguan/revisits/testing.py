# SPDX-License-Identifier: Apache-2.0
"""For tests: cases that were told by people with a telephone, worked on by a unit, and closed."""

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from uuid import UUID

from tongguan.cases import queries as case_queries
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as orders
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.people.testing import Cast, cast
from tongguan.pictures.testing import jpeg, scene
from tongguan.places.testing import square_city
from tongguan.revisits.contracts import PlanIn
from tongguan.runtime import files

HOTLINE = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
ITEM = "01003"
#: A degree of longitude at 30.8° N in metres.
DEGREE = 95_600.0
PLAN = PlanIn(
    code="monthly", name="每月独立回访", division="990101", strata=("unit",), reason="按月核对各单位办结质量",
    size=6, attempts=2,
)  # fmt: skip


@dataclass
class Street:
    """Tells, works on and closes cases in 江北区, each 200 m from the others unless told where."""

    people: Cast
    told: int = 0
    shots: int = 0
    closed: list[UUID] = field(default_factory=list)

    def tell(self, text: str = "井盖破损", *, metres: float | None = None, **who: object) -> UUID:
        """Give the case that a telling opened; ``metres`` east of the first place."""
        self.told += 1
        east, north = (
            (200.0 * (self.told % 9), 0.0018 * (self.told // 9)) if metres is None else (metres, 0.0)
        )
        given = {"name": "钱女士", "phone": f"138{self.told:08d}"} | who
        report = ReportIn(
            source="hotline", external_id=f"R{self.told}", title=text, text=f"兴业路{self.told * 20}号{text}",
            item_code=ITEM, lon=121.0005 + east / DEGREE, lat=30.8005 + north, division="990101001001",
            reporter=ReporterIn(**given),  # type: ignore[arg-type]
        )  # fmt: skip
        receipt = intake.receive(HOTLINE, report, open_now=True)
        assert receipt.case_id is not None
        return receipt.case_id

    def photo(self, actor: Actor, body: bytes = b"") -> str:
        """Give the id of a photo that somebody keeps; without bytes one that is like no other."""
        self.shots += 1
        shown = body or jpeg(scene(self.shots, (160, 120)))
        return str(files.store(actor, f"{self.shots}.jpg", BytesIO(shown), "evidence").id)

    def work(self, case_id: UUID, unit: str = "N-SZ", hours: float = 5, body: bytes = b"") -> UUID:
        """Let a unit deal with a case in so many hours, and close it; ``body`` is its photo."""
        people = self.people
        second = "second_" if unit == "N-HW" else ""
        head, handler = getattr(people, f"{second}department"), getattr(people, f"{second}handler")
        self._do(people.acceptor, case_id, "accept")
        self._do(people.acceptor, case_id, "register", filing_rule_id=items.filing_rules(ITEM)[0].id)
        self._do(people.dispatcher, case_id, "dispatch", unit_id=people.unit(unit).id, reason="就近")
        (order,) = orders.running_orders([case_id])[case_id]
        mine = {"order_id": str(order.id)}
        self._do(head, case_id, "sign", **mine)
        self._do(head, case_id, "assign", handler_id=handler.id, **mine)
        hands = clock.now() + timedelta(hours=hours)
        with clock.using(clock.ManualClock(hands)):
            self._do(
                handler,
                case_id,
                "submit",
                result="已更换井盖",
                photos_after=[self.photo(handler, body)],
                **mine,
            )
            self._do(head, case_id, "dept_confirm", **mine)
            self._do(people.acceptor, case_id, "send_check", collector_id=people.collector.id)
            self._do(people.collector, case_id, "check_pass", photos=[self.photo(people.collector)])
            self._do(people.acceptor, case_id, "close", closing_met=True)
        self.closed.append(case_id)
        return case_id

    def _do(self, actor: Actor, case_id: UUID, move: str, **inputs: object) -> None:
        if move in case_queries.process_of(case_queries.case(PLATFORM, case_id)).moves:
            dispatch.perform(actor, case_id, move, inputs)


def street() -> Street:
    """Give the square city with its cast, ready to tell."""
    square_city()
    catalog.load_standards(PLATFORM)
    return Street(cast())
