# SPDX-License-Identifier: Apache-2.0
"""Call-backs and suspicions of false closing: how quickly samples are drawn and closings looked at.

One JSON line per figure, with its limit where one is claimed. ``--closed 1000000`` cases are drawn from by
the pure rules (numbers, allocation, ranking); ``--stored 20000`` closed cases lie in a new SQLite file for
a draw as the city makes it; ``--looked 100000`` closings are judged by every detector's columns.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = 5_000


def told(what: str, rows: int, seconds: float, limit_s: float | None = None, **more: object) -> None:
    """Print one figure."""
    figure: dict[str, object] = {"what": what, "rows": rows, "s": round(seconds, 3)}
    figure["per_s"] = round(rows / seconds)
    if limit_s is not None:
        figure |= {"limit_s": limit_s, "ratio": round(limit_s / seconds, 1)}
    print(json.dumps(figure | more | {"load": round(os.getloadavg()[0], 1)}, ensure_ascii=False))


def pure_draw(closed: int) -> None:
    """Draw 5,000 out of so many cases in 600 strata."""
    import numpy as np

    from tongguan.revisits import drawing

    rng = np.random.default_rng(1)
    strata = rng.integers(0, 600, closed)
    ids = rng.bytes(16 * closed)
    begin = time.perf_counter()
    sizes = np.bincount(strata, minlength=600)
    wanted = drawing.allocated(sizes, SAMPLE, rng.uniform(0.2, 0.5, 600))
    rows, _ = drawing.ranked(strata, drawing.numbers_of(ids, 7), wanted)
    told("draw 5,000 of (pure)", closed, time.perf_counter() - begin, 10.0, drawn=len(rows))


def pure_look(looked: int) -> None:
    """Judge so many closings by place, time, haste, reuse and new tellings near by."""
    import numpy as np

    from tongguan.revisits import detect

    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(121.0, 121.5, looked), rng.uniform(30.6, 31.0, looked)
    end = rng.uniform(0, 24 * 365, looked)
    minutes = np.exp(rng.normal(np.log(300), 0.8, looked))
    items = rng.integers(0, 200, looked)
    begin = time.perf_counter()
    detect.elsewhere(lon + rng.normal(0, 1e-3, looked), lat, lon, lat, np.full(looked, 150.0))
    detect.untimely(end - 1, end - 5, end, 0.2)
    detect.reuse(rng.integers(0, 7, looked), rng.random(looked) < 0.1)
    limits = np.array([detect.lower_limit(minutes[items == n], 50, 0.01, 3.0) for n in range(200)])
    detect.hurry(minutes, limits[items])
    told("closings judged by photo and haste (pure)", looked, time.perf_counter() - begin, 10.0)
    begin = time.perf_counter()
    columns = (lon, lat, end / 24, items)
    later = (lon + 1e-4, lat, end / 24 + rng.uniform(-5, 40, looked), items)
    left, *_ = detect.pairs_near(columns, later, 100.0, 30.0)
    found = {"pairs": len(left)}
    told("closings against as many new cases (pure)", looked, time.perf_counter() - begin, 30.0, **found)


def stored(many: int) -> None:
    """Draw from closed cases that lie in a database, and look at closings in batches of 500."""
    import django

    django.setup()
    from django.core.management import call_command

    from tongguan.kernel import clock
    from tongguan.people.contracts import PLATFORM
    from tongguan.revisits import api, looking
    from tongguan.revisits.contracts import PlanIn
    from tongguan.runtime.transactions import atomic

    call_command("migrate", verbosity=0)
    ids = closed_at_once(many)
    plan = PlanIn(
        code="bench",
        name="bench",
        division="",
        strata=("unit", "urgency"),
        size=min(SAMPLE, many // 4),
        reason="bench",
    )
    api.write_plan(PLATFORM, plan)
    now = clock.now()
    begin = time.perf_counter()
    info = api.draw(PLATFORM, "bench", now - timedelta(days=400), now, seed=1)
    told("draw from the database", many, time.perf_counter() - begin, drawn=info.size)
    part = ids[: min(many, 5_000)]
    begin = time.perf_counter()
    for first in range(0, len(part), 500):
        with atomic():
            looking.look(part[first : first + 500])
            looking.look_again(part[first : first + 500])
    told("closings looked at in the database", len(part), time.perf_counter() - begin)


def closed_at_once(many: int) -> list:
    """Write closed cases with their reporters straight into the tables, spread over a year and a district."""
    from tongguan.cases.models import Case
    from tongguan.intake.models import Report
    from tongguan.kernel import clock
    from tongguan.kernel.geometry import cell_of
    from tongguan.kernel.ids import new_id
    from tongguan.people.testing import cast
    from tongguan.places.testing import square_city

    square_city()
    people = cast()
    now, units = clock.now(), [people.unit(code) for code in ("N-SZ", "N-HW", "N-ZF", "N-01")]
    made = [
        Case(
            number=f"B{n:09d}", item_code=f"010{n % 9 + 1:02d}", title="井盖破损", division="990101001001",
            district="990101", street="990101001", hub="990101", lon=121.0 + n % 1000 / 50_000,
            lat=30.8 + n // 1000 % 1000 / 50_000, cell=cell_of(121.0 + n % 1000 / 50_000, 30.8),
            state="closed", stage="close", process_code="default", process_version=1,
            urgency=("normal", "urgent", "critical")[n % 3], source="hotline",
            opened_at=now - timedelta(days=n % 365 + 2), closed_at=now - timedelta(days=n % 365 + 1),
            lead_unit_id=units[n % 4].id, lead_unit_path=units[n % 4].path,
        )
        for n in range(many)
    ]  # fmt: skip
    Case.objects.bulk_create(made, batch_size=2_000)
    Report.objects.bulk_create(
        (
            Report(
                id=new_id(), source="hotline", external_id=case.number, client="client:1", payload="",
                title="", text="", item_code=case.item_code, system="WGS84", address="", division="", grid="",
                told_at=case.opened_at, received_at=case.opened_at, tracking=case.number, secret_hash="",
                contact_seal="none", contact_sealed=b"", caller_key=case.number, state="opened", case=case,
            )
            for case in made
        ),
        batch_size=2_000,
    )  # fmt: skip
    return [case.id for case in made]


def main() -> None:
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--closed", type=int, default=1_000_000)
    parser.add_argument("--stored", type=int, default=20_000)
    parser.add_argument("--looked", type=int, default=100_000)
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    pure_draw(chosen.closed)
    pure_look(chosen.looked)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TONGGUAN_HOME": home, "DJANGO_SETTINGS_MODULE": "tongguan.config.settings"}
        stored(chosen.stored)


if __name__ == "__main__":
    main()
