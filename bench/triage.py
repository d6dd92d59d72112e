# SPDX-License-Identifier: Apache-2.0
"""Triage end to end, and one matching decision, among 10 k … 1 M open or recently closed cases.

``--database URL`` (PostgreSQL; empty: a new SQLite file), ``--sizes 10000 1000000`` cases to match against,
``--reports 5000`` tellings in one batch run. Every second telling names no item: the model says it. Each is
located, understood, matched, joined or opened, filed and dispatched by rules, with timeline, orders, clocks,
messages and facts. Beside it, in the same run, the very rows that triage wrote are deleted and inserted again
bare by one connection into the same tables with all their indexes: by Django's ``bulk_create``, and by the
COPY that triage itself uses, which is some times faster. CPU seconds of processes
and of their PostgreSQL backends (where ``/proc`` tells) stand beside the rates: they hold on a busy machine
too. Prints one JSON line per figure. Goals: 1,000 reports/s, half the bare rate, a decision within 10 ms at
the 95th percentile, flat.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import numpy as np
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import httpload as load
from bench._engines import Engines, Spent, timed
from bench.http_read import Filler, _analyse, _insert

RULE = {
    "no": "Z1",
    "name": "清楚的直接派遣",
    "when": {"all": [{"field": "item_confidence", "operator": "ge", "value": 0.5}]},
    "then": {"reach": "dispatch"},
}
GOALS = {"triage": 1_000, "share_of_bare": 0.5, "decision_p95_ms": 10.0}
_WARM, WORDINGS = 500, 2_000


class City:
    """The demo city's registers, a model that has learned its words, and an endless stream of tellings."""

    def __init__(self) -> None:
        """Seed the registers; train the item model from made-up history."""
        from tongguan.catalog.seed import seed_responsibilities
        from tongguan.demo.api import tellings
        from tongguan.people.contracts import PLATFORM
        from tongguan.people.seed import seed_people
        from tongguan.places import queries as places
        from tongguan.places.seed import CITY, seed_places
        from tongguan.rules import api as rules
        from tongguan.runtime.transactions import atomic

        call_command("load_standards", verbosity=0)
        with atomic():
            codes = seed_places()
            wanted = [CITY, *codes.districts, *codes.streets, *codes.communities]
            seed_people(np.random.default_rng(1), {c: i.name for c, i in places.divisions(wanted).items()})
            seed_responsibilities()
            rules.publish_ruleset(PLATFORM, "straight", [RULE], CITY)
        self.tellings = tellings(np.random.default_rng(2), 1_000_000)
        self._train()

    def _train(self) -> None:
        from tongguan.intake.learned import ITEM
        from tongguan.learning import api, spi
        from tongguan.learning.contracts import Example
        from tongguan.people.contracts import PLATFORM

        history = [next(self.tellings) for _ in range(480)]
        examples = [Example(f"made:{n}", f"{t.title}。{t.text}", t.item_code) for n, t in enumerate(history)]
        task = replace(spi.tasks.get(ITEM), examples=lambda: examples)
        with spi.tasks.temporarily(ITEM, task):
            api.promote(PLATFORM, ITEM, api.train(PLATFORM, ITEM).number)

    def reports(self, count: int, prefix: str) -> list[Any]:
        """Give so many tellings; of every second one nobody says the item, of every tenth the place."""
        from tongguan.intake.contracts import ReporterIn, ReportIn
        from tongguan.kernel import clock

        now, made = clock.now(), []
        for n in range(count):
            told = next(self.tellings)
            report = ReportIn(
                source="hotline",
                external_id=f"{prefix}-{n}",
                title=told.title,
                text=told.text,
                item_code=told.item_code if n % 2 else "",
                lon=told.lon,
                lat=told.lat,
                address=told.address,
                told_at=now - timedelta(minutes=n % 600),
                reporter=ReporterIn(phone=f"139{n % 90_000_000:08d}"),
            )
            made.append(report)
        return made


class Past:
    """Cases with prints, as many as wanted, spread over the country around the city."""

    def __init__(self, city: City) -> None:
        """Take prints of a few thousand wordings; each past telling has one of them."""
        from tongguan.matching import deciding, strategies
        from tongguan.matching.contracts import Told
        from tongguan.people.contracts import PLATFORM

        self.filler = Filler(PLATFORM)
        told = [next(city.tellings) for _ in range(WORDINGS)]
        strategy, rarity = strategies.current()
        at = self.filler.pattern.opened_at
        asked = [
            Told(report_id=UUID(int=n), title=t.title, text=t.text, told_at=at, division="9901",
                 item_code=t.item_code, lon=t.lon, lat=t.lat)
            for n, t in enumerate(told)
        ]  # fmt: skip
        self.traces = deciding.prepare(asked, strategy, rarity).traces
        self.rng = np.random.default_rng(3)
        self.count = 1

    def fill(self, upto: int) -> None:
        """Add cases and their prints until there are so many."""
        self.filler.fill(upto)
        from tongguan.cases.models import Case

        made = Case.objects.filter(number__startswith="B").order_by("number")
        rows = made.values_list("pk", "division", "cell", "lon", "lat", "opened_at", "closed_at")
        prints, keys = [], []
        for row in rows[self.count - 1 : upto - 1].iterator(20_000):
            trace = self.traces[int(self.rng.integers(len(self.traces)))]
            prints.append(self._print(row, trace))
            keys += [[row[1][:6], key, row[0]] for key in trace.keys]
            if len(prints) == 20_000:
                _store(prints, keys)
                prints, keys = [], []
        _store(prints, keys)
        self.count = upto
        _analyse()

    def _print(self, row: Any, trace: Any) -> list[Any]:
        pk, division, cell, lon, lat, opened, closed = row
        lasted = closed or opened + timedelta(days=90)
        until = lasted + timedelta(days=30)
        names = list(trace.names)
        code = trace.told.item_code
        return [pk, pk, pk, cell, lon, lat, division[:6], division, code, opened, lasted,
                until, closed, "", trace.print, names, b""]  # fmt: skip


_PRINT_COLUMNS = ["report_id", "case_id", "matter", "cell", "lon", "lat", "district", "division", "item_code",
                  "told_at", "lasted", "until", "closed_at", "person", "text_print", "names",
                  "pictures"]  # fmt: skip


def _store(prints: list[list[Any]], keys: list[list[Any]]) -> None:
    _insert("matching_fingerprint", _PRINT_COLUMNS, iter(prints))
    distinct = {(d, k, str(r)): [d, k, r] for d, k, r in keys}
    _insert("matching_textkey", ["district", "term", "report_id"], iter(distinct.values()))


#: What triage writes, parents first, and the column that tells this run's rows from older ones.
TABLES = {
    "cases.Case": "id",
    "cases.TimelineEntry": "id",
    "cases.Involvement": "id",
    "dispatch.WorkOrder": "id",
    "dispatch.Clock": "id",
    "messaging.Message": "id",
    "matching.Fingerprint": "report_id",
    "matching.TextKey": "report_id",
    "matching.MatchDecision": "id",
    "intake.TriageDecision": "id",
    "runtime.FactRecord": "id",
}


class Written:
    """The rows that triage writes from a moment on."""

    def __init__(self) -> None:
        """Remember how far every table reaches."""
        from django.apps import apps
        from django.db.models import Max

        from tongguan.kernel.ids import new_id

        self.models = {label: apps.get_model(label) for label in TABLES}
        since, self.since = new_id(), {}
        for label, column in TABLES.items():
            field = self.models[label]._meta.get_field(column)  # noqa: SLF001
            numbered = "Auto" in type(field).__name__
            newest = self.models[label].objects.aggregate(n=Max(column))["n"] if numbered else None
            self.since[label] = (newest or 0) if numbered else since

    def rows(self) -> list[tuple[Any, list[Any]]]:
        """Give the new rows by table, parents first."""
        return [
            (model, list(model.objects.filter(**{f"{TABLES[label]}__gt": self.since[label]})))
            for label, model in self.models.items()
        ]

    def remove(self) -> None:
        """Delete them, children first; the triggers that keep timelines whole are asked to look away."""
        from django.db import connection

        from tongguan.intake.models import Report

        connection.cursor().execute("SET session_replication_role = replica")
        Report.objects.update(case=None)
        for label, model in reversed(self.models.items()):
            rows = model.objects.filter(**{f"{TABLES[label]}__gt": self.since[label]})
            rows._raw_delete(rows.db)  # noqa: SLF001 - bare rows need no collector
        connection.cursor().execute("SET session_replication_role = DEFAULT")


def bare(added: list[tuple[Any, list[Any]]], *, copied: bool) -> None:
    """Insert these rows again, table by table, in batches like triage's: by COPY or by ``bulk_create``."""
    from tongguan.runtime.transactions import atomic
    from tongguan.tables import api as tables

    for model, rows in added:
        for at in range(0, len(rows), 2_000):
            some = rows[at : at + 2_000]
            with atomic():
                if copied:
                    tables.insert(some)
                else:
                    model.objects.bulk_create(some)


def _warmed() -> None:
    """Triage a little: registers are read, forked memory becomes the process's own."""
    from tongguan.intake import api as intake

    intake.triage_batch(_WARM)


def _drain() -> tuple[int, int]:
    """Triage until nothing waits; give how many, and the process's peak of memory in MiB."""
    from tongguan.intake import api as intake
    from tongguan.intake.jobs import BATCH
    from tongguan.intake.pressure import waiting_exceeds

    done = 0
    while waiting_exceeds(0):
        done += intake.triage_batch(BATCH)
    return done, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(city: City, past: Past, size: int, reports: int, about: dict[str, Any]) -> None:
    """Print the figures at one size."""
    from collections import Counter

    from tongguan.intake import api as intake
    from tongguan.intake.models import Report
    from tongguan.people.contracts import PLATFORM

    past.fill(size)
    waiting = reports + _WARM * about["engines"]
    for at in range(0, waiting, 1_000):
        intake.receive_many(PLATFORM, city.reports(min(1_000, waiting - at), f"B{size}-{at}"))
    with Engines(about["engines"]) as engines:
        engines.run(_warmed)
        written = Written()
        parts, spent = engines.run(_drain)
    shares, peaks = [done for done, _ in parts], [peak for _, peak in parts]
    done = sum(shares)
    about = about | {"load": round(os.getloadavg()[0], 1)}
    states = Counter(Report.objects.filter(source="hotline").values_list("state", flat=True))
    load.tell(figure="triage_reports_per_s", value=round(done / spent.seconds), goal=GOALS["triage"],
              by_engine=shares, states=dict(states), own_cpu_us=round(spent.own / done * 1e6),
              backend_cpu_us=round(spent.backends / done * 1e6), **about)  # fmt: skip
    load.tell(figure="engine_peak_mib", value=max(peaks), **about)
    if about["database"] == "postgresql":
        _beside_bare(written, done, spent, about)
    decisions(city, about)


def _beside_bare(written: Written, done: int, spent: Spent, about: dict[str, Any]) -> None:
    """Print how triage compares with the bare insertion of its rows."""
    added = written.rows()
    rows = sum(len(r) for _, r in added)
    for way, copied in (("bulk_create", False), ("copy", True)):
        written.remove()
        _, plain = timed(partial(bare, added, copied=copied))
        share = round(plain.seconds / spent.seconds, 2)
        load.tell(figure="triage_share_of_bare_insert", bare=way, value=share,
                  goal=GOALS["share_of_bare"], by_cpu=round(plain.cpu / spent.cpu, 2), rows=rows,
                  bare_rows_per_s=round(rows / plain.seconds), bare_own_cpu_us=round(plain.own / done * 1e6),
                  bare_backend_cpu_us=round(plain.backends / done * 1e6), **about)  # fmt: skip


def decisions(city: City, about: dict[str, Any]) -> None:
    """Time single matching decisions, each in a transaction that is rolled back."""
    from tongguan.kernel import clock
    from tongguan.kernel.ids import new_id
    from tongguan.matching import api as matching
    from tongguan.matching.contracts import Told
    from tongguan.runtime.transactions import atomic

    taken, own = [], []
    for told in (next(city.tellings) for _ in range(400)):
        asked = Told(report_id=new_id(), title=told.title, text=told.text, told_at=clock.now(),
                     division="990101", item_code=told.item_code, lon=told.lon, lat=told.lat)  # fmt: skip
        begun, used = time.perf_counter(), time.process_time()
        with atomic():
            matching.match_many([asked])
        taken.append((time.perf_counter() - begun) * 1e3)
        own.append((time.process_time() - used) * 1e3)
    p50, p95 = np.percentile(taken[20:], [50, 95])
    load.tell(figure="match_decision_ms", value=round(float(p95), 2), goal=GOALS["decision_p95_ms"],
              p50=round(float(p50), 2), own_cpu_ms=round(float(np.mean(own[20:])), 2), **about)  # fmt: skip


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL beside which a database is made; empty: SQLite")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 1_000_000])
    parser.add_argument("--reports", type=int, default=5_000)
    parser.add_argument("--engines", type=int, default=2, help="processes that triage at once (SQLite: 1)")
    given = parser.parse_args()
    on_postgres = given.database.startswith("postgres")
    about = (
        {"database": "postgresql", "engines": given.engines}
        if on_postgres
        else {"database": "sqlite", "engines": 1}
    )
    load.tell(bench="machine", **load.machine())
    with tempfile.TemporaryDirectory() as home, load.own_database(given.database) as url:
        os.environ |= {"TONGGUAN_HOME": home, "TONGGUAN_DATABASE_URL": url}
        os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        city = City()
        past = Past(city)
        for size in given.sizes:
            measure(city, past, size, given.reports, about | {"cases": size})
        from django.db import connections

        connections.close_all()


if __name__ == "__main__":
    main()
