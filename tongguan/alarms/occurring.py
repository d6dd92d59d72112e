# SPDX-License-Identifier: Apache-2.0
"""From verdicts to occurrences. Pure, and the same whatever the order in which the verdicts arrived.

The verdicts of one rule on one matter, by time: the first above "clear" begins an occurrence, the next
"clear" ends it. Of two at the same moment "clear" counts first, so that no verdict that comes late can ever
join what another one has parted: further verdicts lengthen, part or regrade occurrences, nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tongguan.alarms.contracts import Verdict


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One stretch of trouble. Times in milliseconds; ``end`` None: not over.

    ``grade`` and ``graded_at``: the newest grade and since when; ``steps``: (at, from, to) of each change
    that this fold has seen. ``newest``: the latest verdict above "clear"; ``streams``: of all of them.
    """

    begin: int
    end: int | None
    grade: int
    peak: int
    graded_at: int
    newest: Verdict
    streams: frozenset[int] = frozenset()
    steps: tuple[tuple[int, int, int], ...] = ()

    def holds(self, at: int) -> bool:
        """Tell whether a moment lies within; its beginning does, its end does not."""
        return self.begin <= at and (self.end is None or at < self.end)


def ordered(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Give the verdicts in the order in which they count, each (moment, grade) once."""
    distinct = {(one.at, one.grade): one for one in verdicts}
    return [distinct[key] for key in sorted(distinct)]


def fold(verdicts: Sequence[Verdict], going: Occurrence | None = None) -> list[Occurrence]:
    """Give the occurrences of ordered verdicts, beginning within ``going`` when one is not over yet."""
    found: list[Occurrence] = []
    now = going
    for one in verdicts:
        if one.grade == 0:
            if now is not None:
                found.append(replace(now, end=one.at))
                now = None
        elif now is None:
            now = Occurrence(one.at, None, one.grade, one.grade, one.at, one, frozenset(one.streams))
        else:
            now = _went_on(now, one)
    if now is not None:
        found.append(now)
    return found


def _went_on(now: Occurrence, one: Verdict) -> Occurrence:
    streams = now.streams.union(one.streams)
    if one.grade == now.grade:
        return replace(now, newest=one, streams=streams)
    return replace(
        now,
        streams=streams,
        grade=one.grade,
        peak=max(now.peak, one.grade),
        graded_at=one.at,
        newest=one,
        steps=(*now.steps, (one.at, now.grade, one.grade)),
    )
