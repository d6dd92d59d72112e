# SPDX-License-Identifier: Apache-2.0
"""Parcels: a channel's bytes become reports; what cannot be read is kept and can be read again.

Whatever comes in is durable before it is answered: as reports, or as parts that wait with their fault.
"""

import hashlib
import io
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F

from tongguan.intake import receiving, sealing
from tongguan.intake.contracts import Answer, Parcel, Piece, ReportIn, UnreadState
from tongguan.intake.models import Unread
from tongguan.intake.queries import unread_count, unread_row
from tongguan.intake.spi import channels, gates, takers
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid, NotFound, Refusal
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import Actor
from tongguan.runtime import api as jobs
from tongguan.runtime import audit, files, transactions

log = logging.getLogger(__name__)
REPLAY_KIND: Final = "intake.replay"
#: Headers that say how a body is to be read; all others are dropped, since they may hold credentials.
_HEADERS_KEPT: Final = ("content-type", "ce-")
_LONGEST_HEADER: Final = 500
_LONGEST_FAULT: Final = 500
_LONGEST_FIELD: Final = 200


def accept(actor: Actor, channel: str, parcel: Parcel) -> list[Answer]:
    """Read a parcel by a channel and receive its tellings; one answer per part, in their order.

    A part that cannot be read, or that intake would refuse, is kept (``Answer.kept``) and refused. Raises
    NotFound for an unknown channel, Forbidden, Unavailable (too many wait: nothing is kept then, send again).
    """
    if channel not in channels:
        raise NotFound("channel.unknown", zh="没有这个渠道", en="no such channel", field="channel")
    receiving.may_tell(actor)
    receiving.check_pressure()
    return _received(actor, channel, _pieces(channel, parcel))


def replay(actor: Actor, unread_id: UUID, body: bytes | None = None, reason: str = "") -> list[Answer]:
    """Read a kept part again, as it came or with a corrected body; it counts for the client who sent it.

    When every part of it is received it is done with; else it stays, with its newest fault. Raises NotFound,
    Forbidden, Conflict (already dealt with), Invalid (a corrected body needs a reason).
    """
    if body is not None and not reason.strip():
        raise Invalid("unread.reason", zh="请写明更正原因", en="say why it is corrected", field="reason")
    with transactions.atomic():
        row = _waiting(actor, unread_id)
        kept = sealing.open_part(row)
        parcel = Parcel(kept if body is None else body, row.content_type, row.headers, row.name)
        sender = replace(actor, key=row.client)
        if row.channel in takers:
            answers = list(takers.get(row.channel).take(sender, parcel))
        else:
            answers = _received(sender, row.channel, _pieces(row.channel, parcel), kept=False)
        faults = [answer.refusal for answer in answers if answer.refusal is not None]
        if faults:
            row.code, row.fault, row.field = _words(faults[0])
        else:
            row.state = UnreadState.REPLAYED
        row.save(update_fields=["code", "fault", "field", "state"])
        told = {"corrected": body is not None, "reason": reason.strip(), "received": not faults}
        audit.record(actor, "unread.replay", f"unread:{row.id}", told)
    return answers


def replay_many(actor: Actor, channel: str = "", code: str = "") -> UUID:
    """Queue reading all kept parts again as they came, or those of a channel or with a fault; give the job.

    Raises Forbidden, NotFound when nothing waits.
    """
    total = unread_count(actor, channel, code)
    if not total:
        raise NotFound("unread.none", zh="没有符合条件的来件", en="nothing of that kind waits")
    return jobs.start_job(actor, REPLAY_KIND, {"channel": channel, "code": code}, total)


def dismiss(actor: Actor, unread_id: UUID, reason: str) -> None:
    """Set a kept part aside for good, with the reason. Raises NotFound, Forbidden, Conflict, Invalid."""
    if not reason.strip():
        raise Invalid("unread.reason", zh="请写明原因", en="say why", field="reason")
    with transactions.atomic():
        row = _waiting(actor, unread_id)
        row.state = UnreadState.DISMISSED
        row.save(update_fields=["state"])
        audit.record(actor, "unread.dismiss", f"unread:{row.id}", {"reason": reason.strip()})


def open_unread(actor: Actor, unread_id: UUID) -> Parcel:
    """Open a kept part to correct it; it may hold personal data, so who opened it is audited.

    Raises NotFound, Forbidden.
    """
    with transactions.atomic():
        row = unread_row(actor, unread_id)
        audit.record(actor, "unread.open", f"unread:{row.id}", {})
    return Parcel(sealing.open_part(row), row.content_type, row.headers, row.name)


def _waiting(actor: Actor, unread_id: UUID) -> Unread:
    row = unread_row(actor, unread_id, lock=True)
    if row.state != UnreadState.KEPT:
        raise Conflict("unread.done", zh="该来件已处理", en="it was dealt with already")
    return row


def _pieces(channel: str, parcel: Parcel) -> Sequence[Piece]:
    try:
        return channels.get(channel).decode(parcel)
    except Refusal as refusal:
        return [Piece(parcel, fault=refusal)]
    except Exception:
        # A decoder's own mistake must not lose what came in, nor stop anybody else.
        log.exception("channel %s cannot read a parcel", channel)
        fault = Invalid(
            "channel.failed", zh="解码程序出错，来件已保存", en="the decoder failed", field="body"
        )
        return [Piece(parcel, fault=fault)]


def _received(actor: Actor, channel: str, pieces: Sequence[Piece], *, kept: bool = True) -> list[Answer]:
    answers: list[Answer | None] = [None] * len(pieces)
    told: list[tuple[int, ReportIn]] = []
    held: list[int] = []
    for index, piece in enumerate(pieces):
        if piece.held is not None and piece.fault is None:
            held.append(index)
            continue
        report, fault = _with_media(actor, piece)
        if report is None:
            answers[index] = _refused(actor, channel, index, piece, fault, kept=kept)
        else:
            told.append((index, report))
    for begin in range(0, len(told), receiving.MAX_BATCH):
        part = told[begin : begin + receiving.MAX_BATCH]
        found = receiving.receive_many(actor, [report for _, report in part])
        for (index, _), answer in zip(part, found, strict=True):
            answers[index] = (
                replace(answer, index=index)
                if answer.refusal is None
                else _refused(actor, channel, index, pieces[index], answer.refusal, kept=kept)
            )
    for begin in range(0, len(held), receiving.MAX_BATCH):
        chosen = held[begin : begin + receiving.MAX_BATCH]
        taken = gates.get(channel)(actor, [pieces[index] for index in chosen])
        for index, one in zip(chosen, taken, strict=True):
            answers[index] = (
                _refused(actor, channel, index, pieces[index], one, kept=kept)
                if isinstance(one, Refusal)
                else Answer(index, taken=one)
            )
    return [answer for answer in answers if answer is not None]


def _with_media(actor: Actor, piece: Piece) -> tuple[ReportIn | None, Refusal]:
    fault = piece.fault or Invalid("channel.empty", zh="没有内容", en="nothing was told", field="body")
    if piece.report is None or piece.fault is not None:
        return None, fault
    try:
        stored = [
            files.store(actor, medium.name, io.BytesIO(medium.body), "report", field=f"media.{number}").id
            for number, medium in enumerate(piece.media)
        ]
    except Invalid as refusal:
        return None, refusal
    return replace(piece.report, attachments=(*piece.report.attachments, *stored)), fault


def _refused(actor: Actor, channel: str, index: int, piece: Piece, fault: Refusal, *, kept: bool) -> Answer:
    # A number that another client used is that client's business: nothing to correct here.
    wanted = kept and isinstance(fault, Invalid)
    return Answer(index, refusal=fault, kept=keep(actor, channel, piece.alone, fault) if wanted else None)


def settle(client: str, channel: str, parcel: Parcel) -> None:
    """Say that a part which was kept has been taken after all, as it was sent again."""
    digest = hashlib.sha256(parcel.body).hexdigest()
    same = Unread.objects.filter(channel=channel, client=client, digest=digest, state=UnreadState.KEPT)
    same.update(state=UnreadState.REPLAYED)


def keep(actor: Actor, channel: str, parcel: Parcel, fault: Refusal) -> UUID:
    """Keep a part with its fault, or count it once more; give its number."""
    digest = hashlib.sha256(parcel.body).hexdigest()
    same = Unread.objects.filter(channel=channel, client=actor.key, digest=digest)
    now = clock.now()
    code, words, field = _words(fault)
    number = new_id()
    try:
        with transactions.atomic():
            Unread.objects.create(
                id=number,
                channel=channel,
                client=actor.key,
                digest=digest,
                content_type=parcel.content_type[:_LONGEST_FIELD],
                headers=_headers(parcel),
                name=parcel.name[:_LONGEST_FIELD],
                size=len(parcel.body),
                code=code,
                fault=words,
                field=field,
                first_at=now,
                last_at=now,
                **sealing.close_part(number, parcel.body),
            )
    except IntegrityError:
        same.update(times=F("times") + 1, last_at=now)
        return same.values_list("id", flat=True).get()
    return number


def _headers(parcel: Parcel) -> dict[str, str]:
    return {
        name: value[:_LONGEST_HEADER]
        for name, value in parcel.headers.items()
        if name.startswith(_HEADERS_KEPT)
    }


def _words(fault: Refusal) -> tuple[str, str, str]:
    return fault.code[:60], fault.zh[:_LONGEST_FAULT], (fault.field or "")[:_LONGEST_FIELD]
