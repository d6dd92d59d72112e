# SPDX-License-Identifier: Apache-2.0
"""Which other limit history speaks for, with the reason in words; or why none is proposed. Pure.

Tighter: the shortest of the steps cities use at which, by the lower bound of 95 %, enough of the matters of
every class of units have been done, at hardly a loss of the present on-time rate. Looser: hardly anybody can
keep the present limit even by the upper bound, and the next steps are tried up to the national maximum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tongguan.insight.whatif import Played
from tongguan.kernel.worktime import Calendar, Limit, LimitUnit
from tongguan.patterns.survival import Curve, Tally, curve, logrank, merged

#: Steps seen in cities' handbooks (workflow.yaml, handle_limits_seen) with the next ones of the same kind.
STEPS: Final[Mapping[LimitUnit, tuple[float, ...]]] = {
    LimitUnit.URGENT_WORK_HOUR: (1, 2, 4),
    LimitUnit.WORK_HOUR: (2, 4, 5),
    LimitUnit.WORK_DAY: (1, 2, 3, 4, 5, 7, 10, 15, 20),
    LimitUnit.URGENT_WORK_DAY: (1, 2),
    LimitUnit.NATURAL_HOUR: (1, 2, 4, 8, 12, 24, 48, 72),
    LimitUnit.NATURAL_DAY: (1, 2, 3, 5, 7, 10, 15, 20, 30),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """When a proposal may be made; an official may set every figure.

    ``cases``: ended clocks needed in all, ``class_cases``: in a class of units to be heard by itself,
    ``weeks``: weeks in which clocks started. ``target``: share that must keep a tighter limit by its lower
    bound; ``loss``: the most of the present on-time share that may be lost. ``hopeless``: looser is thought
    of when the upper bound of keeping the present limit is below; ``reachable``: share that must keep it.
    ``change``: by how much the share at the proposed limit, or by what part the number of cases, must have
    moved before a refused proposal comes back.
    """

    cases: int = 200
    class_cases: int = 30
    weeks: int = 8
    target: float = 0.95
    loss: float = 0.02
    hopeless: float = 0.5
    reachable: float = 0.8
    change: float = 0.05
    more_cases: float = 0.5


@dataclass(frozen=True, slots=True)
class Bound:
    """The longest limit the standard allows, and where it says so; ``limit`` None: none is known."""

    limit: Limit | None
    clause: str


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What a subject's clocks have shown: tallies (counted minutes) by class of units, and how many weeks."""

    limit: Limit
    classes: Mapping[str, Tally]
    weeks: int

    def whole(self) -> Tally:
        """Give all classes together."""
        return merged(list(self.classes.values()))


@dataclass(frozen=True, slots=True)
class ClassSaid:
    """One class of units: cases, ends, share done within the present and the proposed limit with bounds."""

    name: str
    cases: int
    ends: int
    now: float
    then: float
    then_low: float
    then_high: float
    median: float | None
    heard: bool


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What history says of a subject's limit.

    ``verdict``: tighter, looser, keep, few (too few cases) or bound (looser than the standard allows).
    ``proposed`` is None unless tighter or looser. ``reasons`` are sentences (zh, en).
    """

    verdict: str
    proposed: Limit | None
    done_now: tuple[float, float, float]
    done_then: tuple[float, float, float] | None
    classes: tuple[ClassSaid, ...]
    differ: float
    reasons: tuple[tuple[str, str], ...]
    curve: Curve


def done_within(known: Curve, minutes: float) -> tuple[float, float, float]:
    """Give the share done within counted minutes, with its bounds: (share, low, high)."""
    share, low, high = known.open_after(minutes)
    return 1 - share, 1 - high, 1 - low


def minutes_of(limit: Limit, calendar: Calendar) -> float:
    """Give the counted minutes of a limit by the calendar."""
    return calendar.amount(limit).total_seconds() / 60


def consider(history: History, terms: Terms, bound: Bound, calendar: Calendar) -> Said:
    """Say whether another limit should be proposed, which, and why."""
    whole = history.whole()
    known = curve(whole)
    present = minutes_of(history.limit, calendar)
    now = done_within(known, present)
    heard = {name: one for name, one in history.classes.items() if one.ends >= terms.class_cases}
    _, differ = logrank(heard)
    keep = _Answer(history, terms, known, now, differ, heard, calendar)
    if whole.ends < terms.cases or history.weeks < terms.weeks:
        return keep.say("few", None, _few(whole.ends, history.weeks, terms))
    for step in _steps(history.limit, calendar, shorter=True):
        if _all_can(known, heard, minutes_of(step, calendar), now[0], terms):
            return keep.say("tighter", step, ())
    if now[2] < terms.hopeless:
        return _looser(keep, bound)
    return keep.say("keep", None, (_kept(now),))


def _all_can(known: Curve, heard: Mapping[str, Tally], minutes: float, now: float, terms: Terms) -> bool:
    share, low, _ = done_within(known, minutes)
    if low < terms.target or share < now - terms.loss:
        return False
    return all(done_within(curve(one), minutes)[0] >= terms.target for one in heard.values())


def _looser(keep: "_Answer", bound: Bound) -> Said:
    calendar, terms = keep.calendar, keep.terms
    most = None if bound.limit is None else minutes_of(bound.limit, calendar)
    for step in _steps(keep.history.limit, calendar, shorter=False):
        minutes = minutes_of(step, calendar)
        if done_within(keep.known, minutes)[0] < terms.reachable:
            continue
        if most is not None and minutes > most + 1e-9 and bound.limit is not None:
            return keep.say("bound", None, (_refused(step, bound.limit, bound.clause, terms),))
        return keep.say("looser", step, (_bound_words(bound),))
    zh = f"再长的时限也没有让 {_pc(terms.reachable)} 办得到的，问题不在时限"
    en = "no longer limit would be kept by enough: the limit is not what is wrong"
    return keep.say("keep", None, ((zh, en),))


def _refused(step: Limit, most: Limit, clause: str, terms: Terms) -> tuple[str, str]:
    return (
        f"要 {step.zh()} 才有 {_pc(terms.reachable)} 办得到，但标准最长 {most.zh()}：{clause}",
        f"{step.zh()} would be needed, but {most.zh()} is the standard's maximum: {clause}",
    )


def _bound_words(bound: Bound) -> tuple[str, str]:
    if bound.limit is None:
        return (
            "没有查到国家上限（待设定），放宽前请核对依据",
            "no national maximum is known: check the basis first",
        )
    return (
        f"不超过标准最长 {bound.limit.zh()}（{bound.clause}）",
        f"within the standard's maximum of {bound.limit.zh()} ({bound.clause})",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    history: History
    terms: Terms
    known: Curve
    now: tuple[float, float, float]
    differ: float
    heard: Mapping[str, Tally]
    calendar: Calendar

    def say(self, verdict: str, step: Limit | None, more: Sequence[tuple[str, str]]) -> Said:
        present = minutes_of(self.history.limit, self.calendar)
        minutes = present if step is None else minutes_of(step, self.calendar)
        then = None if step is None else done_within(self.known, minutes)
        classes = tuple(
            self._of(name, one, present, minutes) for name, one in sorted(self.history.classes.items())
        )
        reasons = list(more) if step is None else [*self._why(verdict, step, then), *more]
        return Said(verdict, step, self.now, then, classes, self.differ, tuple(reasons), self.known)

    def _of(self, name: str, one: Tally, present: float, minutes: float) -> ClassSaid:
        known = curve(one)
        share, low, high = done_within(known, minutes)
        return ClassSaid(
            name, one.cases, one.ends, done_within(known, present)[0], share, low, high,
            known.quantile(0.5), name in self.heard,
        )  # fmt: skip

    def _why(
        self, verdict: str, step: Limit, then: tuple[float, float, float] | None
    ) -> list[tuple[str, str]]:
        share, low, high = then or self.now
        limit, ends = self.history.limit, self.known.ends
        zh = (
            f"{ends} 件办完的案件里，{step.zh()}内办完的占 {_pc(share)}"
            f"（95% 区间 {_pc(low)}–{_pc(high)}），现行 {limit.zh()}内办完的占 {_pc(self.now[0])}"
        )
        en = (
            f"of {ends} ended, {_pc(share)} were done within {step.zh()}"
            f" (95 %: {_pc(low)} to {_pc(high)}), {_pc(self.now[0])} within {limit.zh()} as now"
        )
        found = [(zh, en)]
        if verdict == "tighter" and self.heard:
            found.append(
                (
                    f"{len(self.heard)} 类单位各自都达到 {_pc(self.terms.target)}",
                    f"each of {len(self.heard)} classes of units reached {_pc(self.terms.target)}",
                )
            )
        if len(self.heard) > 1 and self.differ < 0.01:  # noqa: PLR2004 - one in a hundred
            found.append(
                (
                    f"各类单位快慢有别（对数秩检验 p = {self.differ:.2g}），看分类明细",
                    f"classes differ in speed (log-rank p = {self.differ:.2g}): see each",
                )
            )
        return found


def _steps(limit: Limit, calendar: Calendar, *, shorter: bool) -> list[Limit]:
    present = minutes_of(limit, calendar)
    steps = [Limit(Decimal(str(value)), limit.unit) for value in STEPS[limit.unit]]
    if shorter:
        return [one for one in steps if minutes_of(one, calendar) < present - 1e-9]
    return [one for one in steps if minutes_of(one, calendar) > present + 1e-9]


def _few(ends: int, weeks: int, terms: Terms) -> tuple[tuple[str, str], ...]:
    zh = f"只有 {ends} 件、{weeks} 周；至少要 {terms.cases} 件、{terms.weeks} 周才提建议"
    en = f"only {ends} cases in {weeks} weeks; {terms.cases} in {terms.weeks} are needed"
    return ((zh, en),)


def _kept(now: tuple[float, float, float]) -> tuple[str, str]:
    return (
        f"现行时限内办完的占 {_pc(now[0])}，更短的还没有都做到，更长的没有必要",
        f"{_pc(now[0])} keep the limit; shorter ones are not kept by all yet, longer ones not needed",
    )


def _pc(share: float) -> str:
    return f"{100 * share:.1f}%"


def moved(before: Played, after: Played, terms: Terms) -> bool:
    """Tell whether history changed so much that a refused proposal may be made again."""
    if before.share is None or after.share is None:
        return True
    return abs(after.share - before.share) >= terms.change or after.known >= before.known * (
        1 + terms.more_cases
    )
