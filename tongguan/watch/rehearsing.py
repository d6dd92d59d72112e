# SPDX-License-Identifier: Apache-2.0
"""What a version would have raised: run over history in pieces that fit into memory; alarms hear nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from tongguan.alarms import queries as alarms
from tongguan.alarms.contracts import AlarmFilter
from tongguan.alarms.contracts import State as AlarmState
from tongguan.detection.batches import arranged, in_time
from tongguan.detection.contracts import COLOURS, SECOND, Verdicts
from tongguan.kernel.errors import Conflict
from tongguan.kernel.frames import Frame
from tongguan.people.contracts import PLATFORM
from tongguan.sensing import queries as sensing
from tongguan.watch.checking import detector_of, runnable
from tongguan.watch.contracts import Rehearsal, RuleInfo
from tongguan.watch.running import Running
from tongguan.watch.subjects import subjects_of
from tongguan.watch.telling import told

_HOUR, _DAY = 3_600_000, 86_400_000
#: Readings in memory at once, about; spans from a minute to a day are tried until it fits.
_ROWS: Final = 500_000
_LEAST_SPAN: Final = 60_000
_OPEN: Final = -1
_EXAMPLES, _MOST = 30, 10
_PAGE, _MOST_PAGES = 500, 20
#: What people said of an alarm by moving it on; an evaluation goes before.
_JUDGED: Final = {
    AlarmState.REJECTED: "false",
    AlarmState.CONFIRMED: "true",
    AlarmState.NOTIFIED: "true",
    AlarmState.HANDLED: "true",
}
#: An alarm and what would have been raised may lie so far apart and be the same.
_SLACK: Final = timedelta(minutes=10)
_MOST_SPANS: Final = 200_000


def rehearse(rule: RuleInfo, before: RuleInfo | None, begin: int, end: int) -> Rehearsal:
    """Run a version, and the one in force beside it, over readings with ``begin <= at < end`` (ms UTC).

    Raises Conflict when its detector is not installed.
    """
    run = _Tally.of(rule)
    beside = _Tally.of(before) if before is not None and before.version != rule.version else None
    both = [one for one in (run, beside) if one is not None]
    streams = np.unique(np.concatenate([one.running.subjects.streams for one in both]))
    found = Rehearsal(
        begin, end, streams=len(run.running.subjects.index.stream), subjects=len(run.running.subjects)
    )
    for until, frame in history(streams, begin, end):
        found.readings += len(frame)
        for one in both:
            one.hear(frame, until)
    for name, value in run.summary().items():
        setattr(found, name, value)
    if beside is not None:
        found.before = beside.summary() | {"version": before.version if before else 0}
    found.book = _book(run, begin, end)
    return found


def history(streams: NDArray[np.int64], begin: int, end: int) -> Iterator[tuple[int, Frame]]:
    """Give the readings in order of time, in pieces of half a million or so, each with its end."""
    span = _HOUR
    while begin < end:
        until = min(begin + span, end)
        frame = sensing.window(streams, begin, until)
        if len(frame) > 2 * _ROWS and span > _LEAST_SPAN:
            span = max(span // 4, _LEAST_SPAN)
            continue
        yield until, in_time(frame)
        begin = until
        if len(frame) < _ROWS // 4:
            span = min(span * 2, _DAY)


@dataclass(slots=True)
class _Tally:
    """One version on its way through history: what is on, and what has been."""

    running: Running
    zone: ZoneInfo
    ticking: int
    on: dict[int, int] = field(default_factory=dict)
    spans: dict[int, list[list[int]]] = field(default_factory=dict)
    peaks: Counter[int] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    slots: Counter[int] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    ticked: int = 0

    @classmethod
    def of(cls, rule: RuleInfo) -> "_Tally":
        detector = detector_of(rule.detector)
        if detector is None:
            raise Conflict("watch.no_detector", "该方法没有安装", "its detector is not installed")
        values = runnable(rule)
        running = Running.begun(rule, detector, values, subjects_of(rule.scope, rule.division))
        limits = [float(np.nanmin(values[one])) for one in COLOURS if isinstance(values.get(one), float)]
        # Silence is looked at five times within its shortest limit, every ten seconds at most.
        step = int(max(10.0, min(limits, default=60.0) / 5) * SECOND)
        return cls(running, ZoneInfo(settings.TIME_ZONE), step if detector.ticks else 0)

    def hear(self, frame: Frame, until: int) -> None:
        """Judge a piece of history that goes up to ``until``, with the ticks within it."""
        if not self.ticking:
            self._add(self.running.hear(arranged(frame)))
            return
        self.ticked = self.ticked or (int(frame.at[0]) if len(frame) else until)
        place = 0
        while self.ticked <= until:
            upto = int(np.searchsorted(frame.at, self.ticked))
            if upto > place:
                self._add(self.running.hear(arranged(frame.taken(np.arange(place, upto)))))
            self._add(self.running.tick(self.ticked))
            place, self.ticked = upto, self.ticked + self.ticking
        self._add(self.running.hear(arranged(frame.taken(np.arange(place, len(frame))))))

    def _add(self, said: Verdicts) -> None:
        if not len(said):
            return
        begun = []
        for n, (slot, at, grade) in enumerate(
            zip(said.slot.tolist(), said.at.tolist(), said.grade.tolist(), strict=True)
        ):
            known = self.on.pop(slot, 0)
            if grade:
                self.on[slot] = max(known, grade)
            elif known:
                self.peaks[known] += 1
                if slot in self.spans:
                    self.spans[slot][-1][1] = at
            if grade and not known:
                begun.append(n)
                if self.slots.total() < _MOST_SPANS:
                    self.spans.setdefault(slot, []).append([at, _OPEN])
                self.slots[slot] += 1
                self.days[_moment(at, self.zone).date().isoformat()] += 1
        if begun and len(self.examples) < _EXAMPLES:
            self._show(said, begun[: _EXAMPLES - len(self.examples)])

    def _show(self, said: Verdicts, which: Sequence[int]) -> None:
        names = ("slot", "at", "grade", "before", "measured", "limit", "since", "reason")
        shown = Verdicts(*(getattr(said, name)[list(which)] for name in names))
        self.examples += [
            {"matter": one.matter, "at": one.at, "grade": one.grade, "words": one.words}
            for one in told([(self.running, shown)])
        ]

    def raised(self, matter: str, begin: datetime, end: datetime | None) -> bool:
        """Tell whether something would have been raised of a matter about that time."""
        subjects = self.running.subjects
        slot = subjects.slot(matter)
        for since, until in self.spans.get(slot, ()):
            ended = end is None or _moment(since, UTC) <= end + _SLACK
            if ended and (until == _OPEN or _moment(until, UTC) >= begin - _SLACK):
                return True
        return False

    def summary(self) -> dict[str, Any]:
        """Give what has been, alarms still on counted by the worst grade so far."""
        peaks = self.peaks + Counter(self.on.values())
        return {
            "alarms": sum(peaks.values()),
            "raised": {grade: peaks[grade] for grade in sorted(peaks)},
            "days": dict(sorted(self.days.items())),
            "most": [
                {"matter": self.running.subjects.matter(slot), "alarms": count}
                for slot, count in self.slots.most_common(_MOST)
            ],
            "examples": self.examples,
        }


def _book(run: _Tally, begin: int, end: int) -> dict[str, Any]:
    """Hold what would have been raised against people's judgement of the alarms that were."""
    wanted = AlarmFilter(rule=run.running.rule.code, since=_moment(begin, UTC), until=_moment(end, UTC))
    told: Counter[str] = Counter()
    before: tuple[datetime, UUID] | None = None
    for _ in range(_MOST_PAGES):
        page = alarms.alarms(PLATFORM, wanted, before=before, limit=_PAGE)
        for one in page:
            verdict = one.outcome or _JUDGED.get(AlarmState(one.state), "")
            if verdict:
                told[verdict] += 1
                told[f"{verdict}_again"] += run.raised(one.matter, one.raised_at, one.cleared_at)
        if len(page) < _PAGE:
            break
        before = (page[-1].raised_at, page[-1].id)
    return {name: told[name] for name in ("true", "true_again", "false", "false_again")}


def _moment(ms: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(ms / SECOND, UTC).astimezone(zone)


def plain(found: Rehearsal) -> dict[str, Any]:
    """Give a rehearsal as plain JSON: grades as texts."""
    made = asdict(found)
    for whole in (made, made["before"]):
        if whole is not None:
            whole["raised"] = {str(grade): count for grade, count in whole["raised"].items()}
    return made
