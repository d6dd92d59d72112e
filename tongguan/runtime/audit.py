# SPDX-License-Identifier: Apache-2.0
"""The append-only audit: who did what to which subject, chained per subject."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from tongguan.kernel import clock
from tongguan.runtime import chain
from tongguan.runtime.contracts import Acting, ChainRow
from tongguan.runtime.models import AuditEntry, AuditHead

_CHUNK = 2000


def record(actor: Acting, verb: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    """Add one act to the subject's chain (``case:0198…``, ``unit:12``), in the transaction of the act.

    ``detail`` holds plain JSON values. Raises RuntimeError outside a transaction.
    """
    record_many(actor, verb, [(subject, detail or {})])


def record_many(actor: Acting, verb: str, acts: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Add many acts of one verb, set-based; a subject may appear more than once."""
    if not transaction.get_connection().in_atomic_block:
        message = "record() needs an open transaction"
        raise RuntimeError(message)
    if not acts:
        return
    at = clock.now()
    heads = _locked_heads({subject for subject, _ in acts})
    entries = []
    for subject, detail in acts:
        head = heads[subject]
        head.no += 1
        entry = AuditEntry(
            subject=subject,
            no=head.no,
            verb=verb,
            actor_key=actor.key,
            actor_name=actor.name,
            detail=detail,
            at=at,
            prev_hash=head.hash,
        )
        head.hash = entry.hash = chain.link(head.hash, _chained(entry))
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries, batch_size=_CHUNK)
    AuditHead.objects.bulk_update(heads.values(), ["no", "hash"], batch_size=200)


def _locked_heads(subjects: set[str]) -> dict[str, AuditHead]:
    """Lock the heads in one fixed order, so that two recorders never wait for each other in a circle."""
    ordered = sorted(subjects)
    AuditHead.objects.bulk_create([AuditHead(subject=s) for s in ordered], ignore_conflicts=True)
    heads = AuditHead.objects.select_for_update().filter(subject__in=ordered).order_by("subject")
    return {head.subject: head for head in heads}


def _chained(entry: AuditEntry) -> dict[str, Any]:
    at: datetime = entry.at
    return {
        "subject": entry.subject,
        "no": entry.no,
        "verb": entry.verb,
        "actor_key": entry.actor_key,
        "actor_name": entry.actor_name,
        "detail": entry.detail,
        "at": at,
    }


class AuditSource:
    """The audit table as a chain source."""

    def last_id(self) -> int:
        """Give the highest row id."""
        return AuditEntry.objects.aggregate(last=Max("id"))["last"] or 0

    def rows(self, after_id: int = 0, upto_id: int | None = None) -> Iterator[ChainRow]:
        """Give the rows by growing id."""
        entries = AuditEntry.objects.filter(id__gt=after_id).order_by("id")
        if upto_id is not None:
            entries = entries.filter(id__lte=upto_id)
        for entry in entries.iterator(_CHUNK):
            yield ChainRow(entry.pk, entry.subject, entry.no, entry.prev_hash, entry.hash, _chained(entry))

    def heads(self) -> Iterator[tuple[str, int, str]]:
        """Give the heads table."""
        yield from AuditHead.objects.values_list("subject", "no", "hash").iterator(_CHUNK)
