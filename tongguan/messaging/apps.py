# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from pathlib import Path

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.messaging"
    label = "messaging"
    verbose_name = "消息"

    def ready(self) -> None:
        """Load the shipped templates and set up the senders that the settings name."""
        from tongguan.messaging import senders, spi

        spi.add_templates(Path(__file__).parent / "texts" / "messages.yaml")
        senders.set_up()
