# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class AdviceConfig(AppConfig):
    """Installs the package."""

    name = "tongguan.advice"
    label = "advice"
