# SPDX-License-Identifier: Apache-2.0
"""A real browser before the real doors; a script error or a failed request fails the test."""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from tongguan.catalog import api as catalog
from tongguan.doors.tests.product import Product, seeded_home
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.places.testing import square_city

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
AXE = Path(__file__).resolve().parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
#: The live stream is the engine's; under a test's web server there is none, and pages must bear that.
BORNE = re.compile(r"/stream\b|ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED")
#: What Chromium says of drawing maps without a graphics card: nothing that a page could mend.
DRAWN_SLOWLY = "GPU stall due to ReadPixels"
#: A page that is left gives up what it was reading.
LEFT = "ERR_ABORTED"
#: A folder to put pictures of the pages into, for whoever wants to look.
PICTURES = os.environ.get("TONGGUAN_PICTURES", "")
#: How long a page may take to come to what a story expects of it: the machine may be busy with others.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
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
    """Somebody with a browser of their own. What a story means to see refused it names by :meth:`bears`."""

    def __init__(self, context, root, borne=BORNE):
        self.context, self.root, self.borne = context, root, [borne] if borne else []
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self._complain(f"script: {error}"))
        self.page.on("console", self._said)
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)

    def bears(self, pattern):
        """Expect from now on what matches: a refusal that the story is about."""
        self.borne.append(re.compile(pattern))

    def _complain(self, words):
        if not any(pattern.search(words) for pattern in self.borne):
            self.complaints.append(words)

    def _said(self, message):
        if message.type in {"error", "warning"} and DRAWN_SLOWLY not in message.text:
            self._complain(f"console: {message.text} {message.location.get('url')}")

    def _answered(self, response):
        if response.status >= 400:
            self._complain(f"{response.status} {response.request.method} {response.url}")

    def _failed(self, request):
        if LEFT not in (request.failure or ""):
            self._complain(f"failed: {request.failure} {request.url}")

    def opens(self, path):
        """Go to a page of ours."""
        self.page.goto(self.root + path, wait_until="domcontentloaded")
        return self.page

    def pictures(self, name):
        """Put a picture of the open page into the folder ``TONGGUAN_PICTURES``, where one is named."""
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

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


def _gathered(made):
    """Close all browsers and fail over what any of them complained of."""
    complaints = [complaint for one in made for complaint in one.complaints]
    for one in made:
        one.context.close()
    assert not complaints


@pytest.fixture
def city():
    """The square city with its people and the national catalogue."""
    people = cast("Jiangzhou-2026-Demo")
    square_city()
    catalog.load_standards(PLATFORM)
    return people


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
    _gathered(made)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """The demo city, seeded once for all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return seeded_home((base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "product")


@pytest.fixture(scope="session")
def product(prepared, tmp_path_factory):
    """The running product: a web process and an engine over the demo city."""
    running = Product(prepared, tmp_path_factory.mktemp("running") / "home")
    yield running
    running.stop()


@pytest.fixture
def person(chromium, product):
    """Give browsers at the running product: ``person("acceptor")``, ``person()`` a stranger."""
    made = []

    def come(name="", **options):
        context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **options)
        if name:
            value = product.door(name).cookies[configured.SESSION_COOKIE_NAME]
            context.add_cookies(
                [{"name": configured.SESSION_COOKIE_NAME, "value": value, "url": product.root}]
            )
        made.append(Visitor(context, product.root, borne=None))
        return made[-1]

    yield come
    _gathered(made)
