# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RuntimeConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.runtime"
    label = "runtime"

    def ready(self) -> None:
        """Import every app's ``facts``, ``subscribers`` and ``jobs``.

        So every process can read any fact of the outbox from its start, and the engine knows what to run.
        """
        autodiscover_modules("facts", "subscribers", "jobs")
