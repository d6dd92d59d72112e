# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from pathlib import Path

from django.apps import AppConfig


class RepliesConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.replies"
    label = "replies"
    verbose_name = "答复与评价"

    def ready(self) -> None:
        """Load the texts, and tell messaging where a reporter is reached."""
        from tongguan.messaging import spi
        from tongguan.replies import telling

        spi.add_templates(Path(__file__).parent / "texts.yaml")
        spi.addressees.register(telling.SCHEME, telling.address_of)
