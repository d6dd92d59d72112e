# SPDX-License-Identifier: Apache-2.0
"""Columns of closings for the detectors, read set-based: cases, the leading order's times, its photos."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.dispatch import queries as dispatch
from tongguan.dispatch.contracts import OrderInfo
from tongguan.people.contracts import PLATFORM
from tongguan.pictures import api as pictures
from tongguan.revisits.detect import Floats
from tongguan.revisits.frame import NOT_HANDLED
from tongguan.runtime import files, lookalikes
from tongguan.runtime.contracts import FileInfo, Lookalike

_AFTER: Final = "photos_after"


@dataclass(frozen=True, slots=True)
class Closing:
    """One closed case with the leading order that was dealt with, if any."""

    case: CaseInfo
    order: OrderInfo | None

    @property
    def minutes(self) -> float:
        """Give the minutes from dispatch to submission; NaN where there are none."""
        if self.order is None or self.order.submitted_at is None:
            return float("nan")
        return (self.order.submitted_at - self.order.dispatched_at).total_seconds() / 60


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo that is to prove a closing."""

    closing: Closing
    file: FileInfo


def closings(case_ids: Collection[UUID]) -> list[Closing]:
    """Give those of these cases that are closed now after being dealt with, in three statements."""
    known = cases.cases_by_id(PLATFORM, case_ids)
    closed = {pk: c for pk, c in known.items() if c.closed_at is not None and c.state not in NOT_HANDLED}
    leads: dict[UUID, OrderInfo] = {}
    for order in dispatch.orders_of(closed):
        if order.role == "lead" and order.submitted_at is not None:
            leads[order.case_id] = order
    return [Closing(case, leads.get(pk)) for pk, case in sorted(closed.items())]


def shots(rows: Iterable[Closing]) -> list[Shot]:
    """Give the photos after handling of these closings, in one statement."""
    named = [(row, file_id) for row in rows for file_id in _photos(row)]
    known = files.infos([file_id for _, file_id in named])
    return [Shot(row, known[file_id]) for row, file_id in named if file_id in known]


def _photos(row: Closing) -> list[UUID]:
    weighed: Any = row.order.evidence.get(_AFTER) if row.order is not None else None
    return [UUID(str(one["id"])) for one in weighed["photos"]] if isinstance(weighed, dict) else []


def used_before(rows: Sequence[Shot]) -> list[tuple[Shot, Lookalike]]:
    """Give the photos that were kept before, each with the likest earlier one; five statements.

    ``lookalikes`` compares with all that is kept but not these with each other: many closings come at once.
    """
    told = sorted(rows, key=lambda one: (one.file.at, one.file.id))
    prints = lookalikes.prints_of({one.file.id for one in told})
    likes = lookalikes.reused({one.file.id for one in told})
    found = []
    for place, one in enumerate(told):
        like = likes.get(one.file.id)
        known = [like] if like is not None and like.file.at < one.file.at else []
        known += _among(one.file, [other.file for other in told[:place]], prints)
        if known:
            found.append((one, min(known, key=lambda other: (not other.exact, other.bits))))
    return found


def _among(mine: FileInfo, earlier: Sequence[FileInfo], prints: Mapping[UUID, int]) -> list[Lookalike]:
    same = [Lookalike(other, 0, exact=True) for other in earlier if other.sha256 == mine.sha256]
    if same or mine.id not in prints:
        return [one for one in same if one.file.id != mine.id]
    shown = [other for other in earlier if other.id in prints and not _one_visit(mine, other)]
    bits = pictures.distances([prints[mine.id]], [prints[other.id] for other in shown])[0].tolist()
    return [Lookalike(o, n) for o, n in zip(shown, bits, strict=True) if n <= pictures.SAME]


def _one_visit(mine: FileInfo, other: FileInfo) -> bool:
    return mine.actor_key == other.actor_key and abs(mine.at - other.at) <= lookalikes.BURST


def floats(values: Iterable[float | None]) -> Floats:
    """Give a column; what is not known is NaN."""
    return np.array([np.nan if value is None else value for value in values], np.float64)


def hours(values: Iterable[datetime | None]) -> Floats:
    """Give moments as hours since 1970; what is not known is NaN."""
    return floats(None if value is None else value.timestamp() / 3600 for value in values)
