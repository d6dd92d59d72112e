# SPDX-License-Identifier: Apache-2.0
"""What reporters' answers add to the city's vital signs.

The three rates are named by 接诉即办 practice; which cases must be assessed is a city's decision that no
standard makes, so the shares here are of the answers there are, and say so. A round's newest answer counts.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.cases.facts import CaseMoved
from tongguan.indicators.contracts import Direction, Indicator, Kind, Measure, Step
from tongguan.indicators.spi import Source
from tongguan.kernel.facts import Fact
from tongguan.people.contracts import PLATFORM
from tongguan.replies.contracts import Satisfied
from tongguan.replies.facts import SurveyAnswered
from tongguan.replies.models import Survey, SurveyAnswer

FACTS: Final = (SurveyAnswered, CaseMoved)
MEASURES: Final = (
    Measure("survey_answered", "收到评价", "answers of reporters", "份", Kind.FLOW),
    Measure("survey_responded", "评价已联系", "answered: contacted", "份", Kind.FLOW),
    Measure("survey_solved", "评价已解决", "answered: solved", "份", Kind.FLOW),
    Measure("survey_satisfied", "评价满意", "answered: satisfied", "份", Kind.FLOW),
)


class SurveyRows:
    """Reads answers by case for the engine of indicators."""

    def subjects(self, facts: Iterable[Fact]) -> set[UUID]:
        """Give the cases that these facts tell of."""
        return {fact.case_id for fact in facts if isinstance(fact, FACTS)}

    def steps(self, subjects: Collection[UUID]) -> Iterator[Step]:
        """Give the steps of these cases' answers in two statements."""
        rows = SurveyAnswer.objects.filter(survey__case_id__among=list(subjects)).select_related("survey")
        newest = {(row.survey_id, row.round): row for row in rows.order_by("id")}
        known = cases.cases_by_id(PLATFORM, {row.survey.case_id for row in newest.values()}) if newest else {}
        for row in newest.values():
            case = known.get(row.survey.case_id)
            if case is None:
                continue
            for measure, counts in (
                ("survey_answered", True),
                ("survey_responded", row.responded),
                ("survey_solved", row.solved),
                ("survey_satisfied", row.satisfied == Satisfied.YES),
            ):
                if counts:
                    yield Step(case.id, measure, case.item_code, case.division, row.at, 1)

    def after(self, subject: UUID | None, limit: int) -> list[UUID]:
        """Give the cases with surveys that follow one by id."""
        rows = Survey.objects.order_by("case_id").values_list("case_id", flat=True).distinct()
        return list((rows if subject is None else rows.filter(case_id__gt=subject))[:limit])


SOURCE: Final = Source("surveys", 1, MEASURES, FACTS, SurveyRows())


def _share(code: str, zh: str, en: str, measure: str, words: str, number: str) -> Indicator:
    return Indicator(
        code=code, zh=zh, en=en, dimension="公众满意度", unit="%", decimals=1, direction=Direction.HIGH,
        formula=f"100 * {measure}(month) / survey_answered(month)",
        words=f"近 30 日{words}数 / 收到的评价数；应考核范围由城市另定",
        source=f"城市体征候选指标 {number}；接诉即办三率通行口径", owner="城运中心",
    )  # fmt: skip


SIGNS: Final = (
    _share("responded_share", "响应率", "responded", "survey_responded", "评价为已联系的", "SGN53"),
    _share("solved_share", "解决率", "solved", "survey_solved", "评价为已解决的", "SGN54"),
    _share(
        "satisfied_share", "满意率", "satisfied", "survey_satisfied", "评价为满意（不含基本满意）的", "SGN55"
    ),
)
