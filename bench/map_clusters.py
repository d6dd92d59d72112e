# SPDX-License-Identifier: Apache-2.0
"""The map's first clusters at 1 M cases: how long the desk waits for them, as a duty chief of the city.

Fills a database of its own (5 % of the cases are open), asks the desk's door in this process, and prints one
JSON line per figure: ``clusters_open`` is what the map asks first, ``clusters_all`` counts closed ones, too.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django
import numpy as np
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import http_read
from bench import httpload as load

GOAL_MS = 300
CITY = "view=121.0,30.8,121.4,31.1&zoom=10"
STREET = "view=121.2,31.0,121.22,31.015&zoom=15"
ASKED = {
    "clusters_open": f"/api/desk/map/cases?open=true&{CITY}",
    "street_open": f"/api/desk/map/cases?open=true&{STREET}",
    "clusters_all": f"/api/desk/map/cases?{CITY}",
    "street_all": f"/api/desk/map/cases?{STREET}",
}
TIMES = 15


def measure(client: Any, figure: str, path: str, about: dict[str, Any]) -> None:
    """Ask once to warm up, then so many times; print the middle, the slow end and what came."""
    answer = client.get(path)
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = client.get(path)
        spent.append(1000 * (time.perf_counter() - began))
    told = answer.json()
    load.tell(
        bench="map_clusters",
        figure=figure,
        **about,
        p50_ms=round(float(np.percentile(spent, 50)), 1),
        p95_ms=round(float(np.percentile(spent, 95)), 1),
        features=len(told["features"]),
        counted=sum(one["properties"]["n"] for one in told["features"]),
        bytes=len(answer.content),
        goal_ms=GOAL_MS if figure.startswith("clusters") else None,
    )


def count_in(cases: int) -> None:
    """Count in the closed cases as the engine does by night, and tell how long that took."""
    from tongguan.maps import settling

    began = time.perf_counter()
    counted = settling.settle()
    seconds = round(time.perf_counter() - began, 1)
    http_read._analyse()  # noqa: SLF001 - as the database does by itself soon after
    load.tell(
        bench="map_clusters",
        figure="settle",
        cases=cases,
        counted=counted,
        seconds=seconds,
    )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL beside which a database is made; empty: SQLite")
    parser.add_argument("--cases", type=int, default=1_000_000)
    given = parser.parse_args()
    load.tell(bench="machine", **load.machine(), load=os.getloadavg()[0])
    with tempfile.TemporaryDirectory() as home, load.own_database(given.database) as url:
        os.environ |= {"TONGGUAN_HOME": home, "TONGGUAN_DATABASE_URL": url, "TONGGUAN_RATES": http_read.RATES}
        os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        from django.db import connections
        from django.test import Client

        from tongguan.people.testing import cast

        people = cast()
        http_read.Filler(people.city_chief).fill(given.cases)
        count_in(given.cases)
        client = Client()
        client.force_login(people.user("city_chief"), backend="django.contrib.auth.backends.ModelBackend")
        kind = "postgresql" if given.database.startswith("postgres") else "sqlite"
        for figure, path in ASKED.items():
            measure(client, figure, path, {"database": kind, "cases": given.cases})
        connections.close_all()


if __name__ == "__main__":
    main()
