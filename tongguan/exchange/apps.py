# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.exchange"
    label = "exchange"
    verbose_name = "共享"

    def ready(self) -> None:
        """Take the parcels of departments, and let the vault know the secrets."""
        from tongguan.exchange import credentials, incoming
        from tongguan.intake import spi
        from tongguan.vault import spi as vault

        spi.takers.register(incoming.CHANNEL, incoming.DepartmentTaker())
        vault.columns.register("exchange.secret", credentials.SecretColumn())
