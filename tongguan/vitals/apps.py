# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class VitalsConfig(AppConfig):
    """Installs the package; it has no tables of its own."""

    name = "tongguan.vitals"
    label = "vitals"
