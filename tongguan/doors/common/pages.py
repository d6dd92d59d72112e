# SPDX-License-Identifier: Apache-2.0
"""Pages: a rendered shell with the browser's rules; everything inside comes from the API."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from tongguan.doors.common.guard import content_policy
from tongguan.doors.common.problems import not_found
from tongguan.people import queries as people


def stream_url(request: HttpRequest) -> str:
    """Give the live stream's address: the setting, or the engine's port on this host."""
    given = str(settings.STREAM_URL)
    if given:
        return given
    host = request.get_host()
    if not host.endswith("]"):
        host = host.rpartition(":")[0] or host
    return f"{request.scheme}://{host}:{settings.STREAM_PORT}/stream"


def page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page with its content policy and a CSRF token."""
    return _shown(request, name, status, context)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that nothing stands at: programs get a problem document, people a page."""
    if request.path.startswith("/api/"):
        return not_found(request, exception)
    return page(request, "missing", 404)


@never_cache
@ensure_csrf_cookie
def _shown(request: HttpRequest, name: str, status: int, context: dict[str, Any]) -> HttpResponse:
    user = request.user
    if user.is_authenticated:
        context["actor"] = people.actor_of(user)
    response = render(request, f"doors/{name}.html", {"page": name, **context}, status=status)
    origin = urlsplit(stream_url(request))
    response["Content-Security-Policy"] = content_policy(f"{origin.scheme}://{origin.netloc}")
    return response
