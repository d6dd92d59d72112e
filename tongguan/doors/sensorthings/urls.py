# SPDX-License-Identifier: Apache-2.0
"""Where SensorThings stands: everything behind the version is one door."""

from django.urls import path

from tongguan.doors.sensorthings import views

urlpatterns = [path("v1.1", views.door), path("v1.1/<path:path>", views.door), path("v1.1/", views.door)]
