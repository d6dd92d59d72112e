# SPDX-License-Identifier: Apache-2.0
"""Whether a verdict can be heard. Pure."""

import math
from collections.abc import Sequence
from typing import Final

from tongguan.alarms.contracts import Grade, Verdict
from tongguan.kernel.errors import Invalid

#: Most verdicts at once.
MOST: Final = 100_000
_LONGEST: Final = {"rule": 80, "matter": 200, "words": 500}
_YEAR_3000: Final = 32_503_680_000_000
_MOST_STREAMS: Final = 1_000
#: GB/T 2260 and GB/T 10114: twelve digits down to the community.
_DIGITS: Final = 12
_GRADES: Final = frozenset(Grade)


def check_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Raise Invalid naming the verdict and its field (``verdicts.3.grade``)."""
    if len(verdicts) > MOST:
        raise Invalid(
            "verdict.many", zh=f"一次最多 {MOST} 条", en=f"at most {MOST} at once", field="verdicts"
        )
    for number, one in enumerate(verdicts):
        field = _wrong(one)
        if field:
            raise Invalid(
                "verdict.bad",
                zh="判断的内容有误",
                en="not a valid verdict",
                field=f"verdicts.{number}.{field}",
            )


def _wrong(one: Verdict) -> str:
    for field, longest in _LONGEST.items():
        text = getattr(one, field)
        if not isinstance(text, str) or len(text) > longest or "\x00" in text:
            return field
    fine = {
        "rule": bool(one.rule),
        "matter": bool(one.matter),
        "grade": one.grade in _GRADES,
        "at": 0 <= one.at < _YEAR_3000,
        "division": not one.division or (one.division.isdigit() and len(one.division) <= _DIGITS),
        "streams": len(one.streams) <= _MOST_STREAMS,
        "lon": (one.lon is None) == (one.lat is None) and _within(one.lon, 180.0),
        "lat": _within(one.lat, 90.0),
    }
    return next((field for field, holds in fine.items() if not holds), "")


def _within(degrees: float | None, bound: float) -> bool:
    return degrees is None or (math.isfinite(degrees) and abs(degrees) <= bound)
