# SPDX-License-Identifier: Apache-2.0
"""Reads of video, within the reader's divisions: cameras, findings, the precision book."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongguan.kernel import clock
from tongguan.kernel.certainty import wilson
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.people.contracts import CENTRE_POSTS, PLATFORM, Actor, Post
from tongguan.people.queries import division_q
from tongguan.video import precision
from tongguan.video.contracts import BookLine, CameraInfo, FindingInfo, FindingState
from tongguan.video.kinds import FILE, Declared, declared
from tongguan.video.models import Camera, Finding, Switch

#: Who judges what algorithms found.
REVIEWERS: Final = (Post.ACCEPTOR, Post.DUTY_CHIEF)
_SEE_CAMERAS: Final = (*CENTRE_POSTS, Post.SYSADMIN, Post.DEPARTMENT)
_MOST: Final = 200
_CAMERA: Final = tuple(CameraInfo.__dataclass_fields__)
_PLAIN: Final = tuple(
    set(FindingInfo.__dataclass_fields__)
    - {"camera_code", "camera_name", "title", "item_code", "lon", "lat", "box"}
)
Pair = tuple[int, str]

checked_file = FILE.checked


def cameras(actor: Actor, *, division: str = "", after: str = "", limit: int = 50) -> list[CameraInfo]:
    """List the cameras of the actor's divisions by code. Raises Forbidden."""
    if actor != PLATFORM and not actor.scope.posts() & set(_SEE_CAMERAS):
        raise Forbidden(
            "camera.not_allowed", zh="您的岗位不能查看摄像机", en="your posts may not see cameras"
        )
    rows = Camera.objects.filter(_within(actor, *_SEE_CAMERAS), division__startswith=division, code__gt=after)
    return [CameraInfo(**row) for row in rows.order_by("code").values(*_CAMERA)[: min(limit, _MOST)]]


def declaration() -> Declared:
    """Give what counts: the kinds that are found, and the reasons for which a finding is rejected."""
    return declared()


def findings(
    actor: Actor,
    *,
    state: str = FindingState.WAITING,
    camera: str = "",
    kind: str = "",
    before: UUID | None = None,
    limit: int = 50,
) -> list[FindingInfo]:
    """List findings of the actor's divisions, newest first, older than ``before``. Raises Forbidden."""
    rows = visible(actor).filter(state=state)
    if camera:
        rows = rows.filter(camera__code=camera)
    if kind:
        rows = rows.filter(kind=kind)
    if before is not None:
        rows = rows.filter(id__lt=before)
    known = declared()
    return [info(row, known) for row in rows.select_related("camera").order_by("-id")[: min(limit, _MOST)]]


def finding(actor: Actor, finding_id: UUID) -> FindingInfo:
    """Give one finding. Raises NotFound, Forbidden."""
    return info(row_of(actor, finding_id), declared())


def row_of(actor: Actor, finding_id: UUID, *, lock: bool = False) -> Finding:
    """Give one row within scope, locked for change if asked. Raises NotFound, Forbidden."""
    rows = visible(actor).filter(pk=finding_id).select_related("camera")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise NotFound("finding.unknown", zh="没有这条视频发现", en="no such finding")
    return row


def visible(actor: Actor) -> QuerySet[Finding]:
    """Give the findings that the actor may judge. Raises Forbidden for others than reviewers."""
    if actor != PLATFORM and not actor.scope.posts() & set(REVIEWERS):
        raise Forbidden(
            "finding.not_reviewer", zh="您的岗位不能复核视频发现", en="your posts may not review findings"
        )
    return Finding.objects.filter(_within(actor, *REVIEWERS))


def book(actor: Actor, *, camera: str = "", kind: str = "", limit: int = _MOST) -> list[BookLine]:
    """Give the precision book by camera and kind, of those that ever found something. Raises Forbidden."""
    rows = visible(actor)
    if camera:
        rows = rows.filter(camera__code=camera)
    if kind:
        rows = rows.filter(kind=kind)
    pairs = rows.order_by("camera__code", "kind").values_list("camera_id", "kind", "camera__code").distinct()
    codes = {(camera_id, name): code for camera_id, name, code in pairs[: min(limit, _MOST)]}
    return list(lines(codes).values())


def lines(codes: dict[Pair, str]) -> dict[Pair, BookLine]:
    """Give the book's lines of these cameras (by id, with their code) and kinds, in two statements."""
    known = declared()
    since = clock.now() - timedelta(days=known.book_days)
    ids = {camera_id for camera_id, _ in codes}
    rows = (
        Finding.objects.filter(camera_id__in=ids, reviewed_at__gte=since)
        .order_by()
        .values_list("camera_id", "kind")
        .annotate(
            right=Count("id", filter=Q(state=FindingState.ACCEPTED)),
            wrong=Count("id", filter=Q(state=FindingState.REJECTED, wrong=True)),
        )
    )
    counted = {(camera_id, kind): (right, wrong) for camera_id, kind, right, wrong in rows}
    off = _switched_off(ids)
    return {pair: _line(pair, code, *counted.get(pair, (0, 0)), known, off) for pair, code in codes.items()}


def _line(pair: Pair, code: str, right: int, wrong: int, known: Declared, off: Collection[Pair]) -> BookLine:
    kind, reviewed = known.kinds.get(pair[1]), right + wrong
    target, least = (kind.target, kind.least) if kind else (None, 1)
    automatic, words = precision.judged(
        right, reviewed, target, least, switched_off=bool({pair, (pair[0], "")} & set(off))
    )
    return BookLine(
        camera_code=code,
        kind=pair[1],
        reviewed=reviewed,
        right=right,
        precision=right / reviewed if reviewed else 0.0,
        lower=wilson(right, reviewed)[0],
        target=target,
        least=least,
        automatic=automatic,
        words=words,
    )


def _switched_off(camera_ids: Iterable[int]) -> set[Pair]:
    newest: dict[Pair, bool] = {}
    rows = Switch.objects.filter(camera_id__in=camera_ids).order_by("id")
    for camera_id, kind, off in rows.values_list("camera_id", "kind", "off"):
        newest[camera_id, kind] = off
    return {pair for pair, off in newest.items() if off}


def info(row: Finding, known: Declared) -> FindingInfo:
    """Give a row, with its camera, as people see it."""
    kind = known.kinds.get(row.kind)
    return FindingInfo(
        camera_code=row.camera.code,
        camera_name=row.camera.name,
        title=kind.title if kind else row.kind,
        item_code=kind.item if kind else "",
        lon=row.camera.lon,
        lat=row.camera.lat,
        box=tuple(row.box),
        **{name: getattr(row, name) for name in _PLAIN},
    )


def _within(actor: Actor, *posts: Post) -> Q:
    return Q() if actor == PLATFORM else division_q(actor.scope, "division", *posts)
