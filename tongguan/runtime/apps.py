# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RuntimeConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.runtime"
    label = "runtime"

    def ready(self) -> None:
        """Import every app's ``subscribers`` and ``jobs``, where they register what the engine runs."""
        autodiscover_modules("subscribers", "jobs")
