# SPDX-License-Identifier: Apache-2.0
"""The night shift: a fire is told, 119 has a system of its own, the clock is moved by hand."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from tongguan.catalog import api as catalog
from tongguan.exchange import api
from tongguan.exchange.contracts import NewLink
from tongguan.exchange.testing import Service, send_due
from tongguan.handover import queries as dangers
from tongguan.intake import api as intake
from tongguan.intake.contracts import Parcel, ReporterIn, ReportIn
from tongguan.kernel import clock
from tongguan.kernel.testing import BEIJING
from tongguan.messaging import spi
from tongguan.messaging.testing import patient_sender
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import Cast, cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime import spi as engine
from tongguan.runtime.testing import settle

NIGHT = datetime(2026, 3, 2, 2, 10, tzinfo=BEIJING)
CODE, PHONE = "xf119", "13800000001"
FIRE = ReportIn(
    source="hotline",
    external_id="H-1",
    text="滨江路12号三楼着火了，火势很大",
    item_code="06001",
    lon=121.005,
    lat=30.805,
    reporter=ReporterIn("钱女士", PHONE),
)


@dataclass
class Stage:
    """Shortcuts for the stories."""

    people: Cast
    service: Service
    hands: clock.ManualClock

    def told(self, n: int = 1, **more):
        """Let somebody tell of the fire, and triage it; give 119's hand-over."""
        intake.receive(PLATFORM, replace(FIRE, **{"external_id": f"H-{n}", **more}))
        while intake.triage_batch(100):
            pass
        return next(one for one in dangers.listed(PLATFORM, open_only=False) if one.service == "fire")

    def turn(self) -> None:
        """Let the engine turn: facts are delivered, what is due is sent."""
        settle()
        send_due()

    def later(self, **span) -> None:
        """Let time pass: the ladder is looked at, what is due is sent."""
        self.hands.advance(**span)
        engine.periodic.get("handover.ladder").run()
        self.turn()

    def tell(self, *events, code: str = CODE, by: Service | None = None):
        headers, content = (by or self.service).signed(events[0] if len(events) == 1 else events)
        return api.take(code, headers, Parcel(content, headers["content-type"]))

    def say(self, word: str, one, **data):
        """Tell one event of a hand-over and give what became of it."""
        (taken,) = self.tell(self.service.says(word, one.id, **data))
        return taken

    def now(self, one):
        return dangers.handover(PLATFORM, one.id)

    def lines(self, one) -> list[tuple[str, str, str]]:
        return [(step.kind, step.how, step.actor_name) for step in dangers.steps(PLATFORM, one.id)]

    def kinds(self, one) -> list[str]:
        return [step.kind for step in dangers.steps(PLATFORM, one.id)]


@contextmanager
def night_shift(**link):
    """Give the stage at night, with 119's system of the whole city linked."""
    forget_caches()
    square_city()
    catalog.load_standards(PLATFORM)
    people = cast()
    with (
        clock.using(clock.ManualClock(NIGHT)) as hands,
        spi.senders.temporarily("webhook", patient_sender()),
        Service() as service,
    ):
        new = NewLink(
            code=CODE, name="市消防接警系统", service="fire", division="9901", url=service.url, **link
        )
        service.secrets.append(api.link(people.sysadmin, new))
        yield Stage(people, service, hands)
    forget_caches()
