# SPDX-License-Identifier: Apache-2.0
"""The citizen's page: asking how far a report is."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tongguan.doors.common.pages import page


@require_GET
def track(request: HttpRequest) -> HttpResponse:
    """Show the form."""
    return page(request, "track")
