# SPDX-License-Identifier: Apache-2.0
"""Django's handle on the demo city: what the engine reads on there, no tables."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Installs the periodic duty."""

    name = "tongguan.demo"
    label = "demo"
