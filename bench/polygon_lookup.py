# SPDX-License-Identifier: Apache-2.0
"""Point in polygon: how many points a second find their unit grid among 20,000 irregular polygons.

Prints one JSON line per figure. The peers were measured on two shared cores: geopandas ``sjoin`` in
memory, PostGIS joining 100,000 points. ``--database URL`` also times the way through the database:
polygons stored, index built on first use, lookup through ``places.queries.locate``.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

GEOPANDAS = (563_000, 700_000)
POSTGIS = (20_000, 31_000)
GOAL = 300_000
WEST, SOUTH, EAST, NORTH = 121.0, 30.8, 121.4, 31.1


def polygons(across: int, down: int, corners_per_side: int, seed: int) -> np.ndarray:
    """Give across × down touching polygons, each of 4 × corners_per_side vertices; borders are shared."""
    rng = np.random.default_rng(seed)
    n, m = across * corners_per_side, down * corners_per_side
    x, y = np.meshgrid(np.linspace(WEST, EAST, n + 1), np.linspace(SOUTH, NORTH, m + 1), indexing="ij")
    dx, dy = (EAST - WEST) / n, (NORTH - SOUTH) / m
    x[1:-1] += rng.uniform(-0.3, 0.3, x[1:-1].shape) * dx
    y[:, 1:-1] += rng.uniform(-0.3, 0.3, y[:, 1:-1].shape) * dy
    s, made = corners_per_side, []
    for i in range(0, n, s):
        for j in range(0, m, s):
            rim = (
                [(i + k, j) for k in range(s)]
                + [(i + s, j + k) for k in range(s)]
                + [(i + s - k, j + s) for k in range(s)]
                + [(i, j + s - k) for k in range(s)]
            )
            a, b = zip(*rim, strict=True)
            made.append(np.column_stack((x[a, b], y[a, b])))
    return shapely.polygons(np.stack(made))


def best(run: Callable[[], object], times: int) -> tuple[float, float]:
    """Give the shortest wall time and the least CPU time of several runs in seconds.

    On a machine that others use too, the CPU time is the sound figure: it is what one core does.
    """
    spans, turns = [], []
    for _ in range(times):
        began, worked = time.perf_counter(), time.process_time()
        run()
        spans.append(time.perf_counter() - began)
        turns.append(time.process_time() - worked)
    return min(spans), min(turns)


def in_memory(
    shapes: np.ndarray, points: tuple[np.ndarray, np.ndarray], repeat: int
) -> Iterator[dict[str, Any]]:
    """Time building the index, bulk lookup and one point at a time."""
    from tongguan.places.layers import PolygonIndex

    codes = [f"9901010010{i:05d}" for i in range(len(shapes))]
    wkb = list(shapely.to_wkb(shapes))
    built, _ = best(lambda: PolygonIndex.of(codes, wkb), 3)
    yield {"figure": "index_build", "polygons": len(shapes), "seconds": round(built, 4)}
    index = PolygonIndex.of(codes, wkb)
    lons, lats = points
    found = index.find(lons, lats)
    if not all(found):
        message = "every point lies in one of the polygons"
        raise SystemExit(message)
    wall, cpu = best(lambda: index.find(lons, lats), repeat)
    bare_wall, bare_cpu = best(
        lambda: index.tree.query(shapely.points(lons, lats), predicate="intersects"), repeat
    )
    rate = lons.size / cpu
    yield {
        "figure": "bulk_lookup",
        "polygons": len(shapes),
        "vertices": int(shapely.get_num_coordinates(shapes[0]) - 1),
        "points": lons.size,
        "points_per_second": round(lons.size / wall),
        "points_per_cpu_second": round(rate),
        "goal_per_core": GOAL,
        "met": rate >= GOAL,
        "peer": "geopandas sjoin",
        "peer_points_per_second": GEOPANDAS,
        "ratio_to_geopandas": [round(rate / peer, 2) for peer in GEOPANDAS],
        "ratio_to_postgis": [round(rate / peer, 1) for peer in POSTGIS],
    }
    yield {
        "figure": "bare_strtree",
        "note": "what geopandas sjoin does inside, on this machine at this moment",
        "points_per_second": round(lons.size / bare_wall),
        "points_per_cpu_second": round(lons.size / bare_cpu),
        "ratio_of_bulk_lookup": round(bare_cpu / cpu, 2),
    }
    few = 5_000
    _, single = best(lambda: [index.find(lons[i : i + 1], lats[i : i + 1]) for i in range(few)], 3)
    yield {
        "figure": "single_lookup",
        "points_per_cpu_second": round(few / single),
        "peer_points_per_second": 73_000,
        "peer": "bare shapely STRtree, one at a time",
    }


def through_database(shapes: np.ndarray, points: tuple[np.ndarray, np.ndarray]) -> Iterator[dict[str, Any]]:
    """Time ``places.queries.locate`` over grids stored in a database (a transaction that is rolled back)."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from tongguan.places import layers, queries
    from tongguan.places.models import UnitGrid

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        UnitGrid.objects.all().delete()
        wkb = shapely.to_wkb(shapes)
        rows = [
            UnitGrid(code=f"9901010010{i:05d}", community="990101001000", boundary=w)
            for i, w in enumerate(wkb)
        ]
        UnitGrid.objects.bulk_create(rows, batch_size=2_000)
        layers.touch(layers.GRID)
        began = time.perf_counter()
        queries.locate(points[0][:1], points[1][:1])
        first = time.perf_counter() - began
        wall, cpu = best(lambda: queries.locate(*points), 5)
        rate = points[0].size / cpu
        yield {
            "figure": "first_lookup_after_change",
            "database": connection.vendor,
            "seconds": round(first, 3),
        }
        yield {
            "figure": "locate",
            "database": connection.vendor,
            "points_per_second": round(points[0].size / wall),
            "points_per_cpu_second": round(rate),
            "goal_per_core": GOAL,
            "met": rate >= GOAL,
            "ratio_to_postgis": [round(rate / peer, 1) for peer in POSTGIS],
        }
        transaction.set_rollback(True)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--database", default="", help="also go through this database (sqlite:///… or postgresql://…)"
    )
    parser.add_argument("--points", type=int, default=500_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(
        json.dumps(
            {
                "machine": platform.machine(),
                "cores": os.cpu_count(),
                "python": platform.python_version(),
                "shapely": shapely.__version__,
            }
        )
    )
    shapes = polygons(200, 100, 6, chosen.seed)
    rng = np.random.default_rng(chosen.seed)
    points = rng.uniform(WEST, EAST, chosen.points), rng.uniform(SOUTH, NORTH, chosen.points)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    if not chosen.database.startswith("postgres"):
        report(chosen, shapes, points, chosen.database)
        return
    name = f"tg_bench_polygons_{os.getpid()}"
    create(chosen.database, name, "CREATE DATABASE")
    try:
        report(chosen, shapes, points, urlunsplit(urlsplit(chosen.database)._replace(path=f"/{name}")))
    finally:
        create(chosen.database, name, "DROP DATABASE IF EXISTS")


def create(url: str, name: str, verb: str) -> None:
    """Create or drop a database beside the one named by the URL."""
    import psycopg

    parts = urlsplit(url)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'{verb} "{name}"')


def report(
    chosen: argparse.Namespace, shapes: np.ndarray, points: tuple[np.ndarray, np.ndarray], url: str
) -> None:
    """Print all figures; those through a database when there is one."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["TONGGUAN_HOME"] = home
        os.environ["TONGGUAN_DATABASE_URL"] = url
        import django

        django.setup()
        from django.db import connections

        for figure in in_memory(shapes, points, chosen.repeat):
            print(json.dumps(figure), flush=True)
        if url:
            for figure in through_database(shapes, points):
                print(json.dumps(figure), flush=True)
        connections.close_all()


if __name__ == "__main__":
    main()
