# SPDX-License-Identifier: Apache-2.0
"""The answers that count, in memory with their index; read again when a version was added."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Max

from tongguan.kernel.bigrams import Index
from tongguan.kernel.copies import Copy
from tongguan.knowledge.contracts import EntryInfo
from tongguan.knowledge.models import Entry

NAME: Final = "knowledge"
FIELDS: Final = tuple(EntryInfo.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The latest versions by code, and the index over those not withdrawn."""

    by_code: dict[str, EntryInfo]
    index: Index[str]


def info(row: dict[str, Any]) -> EntryInfo:
    """Give a row's values as others see them."""
    return EntryInfo(**{**row, "alike": tuple(row["alike"])})


def _stamp() -> tuple[Any, ...]:
    # Rows are only ever added: the highest key and the number of rows tell every change.
    found = Entry.objects.aggregate(last=Max("pk"), count=Count("pk"))
    return found["last"], found["count"]


def _load() -> Shelf:
    latest: dict[str, EntryInfo] = {}
    for row in Entry.objects.order_by("code", "number").values(*FIELDS):
        latest[row["code"]] = info(row)
    held = [entry for entry in latest.values() if not entry.withdrawn]
    return Shelf(latest, Index((e.code, (e.question, *e.alike), e.answer) for e in held))


shelf: Final[Copy[Shelf]] = Copy(_load, _stamp, NAME)
