# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from pathlib import Path

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.alarms"
    label = "alarms"
    verbose_name = "预警"

    def ready(self) -> None:
        """Load the texts of messages."""
        from tongguan.messaging import spi

        spi.add_templates(Path(__file__).parent / "texts.yaml")
