# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class VaultConfig(AppConfig):
    """Installs the package; it has no tables of its own."""

    name = "tongguan.vault"
    label = "vault"

    def ready(self) -> None:
        """Check the settings, so that a wrong one ends the start and not the first telling."""
        from tongguan.vault import checks, keyring, spi

        if settings.SEAL_KEYS:
            try:
                keyring.parsed(settings.SEAL_KEYS)
            except ValueError as error:
                raise ImproperlyConfigured(f"TONGGUAN_SEAL_KEYS: {error}") from error
        if settings.SEAL_CIPHER not in spi.ciphers:
            known = "、".join(sorted(spi.ciphers.items()))
            raise ImproperlyConfigured(
                f"TONGGUAN_SEAL_CIPHER={settings.SEAL_CIPHER!r} 应为 {known} 之一 (unknown cipher)"
            )
        checks.register()
