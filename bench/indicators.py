# SPDX-License-Identifier: Apache-2.0
"""1,700 vital signs of 232 centres: how soon after a change all of them are right again (F51).

Fills a database of its own with cases of 215 streets opened by the real verb over thirty days, defines
signs up to 1,700 over their kinds, lets the engine count. Then, round by round: people open cases and move
others (so many a round as come in five seconds of a large city's peak), the relay numbers the facts, the
subscriber counts them, and every sign of the changed centres, then of all centres, is evaluated. Ends with
the comparison against a recomputation. Prints one JSON line per figure.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import numpy as np
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import httpload as load

SIGNS, LIMIT_S = 1700, 5.0
DISTRICTS, STREETS = 16, 215
DAYS = 30
#: 20,000 cases a day, peaks of four times: so many opened and so many moves of others in five seconds.
OPENED, MOVED = 5, 55
CITY = "9901"
WORDS = (
    "case_open(now, item='{i}')",
    "case_overdue(now, item='{i}')",
    "case_new(today, item='{i}')",
    "case_new(week, item='{i}')",
    "case_closed(month, item='{i}')",
    "100 * case_closed(week, item='{i}') / case_new(week, item='{i}')",
    "100 * case_open(now, item='{i}') / case_open(now)",
    (
        "100 * case_closed_in_time(month, item='{i}')"
        " / (case_disposed(month, item='{i}') + case_late_to_dispose(now, item='{i}'))"
    ),
)


def streets() -> list[str]:
    """Give the codes of 215 streets of 16 districts."""
    return [f"{CITY}{1 + n % DISTRICTS:02d}{1 + n // DISTRICTS:03d}" for n in range(STREETS)]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the seconds a work takes, and what it gives."""
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


class City:
    """The cases of the bench."""

    def __init__(self, kinds: int) -> None:
        """Choose the kinds of matters; a few make most of the work."""
        self.rng = random.Random(7)
        self.kinds = [f"{1 + n % 9:02d}{100 + n:03d}" for n in range(kinds)]
        self.shares = [1 / (1 + n) for n in range(kinds)]
        self.waiting: list[Any] = []

    def open(self, count: int) -> None:
        """Open so many cases, now."""
        from tongguan.cases import api
        from tongguan.cases.contracts import NewCase
        from tongguan.people.contracts import PLATFORM

        told = [
            NewCase(
                item_code=self.rng.choices(self.kinds, self.shares)[0], title="井盖破损", text="井盖破损",
                division=f"{self.rng.choice(self.streets)}001", source="hotline",
            )
            for _ in range(count)
        ]  # fmt: skip
        self.waiting += [case.id for case in api.open_cases(PLATFORM, told)]

    streets = streets()

    def move(self, count: int) -> None:
        """Accept cases that wait, each in a transaction of its own."""
        from tongguan.cases import api
        from tongguan.people.contracts import PLATFORM

        for _ in range(count):
            api.move(PLATFORM, self.waiting.pop(self.rng.randrange(len(self.waiting))), "accept", {})

    def live(self, cases: int) -> None:
        """Open cases over thirty days; half are closed a day later."""
        from django.db.models import F

        from tongguan.cases.models import Case
        from tongguan.kernel import clock

        now = clock.now()
        with clock.using(clock.ManualClock(now)) as hands:
            for day in range(DAYS):
                hands.move_to(now - timedelta(days=DAYS - day) + timedelta(minutes=7 * day))
                self.open(cases // DAYS)
        old = Case.objects.filter(opened_at__lt=now - timedelta(days=2)).values_list("pk", flat=True)
        done = sorted(old)[::2]
        for begin in range(0, len(done), 500):
            Case.objects.filter(pk__in=done[begin : begin + 500]).update(
                state="closed", stage="", closed_at=F("opened_at") + timedelta(days=1)
            )
        gone = set(done)
        self.waiting = [one for one in self.waiting if one not in gone]


def define(kinds: list[str]) -> int:
    """Define signs beside the declared ones up to 1,700; give how many there are."""
    from tongguan.indicators.models import Definition
    from tongguan.indicators.queries import registry
    from tongguan.kernel import clock

    wanted = SIGNS - len(registry())
    texts = [words.format(i=kind) for kind in kinds for words in WORDS][:wanted]
    Definition.objects.bulk_create(
        Definition(
            code=f"bench_{n}", version=1, zh=f"体征 {n}", dimension="公众满意度", formula=text,
            by="bench", by_name="bench", at=clock.now(),
        )
        for n, text in enumerate(texts)
    )  # fmt: skip
    time.sleep(1.1)  # the register is looked at once a second
    return len(registry())


def evaluated(places: list[str]) -> int:
    """Evaluate every sign of these centres; give how many values there are."""
    from tongguan.indicators import evaluating
    from tongguan.indicators.register import register

    signs = register()
    known = evaluating.values(signs.terms(list(signs.signs)), places)
    lines = [evaluating.evaluate(signs.formulas[code], known, len(places)) for code in signs.signs]
    return int(np.vstack(lines).size)


def count() -> None:
    """Let the engine number and count what was told."""
    from tongguan.indicators import counting
    from tongguan.runtime import relay
    from tongguan.runtime.delivery import deliver
    from tongguan.runtime.subscribers import subscriptions

    while relay.number_facts():
        pass
    deliver(subscriptions.get("indicators.cases"), relay.last_seq())
    counting.fold()


def drain() -> None:
    """Pass by the facts of the filling: all of it was counted by catching up."""
    from tongguan.runtime import relay
    from tongguan.runtime.models import Cursor

    while relay.number_facts():
        pass
    Cursor.objects.update_or_create(name="indicators.cases", defaults={"seq": relay.last_seq()})


def measure(cases: int, rounds: int, about: dict[str, Any]) -> None:
    """Fill, then measure every round."""
    from tongguan.indicators import checking, counting
    from tongguan.indicators.models import Cell, CountedStep
    from tongguan.indicators.sources import sources

    city, source = City(-(-SIGNS // len(WORDS))), sources.get("cases")
    city.live(cases)
    drain()
    seconds, _ = timed(lambda: [None for _ in iter(lambda: counting.catch_up(source), 0)])
    about |= {"cases": cases, "signs": define(city.kinds), "centres": 1 + DISTRICTS + STREETS}
    load.tell(
        bench="indicators", figure="counted_from_nothing", **about, cases_per_second=round(cases / seconds),
        steps=CountedStep.objects.count(), cells=Cell.objects.count(),
    )  # fmt: skip
    everywhere = [CITY, *sorted({one[:6] for one in city.streets}), *city.streets]
    evaluated([CITY])
    some, all_of_them, parts = [], [], []
    for _ in range(rounds):
        city.open(OPENED)
        city.move(MOVED)
        counting_s, _ = timed(count)
        here = [
            CITY,
            *sorted({one[:6] for one in city.streets}),
            *city.rng.sample(city.streets, OPENED + MOVED),
        ]
        changed_s, _ = timed(lambda here=here: evaluated(here))
        all_s, values = timed(lambda: evaluated(everywhere))
        parts.append(counting_s)
        some.append(counting_s + changed_s)
        all_of_them.append(counting_s + all_s)
    facts = OPENED + MOVED
    for figure, times in (
        ("facts_counted", parts),
        ("signs_of_changed_centres_fresh", some),
        ("signs_of_all_centres_fresh", all_of_them),
    ):
        middle, worst = sorted(times)[len(times) // 2], max(times)
        load.tell(
            bench="indicators", figure=figure, **about, changes=facts, p50_s=round(middle, 2),
            worst_s=round(worst, 2), limit_s=LIMIT_S, ratio=round(worst / LIMIT_S, 2), values=values,
        )  # fmt: skip
    found = checking.check(source)
    load.tell(
        bench="indicators", figure="equal_to_recomputed", **about, subjects=found.subjects, steps=found.steps,
        differences=len(found.differences),
    )  # fmt: skip
    if found.differences:
        raise SystemExit(json.dumps([str(one) for one in found.differences[:5]], ensure_ascii=False))


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL beside which a database is made; empty: SQLite")
    parser.add_argument("--cases", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=6)
    given = parser.parse_args()
    kind = "postgresql" if given.database.startswith("postgres") else "sqlite"
    load.tell(bench="machine", **load.machine())
    with tempfile.TemporaryDirectory() as home, load.own_database(given.database) as url:
        os.environ |= {"TONGGUAN_HOME": home, "TONGGUAN_DATABASE_URL": url}
        os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        measure(given.cases, given.rounds, {"database": kind})


if __name__ == "__main__":
    main()
