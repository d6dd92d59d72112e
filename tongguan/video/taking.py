# SPDX-License-Identifier: Apache-2.0
"""The gate of the channel ``video``: sightings become findings that wait for a person, or go through.

The cameras of a batch are locked in order: two senders never make two findings of one matter. A batch
costs a constant number of statements besides storing its pictures.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tongguan.intake.contracts import Piece, Taken
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import files, transactions
from tongguan.tellings.checks import FUTURE_TOLERANCE, OLDEST, check_text
from tongguan.video import api, queries
from tongguan.video.contracts import FindingState, SightingIn
from tongguan.video.kinds import Declared, declared
from tongguan.video.models import Camera, Finding, Sighting

_LONGEST: Final = {"source_id": 200, "clip": 500}
#: A rejected one folds what follows within the window too: a person has just said no.
_OPEN: Final = tuple(FindingState)


@dataclass(frozen=True, slots=True)
class _Seen:
    index: int
    told: SightingIn
    camera: Camera
    picture: UUID | None


def take(actor: Actor, pieces: Sequence[Piece]) -> list[Taken | Refusal]:
    """Take sightings; give for each its finding, or why it was refused."""
    known = declared()
    told: list[SightingIn] = [piece.held for piece in pieces]
    with transactions.atomic():  # in the queue of SQLite's writers, like the writing below
        before = _taken(actor, told)
        cameras = Camera.objects.in_bulk({one.camera for one in told}, field_name="code")
    answers: dict[int, Taken | Refusal] = {}
    fresh: list[_Seen] = []
    for index, (piece, one) in enumerate(zip(pieces, told, strict=True)):
        try:
            if one.source_id not in before:
                camera = _checked(actor, one, cameras.get(one.camera), known)
                fresh.append(_Seen(index, one, camera, _stored(actor, piece)))
        except Refusal as refusal:
            answers[index] = refusal
    with transactions.atomic():
        placed = before | _placed(actor, fresh, known)
    for index, one in enumerate(told):
        if index not in answers:
            answers[index] = Taken(placed[one.source_id], repeated=one.source_id in before)
    return [answers[index] for index in range(len(told))]


def _placed(actor: Actor, fresh: Sequence[_Seen], known: Declared) -> dict[str, UUID]:
    if not fresh:
        return {}
    ids = sorted({one.camera.pk for one in fresh})
    list(Camera.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    placed = _taken(actor, [one.told for one in fresh])
    recent = _recent(ids, fresh, known)
    made: list[Finding] = []
    grown: dict[UUID, Finding] = {}
    sightings = []
    for one in sorted(fresh, key=lambda seen: (seen.told.seen_at, seen.told.source_id)):
        if one.told.source_id in placed:
            continue
        window = timedelta(minutes=known.kinds[one.told.kind].window)
        near = recent.setdefault((one.camera.pk, one.told.kind), [])
        finding = next((f for f in near if _same(f, one.told.seen_at, window)), None)
        if finding is None:
            finding = _new(actor, one)
            near.append(finding)
            made.append(finding)
        else:
            _grow(finding, one)
            if finding not in made:
                grown[finding.pk] = finding
        placed[one.told.source_id] = finding.pk
        sightings.append(_sighting(actor, one, finding))
    _judge(made)
    Finding.objects.bulk_create(made)
    Finding.objects.bulk_update(
        grown.values(), ["seen_at", "last_at", "count", "score", "box", "clip", "picture"]
    )
    Sighting.objects.bulk_create(sightings)
    api.let_through([row for row in made if row.state == FindingState.PASSED])
    return placed


def _same(finding: Finding, at: datetime, window: timedelta) -> bool:
    """Tell whether a sighting belongs to it: near its first sighting, or while it waits near its last."""
    if abs(at - finding.seen_at) <= window:
        return True
    waits = finding.state == FindingState.WAITING
    return waits and finding.seen_at - window <= at <= finding.last_at + window


def _recent(ids: list[int], fresh: Sequence[_Seen], known: Declared) -> dict[tuple[int, str], list[Finding]]:
    widest = timedelta(minutes=max(known.kinds[one.told.kind].window for one in fresh))
    first = min(one.told.seen_at for one in fresh)
    rows = Finding.objects.filter(
        camera_id__in=ids, kind__in={one.told.kind for one in fresh}, last_at__gte=first - widest
    )
    found: dict[tuple[int, str], list[Finding]] = {}
    for row in rows.order_by("-last_at", "-id"):
        found.setdefault((row.camera_id, row.kind), []).append(row)
    return found


def _judge(made: Sequence[Finding]) -> None:
    """Let those through whose camera has proved itself for their kind, but every so many to a person."""
    if not made:
        return
    lines = queries.lines({(row.camera_id, row.kind): row.camera.code for row in made})
    kinds = declared().kinds
    for row in made:
        line = lines[row.camera_id, row.kind]
        row.words = line.words
        if line.automatic and row.pk.int % kinds[row.kind].spot:
            row.state = FindingState.PASSED
        elif line.automatic:
            row.words = f"{line.words}；本条抽查"


def _new(actor: Actor, one: _Seen) -> Finding:
    told = one.told
    return Finding(
        camera=one.camera,
        kind=told.kind,
        client=actor.key,
        division=one.camera.division,
        seen_at=told.seen_at,
        last_at=told.seen_at,
        score=told.score,
        box=list(told.box or ()),
        clip=told.clip,
        picture=one.picture,
    )


def _grow(finding: Finding, one: _Seen) -> None:
    """Count once more; the surest picture is the one people judge while nobody has."""
    told = one.told
    finding.count += 1
    finding.seen_at, finding.last_at = min(finding.seen_at, told.seen_at), max(finding.last_at, told.seen_at)
    surer = told.score > finding.score and one.picture is not None
    if finding.state == FindingState.WAITING and (surer or finding.picture is None):
        finding.score, finding.box = max(told.score, finding.score), list(told.box or ())
        finding.clip, finding.picture = told.clip or finding.clip, one.picture


def _sighting(actor: Actor, one: _Seen, finding: Finding) -> Sighting:
    return Sighting(
        client=actor.key,
        source_id=one.told.source_id,
        finding=finding,
        seen_at=one.told.seen_at,
        received_at=clock.now(),
        score=one.told.score,
        picture=one.picture,
    )


def _taken(actor: Actor, told: Sequence[SightingIn]) -> dict[str, UUID]:
    numbers = {one.source_id for one in told}
    rows = Sighting.objects.filter(client=actor.key, source_id__in=numbers)
    return dict(rows.values_list("source_id", "finding_id"))


def _checked(actor: Actor, told: SightingIn, camera: Camera | None, known: Declared) -> Camera:
    for field, longest in _LONGEST.items():
        check_text(getattr(told, field), field, longest, line=True)
    senders = (Post.SYSTEM, *queries.REVIEWERS)
    if camera is None or not camera.active or not actor.scope.covers(camera.division, *senders):
        # Kept, and read again once somebody has registered the camera.
        raise Invalid("camera.unknown", zh="没有这台摄像机，或已停用", en="no such camera", field="camera")
    if told.kind not in known.kinds:
        raise Invalid("finding.kind", zh="没有声明此类别", en="no such kind is declared", field="kind")
    if not OLDEST <= told.seen_at <= clock.now() + FUTURE_TOLERANCE:
        raise Invalid("finding.time", zh="时间不合理", en="not a likely time", field="time")
    return camera


def _stored(actor: Actor, piece: Piece) -> UUID | None:
    if not piece.media:
        return None
    medium = piece.media[0]
    kept = files.store(actor, medium.name, io.BytesIO(medium.body), "report", field="picture")
    if not kept.kind.startswith("image/"):
        raise Invalid("finding.picture", zh="截图应为图片", en="must be a picture", field="picture")
    return kept.id
