# SPDX-License-Identifier: Apache-2.0
"""The address that messages of earlier versions named: how far a report is, and its survey."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.http import require_GET

_PROGRESS = "/m/progress"


@require_GET
def track(request: HttpRequest) -> HttpResponse:
    """Send the reader on to the phone's page, with the token of the survey if there is one."""
    asked = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{_PROGRESS}?{asked}" if asked else _PROGRESS)
