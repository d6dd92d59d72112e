# SPDX-License-Identifier: Apache-2.0
"""Call-backs of the demo city and a district: a plan, a sample of the last weeks, most of it called."""

from datetime import timedelta
from typing import Final

import numpy as np

from tongguan.demo.staff import Staff
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict
from tongguan.people.contracts import Actor, Post
from tongguan.places.seed import CITY
from tongguan.revisits import api as revisits
from tongguan.revisits.contracts import Outcome, PlanIn, Result

_WEEKS: Final = timedelta(weeks=10)
#: Size of the sample and how many of it are called: by the city over its districts, by a district over units.
_BY_CITY, _BY_DISTRICT = (40, 32), (24, 18)
#: How often a call is answered, and a matter found solved, by units that work well and others.
_REACHED, _GOOD, _BAD = 0.8, 0.93, 0.7
_LEVELS: Final = ("very_satisfied", "satisfied", "basic")
_WORDS: Final = ("第二天又坏了", "没有人来过", "只修了一半", "")


def seed_revisits(rng: np.random.Generator, staff: Staff, district: str) -> None:
    """Have the city and a district draw and call. Where nothing was closed yet there is no sample."""
    _visited(rng, staff, CITY, "monthly", "district", _BY_CITY)
    _visited(rng, staff, district, "monthly-district", "unit", _BY_DISTRICT)


def _visited(
    rng: np.random.Generator, staff: Staff, division: str, code: str, stratum: str, many: tuple[int, int]
) -> None:
    keeper, caller = (staff.at_centre(post, division) for post in (Post.SUPERVISOR, Post.ACCEPTOR))
    size, called = many
    plan = PlanIn(
        code=code, name="办结质量独立回访", division=division, strata=(stratum,), size=size, least=2,
        attempts=3, reason="按月核对办结质量（演示）",
    )  # fmt: skip
    revisits.write_plan(keeper, plan)
    now = clock.now()
    try:
        revisits.draw(keeper, plan.code, now - _WEEKS, now, seed=12345)
    except Conflict:
        return
    for _ in range(called):
        if not _called(rng, caller):
            return


def _called(rng: np.random.Generator, caller: Actor) -> bool:
    task = revisits.take(caller)
    if task is None:
        return False
    revisits.unseal(caller, task.id)
    if rng.random() > _REACHED:
        revisits.record(caller, task.id, Outcome(outcome="no_answer"))
        return True
    solved = bool(rng.random() < (_BAD if len(task.unit_name) % 3 == 0 else _GOOD))
    level = str(rng.choice(_LEVELS, p=[0.4, 0.45, 0.15])) if solved else "unsatisfied"
    words = "" if solved else str(rng.choice(_WORDS))
    said = Result(responded=bool(rng.random() < _GOOD), solved=solved, satisfied=level, comment=words)
    revisits.record(caller, task.id, Outcome(outcome="talked", result=said))
    return True
