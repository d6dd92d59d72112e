# SPDX-License-Identifier: Apache-2.0
"""The three screens: one built application, served as files; all it shows comes from the interfaces.

The page names at once every file that its address opens with, so that a browser need not find them one by
one, and carries what the screen asks first.
"""

import json
from functools import lru_cache
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
from tongguan.doors.screens.start import start_of

_BUILT: Final = Path(__file__).resolve().parents[1] / "static" / "web"
_UNBUILT: Final = "三屏页面尚未构建，请执行 make web · the screens are not built yet: run make web"
#: Tells the phone whether somebody is signed in, so that a stranger's need not ask and be refused.
_APP: Final = '<div id="app"'
_APP_SIGNED_IN: Final = '<div id="app" data-signed-in="yes"'
_HEAD_ENDS: Final = "</head>"
_WEB: Final = "/static/web/"
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
    text, opens = _built(file.stat().st_mtime_ns)
    if request.user.is_authenticated:
        text = text.replace(_APP, _APP_SIGNED_IN, 1)
    start = start_of(request)
    data = f'<script type="application/json" id="start">{start}</script>' if start else ""
    text = text.replace(_HEAD_ENDS, opens.get(_page_of(request.path, opens), "") + data + _HEAD_ENDS, 1)
    answer = HttpResponse(text, content_type="text/html; charset=utf-8")
    origin = urlsplit(stream_url(request))
    answer["Content-Security-Policy"] = content_policy(f"{origin.scheme}://{origin.netloc}") + _INSTALLABLE
    return answer


@lru_cache(maxsize=1)
def _built(_changed: int) -> tuple[str, dict[str, str]]:
    """Give the page as it was built, and by address the links to what it does not name itself."""
    text = (_BUILT / "index.html").read_text(encoding="utf-8")
    files: dict[str, list[str]] = json.loads((_BUILT / "pages.json").read_text(encoding="utf-8"))
    opens = {
        address: "".join(_link(_WEB + name) for name in names if _WEB + name not in text)
        for address, names in files.items()
    }
    return text, opens


def _link(file: str) -> str:
    kind = "stylesheet" if file.endswith(".css") else "modulepreload"
    return f'<link rel="{kind}" crossorigin href="{file}">'


def _page_of(path: str, opens: dict[str, str]) -> str:
    """Give the address in the list that a path opens: itself, else the longest above it."""
    above = [address for address in opens if address.endswith("/") and path.startswith(address)]
    return path if path in opens else max(above, key=len, default="")
