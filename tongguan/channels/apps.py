# SPDX-License-Identifier: Apache-2.0
"""Django's handle on the channels: every folder with a manifest registers itself."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Installs the channels; they have no tables of their own."""

    name = "tongguan.channels"
    label = "channels"

    def ready(self) -> None:
        """Register every channel folder, and the declarations that the operator put into HOME."""
        from django.conf import settings

        from tongguan.channels import folders

        folders.register_all(settings.HOME / "channels")
