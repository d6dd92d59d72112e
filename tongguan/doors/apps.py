# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package: its templates and static files."""

from django.apps import AppConfig


class DoorsConfig(AppConfig):
    """Installs the doors; they have no tables."""

    name = "tongguan.doors"
    label = "doors"

    def ready(self) -> None:
        """Register the checks of the doctor, and who may hear what of the live stream."""
        from tongguan.doors import checks  # noqa: F401 - registers itself
        from tongguan.doors.desk import listening as _desk  # noqa: F401 - registers itself
        from tongguan.doors.partner import listening as _partner  # noqa: F401 - registers itself
