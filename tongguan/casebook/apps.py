# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class CasebookConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.casebook"
    label = "casebook"
    verbose_name = "案件台账"

    def ready(self) -> None:
        """Let the doctor look at the book."""
        from tongguan.casebook import checks

        checks.register()
