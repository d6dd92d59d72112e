# SPDX-License-Identifier: Apache-2.0
"""Escalation: whom to tell when so much of the time allowed has run. Pure.

A ladder is data (``ladders.yaml``, or the city's own), read once, checked, and frozen into each clock with
its moments; editing the file never changes a running clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

#: Whom a rung may name, and what officials call them.
RECEIVERS: Final = {
    "worker": "承办人",
    "unit": "承办单位负责人",
    "acceptor": "受理员",
    "dispatcher": "派遣员",
    "supervisor": "督查员",
    "duty_chief": "值班长",
    "leader": "领导",
    "nobody": "仅记录",
}
TONES: Final = {"remind": "提醒", "due": "到期", "escalate": "升级"}


@dataclass(frozen=True, slots=True)
class Step:
    """One rung as written: at ``share`` of the time allowed (1 = the deadline) tell ``to``."""

    share: Fraction
    to: str
    tone: str

    def zh(self) -> str:
        """Say it: 用时达 80% 提醒承办人."""
        percent = f"{float(self.share * 100):g}%"
        return f"用时达时限的 {percent}，{TONES[self.tone]}，通知{RECEIVERS[self.to]}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps in rising order. ``code`` names it in explanations."""

    code: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a running clock with its moment."""

    at: datetime
    step: Step

    def frozen(self) -> list[Any]:
        """Give plain JSON: microseconds since 1970, the share in words, receiver, tone."""
        return [(self.at - _EPOCH) // _MICROSECOND, str(self.step.share), self.step.to, self.step.tone]


@dataclass(frozen=True, slots=True)
class Turn:
    """What is due now (``fire``), and what comes next: index and moment; ``next_at`` None is the end."""

    fire: tuple[int, ...]
    next_step: int
    next_at: datetime | None


@lru_cache(maxsize=1024)
def _step(share: str, to: str, tone: str) -> Step:
    return Step(Fraction(share), to, tone)


def thaw(frozen: Sequence[Any]) -> tuple[Rung, ...]:
    """Read rungs back from their JSON."""
    return tuple(
        Rung(_EPOCH + timedelta(microseconds=at), _step(share, to, tone)) for at, share, to, tone in frozen
    )


def parse(body: Mapping[str, Any]) -> dict[str, Ladder]:
    """Check a ladder file. Raises ValueError naming ladder and rung in words."""
    ladders: dict[str, Ladder] = {}
    for code, rows in body.items():
        steps: list[Step] = []
        for no, row in enumerate(rows, start=1):
            where = f"ladder {code}, rung {no}"
            if set(row) != {"share", "to", "tone"}:
                raise ValueError(f"{where}: needs exactly share, to, tone")
            share = Fraction(str(row["share"]))
            if row["to"] not in RECEIVERS or row["tone"] not in TONES:
                raise ValueError(f"{where}: unknown receiver or tone {row['to']}, {row['tone']}")
            if share <= 0 or (steps and share < steps[-1].share):
                raise ValueError(f"{where}: shares must be positive and rise")
            steps.append(Step(share, row["to"], row["tone"]))
        if not any(step.share == 1 for step in steps):
            raise ValueError(f"ladder {code}: no rung at the deadline (share 1)")
        ladders[code] = Ladder(code, tuple(steps))
    return ladders


def first(rungs: Sequence[Rung], now: datetime) -> Turn:
    """Give where a new series of moments begins: rungs already passed are not told again."""
    return _ahead(rungs, sum(1 for rung in rungs if rung.at <= now))


def turn(rungs: Sequence[Rung], step: int, now: datetime) -> Turn:
    """Give the rungs due from ``step`` on. A reminder overtaken by a later rung is left out.

    (After a standstill nobody wants "80 %" and "overdue" in the same minute; escalations are all told.)
    """
    end = step
    while end < len(rungs) and rungs[end].at <= now:
        end += 1
    due = range(step, end)
    fire = tuple(i for i in due if rungs[i].step.tone != "remind" or i == end - 1)
    ahead = _ahead(rungs, end)
    return Turn(fire, ahead.next_step, ahead.next_at)


def _ahead(rungs: Sequence[Rung], step: int) -> Turn:
    return Turn((), step, rungs[step].at if step < len(rungs) else None)


def explain(rungs: Sequence[Rung], step: int) -> str:
    """Say what comes next, or that nothing does."""
    if step >= len(rungs):
        return "已无后续提醒"
    return rungs[step].step.zh()
