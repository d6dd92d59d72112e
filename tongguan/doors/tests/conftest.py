# SPDX-License-Identifier: Apache-2.0
"""A real browser before the real doors; a script error or a failed request fails the test."""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
AXE = Path(__file__).resolve().parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
#: The live stream is the engine's; under a test's web server there is none, and pages must bear that.
BORNE = re.compile(r"/stream\b|ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def chromium():
    """The system's browser. Its loop stands in this thread, so it goes before other modules' tests run."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.exit("CI must not skip, but Chromium is missing", returncode=2)
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as surroundings:
        # Django would take the test itself for async code.
        surroundings.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, context, root):
        self.context, self.root = context, root
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("console", self._said)
        self.page.on("response", self._answered)

    def _said(self, message):
        if message.type == "error" and not BORNE.search(f"{message.text} {message.location.get('url')}"):
            self.complaints.append(f"console: {message.text} {message.location.get('url')}")

    def _answered(self, response):
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def opens(self, path):
        """Go to a page of ours."""
        self.page.goto(self.root + path, wait_until="domcontentloaded")
        return self.page

    def finds_accessible(self):
        """Fail over what axe calls serious or critical on the page that is open."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        grave = [
            f"{one['id']}: {node['html'][:160]}"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]
        assert not grave


@pytest.fixture
def visitor(chromium, live_server):
    """Give browsers: ``visitor()`` a stranger, ``visitor(user)`` somebody signed in."""
    made = []

    def come(user=None, **options):
        context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **options)
        if user is not None:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            value = client.cookies[configured.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": configured.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
            )
        made.append(Visitor(context, live_server.url))
        return made[-1]

    yield come
    complaints = [complaint for one in made for complaint in one.complaints]
    for one in made:
        one.context.close()
    assert not complaints
