# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class GatewaysConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.gateways"
    label = "gateways"

    def ready(self) -> None:
        """Let the vault know the sealed passwords, and the doctor the brokers."""
        from tongguan.gateways import checks, credentials  # noqa: F401 - registers itself

        checks.register()
