# SPDX-License-Identifier: Apache-2.0
"""What call-backs say of each unit, beside what its own surveys say; and where the two disagree."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import Count, Q

from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.replies import queries as replies
from tongguan.replies.contracts import SurveyShares
from tongguan.revisits import estimating
from tongguan.revisits.contracts import TaskState, UnitEstimate
from tongguan.revisits.estimating import Estimate
from tongguan.revisits.frame import closed_between
from tongguan.revisits.models import Cell, Draw, Task

#: The whole of a draw, where units have their numbers.
WHOLE: Final = 0
_Counts = tuple[int, int, int]


def estimates(draw: Draw, level: float) -> list[UnitEstimate]:
    """Give the estimates of a draw: the whole first, then each unit, the most cases first; four statements.

    Within a stratum those who answered stand for all of it (or all of the unit's part of it).
    """
    counts = _counts(draw)
    of_unit: dict[int, list[tuple[int, _Counts]]] = defaultdict(list)
    of_stratum: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for cell in Cell.objects.filter(draw=draw).order_by("stratum", "unit_id"):
        told = counts.get((cell.stratum, cell.unit_id), (0, 0, 0))
        of_unit[cell.unit_id].append((cell.population, told))
        for n, value in enumerate((cell.population, *told)):
            of_stratum[cell.stratum][n] += value
    surveys = replies.shares_by_unit(closed_between(PLATFORM, draw.division, draw.since, draw.until))
    names = people.units(unit for unit in of_unit if unit)
    whole = [(told[0], (told[1], told[2], told[3])) for told in of_stratum.values()]
    lines = [_line(WHOLE, "全部", whole, level, _together(surveys))]
    for unit_id, cells in sorted(of_unit.items(), key=lambda one: -sum(n for n, _ in one[1])):
        if unit_id:
            name = names[unit_id].name if unit_id in names else str(unit_id)
            lines.append(_line(unit_id, name, cells, level, surveys.get(unit_id)))
    return lines


def _counts(draw: Draw) -> dict[tuple[int, int], _Counts]:
    rows = Task.objects.filter(draw=draw, state=TaskState.ANSWERED).order_by().values("stratum", "unit_id")
    told = rows.annotate(
        n=Count("id"), yes=Count("id", filter=Q(solved=True)), happy=Count("id", filter=Q(content=True))
    )
    return {(r["stratum"], r["unit_id"]): (r["n"], r["yes"], r["happy"]) for r in told}


def _together(surveys: Mapping[int, SurveyShares]) -> SurveyShares | None:
    if not surveys:
        return None
    return SurveyShares(
        answered=sum(one.answered for one in surveys.values()),
        solved=sum(one.solved for one in surveys.values()),
        satisfied=sum(one.satisfied for one in surveys.values()),
    )


def _line(
    unit_id: int, name: str, cells: list[tuple[int, _Counts]], level: float, survey: SurveyShares | None
) -> UnitEstimate:
    population = np.array([n for n, _ in cells], np.int64)
    answered, yes, happy = (np.array([told[n] for _, told in cells], np.int64) for n in range(3))
    solved = estimating.estimated(population, answered, yes, level)
    content = estimating.estimated(population, answered, happy, level)
    own = survey.solved / survey.answered if survey and survey.answered else None
    differs = own is not None and solved.low is not None and not solved.low <= own <= (solved.high or 0)
    return UnitEstimate(
        unit_id=unit_id,
        unit_name=name,
        solved=solved,
        content=content,
        survey_answers=survey.answered if survey else 0,
        survey_solved=own,
        survey_content=survey.satisfied / survey.answered if survey and survey.answered else None,
        differs=differs,
        words=_words(solved, content, own, level, differs=differs),
    )


def _words(solved: Estimate, content: Estimate, own: float | None, level: float, *, differs: bool) -> str:
    if solved.share is None:
        return f"结案 {solved.population} 件，回访尚无回答"
    told = (
        f"结案 {solved.population} 件，回访答复 {solved.answered} 件：解决率 {_interval(solved)}，"
        f"满意率 {_interval(content)}（{level:.0%} 置信区间）"
    )
    if solved.represented < 1:
        told += f"；有回答的层占 {solved.represented:.0%}，其余未代表"
    if solved.design_effect is not None:
        told += f"；设计效应 {solved.design_effect:.2f}"
    if own is not None:
        apart = "在区间之外，两者不一致" if differs else "在区间之内"
        told += f"；短信评价解决率 {own:.1%}，{apart}"
    return told


def _interval(one: Estimate) -> str:
    return f"{one.share or 0:.1%}（{one.low or 0:.1%}–{one.high or 0:.1%}）"


def disagreements(draw: Draw, limit: int) -> list[tuple[Task, bool | None]]:
    """Give answered tasks whose reporter says unsolved, with what the same reporter's survey said before."""
    rows = Task.objects.filter(draw=draw, state=TaskState.ANSWERED, solved=False).select_related("draw__plan")
    found = list(rows.order_by("-answered_at", "id")[:limit])
    said: dict[UUID, bool] = replies.solved_by_report([row.report_id for row in found if row.report_id])
    return [(row, said.get(row.report_id) if row.report_id else None) for row in found]
