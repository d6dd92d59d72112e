# SPDX-License-Identifier: Apache-2.0
"""The outbox: facts published, numbered and delivered a second, and how long one is on its way.

Prints one JSON line per figure. ``--database URL`` (default: a new SQLite file; on PostgreSQL a database of
its own is made and dropped), ``--facts 20000``. The subscriber writes one row per fact, in the transaction
in which its cursor moves. Peer: the queues of the stack study that commit per task (procrastinate 131,
huey 280, django-tasks 50 a second on PostgreSQL) and its own batched outbox (9,500 to 22,000 a second).
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
PEER = "stack study: per-task queues 50-280/s, batched outbox 9500-22000/s"
ALONE = 1000
TOGETHER = 50


def say(name: str, count: int, work: Callable[[], object]) -> None:
    """Time the work and print its figure."""
    from django.db import connection

    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    work()
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    line = {
        "figure": name,
        "database": connection.vendor,
        "facts": count,
        "facts_per_second": round(count / seconds),
        "cpu_us_per_fact": round(cpu / count * 1e6),
        "peer": PEER,
    }
    print(json.dumps(line), flush=True)


def work(facts: int) -> None:
    """Measure everything in this process, against an empty database."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from tongguan.kernel.facts import Fact
    from tongguan.runtime import outbox, relay
    from tongguan.runtime.contracts import Delivered
    from tongguan.runtime.delivery import Delivery
    from tongguan.runtime.models import Cursor, Lease
    from tongguan.runtime.subscribers import subscribe, subscriptions
    from tongguan.runtime.transactions import atomic

    call_command("migrate", verbosity=0)
    for name in list(subscriptions.items()):
        Cursor.objects.create(name=name, retry_at=timezone.now() + timedelta(days=1))
    arrived: dict[int, float] = {}

    class BenchRang(Fact, frozen=True, kw_only=True):
        """A bell rang."""

        bell: int

    @subscribe(BenchRang, name="bench", batch=500)
    def react(batch: list[Delivered]) -> None:
        now = timezone.now()
        Lease.objects.bulk_create([Lease(name=f"b{d.seq}", holder="bench", until=now) for d in batch])
        moment = time.perf_counter()
        arrived.update((d.fact.bell, moment) for d in batch)

    def publish(first: int, count: int, size: int) -> None:
        for begin in range(first, first + count, size):
            with atomic():
                outbox.publish(*(BenchRang(bell=n, division="990101") for n in range(begin, begin + size)))

    def number() -> None:
        while relay.number_facts():
            pass

    def deliver() -> None:
        delivery = Delivery()
        while delivery.step():
            pass

    deliver()
    say("outbox_publish_alone", ALONE, lambda: publish(0, ALONE, 1))
    say("outbox_publish_by_50", facts, lambda: publish(ALONE, facts, TOGETHER))
    say("outbox_number", ALONE + facts, number)
    say("outbox_deliver", ALONE + facts, deliver)
    if not Lease.objects.filter(holder="bench").count() == ALONE + facts == len(arrived):
        message = "facts were lost or doubled"
        raise RuntimeError(message)
    on_the_way(publish, arrived, number, deliver, ALONE + facts)


def on_the_way(
    publish: Callable[[int, int, int], None],
    arrived: dict[int, float],
    number: Callable[[], None],
    deliver: Callable[[], None],
    first: int,
) -> None:
    """Measure the time from commit to effect while relay and delivery run beside, 50 facts a second."""
    from django.db import connection, connections

    from tongguan.runtime.engine import Loop

    stop, sent = threading.Event(), {}
    reader = Loop("delivery", lambda: bool(deliver()), 0.5, stop)

    def relayed() -> bool:
        before = len(arrived)
        number()
        reader.wake()
        return len(arrived) > before

    loops = [reader, Loop("relay", relayed, 0.1, stop)]
    for loop in loops:
        loop.start()
    for n in range(first, first + 200):
        publish(n, 1, 1)
        sent[n] = time.perf_counter()
        time.sleep(0.02)
    while any(n not in arrived for n in sent):
        time.sleep(0.05)
    stop.set()
    for loop in loops:
        loop.wake()
        loop.join()
    times = sorted((arrived[n] - sent[n]) * 1000 for n in sent)
    line = {
        "figure": "outbox_on_the_way",
        "database": connection.vendor,
        "p50_ms": round(statistics.median(times)),
        "p95_ms": round(times[int(len(times) * 0.95)]),
        "max_ms": round(times[-1]),
        "limit": "the relay looks ten times a second",
    }
    print(json.dumps(line), flush=True)
    connections.close_all()


def create(url: str, name: str, verb: str) -> None:
    """Create or drop a database beside the one named by the URL."""
    import psycopg

    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'{verb} "{name}"')


def main() -> None:
    """Measure in a child process, against a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="sqlite:///… or postgresql://…")
    parser.add_argument("--facts", type=int, default=20_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    sys.path.insert(0, str(ROOT))
    facts = chosen.facts // TOGETHER * TOGETHER
    if chosen.inside:
        work(facts)
        return
    print(json.dumps({"machine": platform.machine(), "cores": os.cpu_count()}), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        url, name = chosen.database or f"sqlite:///{folder}/bench.sqlite3", f"tg_bench_outbox_{os.getpid()}"
        postgres = url.startswith("postgres")
        if postgres:
            create(url, name, "CREATE DATABASE")
            url = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        environment = os.environ | {"TONGGUAN_DATABASE_URL": url, "TONGGUAN_HOME": folder}
        order = [sys.executable, __file__, "--inside", "--facts", str(facts)]
        try:
            subprocess.run(order, env=environment, check=True)
        finally:
            if postgres:
                create(chosen.database, name, "DROP DATABASE IF EXISTS")


if __name__ == "__main__":
    main()
