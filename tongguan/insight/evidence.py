# SPDX-License-Identifier: Apache-2.0
"""What is kept of why a limit is proposed, as plain figures: curve, classes, steps, replay. Pure."""

from dataclasses import asdict
from typing import Any, Final

import numpy as np

from tongguan.insight.proposing import STEPS, Said, Terms, done_within, minutes_of
from tongguan.insight.whatif import Played, WhatIf
from tongguan.kernel.worktime import Calendar, Limit
from tongguan.patterns.survival import Curve

#: Points of a curve that are kept.
POINTS: Final = 120


def evidence_of(
    said: Said, played: WhatIf, terms: Terms, present: Limit, calendar: Calendar
) -> dict[str, Any]:
    """Give what is kept of a proposal's reasons; durations in counted minutes."""
    proposed = said.proposed or present
    return {
        "curve": points_of(
            said.curve, 3 * max(minutes_of(present, calendar), minutes_of(proposed, calendar))
        ),
        "now_minutes": minutes_of(present, calendar),
        "then_minutes": minutes_of(proposed, calendar),
        "classes": [asdict(one) for one in said.classes],
        "differ": said.differ,
        "steps": steps_of(said.curve, present, calendar),
        "replay": asdict(played),
        "terms": asdict(terms),
    }


def points_of(known: Curve, until: float) -> list[list[float]]:
    """Give a curve's points (minutes, share still open, low, high) up to a time; at most ``POINTS``."""
    shown = np.flatnonzero(known.at <= until)
    if len(shown) > POINTS:
        shown = shown[np.unique(np.linspace(0, len(shown) - 1, POINTS).astype(int))]
    rows = [
        [float(known.at[n]), *(round(float(c[n]), 5) for c in (known.share, known.low, known.high))]
        for n in shown.tolist()
    ]
    return [[0.0, 1.0, 1.0, 1.0], *rows]


def steps_of(known: Curve, present: Limit, calendar: Calendar) -> list[dict[str, Any]]:
    """Give the share done within every step of the unit: what other choices there are."""
    values = sorted({*STEPS[present.unit], float(present.value)})
    found = []
    for value in values:
        minutes = minutes_of(Limit(value, present.unit), calendar)
        share, low, high = done_within(known, minutes)
        zh = Limit(value, present.unit).zh()
        row: dict[str, Any] = {"value": value, "zh": zh, "minutes": minutes}
        found.append(row | {"share": share, "low": low, "high": high})
    return found


def played_of(evidence: dict[str, Any]) -> Played:
    """Give the proposed limit as it was played when the evidence was kept."""
    return Played(**evidence["replay"]["then"])
