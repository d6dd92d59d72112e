# SPDX-License-Identifier: Apache-2.0
"""What forecasting streams by the hour costs: learned once a day, said once an hour, 24 hours ahead.

``python -m bench.foresight [--streams 10 50 200]``: one JSON line per number of streams, made-up people on
squares over 56 days; seconds of the processors, and error and coverage over the last week.
"""

import argparse
import json
import time

import numpy as np

from tongguan.forecasts.api import Floats, Panel
from tongguan.foresight import learning
from tongguan.series.contracts import HOUR_MS
from tongguan.simulation import streets

DAYS = 56
WEEK = 7 * 24
#: An hour of 2026.
END = 1_788_000_000_000 // HOUR_MS * HOUR_MS


def squares(streams: int) -> Panel:
    """Give means by the hour of that many squares."""
    at = np.arange(END - DAYS * 24 * HOUR_MS, END, streets.STEP, dtype=np.int64)
    each = HOUR_MS // streets.STEP
    columns = [streets.values(streets.SQUARE, n, 7, at).reshape(-1, each).mean(1) for n in range(streams)]
    return Panel(at[::each].copy(), np.stack(columns, axis=1))


def measured(streams: int) -> dict[str, float]:
    """Learn from all but the last week and say it hour by hour."""
    panel = squares(streams)
    cut = len(panel) - WEEK
    begun = time.process_time()
    taught = learning.taught(panel.between(0, cut))
    learned = time.process_time() - begun
    begun = time.process_time()
    taught.said(panel.between(cut, cut + 24))
    once = time.process_time() - begun
    made = taught.said(panel.between(cut, len(panel)))
    off: dict[int, Floats] = {}
    held, usual = [], []
    for n, horizon in enumerate(learning.HORIZONS):
        truth = panel.values[cut + horizon :]
        rows = slice(0, len(truth))
        off[horizon] = np.abs(truth - made.value[rows, n])
        usual.append(np.abs(truth - panel.values[cut + horizon - WEEK : len(panel) - WEEK]).mean())
        held.append(((truth >= made.low[rows, n]) & (truth <= made.high[rows, n])).mean())
    return {
        "streams": streams,
        "learned_s": round(learned, 2),
        "said_s": round(once, 2),
        "learned_s_per_stream": round(learned / streams, 3),
        "said_s_per_stream": round(once / streams, 4),
        "mae_1h": round(float(off[1].mean()), 1),
        "mae_24h": round(float(off[24].mean()), 1),
        "mae": round(float(np.mean([one.mean() for one in off.values()])), 1),
        "usual_mae": round(float(np.mean(usual)), 1),
        "coverage90": round(float(np.mean(held)), 3),
    }


def main() -> None:
    """Measure each number of streams."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--streams", type=int, nargs="+", default=[10, 50, 200])
    for streams in parser.parse_args().streams:
        print(json.dumps(measured(streams)), flush=True)


if __name__ == "__main__":
    main()
