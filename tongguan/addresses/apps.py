# SPDX-License-Identifier: Apache-2.0
"""Django's handle on this package."""

from django.apps import AppConfig


class AddressesConfig(AppConfig):
    """Installs the package; it has no tables of its own."""

    name = "tongguan.addresses"
    label = "addresses"
    verbose_name = "地址识别"
