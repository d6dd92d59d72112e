# SPDX-License-Identifier: Apache-2.0
"""The signing secrets of webhook targets at rest: sealed for their own target, opened only to sign."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from tongguan.messaging.models import WebhookTarget
from tongguan.runtime.transactions import atomic
from tongguan.vault import api as vault
from tongguan.vault import spi
from tongguan.vault.contracts import Batch, CannotOpen

_KIND: Final = "webhook-secret"


def closed(code: str, secret: str) -> str:
    """Give what is stored of a target's secret."""
    return vault.seal_text(_KIND, code, secret)


def opened(target: WebhookTarget) -> str:
    """Give the secret to sign with. Raises CannotOpen when its key is lost."""
    return vault.unseal_text(_KIND, target.code, target.secret)


class SecretColumn:
    """The secrets, as the vault counts and reseals them."""

    title = "推送签名密钥"

    def counts(self) -> Mapping[str, int]:
        """Count the targets by their secret's key."""
        stored = WebhookTarget.objects.values_list("secret", flat=True)
        return Counter(vault.key_of_text(one) for one in stored)

    def reseal(self, current: str, after: str, limit: int) -> Batch:
        """Seal the next secrets anew; the receivers notice nothing."""
        done = lost = 0
        with atomic():
            rows = WebhookTarget.objects.filter(code__gt=after).order_by("code").select_for_update()[:limit]
            for row in rows:
                try:
                    if vault.key_of_text(row.secret) != current:
                        row.secret = closed(row.code, opened(row))
                        row.save(update_fields=["secret"])
                        done += 1
                except CannotOpen:
                    lost += 1
        return Batch(rows[len(rows) - 1].code if rows else "", done, lost)


spi.columns.register("messaging.webhook_secret", SecretColumn())
