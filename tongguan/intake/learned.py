# SPDX-License-Identifier: Apache-2.0
"""What triage learns: the item of a telling, from filed cases, people's corrections and the catalogue."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from tongguan.catalog import queries as catalog
from tongguan.intake.models import Report, TriageDecision
from tongguan.learning import spi
from tongguan.learning.contracts import Example
from tongguan.learning.spi import Task

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
