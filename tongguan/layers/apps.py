# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class LayersConfig(AppConfig):
    """Installs the package; its tables carry its name as prefix."""

    name = "tongguan.layers"
    label = "layers"
    verbose_name = "图层"
