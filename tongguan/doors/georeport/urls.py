# SPDX-License-Identifier: Apache-2.0
"""Where the resources of GeoReport v2 are; the format ends each address."""

from django.urls import path

from tongguan.doors.georeport import views

urlpatterns = [
    path("discovery.<str:form>", views.discovery),
    path("v2/discovery.<str:form>", views.discovery),
    path("v2/services.<str:form>", views.services),
    path("v2/services/<str:code>.<str:form>", views.definition),
    path("v2/requests.<str:form>", views.requests),
    path("v2/requests/<str:number>.<str:form>", views.one_request),
    path("v2/tokens/<str:code>.<str:form>", views.token),
]
