# SPDX-License-Identifier: Apache-2.0
"""Which door answers which address."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from tongguan.config.health import health
from tongguan.doors.basemap import face as basemap
from tongguan.doors.citizen import pages as citizen_pages
from tongguan.doors.citizen.face import api as citizen
from tongguan.doors.desk import pages
from tongguan.doors.desk.face import api as desk
from tongguan.doors.field.face import api as field
from tongguan.doors.partner import readings
from tongguan.doors.partner.face import api as partner
from tongguan.doors.screens import pages as screens
from tongguan.doors.wall.face import api as wall

urlpatterns = [
    path("health", health),
    path("admin/", admin.site.urls),
    path("api/desk/", desk.urls),
    path("api/partner/v1/readings", readings.tell),
    path("api/partner/v1/", partner.urls),
    path("api/citizen/", citizen.urls),
    path("api/field/", field.urls),
    path("api/map/", basemap.api.urls),
    path("api/wall/", wall.urls),
    path("map/city.pmtiles", basemap.city_file),
    path("api/sensorthings/", include("tongguan.doors.sensorthings.urls")),
    path("open311/", include("tongguan.doors.georeport.urls")),
    path("track", citizen_pages.track),
    path("wall", screens.screen),
    path("m", screens.open_screen),
    path("m/sw.js", screens.service_worker),
    path("m/<path:rest>", screens.open_screen),
    path("", pages.home),
    path("login", pages.sign_in),
    path("login/password", pages.password),
    path("logout", pages.sign_out),
    path("desk", screens.screen),
    path("desk/<path:rest>", screens.screen),
    re_path(r"^(?P<screen>desk|m|wall)/$", RedirectView.as_view(url="/%(screen)s", query_string=True)),
]
handler404 = "tongguan.doors.common.pages.missing"
