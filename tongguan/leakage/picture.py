# SPDX-License-Identifier: Apache-2.0
"""What is believed of a network, as it is kept and shown: leaks with their doubt, evidence by day."""

from datetime import date
from typing import Any, Final

import msgspec
import numpy as np

from tongguan.kernel.geometry import distance_m
from tongguan.leakage.contracts import CAUTION, BelievedLeak, LikelyPlace, Picture, Suspicion
from tongguan.leakage.models import LeakWatch
from tongguan.leakage.watching import Answers, Course, matter_of
from tongguan.leaks.api import Leak

#: So many other places are named, none less likely than this.
_OTHERS, _LEAST = 5, 0.01
_FIGURES: Final = 4


def picture_of(watch: LeakWatch, answers: Answers, course: Course) -> Picture:
    """Give what is believed after the days of a course, those leaks too that are gone."""
    leaks = tuple(_leak(watch, answers, course, number) for number in range(len(course.leaks)))
    said = zip(course.days, course.suspicions, strict=True)
    return Picture(leaks, tuple(Suspicion(day, _short(wins), _short(mass)) for day, (wins, mass) in said))


def kept(picture: Picture) -> Any:
    """Give a picture as plain JSON."""
    return msgspec.to_builtins(picture)


def read(body: Any) -> Picture:
    """Give a kept picture again; nothing kept: nothing believed yet."""
    return msgspec.convert(body, Picture) if body else Picture()


def _leak(watch: LeakWatch, answers: Answers, course: Course, number: int) -> BelievedLeak:
    leak = course.leaks[number]
    name, told = answers.names[leak.node], answers.names[leak.told[-1][1]]
    lon, lat = watch.nodes[name]
    places = np.array([watch.nodes[one] for one in answers.names])
    away = distance_m(lon, lat, places[:, 0], places[:, 1])
    gone = _gone(leak, course.days)
    near = answers.metres[leak.node] <= CAUTION.near_m
    flows = [(course.days[n], _short(q)) for n, q in sorted(leak.flows.items()) if n >= leak.onset]
    return BelievedLeak(
        number=number + 1, node=name, lon=lon, lat=lat, growing=leak.growing,
        flow=_short(leak.flows[max(leak.flows)] if leak.flows and gone is None else leak.flow),
        since=course.days[leak.onset], told_on=course.days[leak.told[0][0]], told_node=told,
        mass=_short(leak.chance[near].sum()), looked_on=course.days[leak.looked],
        radius_m=round(_radius(leak, away)), others=_others(watch, answers, leak, away), flows=tuple(flows),
        matters=tuple(matter_of(watch, number, revised) for revised in range(len(leak.told))), ended=gone,
    )  # fmt: skip


def _gone(leak: Leak, days: list[date]) -> date | None:
    return days[leak.repaired] if 0 <= leak.repaired < len(days) else None


def _radius(leak: Leak, away: np.ndarray) -> float:
    """Give how far around its place lies the share of the probability that a place must have to be told."""
    order = np.argsort(away, kind="stable")
    within = np.searchsorted(np.cumsum(leak.chance[order]), CAUTION.mass - 1e-9)
    return float(away[order[min(int(within), len(order) - 1)]])


def _others(watch: LeakWatch, answers: Answers, leak: Leak, away: np.ndarray) -> tuple[LikelyPlace, ...]:
    order = [n for n in np.argsort(-leak.chance, kind="stable").tolist() if n != leak.node][:_OTHERS]
    found = []
    for n in order:
        if leak.chance[n] >= _LEAST:
            lon, lat = watch.nodes[answers.names[n]]
            chance, metres = _short(leak.chance[n]), round(float(away[n]))
            found.append(LikelyPlace(answers.names[n], lon, lat, chance, metres))
    return tuple(found)


def _short(value: float) -> float:
    return float(f"{value:.{_FIGURES}g}")
