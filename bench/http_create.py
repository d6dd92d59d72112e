# SPDX-License-Identifier: Apache-2.0
"""Creating one report over HTTP, durable when answered: requests/s, latency, CPU and memory per worker.

Starts two web processes on a database of its own, tells reports over N keep-alive connections through the
partner interface (token, strict JSON, one insert), and prints one JSON line per figure. The client runs on
the same cores. Peer: Signalen 2.50 on PostgreSQL with 100,000 reports on two cores.
"""

import argparse
import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import httpload as load

PEER = {"name": "Signalen 2.50", "per_second": 16, "p95_ms": 539, "cpu_ms": 107, "rss_mib": "235–245"}
GOAL = {"per_second": 500, "p95_ms_at_8": 100, "cpu_ms": 4, "rss_mib": 150}
PATH = "/api/partner/v1/reports"
WARM = itertools.count(1)


def prepare() -> str:
    """Migrate the database and give a token; Django's settings come from the environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
    django.setup()
    call_command("migrate", verbosity=0)
    from django.db import connections

    from tongguan.people import api as people
    from tongguan.people.testing import cast

    token = people.issue_token(cast().secadmin, "bench", ["reports:write"], "9901")
    connections.close_all()
    return token


def one(token: str, number: int) -> bytes:
    """Give the bytes of one create."""
    body = {
        "source": "hotline",
        "external_id": f"B-{os.getpid()}-{number}",
        "text": f"人民路 {number % 900} 号门前路灯三天不亮，晚上出行不安全，请尽快派人来修。",
        "item_code": "01023",
        "lon": 121.0 + number % 4000 / 10_000,
        "lat": 30.8 + number % 3000 / 10_000,
        "system": "GCJ02",
        "address": f"人民路 {number % 900} 号",
        "reporter": {"name": "钱女士", "phone": "13800000000", "secret": True},
    }
    return load.request(
        "POST", PATH, {"Authorization": f"Bearer {token}"}, json.dumps(body, ensure_ascii=False).encode()
    )


def run(port: int, pid: int, token: str, connections: int, seconds: float, database: str) -> None:
    """Drive one figure and print it."""
    numbers = itertools.count(connections * 10_000_000)
    workers = load.family(pid)[1:] or [pid]
    pids = load.family(pid)
    before = load.cpu_seconds(pids)
    result = load.drive(port, lambda: one(token, next(numbers)), connections, seconds)
    cpu = load.cpu_seconds(pids) - before
    done = result.statuses.get(201, 0)
    load.tell(
        bench="http_create",
        database=database,
        connections=connections,
        workers=len(workers),
        per_second=round(done / result.seconds, 1),
        p50_ms=result.percentile(0.50),
        p95_ms=result.percentile(0.95),
        p99_ms=result.percentile(0.99),
        cpu_ms_per_request=round(1000 * cpu / max(1, done), 2),
        rss_mib=load.resident_mib(pids),
        statuses=result.statuses,
        goal=GOAL,
        peer=PEER,
    )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL beside which a database is made; empty: SQLite")
    parser.add_argument("--connections", type=int, nargs="*", default=[8, 32])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    kind = "postgresql" if given.database.startswith("postgres") else "sqlite"
    load.tell(bench="machine", **load.machine())
    with tempfile.TemporaryDirectory() as home, load.own_database(given.database) as url:
        os.environ |= {
            "TONGGUAN_HOME": home,
            "TONGGUAN_DATABASE_URL": url,
            "TONGGUAN_RATES": "partner=100000/100000",
        }
        token = prepare()
        with load.web(dict(os.environ), given.workers) as (port, pid):
            load.drive(port, lambda: one(token, next(WARM)), 4, 1)
            for connections in given.connections:
                run(port, pid, token, connections, given.seconds, kind)


if __name__ == "__main__":
    main()
