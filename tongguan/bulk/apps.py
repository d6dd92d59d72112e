# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class BulkConfig(AppConfig):
    """Installs the package."""

    name = "tongguan.bulk"
    label = "bulk"
