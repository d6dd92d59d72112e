# SPDX-License-Identifier: Apache-2.0
"""The three screens: one built application, served as files; all it shows comes from the interfaces.

The page names at once every file that its address opens with, so that a browser need not find them one by
one, and carries what the screen asks first.
"""

import json
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
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
_BODY_ENDS: Final = "</body>"
_STYLESHEET: Final = re.compile('<link rel="stylesheet"[^>]*>')
_STYLE: Final = "style-src 'self'"
#: Where a stranger finds the phone's first page, which is shown before the scripts have come.
_PHONE: Final = "/m"
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
    built = _built(file.stat().st_mtime_ns)
    text = built.page_of(request.path)
    if request.user.is_authenticated:
        text = text.replace(_APP, _APP_SIGNED_IN, 1)
    elif request.path == _PHONE:
        text = built.phone
    if start := start_of(request):
        data = f'<script type="application/json" id="start">{start}</script>'
        text = text.replace(_HEAD_ENDS, data + _HEAD_ENDS, 1)
    answer = HttpResponse(text, content_type="text/html; charset=utf-8")
    origin = urlsplit(stream_url(request))
    policy = content_policy(f"{origin.scheme}://{origin.netloc}") + _INSTALLABLE
    answer["Content-Security-Policy"] = policy.replace(_STYLE, f"{_STYLE} '{built.style_hash}'")
    return answer


@dataclass(frozen=True, slots=True)
class _Built:
    """The application's page as it was built.

    ``opens``: by address the links to what the page does not name itself. ``phone``: what a stranger finds
    at /m, its styles in it and its first content drawn, so that it shows while its files are on their way.
    ``style_hash``: what the browser may believe of those styles.
    """

    text: str
    opens: dict[str, str]
    phone: str
    style_hash: str

    def page_of(self, path: str) -> str:
        """Give the page with links to all that its address opens with: its own, else the longest above it."""
        above = [address for address in self.opens if address.endswith("/") and path.startswith(address)]
        address = path if path in self.opens else max(above, key=len, default="")
        return self.text.replace(_HEAD_ENDS, self.opens.get(address, "") + _HEAD_ENDS, 1)


@lru_cache(maxsize=1)
def _built(_changed: int) -> _Built:
    text = (_BUILT / "index.html").read_text(encoding="utf-8")
    files: dict[str, list[str]] = json.loads((_BUILT / "pages.json").read_text(encoding="utf-8"))
    opens = {
        address: "".join(_link(_WEB + name) for name in names if _WEB + name not in text)
        for address, names in files.items()
    }
    styles = [name for name in files[_PHONE] if name.endswith(".css")]
    style = "".join((_BUILT / name).read_text(encoding="utf-8") for name in styles)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    whole = text.replace(_HEAD_ENDS, opens[_PHONE] + _HEAD_ENDS, 1)
    # What is in the page need not be waited for: the files of it come last, and the scripts find them there.
    bare = _STYLESHEET.sub("", whole).replace(_HEAD_ENDS, f"<style>{style}</style>{_HEAD_ENDS}", 1)
    first = (_BUILT / "first.html").read_text(encoding="utf-8")
    phone = bare.replace(f"{_APP}>", f"{_APP}>{first}", 1).replace(
        _BODY_ENDS, "".join(_STYLESHEET.findall(whole)) + _BODY_ENDS, 1
    )
    return _Built(text, opens, phone, f"sha256-{digest}")


def _link(file: str) -> str:
    kind = "stylesheet" if file.endswith(".css") else "modulepreload"
    return f'<link rel="{kind}" crossorigin href="{file}">'
