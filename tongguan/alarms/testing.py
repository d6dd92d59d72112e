# SPDX-License-Identifier: Apache-2.0
"""For tests: what a detector says of a pump that loses pressure."""

from datetime import datetime
from typing import Any

from tongguan.alarms.contracts import Verdict
from tongguan.alarms.hearing import millis
from tongguan.kernel.testing import BEIJING

PLACE, OTHER_PLACE = "990101001001", "990102001001"
NOON = datetime(2026, 9, 28, 12, 0, tzinfo=BEIJING)


def says(grade: int, minute: float = 0, matter: str = "P-1", **more: Any) -> Verdict:
    """Give a verdict of so many minutes after noon."""
    told: dict[str, Any] = {
        "rule": "water.burst",
        "version": 1,
        "matter": matter,
        "grade": grade,
        "at": millis(NOON) + round(minute * 60_000),
        "streams": (1,),
        "words": f"压力突降，第 {minute:g} 分钟，{grade} 级",
        "evidence": {"name": "供水压力突降", "place": "滨江路泵站", "things": ["PUMP-1"]},
        "division": PLACE,
        "lon": 121.2,
        "lat": 31.0,
    }
    return Verdict(**{**told, **more})
