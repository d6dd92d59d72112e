# SPDX-License-Identifier: Apache-2.0
"""Due-time claims: clocks whose moment has come, told a second, by one and by several workers.

Prints one JSON line per figure. ``--database URL`` (default: a new SQLite file; on PostgreSQL a database of
its own is made and dropped), ``--rows 1000000`` due clocks, ``--workers 2`` for the second PostgreSQL figure.
One claim is the whole work: the row is locked and moved to its next moment, a fact and an inbox message are
stored. The clocks lie on ``rows / 10`` cases, ten stages each. Peer: the queues of the stack study that
commit per task (50 to 280 tasks a second) and its own batched outbox (9,500 to 22,000 a second).
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
PEER = "stack study: per-task queues 50-280/s, batched outbox 9500-22000/s"
STAGES = 10
CHUNK = 10_000


def prepare(rows: int) -> None:
    """Migrate, seat a small centre, store cases and clocks that are due."""
    import django

    django.setup()
    from django.core.management import call_command

    from tongguan.cases.models import Case
    from tongguan.dispatch.models import Clock
    from tongguan.people.testing import cast

    call_command("migrate", verbosity=0)
    people = cast()
    lead = people.unit("N-SZ")
    now = datetime.now(UTC)
    cases = rows // STAGES
    for begin in range(0, cases, CHUNK):
        batch = [
            Case(
                number=f"B{n:09d}",
                item_code="06001",
                title="路面积水",
                division="990101001001",
                district="990101",
                street="990101001",
                hub="990101",
                state="handling",
                stage="handle",
                process_code="default",
                process_version=1,
                urgency="normal",
                source="hotline",
                opened_at=now,
                lead_unit_id=lead.id,
                lead_unit_path=lead.path,
                handler_id=people.handler.id,
            )
            for n in range(begin, min(begin + CHUNK, cases))
        ]
        Case.objects.bulk_create(batch, batch_size=500)
        Clock.objects.bulk_create(
            [clock(Clock, case, stage, now) for case in batch for stage in range(STAGES)], batch_size=1000
        )


def clock(model: type, case: object, stage: int, now: datetime) -> object:
    """Give a clock whose reminder is due and whose deadline lies a day ahead."""
    due = now + timedelta(days=1)
    micros = [int((now - timedelta(minutes=5)).timestamp() * 1e6), int(due.timestamp() * 1e6)]
    return model(
        case=case,
        stage="handle" if stage == 0 else f"bench{stage}",
        division="990101001001",
        started_at=now - timedelta(days=1),
        limit_value=2,
        limit_unit="natural_day",
        due_at=due,
        rungs=[[micros[0], "1/2", "worker", "remind"], [micros[1], "1", "unit", "due"]],
        next_notice_at=now - timedelta(minutes=5),
    )


def rearm() -> None:
    """Make every clock due again, as a new series."""
    import django

    django.setup()
    from django.db.models import F

    from tongguan.dispatch.models import Clock

    Clock.objects.update(
        series=F("series") + 1, notice_step=0, next_notice_at=datetime.now(UTC) - timedelta(minutes=5)
    )


def work() -> None:
    """Claim until nothing is due; print what was done and used."""
    import django

    django.setup()
    from django.db import connection

    from tongguan.dispatch import reminders

    connection.ensure_connection()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.time()
    done = reminders.drain(batches=1_000_000)
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "claims": done,
                "began": began,
                "ended": time.time(),
                "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                "rss": after.ru_maxrss / 1024,
                "vendor": connection.vendor,
            }
        )
    )


def create(url: str, name: str, verb: str) -> None:
    """Create or drop a database beside the one named by the URL."""
    import psycopg

    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'{verb} "{name}"')


def child(step: str, rows: int, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start one step in a process of its own."""
    order = [sys.executable, __file__, "--step", step, "--rows", str(rows)]
    return subprocess.Popen(order, env=environment, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a step; give what it printed. Raises RuntimeError when it failed."""
    out, _ = process.communicate()
    if process.returncode:
        message = f"a step ended with {process.returncode}"
        raise RuntimeError(message)
    return out


def figure(name: str, rows: int, workers: int, environment: dict[str, str]) -> None:
    """Let so many workers claim at once and print the figure."""
    parts = [json.loads(finish(p)) for p in [child("work", rows, environment) for _ in range(workers)]]
    claims = sum(part["claims"] for part in parts)
    seconds = max(part["ended"] for part in parts) - min(part["began"] for part in parts)
    line = {
        "figure": name,
        "database": parts[0]["vendor"],
        "workers": workers,
        "due": rows,
        "claims": claims,
        "each_once": claims == rows,
        "seconds": round(seconds, 1),
        "claims_per_second": round(claims / seconds),
        "cpu_us_per_claim": round(sum(part["cpu"] for part in parts) / claims * 1e6),
        "peak_rss_mib": round(max(part["rss"] for part in parts)),
        "peer": PEER,
    }
    print(json.dumps(line), flush=True)


def main() -> None:
    """Prepare, claim with one worker, and on PostgreSQL again with several."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="sqlite:///… or postgresql://…")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--step", choices=("prepare", "rearm", "work"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    sys.path.insert(0, str(ROOT))
    rows = chosen.rows // STAGES * STAGES
    steps = {"prepare": lambda: prepare(rows), "rearm": rearm, "work": work}
    if chosen.step:
        steps[chosen.step]()
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(chosen, rows, folder)


def measure(chosen: argparse.Namespace, rows: int, folder: str) -> None:
    """Run the steps against a fresh database."""
    print(json.dumps({"machine": platform.machine(), "cores": os.cpu_count()}), flush=True)
    url, name = chosen.database or f"sqlite:///{folder}/bench.sqlite3", f"tg_bench_due_{os.getpid()}"
    postgres = url.startswith("postgres")
    if postgres:
        create(url, name, "CREATE DATABASE")
        url = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    environment = os.environ | {"TONGGUAN_DATABASE_URL": url, "TONGGUAN_HOME": folder}
    try:
        finish(child("prepare", rows, environment))
        figure("due_claims", rows, 1, environment)
        if postgres and chosen.workers > 1:
            finish(child("rearm", rows, environment))
            figure("due_claims_together", rows, chosen.workers, environment)
    finally:
        if postgres:
            create(chosen.database, name, "DROP DATABASE IF EXISTS")


if __name__ == "__main__":
    main()
