# SPDX-License-Identifier: Apache-2.0
"""Which door answers which address."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
