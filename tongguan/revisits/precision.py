# SPDX-License-Identifier: Apache-2.0
"""What people's judgement makes of a detector: its precision, its threshold, whether it pauses. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tongguan.kernel.certainty import percent, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a detector learns: its bounds, judgements needed, the share aimed at, where it pauses."""

    low: float
    high: float
    least: int
    aim: float
    pause: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a detector stands after its judgements, and why, in words."""

    threshold: float
    paused: bool
    words: str


def learned(judged: Sequence[tuple[float, bool]], now: float, terms: Terms) -> Standing:
    """Give threshold and pause from (score, confirmed) of judged findings, the order of no matter.

    The threshold is the lowest within the bounds at or above which the share of confirmed ones reaches the
    aim; where none does, the upper bound. It pauses when Wilson's upper bound (95 %) of all lies below
    ``pause``: so few judgements never stop it by chance.
    """
    n, right = len(judged), sum(one for _, one in judged)
    told = f"已核 {n} 条，属实 {right} 条"
    if n < terms.least:
        return Standing(now, False, f"{told}；不足 {terms.least} 条，门槛不变")
    low, high = wilson(right, n)
    told += f"，准确率 {percent(right / n)}（{percent(low)}–{percent(high)}）"
    if high < terms.pause:
        return Standing(now, True, f"{told}；上限低于 {percent(terms.pause)}，暂停提交疑点，等人恢复")
    found = terms.high
    above = right_above = 0
    ranked = sorted(judged, reverse=True)
    for place, (score, one) in enumerate(ranked, 1):
        above, right_above = above + 1, right_above + one
        last = place == n or ranked[place][0] < score  # equal scores stand or fall together
        if last and above >= min(terms.least, n) and right_above / above >= terms.aim:
            found = score
    bounded = min(max(round(found, 3), terms.low), terms.high)
    return Standing(bounded, False, f"{told}；门槛 {bounded:.2f}，以使属实的达到 {percent(terms.aim)}")
