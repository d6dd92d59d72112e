# SPDX-License-Identifier: Apache-2.0
"""From days' residuals to what is told: the same however often it is asked."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np

from tongguan.alarms.contracts import Grade, Terms, Verdict
from tongguan.leakage.contracts import CAUTION, LOCAL, QUIET_DAYS
from tongguan.leakage.models import LeakWatch
from tongguan.leaks.api import Floats, Leak, Localiser, Signatures

RULE: Final = "water.leak"
VERSION: Final = 1
TERMS: Final = Terms(rule=RULE, name="供水管网漏点", family="water", source="管网模型与测点残差，本平台方法")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a network's model says: see :class:`Localiser`; ``names``: the junctions in the model's order."""

    names: list[str]
    signatures: Signatures
    own: Floats
    common: Floats
    metres: Floats

    def packed(self) -> bytes:
        """Give the arrays as they are kept."""
        file = io.BytesIO()
        np.savez_compressed(
            file, names=np.array(self.names), flows=np.array(self.signatures.flows),
            effects=self.signatures.effects, own=self.own, common=self.common,
            metres=self.metres.astype(np.float32),
        )  # fmt: skip
        return file.getvalue()

    @classmethod
    def unpacked(cls, body: bytes) -> "Answers":
        """Read them again."""
        with np.load(io.BytesIO(body), allow_pickle=False) as kept:
            signatures = Signatures(tuple(kept["flows"].tolist()), kept["effects"])
            names = [str(name) for name in kept["names"]]
            return cls(names, signatures, kept["own"], kept["common"], kept["metres"].astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What the days say: each telling as (day, number of the leak, node), and the leaks believed in."""

    days: list[date]
    told: list[tuple[date, int, int]]
    leaks: list[Leak]
    suspicions: list[tuple[float, float]]


def course_of(answers: Answers, days: Sequence[date], residuals: Sequence[Floats]) -> Course:
    """Live through the days; those before QUIET_DAYS have passed teach what is usual."""
    dates, told = list(days[QUIET_DAYS:]), []
    if not dates:
        return Course([], [], [], [])
    quiet = np.array(residuals[:QUIET_DAYS])
    watch = Localiser(answers.signatures, answers.own, answers.common, answers.metres, CAUTION, quiet)
    for day, residual in zip(dates, residuals[QUIET_DAYS:], strict=True):
        found = watch.day(residual)
        if found is not None:
            told.append((day, watch.leaks.index(found), found.told[-1][1]))
    return Course(dates, told, watch.leaks, watch.suspicions)


def verdicts_of(watch: LeakWatch, names: Sequence[str], course: Course) -> list[Verdict]:
    """Give what alarms are told: each place, cleared when it is revised or the leak is gone."""
    found: list[Verdict] = []
    last: dict[int, tuple[str, int]] = {}
    events = [(day, 0, number, node) for day, number, node in course.told]
    events += [
        (course.days[leak.repaired], 1, number, -1)
        for number, leak in enumerate(course.leaks)
        if 0 <= leak.repaired < len(course.days)
    ]
    for day, _, number, node in sorted(events):
        before = last.pop(number, None)
        if before is not None:
            found.append(_verdict(watch, before[0], names[before[1]], day, Grade.CLEAR, ""))
        if node >= 0:
            revised = sum(1 for one in course.told if one[1] == number and one[0] < day)
            matter = matter_of(watch, number, revised)
            words = words_of(watch, course.leaks[number], names[node], course.days, revised=bool(revised))
            found.append(_verdict(watch, matter, names[node], day, Grade.ORANGE, words))
            last[number] = (matter, node)
    return found


def matter_of(watch: LeakWatch, number: int, revised: int) -> str:
    """Name what an alarm is about: a leak, and which of its places.

    A watch begun anew judges the same days by another model: its leaks are matters of their own.
    """
    return f"leak:{watch.code}:{watch.changed_at:%y%m%d%H%M%S}:{number + 1}:{revised + 1}"


def words_of(watch: LeakWatch, leak: Leak, node: str, days: Sequence[date], *, revised: bool) -> str:
    """Say it as an official reads it."""
    begun = f"{days[leak.onset]:%m月%d日}起{'逐渐增大' if leak.growing else ''}"
    place = f"漏点位置修正到节点 {node} 附近" if revised else f"节点 {node} 附近疑似漏水"
    return (
        f"{watch.name}：{place}，约 {leak.flow:.1f} m³/h，{begun}；"
        f"{leak.mass:.0%} 的可能在沿管 300 米以内（测点读数与管网模型之差，版本 {VERSION}）"
    )


def _verdict(watch: LeakWatch, matter: str, node: str, day: date, grade: Grade, words: str) -> Verdict:
    lon, lat = watch.nodes[node]
    return Verdict(
        rule=RULE, version=VERSION, matter=matter, grade=grade, at=end_of(day),
        streams=tuple(one[2] for one in watch.gauges), words=words,
        evidence={"name": watch.name, "place": node}, division=watch.division, lon=lon, lat=lat,
    )  # fmt: skip


def cleared(watch: LeakWatch, names: Sequence[str], course: Course, at: int) -> list[Verdict]:
    """Give the clearing of everything that stands, at a moment (ms)."""
    standing: dict[str, Verdict] = {}
    for one in verdicts_of(watch, names, course):
        standing[one.matter] = one
    return [replace(one, grade=Grade.CLEAR, at=at, words="") for one in standing.values() if one.grade]


def begin_of(day: date) -> int:
    """Give the beginning of a local day, ms since 1970 (UTC)."""
    return end_of(day - timedelta(days=1))


def end_of(day: date) -> int:
    """Give the end of a local day, ms since 1970 (UTC)."""
    end = datetime.combine(day + timedelta(days=1), time(), LOCAL).astimezone(UTC)
    return int(end.timestamp() * 1000)
