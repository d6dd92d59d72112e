# SPDX-License-Identifier: Apache-2.0
"""The passwords of mailboxes at rest: sealed for their own mailbox, opened only to sign in."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from tongguan.mailboxes.models import Mailbox
from tongguan.runtime.transactions import atomic
from tongguan.vault import api as vault
from tongguan.vault import spi
from tongguan.vault.contracts import Batch, CannotOpen

_KIND: Final = "mailbox-password"


def closed(name: str, password: str) -> str:
    """Give what is stored of a mailbox's password."""
    return vault.seal_text(_KIND, name, password)


def opened(row: Mailbox) -> str:
    """Give the password to sign in with. Raises CannotOpen when its key is lost."""
    return vault.unseal_text(_KIND, row.name, row.password)


class PasswordColumn:
    """The passwords, as the vault counts and reseals them."""

    title = "邮箱密码"

    def counts(self) -> Mapping[str, int]:
        """Count the mailboxes by their password's key."""
        stored = Mailbox.objects.order_by().values_list("password", flat=True)
        return Counter(vault.key_of_text(one) for one in stored)

    def reseal(self, current: str, after: str, limit: int) -> Batch:
        """Seal the next passwords anew."""
        done = lost = 0
        with atomic():
            rows = list(Mailbox.objects.filter(name__gt=after).order_by("name").select_for_update()[:limit])
            for row in rows:
                try:
                    if vault.key_of_text(row.password) != current:
                        Mailbox.objects.filter(pk=row.pk).update(password=closed(row.name, opened(row)))
                        done += 1
                except CannotOpen:
                    lost += 1
        return Batch(rows[-1].name if rows else "", done, lost)


spi.columns.register("mailboxes.password", PasswordColumn())
