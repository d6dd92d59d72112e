# SPDX-License-Identifier: Apache-2.0
"""The secrets of links at rest: sealed for their own link, opened only to sign and to check."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tongguan.exchange.models import Link
from tongguan.runtime.transactions import atomic
from tongguan.vault import api as vault
from tongguan.vault.contracts import Batch, CannotOpen

_KIND: Final = "department-secret"


def closed(code: str, secret: str) -> str:
    """Give what is stored of a link's secret."""
    return vault.seal_text(_KIND, code, secret)


def opened(link: Link, now: datetime) -> str:
    """Give the secrets that hold now, the newest first, with a blank between. Raises CannotOpen."""
    held = [link.secret]
    if link.old_secret and link.old_until is not None and now < link.old_until:
        held.append(link.old_secret)
    return " ".join(vault.unseal_text(_KIND, link.code, one) for one in held)


class SecretColumn:
    """The secrets, as the vault counts and reseals them."""

    title = "部门系统签名密钥"

    def counts(self) -> Mapping[str, int]:
        """Count the secrets by their key."""
        rows = Link.objects.values_list("secret", "old_secret")
        return Counter(vault.key_of_text(one) for pair in rows for one in pair if one)

    def reseal(self, current: str, after: str, limit: int) -> Batch:
        """Seal the next secrets anew; the departments notice nothing."""
        done = lost = 0
        with atomic():
            rows = Link.objects.filter(code__gt=after).order_by("code").select_for_update()[:limit]
            for row in rows:
                try:
                    done += _again(row, current)
                except CannotOpen:
                    lost += 1
        return Batch(rows[len(rows) - 1].code if rows else "", done, lost)


def _again(row: Link, current: str) -> int:
    changed = [
        name
        for name in ("secret", "old_secret")
        if getattr(row, name) and vault.key_of_text(getattr(row, name)) != current
    ]
    for name in changed:
        setattr(row, name, closed(row.code, vault.unseal_text(_KIND, row.code, getattr(row, name))))
    if changed:
        row.save(update_fields=changed)
    return len(changed)
