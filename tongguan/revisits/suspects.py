# SPDX-License-Identifier: Apache-2.0
"""Reads of suspicions of false closing, within the reader's divisions."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet

from tongguan.cases import queries as cases
from tongguan.catalog import queries as catalog
from tongguan.dispatch import queries as dispatch
from tongguan.kernel.errors import NotFound
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.revisits import bars, reach
from tongguan.revisits.contracts import BookLine, SuspicionInfo, SuspicionState
from tongguan.revisits.declared import looking
from tongguan.revisits.models import Suspicion

READERS: Final = (*reach.JUDGES, Post.EVALUATOR, Post.AUDITOR)
_MOST: Final = 200
_CASE: Final = ("number", "title", "address", "lon", "lat")
_ELSEWHERE: Final = {*_CASE, "detector_name", "unit_name", "item_name", "case_state", "photos"}
_SAME: Final = tuple(set(SuspicionInfo.__dataclass_fields__) - _ELSEWHERE)
PHOTOS: Final = ("photo", "earlier", "before")


def _visible(actor: Actor) -> QuerySet[Suspicion]:
    reach.must_hold(actor, *READERS)
    return Suspicion.objects.filter(reach.within(actor, *READERS))


def suspicions(
    actor: Actor,
    *,
    state: str = SuspicionState.WAITING,
    detector: str = "",
    before: UUID | None = None,
    limit: int = 50,
) -> list[SuspicionInfo]:
    """List suspicions of a state, the newest first, older than ``before``. Raises Forbidden."""
    rows = _visible(actor).filter(state=state)
    if detector:
        rows = rows.filter(detector=detector)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return infos(list(rows.order_by("-id")[: min(limit, _MOST)]))


def counts(actor: Actor) -> dict[str, int]:
    """Count what waits for judgement by detector, and nothing else. Raises Forbidden."""
    rows = _visible(actor).filter(state=SuspicionState.WAITING).order_by().values_list("detector")
    return dict(rows.annotate(n=Count("id")))


def suspicion(actor: Actor, pk: UUID) -> SuspicionInfo:
    """Give one suspicion. Raises Forbidden, NotFound."""
    row = _visible(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound("suspicion.unknown", zh="没有这条疑点", en="no such suspicion")
    return infos([row])[0]


def of_cases(actor: Actor, case_ids: Sequence[UUID]) -> list[SuspicionInfo]:
    """Give all suspicions of visible cases, the oldest first. Raises Forbidden."""
    return infos(list(_visible(actor).filter(case_id__among=list(case_ids)).order_by("id")))


def photo(actor: Actor, pk: UUID, which: str) -> UUID:
    """Give the file of a suspicion's evidence: ``photo``, ``earlier``, or one taken ``before`` the handling.

    Raises Forbidden, NotFound.
    """
    info = suspicion(actor, pk)
    told = _before([info.case_id]).get(info.case_id) if which == "before" else info.evidence.get(which)
    if which not in PHOTOS or not told:
        raise NotFound("suspicion.no_photo", zh="没有这张照片", en="no such photo")
    return UUID(str(told))


def _before(case_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give the first photo from before the handling of those of these cases that have one."""
    found: dict[UUID, str] = {}
    for order in dispatch.orders_of(case_ids):
        weighed: Any = order.evidence.get("photos_before")
        if isinstance(weighed, dict) and weighed["photos"]:
            found.setdefault(order.case_id, str(weighed["photos"][0]["id"]))
    return found


def book(actor: Actor) -> list[BookLine]:
    """Give how right each detector was by people's judgement. Raises Forbidden."""
    reach.must_hold(actor, *READERS)
    return bars.book()


def infos(rows: Sequence[Suspicion]) -> list[SuspicionInfo]:
    """Give rows with their cases, in four statements at most."""
    known = cases.cases_by_id(PLATFORM, {row.case_id for row in rows})
    items = catalog.items({row.item_code for row in rows})
    units = people.units({row.unit_id for row in rows if row.unit_id})
    names, before = looking().detectors, _before(known)
    return [
        SuspicionInfo(
            **{name: getattr(known[row.case_id], name) for name in _CASE},
            **{name: getattr(row, name) for name in _SAME},
            photos=tuple(
                which
                for which in PHOTOS
                if (row.case_id in before if which == "before" else row.evidence.get(which))
            ),
            case_state=known[row.case_id].state,
            detector_name=names[row.detector].zh if row.detector in names else row.detector,
            unit_name=units[row.unit_id].name if row.unit_id in units else "",
            item_name=items[row.item_code].name if row.item_code in items else row.item_code,
        )
        for row in rows
        if row.case_id in known
    ]
