# SPDX-License-Identifier: Apache-2.0
"""What intake keeps sealed: a reporter's contact, and parts of parcels that could not be read.

Each is sealed for its own row. A contact is found by a blind index and shown shortened.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import Count, Model

from tongguan.intake.contracts import ReporterIn, ReporterShown
from tongguan.intake.models import Report, Unread
from tongguan.kernel import masks
from tongguan.runtime.transactions import atomic
from tongguan.vault import api as vault
from tongguan.vault import spi
from tongguan.vault.contracts import PLAIN, Batch, CannotOpen

_CONTACT: Final = "report-contact"
_PART: Final = "unread-part"
_CALLER: Final = "caller"


def close_contact(report_id: UUID, reporter: ReporterIn | None) -> dict[str, Any]:
    """Give the columns that keep a contact; empty ones when the reporter left none."""
    if reporter is None:
        return {"contact_seal": "", "contact_sealed": b"", "caller_key": ""}
    sealed = vault.seal(_CONTACT, str(report_id), msgspec.json.encode(reporter))
    return {
        "contact_seal": sealed.key,
        "contact_sealed": sealed.envelope,
        "caller_key": caller_key(reporter.phone),
    }


def open_contact(row: Report) -> ReporterIn:
    """Give the contact of a report that has one. Raises CannotOpen when the key is lost."""
    kept = bytes(row.contact_sealed)
    plain = kept if row.contact_seal == PLAIN else vault.unseal(_CONTACT, str(row.id), kept)
    return msgspec.json.decode(plain, type=ReporterIn)


def caller_key(phone: str) -> str:
    """Give the letters by which the reports of one telephone number are found; "" for no number."""
    return vault.blind_index(_CALLER, masks.number(phone))


def shown(row: Report) -> ReporterShown | None:
    """Give the contact shortened for lists; None when there is none. A lost key spoils no list."""
    if not row.contact_seal:
        return None
    try:
        who = open_contact(row)
    except CannotOpen as refusal:
        return ReporterShown(name="", phone="", email="", secret=row.reporter_secret, error=refusal.zh)
    return ReporterShown(masks.name(who.name), masks.phone(who.phone), masks.email(who.email), who.secret)


def close_part(unread_id: UUID, body: bytes) -> dict[str, Any]:
    """Give the columns that keep a part that could not be read."""
    sealed = vault.seal(_PART, str(unread_id), body)
    return {"seal": sealed.key, "sealed": sealed.envelope}


def open_part(row: Unread) -> bytes:
    """Give the bytes of a kept part. Raises CannotOpen when the key is lost."""
    kept = bytes(row.sealed)
    return kept if row.seal == PLAIN else vault.unseal(_PART, str(row.id), kept)


class Column:
    """Sealed rows as the vault counts and reseals them: ``again`` gives a row's columns sealed anew."""

    def __init__(
        self, title: str, model: type[Model], key: str, again: Callable[[Any], dict[str, Any]]
    ) -> None:
        """Name the rows for operators, and the column that holds the id of their key."""
        self.title = title
        self._rows = model._default_manager.exclude(**{key: ""})  # noqa: SLF001 - Django's public name for it
        self._key = key
        self._again = again

    def counts(self) -> Mapping[str, int]:
        """Count the sealed rows by their key."""
        return dict(self._rows.values_list(self._key).annotate(count=Count("pk")).order_by())

    def reseal(self, current: str, after: str, limit: int) -> Batch:
        """Seal the next rows anew; nothing else of them is touched."""
        stale = self._rows.exclude(**{self._key: current}).order_by("pk")
        if after:
            stale = stale.filter(pk__gt=UUID(after))
        with atomic():
            rows = list(stale.select_for_update()[:limit])
            done = [row for row in rows if self._reseal(row)]
        return Batch(str(rows[-1].pk) if rows else "", len(done), len(rows) - len(done))

    def _reseal(self, row: Any) -> bool:
        try:
            columns = self._again(row)
        except CannotOpen:
            return False
        return bool(self._rows.filter(pk=row.pk).update(**columns))


spi.columns.register(
    "intake.contact",
    Column("上报联系方式", Report, "contact_seal", lambda row: close_contact(row.id, open_contact(row))),
)
spi.columns.register(
    "intake.unread", Column("无法识别的来件", Unread, "seal", lambda row: close_part(row.id, open_part(row)))
)
