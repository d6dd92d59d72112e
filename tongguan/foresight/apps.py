# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class ForesightConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.foresight"
    label = "foresight"
