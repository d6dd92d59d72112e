# SPDX-License-Identifier: Apache-2.0
"""From one HTTP report to its dispatched case while 100 reports come in every second.

Starts web and engine on a database of its own with the demo city's registers and rules that send clear
matters straight to their unit, tells reports at a fixed pace over the partner interface, and reads from the
database how long after its receipt each case was at its unit (without the commit of its batch). Prints one
JSON line per figure. Goal: 2 s at the 95th percentile.
"""

import argparse
import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django
import httpx
import numpy as np
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import httpload as load
from bench.triage import City
from tongguan.kernel.testing import free_port

ROOT = Path(__file__).resolve().parent.parent
GOAL_S = 2.0
PATH = "/api/partner/v1/reports"


def prepare() -> tuple[str, list[bytes]]:
    """Migrate, seed the registers, give a token and the bodies to send."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
    django.setup()
    call_command("migrate", verbosity=0)
    from django.db import connections

    from tongguan.people import api as people
    from tongguan.people.contracts import PLATFORM

    city = City()
    token = people.issue_token(PLATFORM, "bench", ["reports:write"], "9901")
    bodies = []
    for number, told in enumerate(itertools.islice(city.tellings, 20_000)):
        body = {
            "source": "hotline", "external_id": f"D-{number}", "title": told.title, "text": told.text,
            "item_code": told.item_code, "lon": told.lon, "lat": told.lat, "address": told.address,
        }  # fmt: skip
        bodies.append(json.dumps(body, ensure_ascii=False).encode())
    connections.close_all()
    return token, bodies


@contextlib.contextmanager
def engine(environment: dict[str, str]) -> Iterator[None]:
    """Run ``tongguan engine``."""
    env = environment | {"TONGGUAN_STREAM_PORT": str(free_port())}
    program = subprocess.Popen([sys.executable, "-m", "tongguan", "engine"], cwd=ROOT, env=env)
    try:
        yield
    finally:
        program.terminate()
        program.wait(30)


def tell_at(port: int, token: str, bodies: list[bytes], rate: int, seconds: float) -> int:
    """Tell so many reports a second, evenly; give how many were taken."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    begun, taken = time.perf_counter(), 0
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
        for n in range(int(rate * seconds)):
            time.sleep(max(0.0, begun + n / rate - time.perf_counter()))
            taken += client.post(PATH, content=bodies[n]).status_code == 201
    return taken


def waits(patience: float) -> tuple[list[float], int]:
    """Give the seconds from receipt to the unit's order, and how many reports became no case of their own."""
    from tongguan.dispatch.models import WorkOrder
    from tongguan.intake.models import Report

    until = time.monotonic() + patience
    while Report.objects.filter(state="waiting").exists() and time.monotonic() < until:
        time.sleep(0.5)
    opened = Report.objects.filter(state="opened", source="hotline")
    received = dict(opened.values_list("case_id", "received_at"))
    orders = WorkOrder.objects.filter(case_id__in=received, role="lead").values_list(
        "case_id", "dispatched_at"
    )
    found = [(at - received[case_id]).total_seconds() for case_id, at in orders]
    return found, Report.objects.count() - len(found)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL beside which a database is made; empty: SQLite")
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    kind = "postgresql" if given.database.startswith("postgres") else "sqlite"
    load.tell(bench="machine", **load.machine())
    with tempfile.TemporaryDirectory() as home, load.own_database(given.database) as url:
        rates = "partner=100000/100000"
        os.environ |= {"TONGGUAN_HOME": home, "TONGGUAN_DATABASE_URL": url, "TONGGUAN_RATES": rates}
        token, bodies = prepare()
        with load.web(dict(os.environ), 2) as (port, _), engine(dict(os.environ)):
            time.sleep(5)
            begun = time.perf_counter()
            taken = tell_at(port, token, bodies, given.rate, given.seconds)
            pace = taken / (time.perf_counter() - begun)
            found, others = waits(60)
        p50, p95, p99 = np.percentile(found, [50, 95, 99]) if found else (float("nan"),) * 3
        load.tell(figure="report_to_unit_s", p50=round(float(p50), 2), value=round(float(p95), 2),
                  p99=round(float(p99), 2), goal=GOAL_S, told=taken, per_second=round(pace, 1),
                  dispatched=len(found), joined_or_asked=others, database=kind)  # fmt: skip
        from django.db import connections

        connections.close_all()


if __name__ == "__main__":
    main()
