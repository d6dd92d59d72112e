# SPDX-License-Identifier: Apache-2.0
"""Which door answers which address."""

from django.contrib import admin
from django.urls import path

from tongguan.config.health import health

urlpatterns = [
    path("health", health),
    path("admin/", admin.site.urls),
]
