# SPDX-License-Identifier: Apache-2.0
"""Taking a device's batch: each entry on its own, once for ever, in the order things happened.

Reports go to intake at once, set-based; answers to tasks one by one, each in a transaction with its entry.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import IntegrityError

from tongguan.cases import queries as casebook
from tongguan.dispatch import api as dispatch
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, Refusal
from tongguan.patrol import tracks
from tongguan.patrol.checks import check
from tongguan.patrol.contracts import Entry, EntryAnswer, Kind, Outcome
from tongguan.patrol.models import FieldEntry
from tongguan.patrol.photos import attach_waiting
from tongguan.people.contracts import Actor, Post
from tongguan.runtime.transactions import atomic

MOST: Final = 500
SOURCE: Final = "grid"
_TASKS: Final = (Kind.VERIFY, Kind.CHECK)
_WHY: Final = 300


def submit(actor: Actor, entries: Sequence[Entry]) -> list[EntryAnswer]:
    """Take up to 500 entries of a collector, each answered on its own, in the given order.

    Whatever the order and however often batches come, what is kept in the end is the same. Raises
    Forbidden, Invalid (too many), Unavailable.
    """
    user_id = collector_id(actor)
    if len(entries) > MOST:
        raise Invalid("field.batch", zh=f"一次最多 {MOST} 条", en=f"at most {MOST} at once", field="entries")
    now = clock.now()
    known = {row.client_id: row for row in FieldEntry.objects.filter(
        user_id=user_id, client_id__in=[entry.client_id for entry in entries])}  # fmt: skip
    answers: dict[int, EntryAnswer] = {}
    fresh: list[tuple[int, Entry]] = []
    first: dict[Any, int] = {}
    for index, entry in enumerate(entries):
        kept = known.get(entry.client_id)
        if kept is not None:
            answers[index] = _again(kept, entry)
        elif entry.client_id not in first:
            first[entry.client_id] = index
            try:
                check(entry, now)
            except Refusal as refusal:
                answers[index] = EntryAnswer(entry.client_id, Outcome.REFUSED, refusal)
            else:
                fresh.append((index, entry))
    answers |= _take_reports(actor, [pair for pair in fresh if pair[1].kind == Kind.REPORT], now)
    rest = [pair for pair in fresh if pair[1].kind != Kind.REPORT]
    for index, entry in sorted(rest, key=lambda pair: (pair[1].told_at, pair[1].client_id)):
        answers[index] = _take(actor, entry, now)
    attach_waiting(user_id)
    for index, entry in enumerate(entries):
        if index not in answers:  # told twice within the batch
            before = answers[first[entry.client_id]]
            same = digest(entry) == digest(entries[first[entry.client_id]])
            answers[index] = (
                replace(before, outcome=Outcome.REPEATED, first=str(before.outcome))
                if same
                else _other(entry)
            )
    return [answers[index] for index in range(len(entries))]


def collector_id(actor: Actor) -> int:
    """Give the id of a collector. Raises Forbidden for others."""
    if actor.id is None or Post.COLLECTOR not in actor.scope.posts():
        raise Forbidden("field.not_collector", zh="只有信息采集员可以使用", en="for collectors only")
    return actor.id


def digest(entry: Entry) -> str:
    """Give the hash of what an entry says."""
    return hashlib.sha256(msgspec.json.encode(asdict(entry))).hexdigest()


def _again(kept: FieldEntry, entry: Entry) -> EntryAnswer:
    if kept.digest != digest(entry):
        return _other(entry)
    return EntryAnswer(entry.client_id, Outcome.REPEATED, case_id=kept.case_id, first=kept.outcome)


def _other(entry: Entry) -> EntryAnswer:
    refusal = Invalid(
        "field.other_content",
        zh="该编号已用于另一条记录",
        en="this client id was used for something else",
        field="client_id",
    )
    return EntryAnswer(entry.client_id, Outcome.REFUSED, refusal)


def _take_reports(actor: Actor, pairs: Sequence[tuple[int, Entry]], now: datetime) -> dict[int, EntryAnswer]:
    if not pairs:
        return {}
    told = [_report(actor, entry) for _, entry in pairs]
    answers: dict[int, EntryAnswer] = {}
    rows = []
    for (index, entry), answer in zip(pairs, intake.receive_many(actor, told), strict=True):
        if answer.receipt is None:
            answers[index] = EntryAnswer(entry.client_id, Outcome.REFUSED, answer.refusal)
            continue
        row = _row(actor, entry, now, Outcome.ACCEPTED)
        row.report_id = answer.receipt.report_id
        rows.append(row)
        answers[index] = EntryAnswer(entry.client_id, Outcome.ACCEPTED, receipt=answer.receipt)
    with atomic():
        # A crash before this line loses nothing: sent again, intake gives the same receipts.
        FieldEntry.objects.bulk_create(rows, ignore_conflicts=True)
    return answers


def _report(actor: Actor, entry: Entry) -> ReportIn:
    told = entry.report or ReportIn(source=SOURCE)  # checked: a report has one
    return replace(
        told,
        source=SOURCE,
        external_id=f"{actor.key}:{entry.client_id}",
        told_at=entry.told_at,
        attachments=entry.photos,
        reporter=None,
    )


def _take(actor: Actor, entry: Entry, now: datetime) -> EntryAnswer:
    """Take one entry in its own transaction; a refusal for good is kept in another."""
    try:
        with atomic(), _once():
            row = _row(actor, entry, now, Outcome.WAITING if entry.kind == Kind.PHOTOS else Outcome.ACCEPTED)
            row.save(force_insert=True)
            _act(actor, entry, row)
    except _Twice:
        kept = FieldEntry.objects.get(user_id=collector_id(actor), client_id=entry.client_id)
        return _again(kept, entry)
    except Invalid as refusal:
        return EntryAnswer(entry.client_id, Outcome.REFUSED, refusal)
    except Refusal as refusal:
        return _keep_conflict(actor, entry, now, refusal)
    return EntryAnswer(entry.client_id, Outcome(row.outcome), case_id=row.case_id)


def _act(actor: Actor, entry: Entry, row: FieldEntry) -> None:
    if entry.kind == Kind.TRACK:
        tracks.keep(actor, entry.points)
    elif entry.kind == Kind.PHOTOS:
        casebook.usable_files(actor, None, entry.photos, "photos")
    elif entry.case_id is not None:
        photos = [str(photo) for photo in entry.photos]
        move, inputs = _move(entry, photos)
        outcome = dispatch.perform(actor, entry.case_id, move, inputs)
        row.division = outcome.case.division
        row.save(update_fields=["division"])


def _move(entry: Entry, photos: list[str]) -> tuple[str, dict[str, Any]]:
    some = {"photos": photos} if photos else {}
    if entry.kind == Kind.VERIFY:
        return "verify_reply", {"result": entry.words, "verified": entry.good, **some}
    if entry.good:
        return "check_pass", {"photos": photos, **({"result": entry.words} if entry.words else {})}
    return "check_fail", {"reason": entry.words, **some}


def _keep_conflict(actor: Actor, entry: Entry, now: datetime, refusal: Refusal) -> EntryAnswer:
    """Keep an answer that came too late for its task: a person decides what it is worth."""
    row = _row(actor, entry, now, Outcome.CONFLICT)
    row.code, row.why = refusal.code, refusal.zh[:_WHY]
    case = casebook.cases_by_id(actor, [entry.case_id]).get(entry.case_id) if entry.case_id else None
    if case is not None:  # one of another division is not shown to that division
        row.division = case.division
    with atomic():
        FieldEntry.objects.bulk_create([row], ignore_conflicts=True)
    return EntryAnswer(entry.client_id, Outcome.CONFLICT, refusal, case_id=entry.case_id)


def _row(actor: Actor, entry: Entry, now: datetime, outcome: Outcome) -> FieldEntry:
    body = msgspec.json.decode(msgspec.json.encode(asdict(entry)))
    if entry.kind == Kind.TRACK:
        body.pop("points")  # kept as points, and purged with them
    return FieldEntry(
        user_id=collector_id(actor),
        user_name=actor.name,
        client_id=entry.client_id,
        digest=digest(entry),
        division=own_division(actor),
        kind=entry.kind.value,
        outcome=outcome.value,
        case_id=entry.case_id,
        of=entry.of,
        body=body,
        told_at=entry.told_at,
        received_at=now,
    )


def own_division(actor: Actor) -> str:
    """Give the division a collector works in."""
    return min(actor.scope.divisions(Post.COLLECTOR), key=len, default="")


class _Twice(Exception):  # noqa: N818 - no error: somebody else was a moment faster
    """The same entry is stored already."""


@contextmanager
def _once() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise _Twice from error
