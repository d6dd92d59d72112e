# SPDX-License-Identifier: Apache-2.0
"""Addresses in texts: how many texts a second are read by rule, labelled, and located in a gazetteer.

Prints one JSON line per figure. The gazetteer has ``--houses`` standard addresses on roads that cross, and
one estate for every ten houses; the texts are complaints that name a house, a missing number, a crossing, an
estate or nothing, in equal shares. The labeller is trained on the first 2,000 rows of ``--marked`` (left out
when that folder is not there). ``--database URL`` names where the gazetteer is stored (default: a throw-away
SQLite file; on PostgreSQL a database beside the given one).
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.polygon_lookup import create
from bench.quality.__main__ import SHARED

WEST, SOUTH, STEP = 121.0, 30.8, 0.002
ON_ROAD, BATCH, MARKED = 100, 500, 2_000
FIRST = "长人建和解文学滨中光新朝东胜团友青工体迎环湖凤紫梧银丹望钟古创科港海玉百星云天金"
SECOND = "安民设平放化府江兴明华阳风利结谊年农育宾城滨凰荆桐杏桂江楼城业技城棠兰合河溪和沙"


def tell(figure: str, value: float, unit: str, **more: Any) -> None:
    """Print one figure."""
    line = {"bench": "address", "figure": figure, "value": round(value, 1), "unit": unit}
    print(json.dumps(line | more, ensure_ascii=False), flush=True)


def roads(count: int) -> list[str]:
    """Give road names, half of them running east (路), half north (大街)."""
    names = list(
        dict.fromkeys(a + b + c for c in ("", "东", "西", "南", "北") for a in FIRST for b in SECOND)
    )
    return [f"{name}{'路' if n % 2 else '大街'}" for n, name in enumerate(names[:count])]


def houses(count: int) -> Iterator[tuple[str, str, float, float]]:
    """Give (kind, name, lon, lat) of all places of the gazetteer."""
    named = roads(max(2, count // ON_ROAD))
    for n, road in enumerate(named):
        for place in range(ON_ROAD):
            along, across = STEP * place, STEP * (n // 2 % ON_ROAD) + STEP / 2
            lon, lat = (WEST + along, SOUTH + across) if n % 2 else (WEST + across, SOUTH + along)
            yield "address", f"{road}{place * 4 + 2}号", lon, lat
            k = n * ON_ROAD // 10 + place // 10
            if place % 10 == 0:
                yield (
                    "place",
                    f"{FIRST[k % 40]}{SECOND[k // 40 % 40]}{FIRST[k // 1600]}花苑",
                    lon,
                    lat + STEP / 4,
                )


def complaints(count: int, draw: random.Random, named: list[str], estates: list[str]) -> list[str]:
    """Give texts of five sorts in equal shares."""
    east, north = named[1::2], named[::2]
    made = []
    for n in range(count):
        road, house = draw.choice(named), draw.randrange(ON_ROAD) * 4 + 2
        made.append(
            (
                f"市民来电反映{road}{house}号门口污水外溢，气味很大，希望尽快处理",
                f"{road}{house + 1}号以北50米处井盖缺失，存在安全隐患",
                f"{draw.choice(east)}与{draw.choice(north)}交叉口红绿灯不亮，早高峰非常拥堵",
                f"家住{draw.choice(estates)}3栋2单元501室，楼上半夜装修",
                "社保卡丢失后如何补办，需要带哪些材料，周末是否办公",
            )[n % 5]
        )
    return made


def timed(run: Callable[[], object], texts: int, figure: str, **more: Any) -> None:
    """Print texts per wall and per CPU second of one run."""
    began, worked = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    tell(figure, texts / wall, "texts/s", per_cpu_second=round(texts / cpu), **more)


def labelled(folder: Path, texts: list[str]) -> None:
    """Time the labeller, trained on a part of the marked texts."""
    from tongguan.addresses.labeller import Labeller
    from tongguan.addresses.marked import read, usable

    if not folder.is_dir():
        return
    rows = usable(read(folder))
    began = time.process_time()
    labeller = Labeller.train(rows[:MARKED], rounds=30)
    tell("train", time.process_time() - began, "CPU seconds", texts=MARKED, rounds=30)
    asked = [row.text for row in rows[MARKED : MARKED + len(texts)]]
    timed(lambda: [labeller.label(text) for text in asked], len(asked), "label")


def located(houses_wanted: int, texts: list[str]) -> None:
    """Fill a gazetteer and time ``locate_texts`` in batches."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from tongguan.addresses.queries import locate_texts
    from tongguan.kernel.geometry import cells_of
    from tongguan.places.gazetteer import addressed, keys
    from tongguan.places.models import Gazetteer, GazetteerKey

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        rows = list(houses(houses_wanted))
        cells = cells_of([row[2] for row in rows], [row[3] for row in rows]).tolist()
        stored = Gazetteer.objects.bulk_create(
            [
                Gazetteer(
                    source="bench",
                    external_id=str(n),
                    kind=kind,
                    name=name,
                    division="990101001001",
                    lon=lon,
                    lat=lat,
                    cell=cell,
                    **addressed(kind, name),
                )
                for n, ((kind, name, lon, lat), cell) in enumerate(zip(rows, cells, strict=True))
            ],
            batch_size=2_000,
        )
        GazetteerKey.objects.bulk_create(
            (
                GazetteerKey(entry_id=row.pk, text=text, start=start)
                for row in stored
                for text, start in keys([row.name])
            ),
            batch_size=5_000,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found: list[Any] = []

    def run() -> None:
        for first in range(0, len(texts), BATCH):
            found.extend(locate_texts(texts[first : first + BATCH], "9901"))

    timed(run, len(texts), "locate", database=connection.vendor, places=len(rows), batch=BATCH)
    with_place = [w for n, w in enumerate(found) if n % 5 != 4]
    tell("sure", 100 * sum(w.sure for w in with_place) / len(with_place), "percent of texts with a place")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--houses", type=int, default=20_000)
    parser.add_argument("--texts", type=int, default=5_000)
    parser.add_argument("--marked", type=Path, default=SHARED / "cn_address_parsing")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    if not asked.database.startswith("postgres"):
        report(asked, asked.database)
        return
    name = f"tg_bench_address_{os.getpid()}"
    create(asked.database, name, "CREATE DATABASE")
    try:
        report(asked, urlunsplit(urlsplit(asked.database)._replace(path=f"/{name}")))
    finally:
        create(asked.database, name, "DROP DATABASE IF EXISTS")


def report(asked: argparse.Namespace, url: str) -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["TONGGUAN_HOME"] = home
        os.environ["TONGGUAN_DATABASE_URL"] = url
        import django

        django.setup()
        from django.db import connections

        from tongguan.addresses.grammar import read

        estates = [name for kind, name, _, _ in houses(asked.houses) if kind == "place"]
        texts = complaints(asked.texts, random.Random(1), roads(asked.houses // ON_ROAD), estates)
        timed(lambda: [read(text) for text in texts], len(texts), "read")
        labelled(asked.marked, texts)
        located(asked.houses, texts)
        connections.close_all()


if __name__ == "__main__":
    main()
