# SPDX-License-Identifier: Apache-2.0
"""The three screens: one built application, served as files; all it shows comes from the interfaces."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from tongguan.doors.common.guard import content_policy
from tongguan.doors.common.pages import stream_url

_BUILT: Final = Path(__file__).resolve().parents[1] / "static" / "web"
_UNBUILT: Final = "三屏页面尚未构建，请执行 make web · the screens are not built yet: run make web"
#: Tells the phone whether somebody is signed in, so that a stranger's need not ask and be refused.
_APP: Final = '<div id="app"'
_APP_SIGNED_IN: Final = '<div id="app" data-signed-in="yes"'
#: Beyond what every page may: the phone's service worker and its manifest.
_INSTALLABLE: Final = "; worker-src 'self'; manifest-src 'self'"


@require_GET
def open_screen(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Give the application's page to anybody (the phone); its own router reads the address."""
    return _page(request)


@login_required
@require_GET
def screen(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Give the application's page to who is signed in (desk and wall)."""
    return _page(request)


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the phone's service worker under the address whose pages it may keep."""
    file = _BUILT / "sw.js"
    if not file.is_file():
        return HttpResponse(_UNBUILT, status=503, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(file.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/m"
    answer["Cache-Control"] = "no-cache"
    return answer


@never_cache
@ensure_csrf_cookie
def _page(request: HttpRequest) -> HttpResponse:
    file = _BUILT / "index.html"
    if not file.is_file():
        return HttpResponse(_UNBUILT, status=503, content_type="text/plain; charset=utf-8")
    text = file.read_text(encoding="utf-8")
    if request.user.is_authenticated:
        text = text.replace(_APP, _APP_SIGNED_IN, 1)
    answer = HttpResponse(text, content_type="text/html; charset=utf-8")
    origin = urlsplit(stream_url(request))
    answer["Content-Security-Policy"] = content_policy(f"{origin.scheme}://{origin.netloc}") + _INSTALLABLE
    return answer
