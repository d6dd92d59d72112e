# SPDX-License-Identifier: Apache-2.0
"""Verbs of the vault: seal, open, look up blindly, change keys, seal anew."""

import base64
import hmac
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.db.models import Manager, Model

from tongguan.runtime import audit
from tongguan.runtime.contracts import Acting
from tongguan.runtime.transactions import atomic
from tongguan.vault import keyring, spi
from tongguan.vault.ciphers import MASTER_BYTES, NONCE_BYTES, derived
from tongguan.vault.contracts import PLAIN, Batch, CannotOpen, Resealed, Sealed
from tongguan.vault.envelope import header_of, parts_of

BATCH: Final = 500
#: How a sealed text begins; whatever begins otherwise was stored before it could be sealed.
MARK: Final = "sealed:"
_INDEX_LETTERS: Final = 32


def seal(kind: str, subject: str, plain: bytes) -> Sealed:
    """Seal bytes of a kind (``contact``, ``webhook``) that belong to one subject, and open for it alone."""
    ring = keyring.ring()
    master = ring.secret(ring.current) or b""
    cipher = spi.ciphers.get(settings.SEAL_CIPHER)
    header = header_of(settings.SEAL_CIPHER, ring.current)
    nonce = os.urandom(NONCE_BYTES)
    key = derived(master, f"{settings.SEAL_CIPHER} {kind}", cipher.key_bytes)
    sealed = cipher.seal(key, nonce, plain, _bound(header, kind, subject))
    return Sealed(ring.current, header + nonce + sealed)


def unseal(kind: str, subject: str, envelope: bytes) -> bytes:
    """Open what was sealed for the same kind and subject. Raises CannotOpen."""
    try:
        parts = parts_of(envelope)
        cipher = spi.ciphers.get(parts.cipher)
    except (ValueError, KeyError) as error:
        raise _broken() from error
    master = keyring.ring().secret(parts.key)
    if master is None:
        raise CannotOpen(
            "vault.key_lost",
            zh=f"密钥 {parts.key} 不在密钥环中，无法解封；请从备份恢复密钥环 {keyring.FILE}",
            en=f"the key {parts.key} is not on the ring: restore {keyring.FILE} from the backup",
            key=parts.key,
        )
    key = derived(master, f"{parts.cipher} {kind}", cipher.key_bytes)
    try:
        return cipher.open(key, parts.nonce, parts.sealed, _bound(parts.header, kind, subject))
    except ValueError as error:
        raise _broken() from error


def seal_text(kind: str, subject: str, plain: str) -> str:
    """Seal a text for a text column: ``sealed:…``."""
    envelope = seal(kind, subject, plain.encode()).envelope
    return MARK + base64.urlsafe_b64encode(envelope).decode()


def unseal_text(kind: str, subject: str, stored: str) -> str:
    """Open a stored text; one from before it was sealed is given as it is. Raises CannotOpen."""
    if not stored.startswith(MARK):
        return stored
    return unseal(kind, subject, _envelope(stored)).decode()


def key_of_text(stored: str) -> str:
    """Give the id of the key a stored text is sealed with, ``plain`` when it is not. Raises CannotOpen."""
    if not stored.startswith(MARK):
        return PLAIN
    try:
        return parts_of(_envelope(stored)).key
    except ValueError as error:
        raise _broken() from error


def current_key() -> str:
    """Give the id of the key that seals what is new."""
    return keyring.ring().current


def blind_index(kind: str, text: str) -> str:
    """Give 32 letters by which equal texts are found without storing them: HMAC-SHA256 under the index key.

    Without the ring they tell nothing, not even to who can guess the texts. "" gives "".
    """
    if not text:
        return ""
    key = derived(keyring.ring().index, f"index {kind}", MASTER_BYTES)
    return hmac.digest(key, text.encode(), "sha256").hex()[:_INDEX_LETTERS]


def rotate(actor: Acting) -> str:
    """Make a new key for what is sealed from now on, audited; give its id. Raises Conflict for given keys."""
    with atomic():
        key = keyring.add_key()
        audit.record(actor, "keys.rotate", "vault", {"key": key.id})
    return key.id


def reseal(actor: Acting, batch: int = BATCH) -> Iterator[Resealed]:
    """Seal everything under the current key, batch by batch, audited per kind; tell how far it has come.

    Each batch is a transaction of its own: stopped in the middle, it goes on with what is left. Rows
    that cannot be opened stay as they are and are counted as lost.
    """
    current = current_key()
    for column in spi.columns.items().values():
        after, done, lost = "", 0, 0
        while True:
            made = column.reseal(current, after, batch)
            after, done, lost = made.last, done + made.done, lost + made.lost
            if not after:
                break
            yield Resealed(column.title, done, lost)
        with atomic():
            told = {"kind": column.title, "key": current, "done": done, "lost": lost}
            audit.record(actor, "keys.reseal", "vault", told)
        yield Resealed(column.title, done, lost)


def _bound(header: bytes, kind: str, subject: str) -> bytes:
    return b"\x00".join((header, kind.encode(), subject.encode()))


def _envelope(stored: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(stored.removeprefix(MARK))
    except ValueError as error:
        raise _broken() from error


def _broken() -> CannotOpen:
    return CannotOpen(
        "vault.broken",
        zh="密封内容已损坏或被改动，无法解封",
        en="what was sealed is damaged or was changed: it cannot be opened",
    )


class SealedPasswords:
    """The column ``password`` of a table whose rows have their own ``name``, sealed at rest; "" is none."""

    def __init__(self, model: type[Model], kind: str, title: str) -> None:
        """Take the table, the kind of secret its keys are derived for, and the title for operators."""
        self.title = title
        self._kind = kind
        self._rows: Manager[Any] = model._default_manager  # noqa: SLF001 - Django's own name for it

    def closed(self, name: str, password: str) -> str:
        """Give what is stored of a password."""
        return seal_text(self._kind, name, password) if password else ""

    def opened(self, row: Any) -> str:
        """Give a row's password. Raises CannotOpen when its key is lost."""
        return unseal_text(self._kind, row.name, row.password) if row.password else ""

    def counts(self) -> Mapping[str, int]:
        """Count the rows by their password's key."""
        stored = self._rows.exclude(password="").order_by().values_list("password", flat=True)
        return Counter(key_of_text(one) for one in stored)

    def reseal(self, current: str, after: str, limit: int) -> Batch:
        """Seal the next passwords anew, behind the name ``after``, in one transaction."""
        done = lost = 0
        with atomic():
            sealed = self._rows.filter(name__gt=after).exclude(password="").order_by("name")
            rows = list(sealed.select_for_update()[:limit])
            for row in rows:
                try:
                    if key_of_text(row.password) != current:
                        closed = self.closed(row.name, self.opened(row))
                        self._rows.filter(pk=row.pk).update(password=closed)
                        done += 1
                except CannotOpen:
                    lost += 1
        return Batch(rows[-1].name if rows else "", done, lost)
