# SPDX-License-Identifier: Apache-2.0
"""The history of a case: lines chained by hash, only ever appended."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Max

from tongguan.cases.models import Case, TimelineEntry
from tongguan.people.contracts import Actor
from tongguan.runtime import chain
from tongguan.runtime.contracts import ChainRow
from tongguan.tables import api as tables

_CHUNK = 2000
_CHAINED = ("no", "move", "frm", "to", "actor_key", "actor_name", "unit_name", "post", "at", "reason",
            "clause", "inputs", "evidence")  # fmt: skip
_chained = attrgetter(*_CHAINED)


def entry(
    actor: Actor,
    case_id: UUID,
    head: tuple[int, str],
    *,
    move: str,
    frm: str,
    to: str,
    post: str,
    at: datetime,
    inputs: Mapping[str, Any],
    evidence: Mapping[str, Any],
) -> TimelineEntry:
    """Give the next line after ``head`` (number, hash), not yet stored. Blank inputs are left out."""
    given = {key: _plain(value) for key, value in inputs.items() if value not in (None, "", [])}
    line = tables.fresh(
        TimelineEntry,
        case_id=case_id,
        no=head[0] + 1,
        move=move,
        frm=frm,
        to=to,
        actor_key=actor.key,
        actor_name=actor.name,
        unit_name=actor.unit_name,
        post=post,
        at=at,
        reason=str(given.pop("reason", "")),
        clause=str(given.pop("clause", "")),
        inputs=given,
        evidence=dict(evidence),
        prev_hash=head[1],
    )
    line.hash = chain.link(line.prev_hash, chained(line))
    return line


def chained(line: TimelineEntry) -> dict[str, Any]:
    """Give what a line's hash covers."""
    return {"case": str(line.case_id), **dict(zip(_CHAINED, _chained(line), strict=True))}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


class TimelineSource:
    """The timelines as a chain source of the audit."""

    def last_id(self) -> int:
        """Give the highest row id."""
        return TimelineEntry.objects.aggregate(last=Max("id"))["last"] or 0

    def rows(self, after_id: int = 0, upto_id: int | None = None) -> Iterator[ChainRow]:
        """Give the lines by growing id."""
        lines = TimelineEntry.objects.filter(id__gt=after_id).order_by("id")
        if upto_id is not None:
            lines = lines.filter(id__lte=upto_id)
        for line in lines.iterator(_CHUNK):
            yield ChainRow(line.pk, f"case:{line.case_id}", line.no, line.prev_hash, line.hash, chained(line))

    def heads(self) -> Iterator[tuple[str, int, str]]:
        """Give the head that every case keeps of its own timeline."""
        heads = Case.objects.values_list("id", "line_no", "line_hash")
        for case_id, no, mark in heads.iterator(_CHUNK):
            yield f"case:{case_id}", no, mark
