# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from pathlib import Path

from django.apps import AppConfig


class BriefingsConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.briefings"
    label = "briefings"
    verbose_name = "研判报告"

    def ready(self) -> None:
        """Load the texts of messages."""
        from tongguan.messaging import spi

        spi.add_templates(Path(__file__).parent / "texts.yaml")
