# SPDX-License-Identifier: Apache-2.0
"""Reading and moving cases over HTTP at 10 k, 100 k and 1 M cases: and whether the times stay flat.

Fills a database of its own, starts the web processes, asks one request after the other as a duty chief of
the city with a session, and prints one JSON line per figure. Peer: Signalen 2.50 on PostgreSQL with
100,000 reports on two cores.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import numpy as np
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import httpload as load

PEERS = {"list_100": 1140, "move": 128, "near": 236, "csv_100k": 20_000}
GOALS = {"list_100": 25, "detail": 10, "move": 10, "near": 8, "csv_100k": 2_000}
STREETS = [f"9901{d:02d}{s:03d}" for d in range(1, 4) for s in range(1, 9)]
OPEN_STATES = [
    "reported",
    "pending_register",
    "pending_dispatch",
    "pending_handle",
    "handling",
    "pending_check",
]
STAGES = {
    "reported": "accept",
    "pending_register": "register",
    "pending_dispatch": "dispatch",
    "pending_check": "check",
}
CHUNK = 20_000
#: The bench is one person asking all the time.
RATES = "desk=100000/100000,export=1000/1000"
OPEN_SHARE = 0.05


class Filler:
    """Adds cases like one opened by the real verb, spread over streets, places, three years and states."""

    def __init__(self, chief: Any) -> None:
        """Open the pattern and prepare the generator."""
        from tongguan.cases import api
        from tongguan.cases.contracts import NewCase
        from tongguan.cases.models import Case

        new = NewCase(item_code="01001", title="井盖破损", text="人民路井盖破损", division="990101001001",
                      source="hotline", lon=121.2, lat=31.0)  # fmt: skip
        (opened,) = api.open_cases(chief, [new])
        self.fields = list(Case._meta.concrete_fields)  # noqa: SLF001 - the table's own columns
        self.table = Case._meta.db_table  # noqa: SLF001
        self.pattern = Case.objects.get(pk=opened.id)
        self.rng = np.random.default_rng(1)
        self.count = 1

    def fill(self, upto: int) -> None:
        """Add cases until there are so many."""
        while self.count < upto:
            size = min(CHUNK, upto - self.count)
            _insert(self.table, [f.column for f in self.fields], self._rows(size))
            self.count += size
        _analyse()

    def _rows(self, size: int) -> Iterator[list[Any]]:
        from tongguan.kernel import geometry

        lons, lats = self.rng.uniform(121.0, 121.4, size), self.rng.uniform(30.8, 31.1, size)
        cells = geometry.cells_of(lons, lats).tolist()
        ages = self.rng.uniform(0, 3 * 365 * 86400, size)
        is_open = self.rng.random(size) < OPEN_SHARE
        chosen = random.Random(self.count)
        for i in range(size):
            opened = self.pattern.opened_at - timedelta(seconds=float(ages[i] * (0.02 if is_open[i] else 1)))
            street = chosen.choice(STREETS)
            state = chosen.choice(OPEN_STATES) if is_open[i] else "closed"
            number = self.count + i
            made = {
                "id": UUID(int=(int(opened.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | number),
                "number": f"B{number:017d}",
                "division": f"{street}{1 + number % 5:03d}",
                "district": street[:6],
                "street": street,
                "hub": street[:6],
                "lon": float(lons[i]),
                "lat": float(lats[i]),
                "cell": cells[i],
                "state": state,
                "stage": STAGES.get(state, "handle") if is_open[i] else "",
                "opened_at": opened,
                "due_at": opened + timedelta(days=2) if is_open[i] else None,
                "closed_at": None if is_open[i] else opened + timedelta(days=1),
            }
            yield [made.get(f.attname, getattr(self.pattern, f.attname)) for f in self.fields]


def _insert(table: str, columns: list[str], rows: Iterator[list[Any]]) -> None:
    from django.db import connection, transaction

    names = ", ".join(f'"{c}"' for c in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row([json.dumps(v) if isinstance(v, dict | list) else v for v in row])
            return
        marks = ", ".join(["%s"] * len(columns))
        plain = ([_sqlite(v) for v in row] for row in rows)
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', plain)


def _sqlite(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dict | list):
        return json.dumps(value)
    if hasattr(value, "isoformat"):
        return value.replace(tzinfo=None).isoformat(" ")
    return value


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def session(user: Any) -> tuple[str, str]:
    """Sign a person in; give the Cookie header and the CSRF token."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    csrf = client.get("/api/desk/csrf").json()["csrf"]
    return "; ".join(f"{k}={m.value}" for k, m in client.cookies.items()), csrf


class Reader:
    """Measures requests at one size of database."""

    def __init__(self, port: int, pid: int, headers: dict[str, str], about: dict[str, Any]) -> None:
        """Keep the way to the server and what every figure says."""
        self.port, self.pid, self.headers, self.about = port, pid, headers, about

    def measure(self, figure: str, next_request: Callable[[], bytes], seconds: float) -> None:
        """Ask one after the other for so long; print the latencies and the CPU per request."""
        load.drive(self.port, next_request, 1, min(1.0, seconds))
        pids = load.family(self.pid)
        before = load.cpu_seconds(pids)
        result = load.drive(self.port, next_request, 1, seconds)
        cpu = load.cpu_seconds(pids) - before
        load.tell(
            bench="http_read",
            figure=figure,
            **self.about,
            requests=len(result.latencies),
            p50_ms=result.percentile(0.5),
            p95_ms=result.percentile(0.95),
            cpu_ms=round(1000 * cpu / max(1, len(result.latencies)), 2),
            bytes=result.received // max(1, len(result.latencies)),
            statuses=result.statuses,
            goal_ms=GOALS.get(figure),
            peer_ms=PEERS.get(figure),
        )

    def get(self, path: str) -> bytes:
        """Give a GET."""
        return load.request("GET", path, self.headers)


def figures(reader: Reader, ids: list[UUID], movable: list[UUID], seconds: float, rows: int) -> None:
    """Measure everything at one size."""
    chosen = random.Random(7)
    reader.measure("list_100", lambda: reader.get("/api/desk/cases?limit=100"), seconds)
    reader.measure("list_100_open", lambda: reader.get("/api/desk/cases?limit=100&open=true"), seconds)
    reader.measure("list_100_due", lambda: reader.get("/api/desk/cases?limit=100&order=due"), seconds)
    reader.measure("counts", lambda: reader.get("/api/desk/cases/counts"), seconds)
    reader.measure("detail", lambda: reader.get(f"/api/desk/cases/{chosen.choice(ids)}"), seconds)
    reader.measure(
        "near",
        lambda: reader.get(
            f"/api/desk/cases/near?lon={chosen.uniform(121.05, 121.35):.5f}"
            f"&lat={chosen.uniform(30.85, 31.05):.5f}&radius_m=300"
        ),
        seconds,
    )
    reader.measure("move", _moves(reader, movable), min(seconds, 3))
    if rows >= 100_000:
        began = time.perf_counter()
        reader.measure(
            "csv_100k" if rows == 100_000 else "csv_whole",
            lambda: reader.get("/api/desk/cases/export.csv"),
            0.1,
        )
        load.tell(
            bench="http_read", figure="csv_seconds_both_runs", seconds=round(time.perf_counter() - began, 2)
        )


def _moves(reader: Reader, movable: list[UUID]) -> Callable[[], bytes]:
    """Give a source of moves; each case is accepted once, so the run may end with the cases."""
    rest = iter(movable)
    headers = {**reader.headers, "If-Match": '"v1"'}

    def one() -> bytes:
        case_id = next(rest, None)
        path = f"/api/desk/cases/{case_id}/moves/accept"
        return load.request("POST", path, headers, b'{"inputs": {}}') if case_id else b""

    return one


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL beside which a database is made; empty: SQLite")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    kind = "postgresql" if given.database.startswith("postgres") else "sqlite"
    load.tell(bench="machine", **load.machine())
    with tempfile.TemporaryDirectory() as home, load.own_database(given.database) as url:
        os.environ |= {"TONGGUAN_HOME": home, "TONGGUAN_DATABASE_URL": url, "TONGGUAN_RATES": RATES}
        os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        from django.db import connections

        from tongguan.cases.models import Case
        from tongguan.people.testing import cast

        people = cast()
        filler = Filler(people.city_chief)
        cookie, csrf = session(people.user("city_chief"))
        headers = {"Cookie": cookie, "X-CSRFToken": csrf}
        for size in given.sizes:
            filler.fill(size)
            ids = list(Case.objects.order_by("-opened_at").values_list("pk", flat=True)[:2000])
            fresh = Case.objects.filter(state="reported", line_hash=filler.pattern.line_hash, version=1)
            movable = list(fresh.exclude(pk=filler.pattern.pk).values_list("pk", flat=True)[:5000])
            connections.close_all()
            with load.web(dict(os.environ), given.workers) as (port, pid):
                about = {"database": kind, "cases": size, "workers": given.workers}
                figures(Reader(port, pid, headers, about), ids, movable, given.seconds, size)


if __name__ == "__main__":
    main()
