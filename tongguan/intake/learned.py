# SPDX-License-Identifier: Apache-2.0
"""What triage learns: the item of a telling, from filed cases, people's corrections and the catalogue."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.catalog import queries as catalog
from tongguan.intake.models import Report, TriageDecision
from tongguan.learning import api as learning
from tongguan.learning import queries, spi
from tongguan.learning.contracts import Example, Suggestion
from tongguan.learning.spi import Task
from tongguan.people.contracts import PLATFORM, Actor

ITEM: Final = "item"
#: Tellings looked back on; a city's newest words are its best teachers.
_MOST: Final = 200_000


def subject_of(report_id: UUID) -> str:
    """Give the name under which learning keeps a telling."""
    return f"report:{report_id}"


def _examples() -> Iterator[Example]:
    """Give tellings whose item a person confirmed by filing; what only the model said teaches nothing."""
    alone = TriageDecision.objects.filter(item_how="model", item_sure=True).values("report_id")
    rows = Report.objects.filter(case__filed_at__isnull=False).exclude(pk__in=alone).order_by("-id")
    for pk, title, text, code in rows.values_list("id", "title", "text", "case__item_code")[:_MOST]:
        yield Example(subject_of(pk), f"{title}。{text}" if title else text, code)


def _texts(subjects: Sequence[str]) -> Mapping[str, str]:
    ids = [UUID(subject.partition(":")[2]) for subject in subjects]
    rows = Report.objects.filter(pk__in=ids).values_list("id", "title", "text")
    return {subject_of(pk): f"{title}。{text}" if title else text for pk, title, text in rows}


def _words() -> Iterator[tuple[str, str]]:
    """Give the catalogue's own words for each item: names, other names, filing conditions."""
    for item in catalog.items_table():
        yield item.code, "，".join((item.name, item.name, *item.aliases, item.major_name))
        for rule in catalog.filing_rules(item.code):
            yield item.code, f"{item.name}{rule.filing_condition}"


spi.tasks.register(ITEM, Task("事项归类", _examples, _words, _texts))


def corrected(actor: Actor, report_id: UUID, code: str) -> None:
    """Keep the item a person gave a telling, where the model had said something of it."""
    row = TriageDecision.objects.filter(report_id=report_id).exclude(item_version="").last()
    if row is not None:
        shares = tuple((str(item), float(share)) for item, share in row.item_shares)
        said = Suggestion(shares[0][0], row.item_confidence, shares, row.item_version, row.item_sure)
        learning.correct(actor, ITEM, subject_of(report_id), said, code)


def filed(actor: Actor, case_id: UUID) -> None:
    """Keep the item a person filed a case under, for every telling of it."""
    code = cases.case(PLATFORM, case_id).item_code
    asked = TriageDecision.objects.filter(report__case_id=case_id).exclude(item_version="")
    for report_id in asked.order_by("report_id").values_list("report_id", flat=True).distinct():
        corrected(actor, report_id, code)


def begin() -> int:
    """Train the first version from the catalogue's own words where there is none; give how many (0, 1).

    It suggests and never decides alone: a person is always asked until there is history to measure on.
    """
    if queries.versions(ITEM) or not catalog.items_table():
        return 0
    learning.promote(PLATFORM, ITEM, learning.train(PLATFORM, ITEM).number)
    return 1
