# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class VideoConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.video"
    label = "video"

    def ready(self) -> None:
        """Stand at the gate of the channel ``video``: what it decodes is held for a person's judgement."""
        from tongguan.intake.spi import gates
        from tongguan.video import taking

        gates.register("video", taking.take)
