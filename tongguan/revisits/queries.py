# SPDX-License-Identifier: Apache-2.0
"""Reads of call-backs and suspicions, always scoped."""

from collections.abc import Iterable
from uuid import UUID

from tongguan.revisits.contracts import AnswerInfo, TaskState
from tongguan.revisits.models import Task


def answers_of(case_ids: Iterable[UUID]) -> list[AnswerInfo]:
    """Give the call-backs answered about cases the caller may see, by time, in one statement."""
    rows = Task.objects.filter(case_id__among=list(case_ids), state=TaskState.ANSWERED)
    fields = tuple(AnswerInfo.__dataclass_fields__)
    named = rows.order_by("answered_at", "id").values(*(set(fields) - {"at"}), "answered_at")
    return [AnswerInfo(at=row.pop("answered_at"), **row) for row in named]
