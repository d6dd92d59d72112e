# SPDX-License-Identifier: Apache-2.0
"""The passwords of brokers at rest: sealed for their own broker, opened only to connect."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from tongguan.gateways.models import Broker
from tongguan.runtime.transactions import atomic
from tongguan.vault import api as vault
from tongguan.vault import spi
from tongguan.vault.contracts import Batch, CannotOpen

_KIND: Final = "broker-password"


def closed(name: str, password: str) -> str:
    """Give what is stored of a broker's password, "" for none."""
    return vault.seal_text(_KIND, name, password) if password else ""


def opened(row: Broker) -> str:
    """Give the password to connect with. Raises CannotOpen when its key is lost."""
    return vault.unseal_text(_KIND, row.name, row.password) if row.password else ""


class PasswordColumn:
    """The passwords, as the vault counts and reseals them."""

    title = "消息服务器密码"

    def counts(self) -> Mapping[str, int]:
        """Count the brokers by their password's key."""
        stored = Broker.objects.exclude(password="").order_by().values_list("password", flat=True)
        return Counter(vault.key_of_text(one) for one in stored)

    def reseal(self, current: str, after: str, limit: int) -> Batch:
        """Seal the next passwords anew."""
        done = lost = 0
        with atomic():
            sealed = Broker.objects.filter(name__gt=after).exclude(password="").order_by("name")
            rows = list(sealed.select_for_update()[:limit])
            for row in rows:
                try:
                    if vault.key_of_text(row.password) != current:
                        Broker.objects.filter(pk=row.pk).update(password=closed(row.name, opened(row)))
                        done += 1
                except CannotOpen:
                    lost += 1
        return Batch(rows[-1].name if rows else "", done, lost)


spi.columns.register("brokers.password", PasswordColumn())
