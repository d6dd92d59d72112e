# SPDX-License-Identifier: Apache-2.0
"""CAP in: kept once, in the order that updates and cancels say, told as a report where the city wants it."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import F

from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.people.contracts import Actor, Post
from tongguan.places.queries import locate
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables
from tongguan.warnings import cap, edxl, reading
from tongguan.warnings.cap import Area, Info, Message, reach
from tongguan.warnings.edxl import Envelope
from tongguan.warnings.models import Received, Unreadable

SOURCE = "cap"
#: Cities and districts have codes of these lengths in the place codes of a message.
_DIGITS = (2, 4, 6, 9, 12)
_TAKERS = (Post.SYSTEM, Post.ACCEPTOR, Post.DUTY_CHIEF)


def take(actor: Actor, body: bytes) -> UUID:
    """Keep a CAP message, or those in an EDXL-DE envelope; give the first one's number, again the same.

    Durable when it returns. Raises Forbidden, and Invalid naming the element: then the bytes are kept with
    the fault.
    """
    if not actor.scope.posts() & set(_TAKERS):
        raise Forbidden("cap.post", zh="您的岗位不能报送外来预警", en="your posts may not send warnings")
    try:
        envelope, messages = edxl.opened(body)
    except Invalid as fault:
        _keep(actor, body, fault)
        raise
    with atomic():
        kept = [_kept(actor, message, body, envelope) for message in messages]
        if envelope is not None:
            _withdrawn(actor, envelope, kept)
    return kept[0]


def _keep(actor: Actor, body: bytes, fault: Invalid) -> None:
    now = clock.now()
    row = tables.fresh(
        Unreadable,
        client=actor.key,
        digest=hashlib.sha256(body).hexdigest(),
        raw=body[: cap.MAX_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd"),
        field=(fault.field or "")[:40],
        fault=fault.zh[:200],
        division=_own(actor),
        first_at=now,
        last_at=now,
    )
    with atomic():
        known = Unreadable.objects.filter(client=row.client, digest=row.digest)
        if not known.update(times=F("times") + 1, last_at=now):
            Unreadable.objects.bulk_create([row], ignore_conflicts=True)


def _own(actor: Actor) -> str:
    held = actor.scope.divisions(*_TAKERS)
    return min(held, key=lambda code: (len(code), code)) if held else ""


def _withdrawn(actor: Actor, envelope: Envelope, kept: list[UUID]) -> None:
    """End what came in a distribution that the same system's cancel names, whichever of them came first."""
    mine = Received.objects.filter(client=actor.key, distribution__sender=envelope.sender)
    if envelope.kind == "Cancel":
        Received.objects.filter(pk__in=kept).update(ended=True)
        named = [one.identifier for one in envelope.references]
        mine.filter(distribution__identifier__in=named).update(ended=True)
    cancels = mine.filter(distribution__kind="Cancel").values_list("distribution", flat=True)
    if any([envelope.sender, envelope.identifier] in told["references"] for told in cancels):
        mine.filter(distribution__identifier=envelope.identifier).update(ended=True)


def _kept(actor: Actor, message: Message, body: bytes, envelope: Envelope | None) -> UUID:
    how = reading.FILE.counting()
    info = message.infos[0] if message.infos else None
    row = _row(actor, message, info, body, envelope)
    Received.objects.bulk_create([row], ignore_conflicts=True)
    key = {"sender": message.sender, "identifier": message.identifier, "sent": message.sent}
    kept = Received.objects.select_for_update().get(**key)
    if kept.pk != row.pk:
        return kept.pk
    _order(kept, message)
    cancelled = envelope is not None and envelope.kind == "Cancel"
    telling = None if cancelled else reading.told_as(message, kept.grade, how)
    if telling is not None and kept.replaced_by_id is None and not kept.ended:
        first = _first(kept)
        report = ReportIn(
            source=SOURCE, external_id=f"cap:{first}", title=(kept.headline or kept.event)[:200],
            text=f"{kept.headline or kept.event}\n{kept.words}\n发布：{kept.sender}，范围：{kept.place}",
            item_code=telling.item, division=kept.division, told_at=min(kept.sent, clock.now()),
        )  # fmt: skip
        kept.report_id = intake.receive(actor, report).report_id
        kept.save(update_fields=["report_id"])
    return kept.pk


def _row(
    actor: Actor, message: Message, info: Info | None, body: bytes, envelope: Envelope | None
) -> Received:
    how = reading.FILE.counting()
    areas = (info.areas if info else ()) or (envelope.areas if envelope else ())
    return tables.fresh(
        Received,
        sender=message.sender[:200],
        identifier=message.identifier[:200],
        sent=message.sent,
        client=actor.key,
        status=message.status,
        msg_type=message.msg_type,
        grade=reading.grade_of(info, how) if info else 0,
        event=info.event[:200] if info else "",
        signal=reading.signal_of(info, how) if info else "",
        headline=info.headline[:300] if info else "",
        words="\n".join(part for part in (info.description, info.instruction) if part) if info else "",
        place="、".join(area.description for area in areas if area.description)[:500],
        division=_division(areas, _own(actor)),
        onset=info.onset or info.effective if info else None,
        expires=info.expires if info else None,
        references=[[r.sender, r.identifier, r.sent.isoformat()] for r in message.references],
        distribution=_told(envelope) if envelope else {},
        raw=body.decode("utf-8", "replace"),
        received_at=clock.now(),
    )


def _told(envelope: Envelope) -> dict[str, Any]:
    shapes = [
        (kind, text)
        for area in envelope.areas
        for kind, texts in (
            ("circle", [f"{lat:g},{lon:g} {radius:g}" for lat, lon, radius in area.circles]),
            ("polygon", [" ".join(f"{lat:g},{lon:g}" for lat, lon in ring) for ring in area.polygons]),
        )
        for text in texts
    ]
    return {
        "identifier": envelope.identifier,
        "sender": envelope.sender,
        "sent": envelope.sent.isoformat(),
        "status": envelope.status,
        "kind": envelope.kind,
        "confidentiality": envelope.confidentiality,
        "references": [[one.sender, one.identifier] for one in envelope.references],
        "target": [*shapes, *(code for area in envelope.areas for code in area.codes)],
    }


def _division(areas: tuple[Area, ...], own: str) -> str:
    """Give the division that the areas' place codes name within the sender's own, else the one around them.

    Else the sender's.
    """
    codes = [code for area in areas for _, code in area.codes]
    fits = [c for c in codes if c.isdigit() and len(c) in _DIGITS and c.startswith(own)]
    short = [c.rstrip("0") if len(c) == _DIGITS[2] and c.endswith("0000") else c for c in fits]
    return min(short, key=len) if short else _around(areas, own)


def _around(areas: tuple[Area, ...], own: str) -> str:
    """Give the smallest division with all corners of the areas' shapes, within the sender's own."""
    corners = [point for area in areas for ring in area.polygons for point in ring]
    corners += [point for area in areas for circle in area.circles for point in reach(*circle)]
    if not corners:
        return own
    found = locate(np.array([lon for _, lon in corners]), np.array([lat for lat, _ in corners])).community
    wholes = [found[0][:n] for n in _DIGITS if len({code[:n] for code in found}) == 1 and n <= len(found[0])]
    whole = max(wholes, key=len, default="")
    return whole if whole.startswith(own) else own


def _order(kept: Received, message: Message) -> None:
    """Let what this one replaces be replaced, and this one by what came before it and names it."""
    if message.msg_type in {"Update", "Cancel"}:
        for one in message.references:
            earlier = Received.objects.filter(sender=one.sender, identifier=one.identifier, sent=one.sent)
            earlier.update(replaced_by=kept, ended=message.msg_type == "Cancel")
    if message.msg_type == "Cancel":
        kept.ended = True
        kept.save(update_fields=["ended"])
    for later in Received.objects.filter(sender=kept.sender, msg_type__in=["Update", "Cancel"]).exclude(
        pk=kept.pk
    ):
        if _names(later.references, kept.sender, kept.identifier, kept.sent):
            kept.replaced_by, kept.ended = later, later.msg_type == "Cancel"
            kept.save(update_fields=["replaced_by", "ended"])


def _names(references: list[list[str]], sender: str, identifier: str, sent: datetime) -> bool:
    return any(
        one[0] == sender and one[1] == identifier and datetime.fromisoformat(one[2]) == sent
        for one in references
    )


def _first(kept: Received) -> UUID:
    """Give the number of the message with which the matter began: its report is one for ever."""
    first = kept
    while (before := Received.objects.filter(replaced_by=first).order_by("sent").first()) is not None:
        first = before
    return first.pk
