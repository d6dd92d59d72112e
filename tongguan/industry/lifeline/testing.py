# SPDX-License-Identifier: Apache-2.0
"""A town whose pipes are watched by their own model, and a month in which one of them leaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from django.core.management import call_command

from tongguan.kernel import clock
from tongguan.kernel.frames import Frame
from tongguan.leakage import api
from tongguan.people.testing import DISTRICT
from tongguan.places.testing import SOUTH, STEP, WEST
from tongguan.sensing import api as sensing
from tongguan.sensing.testing import owned
from tongguan.sensors import queries as sensors
from tongguan.sensors.testing import declare, told
from tongguan.simulation import hydraulics
from tongguan.simulation.testing import DRAWS, MPA, read_hourly

ROWS, COLUMNS, APART = 5, 6, 150.0
GAUGES = ["J0_1", "J0_4", "J1_2", "J2_0", "J2_5", "J3_3", "J4_1", "J4_4"]
#: Midnight of the city's clock at the end of the last day read.
END = datetime(2026, 5, 31, 16, tzinfo=UTC)
DAYS, BEGUN, MENDED = 30, 14, 22
#: Two hours into the third day before the end of the leak.
DURING = END - timedelta(days=DAYS - MENDED + 3) + timedelta(hours=2)
LEAK, FLOW = "J3_1", 14.0
_MS_DAY, _MS_HOUR = 86_400_000, 3_600_000


def town(folder: Path) -> Path:
    """Write the model: thirty crossings 150 m apart, fed from one corner."""
    wntr = hydraulics.library()
    model = wntr.network.WaterNetworkModel()
    model.options.time.pattern_timestep = 3600
    model.add_pattern("day", DRAWS.tolist())
    model.add_reservoir("R", base_head=45.0, coordinates=(-APART, 0.0))
    for r in range(ROWS):
        for c in range(COLUMNS):
            at = (c * APART, r * APART)
            model.add_junction(f"J{r}_{c}", 1.5 / 3600, "day", elevation=5.0, coordinates=at)
    model.add_pipe("IN", "R", "J0_0", APART, 0.25, 120)
    for r in range(ROWS):
        for c in range(COLUMNS):
            for down, right in ((1, 0), (0, 1)):
                if r + down < ROWS and c + right < COLUMNS:
                    name = f"P{r}_{c}_{down}"
                    model.add_pipe(name, f"J{r}_{c}", f"J{r + down}_{c + right}", APART, 0.1, 110)
    path = folder / "town.inp"
    wntr.network.write_inpfile(model, str(path), units="CMH")
    return path


def lived(path: Path, folder: Path) -> np.ndarray:
    """Give what gauges read, hours × (pressures in MPa, inflow in m³/h): people vary, and a pipe leaks."""
    rng = np.random.default_rng(3)
    model = hydraulics.opened(path)
    names = list(hydraulics.single_demands(model))

    def drawn(hour: int) -> np.ndarray:
        each = 1.5 * DRAWS[hour % 24] * np.exp(rng.normal(0, 0.1, len(names)))
        if BEGUN <= hour / 24 < MENDED:
            each[names.index(LEAK)] += FLOW
        return each

    read = read_hourly(model, folder, GAUGES, "IN", drawn, DAYS * 24, rng, noise=0.01)
    return read * np.r_[[MPA] * len(GAUGES), 1.0]


@contextmanager
def read_town(folder: Path, end: datetime = END) -> Iterator[Path]:
    """Take in the town's network, declare its gauges, let them read for a month up to ``end``; give its file.

    Needs the square city; readings are owned within the block.
    """
    path = town(folder)
    anchor = [str(WEST + STEP / 4), str(SOUTH + STEP / 4)]
    call_command(
        "lifeline", "import", str(path), "--code", "T1", "--name", "老城供水", "--kind", "water",
        "--division", DISTRICT, "--crs", "LOCAL", "--anchor", *anchor,
    )  # fmt: skip
    pressures = [
        told(n, thing=f"P-{one}", thing_name=one, kind="测压点", observed="water.water_pressure")
        for n, one in enumerate(GAUGES)
    ]
    declare(*pressures, told(99, thing="F-1", thing_name="进水", kind="流量计", observed="water.water_flow"))
    with owned():
        read = lived(path, folder)
        keys = [f"P-{one}/water.water_pressure" for one in GAUGES] + ["F-1/water.water_flow"]
        found = sensors.datastreams_by_key(keys)
        first = int(end.timestamp() * 1000) - DAYS * _MS_DAY
        at = first + np.arange(len(read)) * _MS_HOUR + _MS_HOUR // 2
        for column, key in enumerate(keys):
            sensing.take(Frame.of([found[key].id] * len(at), at.tolist(), read[:, column].tolist()))
        yield path


def table(folder: Path, *rows: str) -> Path:
    """Write a table of gauges: the town's own, or these rows."""
    own = [f"压力,{one},P-{one}/water.water_pressure" for one in GAUGES] + ["流量,IN,F-1/water.water_flow"]
    path = folder / "gauges.csv"
    path.write_text("类别,位置,数据流\n" + "\n".join(rows or own) + "\n", encoding="utf-8")
    return path


def looked(now: datetime) -> int:
    """Look until nothing is left to hear."""
    with clock.using(clock.ManualClock(now)):
        return sum(iter(api.look, 0))
