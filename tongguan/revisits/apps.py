# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class RevisitsConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.revisits"
    label = "revisits"
    verbose_name = "回访与虚假办结"
