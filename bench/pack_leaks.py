# SPDX-License-Identifier: Apache-2.0
"""Simulate the demo city's watched water network and pack it: ``python bench/pack_leaks.py [PATH]``.

Pipes lie under the generated city's roads and are not quite as rough as the model says; people vary from day
to day, gauges are noisy, three pipes leak: one is mended, one grows, one runs on. The watch's own code asks
the model and reckons the days. It shows the page, it measures nothing: for that see ``bench/quality``. The
same versions of EPANET and NumPy give the same file. Needs the development tools.
"""

import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import django
import numpy as np
import shapely

#: The middle of the network, half its width and height (degrees), and how far apart nodes are at most.
MIDDLE, HALF, APART = (121.190994, 30.970504), (0.024, 0.021), 260.0
DAYS, BASE, HEAD = 40, 2.2, 52.0
GAUGES = 12
#: Which node (a share of the list), first and last day, m³/h on the first and the last of them.
LEAKS = ((0.10, 11, 23, 22.0, 22.0), (0.66, 21, DAYS, 4.0, 24.0), (0.90, 30, DAYS, 18.0, 18.0))


def main() -> None:
    """Write the file; print what it holds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    django.setup()
    from tongguan.demo.leaking import FILE, STEPS
    from tongguan.leakage.api import asked
    from tongguan.leakage.contracts import Gauge, GaugeKind, WatchTold
    from tongguan.leakage.testing import against_model
    from tongguan.simulation.testing import MPA

    begun = time.perf_counter()
    nodes, pipes = streets()
    with TemporaryDirectory() as name:
        folder = Path(name)
        model = drawn(nodes, pipes, folder)
        gauges = [(GaugeKind.PRESSURE, place) for place in spread(nodes, GAUGES)] + [(GaugeKind.INFLOW, "IN")]
        read, leaks = lived(model, [place for _, place in gauges[:-1]], folder)
        told = tuple(Gauge(kind, place, "") for kind, place in gauges)
        steps = np.array([STEPS[kind] for kind, _ in gauges])
        units = np.array([1 / MPA] * GAUGES + [1.0])
        counts = np.round(read * np.r_[[MPA] * GAUGES, 1.0] / steps).astype(np.int64)
        hours = list(range(5, 23))
        days = list((counts * steps * units).reshape(DAYS, 24, -1)[:, hours])
        text = model.read_text(encoding="utf-8")
        residuals = np.array(against_model(text, told, hours, days, folder))
        answers = asked(WatchTold("", "", "", text, told, {})).packed()
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
        np.savez_compressed(
            path, model=np.frombuffer(model.read_bytes(), np.uint8),
            network=np.frombuffer(table_of(nodes, pipes).encode(), np.uint8),
            gauges=np.array([[str(kind), place] for kind, place in gauges]),
            answers=np.frombuffer(answers, np.uint8), residuals=residuals.astype(np.float32),
            readings=np.diff(counts, axis=0, prepend=0).astype(np.int32),
        )  # fmt: skip
    print(f"{len(nodes)} nodes, {len(pipes)} pipes, leaks at {leaks}, {path.stat().st_size} bytes,"
          f" {time.perf_counter() - begun:.1f} s")  # fmt: skip


def streets() -> tuple[dict[str, tuple[float, float]], list[tuple[str, str, str, float]]]:
    """Give nodes (lon, lat) and pipes (name, from, to, metres) under the roads around the middle: rings."""
    from tongguan.kernel.geometry import distance_m
    from tongguan.places.seed import road_points

    (x, y), (wide, high) = MIDDLE, HALF
    box = shapely.box(x - wide, y - high, x + wide, y + high)
    roads = shapely.unary_union([shapely.LineString(line) for line in road_points().values()])
    lines = roads.intersection(box)
    pieces = [tuple(map(tuple, np.round(one.coords, 6).tolist())) for one in shapely.get_parts(lines)]
    while True:  # what hangs on one end only is no ring
        ends = [end for piece in pieces for end in (piece[0], piece[-1])]
        kept = [piece for piece in pieces if min(ends.count(piece[0]), ends.count(piece[-1])) > 1]
        if len(kept) == len(pieces):
            break
        pieces = kept
    names: dict[tuple[float, float], str] = {}
    pipes = []
    for piece in pieces:
        line = shapely.LineString(piece)
        metres = float(distance_m(*np.array(piece[:-1]).T, *np.array(piece[1:]).T).sum())
        parts = max(1, round(metres / APART))
        points = [line.interpolate(k / parts, normalized=True).coords[0] for k in range(parts + 1)]
        points = [tuple(round(value, 6) for value in point) for point in points]
        codes = [names.setdefault(point, f"N{len(names) + 1:03}") for point in points]
        pipes += [(a, b, metres / parts) for a, b in pairwise(codes)]
    nodes = {"水厂": (x - wide, y)} | {name: point for point, name in names.items()}
    away = {name: float(distance_m(x - wide, y, *point)) for name, point in nodes.items() if name != "水厂"}
    first = min(away, key=away.__getitem__)
    found = [("IN", "水厂", first, max(away[first], 50.0))]
    found += [(f"P{n:03}", a, b, metres) for n, (a, b, metres) in enumerate(pipes, 1)]
    return nodes, found


def drawn(nodes: dict, pipes: list, folder: Path) -> Path:
    """Write the model."""
    from tongguan.simulation import hydraulics
    from tongguan.simulation.testing import DRAWS

    wntr = hydraulics.library()
    model = wntr.network.WaterNetworkModel()
    model.options.time.pattern_timestep = 3600
    model.add_pattern("day", DRAWS.tolist())
    for name, point in nodes.items():
        if name == "水厂":
            model.add_reservoir("S", base_head=HEAD, coordinates=point)
        else:
            model.add_junction(name, BASE / 3600, "day", elevation=4.0, coordinates=point)
    for name, a, b, metres in pipes:
        wide = 0.5 if name == "IN" else 0.2
        model.add_pipe(name, "S" if a == "水厂" else a, b, metres, wide, 115)
    path = folder / "demo.inp"
    wntr.network.write_inpfile(model, str(path), units="CMH")
    return path


def spread(nodes: dict, wanted: int) -> list[str]:
    """Give nodes far from each other."""
    names = [name for name in nodes if name != "水厂"]
    points = np.array([nodes[name] for name in names])
    chosen = [len(names) // 2]
    while len(chosen) < wanted:
        away = np.min([np.hypot(*(points - points[n]).T) for n in chosen], axis=0)
        chosen.append(int(np.argmax(away)))
    return [names[n] for n in sorted(chosen)]


def lived(path: Path, places: list[str], folder: Path) -> tuple[np.ndarray, list[str]]:
    """Give what gauges read by the hour (m, m³/h) and where it leaked."""
    from tongguan.simulation import hydraulics
    from tongguan.simulation.testing import DRAWS, read_hourly

    rng = np.random.default_rng(2026)
    model = hydraulics.opened(path)
    names = list(hydraulics.single_demands(model))
    for _, pipe in model.pipes():  # pipes are never quite what the model says
        pipe.roughness *= float(np.exp(rng.normal(0, 0.03)))
    at = [int(share * len(names)) for share, *_ in LEAKS]
    own = np.ones(len(names))

    def drawn(hour: int) -> np.ndarray:
        nonlocal own
        if hour % 24 == 0:
            own = np.exp(rng.normal(0, 0.1, len(names)) + rng.normal(0, 0.02))
        each = BASE * DRAWS[hour % 24] * own * np.exp(rng.normal(0, 0.1, len(names)))
        for node, (_, first, last, begin, end) in zip(at, LEAKS, strict=True):
            day = hour / 24
            if first <= day < last:
                each[node] += begin + (end - begin) * (day - first) / (last - first)
        return each

    read = read_hourly(model, folder, places, "IN", drawn, DAYS * 24, rng, noise=0.005)
    return read, [names[node] for node in at]


def table_of(nodes: dict, pipes: list) -> str:
    """Write the network as the platform takes it in."""
    lines = ["编号,类型,经度,纬度,起点,终点,长度,管径"]
    kinds = {"水厂": "水源"}
    lines += [f"{n},{kinds.get(n, '节点')},{lon:.6f},{lat:.6f},,,," for n, (lon, lat) in nodes.items()]
    lines += [f"{n},管道,,,{a},{b},{metres:.1f},{500 if n == 'IN' else 200}" for n, a, b, metres in pipes]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
