# SPDX-License-Identifier: Apache-2.0
"""Django's handle on the register pages."""

from django.contrib.admin.apps import AdminConfig


class RegisterPages(AdminConfig):
    """Django's admin with our own way in and out."""

    default_site = "tongguan.doors.admin.session.Site"
