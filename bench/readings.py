# SPDX-License-Identifier: Apache-2.0
"""Readings: decoded, judged and durably kept a second, beside DuckDB's bare append; how soon they are found.

Prints one JSON line per figure. In: batches of JSON as gateways send them (stream, at, value) are decoded
with msgspec, judged, journalled with one sync per batch and applied to the columns; the clock stops when all
is applied. Peer, in turns with it in the same run: the same columns inserted into a bare DuckDB table, one
commit per batch. Out: newest of 10,000 sensors, a year of hours of one sensor, on a store of 1 M sensors and
on one with a year of hours. ``--rows 3000000``, ``--batch 10000``, ``--sensors 1000 1000000``; ``--flat``
measures only the cost of a reading at each of the sizes, in turns, on stores that know every sensor, whose
readings are ``--apart 60000`` ms apart: the same rate at each size, so that each reading begins its minute.
"""

import argparse
import json
import math
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import duckdb
import msgspec
import numpy as np
from django.conf import settings

from tongguan.kernel.frames import Frame
from tongguan.sensing.aside import Aside
from tongguan.sensing.contracts import Declared, Policy, frame_of_rows
from tongguan.sensing.owner import Owner, now_ms
from tongguan.series.api import open_store
from tongguan.series.contracts import DAY_MS, HOUR_MS, Plan

PEER = "ThingsBoard publishes 3,333 points/s on 4 vCPU with PostgreSQL"
YEAR_SENSORS = 200
#: A thousand sensors must be able to send it all: their rate is not what is measured.
POLICY = Policy(flood_floor=1 << 40)


def tell(figure: str, value: float, unit: str, **more: Any) -> None:
    """Print one figure."""
    load = round(os.getloadavg()[0], 1)
    line: dict[str, Any] = {"figure": figure, "value": round(value, 2), "unit": unit, "load": load}
    print(json.dumps(line | more), flush=True)


def batches(sensors: int, rows: int, batch: int, apart: int = 1000) -> list[bytes]:
    """Give JSON batches up to now: each sensor in turn, its readings so many ms apart."""
    begin = now_ms() - rows // sensors * apart - 60_000
    draw = np.random.default_rng(1)
    found = []
    for first in range(0, rows, batch):
        place = np.arange(first, first + batch)
        at = begin + place // sensors * apart + place % 997
        values = np.round(draw.normal(20, 5, batch), 2)
        columns = zip((place % sensors + 1).tolist(), at.tolist(), values.tolist(), strict=True)
        found.append(msgspec.json.encode(list(columns)))
    return found


decoder = msgspec.json.Decoder(list[tuple[int, int, float]])


def decoded(body: bytes) -> Frame:
    """Give the frame of a batch."""
    return frame_of_rows(decoder.decode(body))


def owner_of(folder: Path, sensors: int) -> Owner:
    """Give an owner of a new store with that many declared sensors."""
    declared = Declared.of([(n, -50.0, 80.0, 0.01) for n in range(1, sensors + 1)])
    return Owner(
        open_store(folder / "store", Plan(reserve=0)), Aside(folder / "aside"), POLICY, lambda: declared
    )


def ours(folder: Path, sensors: int, rows: int, bodies: list[bytes]) -> tuple[float, float, Owner]:
    """Give seconds and CPU seconds until everything is applied, and the owner."""
    owner = owner_of(folder, sensors)
    return *fed(owner, rows, bodies), owner


def fed(owner: Owner, rows: int, bodies: list[bytes]) -> tuple[float, float]:
    """Give seconds and CPU seconds until the batches are decoded, kept and applied."""
    began, before = time.perf_counter(), time.process_time()
    kept, under_way = 0, deque()
    for body in bodies:
        under_way.append(owner.send(decoded(body)))
        if len(under_way) > 8:  # as a gateway that waits for its acknowledgements
            kept += under_way.popleft().result().kept
    kept += sum(future.result().kept for future in under_way)
    if kept != rows:
        sys.exit(f"{kept} of {rows} were kept")
    applied(owner.store)
    return time.perf_counter() - began, time.process_time() - before


def flat(sizes: list[int], rows: int, batch: int, apart: int, turns: int = 2) -> None:
    """Measure the CPU of a reading where every sensor has told before: flat if each size gives the same."""
    cost: dict[int, float] = {}
    for _ in range(turns):
        for sensors in sizes:
            known = -(-sensors // batch)
            bodies = batches(sensors, known * batch + rows, batch, apart)
            with tempfile.TemporaryDirectory() as folder:
                owner = owner_of(Path(folder), sensors)
                fed(owner, known * batch, bodies[:known])
                _, used = fed(owner, rows, bodies[known:])
                owner.close()
            cost[sensors] = min(cost.get(sensors, math.inf), used / rows * 1e6)
    for sensors, each in cost.items():
        tell(f"readings.flat.{sensors}", each, "us CPU per reading", rows=rows, apart_ms=apart)
    most = max(cost.values()) / min(cost.values())
    tell(
        "readings.flat",
        most,
        "times the cheapest size",
        sizes=sizes,
        apart_ms=apart,
        goal="flat from 1 k to 1 M",
    )


def applied(store: Any) -> None:
    """Bring everything into columns and minutes, as the owner does all the time; hours follow each hour."""
    store.apply()
    store.roll(("minute",))


def bare(folder: Path, frames: list[Frame]) -> float:
    """Give the seconds of DuckDB's own append of the same columns, one commit per batch."""
    connection = duckdb.connect(str(folder / "bare.duckdb"), config={"threads": 2})
    connection.execute("CREATE TABLE raw (stream BIGINT, ms BIGINT, value DOUBLE, quality USMALLINT)")
    began = time.perf_counter()
    for frame in frames:
        columns = {"stream": frame.stream, "ms": frame.at, "value": frame.value, "quality": frame.quality}
        connection.register("batch", columns)
        connection.execute("INSERT INTO raw SELECT * FROM batch")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def best(work: Callable[[], object], rounds: int = 7) -> tuple[float, float]:
    """Give the median and the worst ms of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), max(times)


def coming_in(sensors: int, rows: int, batch: int) -> None:
    """Measure decode, quality and store beside the bare append, in turns; then what is found among them."""
    bodies = batches(sensors, rows, batch)
    frames = [decoded(body) for body in bodies]
    rates, plain, cpu = [], [], []
    for turn in range(3):
        with tempfile.TemporaryDirectory() as folder:
            plain.append(rows / bare(Path(folder), frames))
            seconds, used, owner = ours(Path(folder), sensors, rows, bodies)
            rates.append(rows / seconds)
            cpu.append(used / rows * 1e6)
            if turn == 2:
                found(owner, sensors)
                before = time.process_time()
                owner.store.settle()
                hours = (time.process_time() - before) / rows * 1e6
                tell(f"readings.hours.{sensors}", hours, "us CPU per reading for hours and days", rows=rows)
            owner.close()
    ratios = [mine / other for mine, other in zip(rates, plain, strict=True)]
    tell(
        f"readings.in.{sensors}",
        statistics.median(rates),
        "readings/s",
        worst=round(min(rates)),
        cpu_us=round(min(cpu), 2),
        bare=round(statistics.median(plain)),
        ratio=round(statistics.median(ratios), 2),
        batch=batch,
        goal="200000/s, ratio 0.5",
        peer=PEER,
    )
    kept_only(sensors, frames)


def kept_only(sensors: int, frames: list[Frame]) -> None:
    """Measure quality and store alone, as for a gateway in a process of its own that decodes."""
    with tempfile.TemporaryDirectory() as folder:
        owner = owner_of(Path(folder), sensors)
        began = time.perf_counter()
        under_way = deque()
        for frame in frames:
            under_way.append(owner.send(frame))
            if len(under_way) > 8:
                under_way.popleft().result()
        for future in under_way:
            future.result()
        durable = time.perf_counter() - began
        applied(owner.store)
        seconds = time.perf_counter() - began
        other = bare(Path(folder), frames)
        owner.close()
    rows = sum(map(len, frames))
    tell(
        f"readings.kept.{sensors}",
        rows / seconds,
        "readings/s",
        acknowledged=round(rows / durable),
        bare=round(rows / other),
        ratio=round(other / seconds, 2),
        goal="ratio 0.5",
    )


def found(owner: Owner, sensors: int) -> None:
    """Measure the newest readings of 10,000 sensors."""
    asked = np.random.default_rng(2).permutation(np.arange(1, sensors + 1))[:10_000]
    middle, worst = best(lambda: owner.store.latest(asked))
    tell(
        f"readings.latest.{len(asked)}.of.{sensors}",
        middle,
        "ms",
        worst=round(worst, 1),
        goal="50 ms for 10,000",
    )


def a_year(sensors: int = YEAR_SENSORS) -> None:
    """Measure a year of hours of one sensor among readings every ten minutes of some."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "store", Plan(reserve=0, apply_rows=1_000_000))
        begin = now_ms() // DAY_MS * DAY_MS - 365 * DAY_MS
        streams = np.arange(1, sensors + 1)
        for day in range(365):
            at = begin + day * DAY_MS + np.arange(144) * 600_000
            frame = Frame(
                np.tile(streams, 144),
                np.repeat(at, sensors),
                np.random.default_rng(day).random(144 * sensors),
                np.zeros(144 * sensors, np.uint16),
            )
            store.append(frame)
            if day % 30 == 0:
                store.settle()
        store.compact()
        end = begin + 365 * DAY_MS
        one = np.array([7], np.int64)
        if len(store.aggregate(one, begin, end, HOUR_MS)) != 365 * 24:
            sys.exit("hours are missing")
        for name, work in (
            ("hours", lambda: store.aggregate(one, begin, end, HOUR_MS)),
            ("chart.1000px", lambda: store.chart(7, begin, end, 1000)),
        ):
            middle, worst = best(work)
            tell(f"readings.year.{name}", middle, "ms", worst=round(worst, 1), sensors=sensors, goal="50 ms")
        store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--sensors", type=int, nargs="+", default=[1_000, 1_000_000])
    parser.add_argument("--database", default="", help="not used: readings have a store of their own")
    parser.add_argument(
        "--flat", action="store_true", help="only the cost of a reading at each size, in turns"
    )
    parser.add_argument("--apart", type=int, default=60_000, help="ms between a sensor's readings (--flat)")
    asked = parser.parse_args()
    settings.configure()
    tell("machine", os.cpu_count() or 0, "cores", python=platform.python_version(), duckdb=duckdb.__version__)
    if asked.flat:
        flat(asked.sensors, asked.rows // asked.batch * asked.batch, asked.batch, asked.apart)
        return
    for sensors in asked.sensors:
        coming_in(sensors, asked.rows // asked.batch * asked.batch, asked.batch)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tell(
            f"readings.memory.{sensors}",
            peak,
            "MiB at the peak, benchmark's own batches included",
            goal="2048",
        )
    a_year()


if __name__ == "__main__":
    main()
