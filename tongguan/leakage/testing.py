# SPDX-License-Identifier: Apache-2.0
"""For tests of all rooms: days against a network's model."""

from collections.abc import Sequence
from pathlib import Path

from tongguan.leakage.contracts import Gauge
from tongguan.leakage.operator import Operator
from tongguan.leaks.api import Floats


def against_model(
    model: str, gauges: Sequence[Gauge], hours: Sequence[int], days: Sequence[Floats], folder: Path
) -> list[Floats]:
    """Give what gauges read on days (hours × gauges each, the model's units) less what the model says."""
    path = folder / "told.inp"
    path.write_text(model, encoding="utf-8")
    operator = Operator(path, gauges, folder)
    try:
        return [operator.residual(0, hours, day) for day in days]
    finally:
        operator.close()
