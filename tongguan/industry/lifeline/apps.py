# SPDX-License-Identifier: Apache-2.0
"""Django's handle on the lifeline application; its detectors register themselves."""

from django.apps import AppConfig


class LifelineConfig(AppConfig):
    """Installs the application; its tables carry its name as prefix."""

    name = "tongguan.industry.lifeline"
    label = "lifeline"
    verbose_name = "城市生命线"

    def ready(self) -> None:
        """Register the detectors."""
        from tongguan.industry.lifeline.detectors import kinds  # noqa: F401
