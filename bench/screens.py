# SPDX-License-Identifier: Apache-2.0
"""How fast the screens are in a real browser: desk, filtered queue, keys, live stream, a slow phone.

Seeds a demo city, fills it up, runs the product on it and prints one JSON line per figure with its limit. The
phone is slowed down through the browser's own protocol: a fourth of the processor, 1.6 Mbit/s, 150 ms.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import httpload as load
from tongguan.doors.tests.product import Product, seeded_home

CHROMIUM = "/usr/bin/chromium"
ROUNDS = 5
LIMITS = {
    "desk_first_row": 1500,
    "queue_filtered": 300,
    "interaction": 100,
    "live": 1000,
    "phone_usable": 2000,
    "phone_whole": 2000,
}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
SLOWER_BY = 4
#: Resolves with the milliseconds from now until the page shows what is asked for.
WHEN = """([selector, words]) => new Promise((done) => {
  const began = performance.now();
  const look = () => [...document.querySelectorAll(selector)].some((one) => one.textContent.includes(words));
  const step = () => (look() ? done(performance.now() - began) : requestAnimationFrame(step));
  step();
})"""
#: Resolves with the milliseconds until every row of the queue is in the state asked for.
ONLY = """(word) => new Promise((done) => {
  const began = performance.now();
  const tags = () => [...document.querySelectorAll("tbody tr[data-row] .tag")];
  const found = () => tags().length && tags().every((tag) => tag.textContent === word);
  const step = () => (found() ? done(performance.now() - began) : requestAnimationFrame(step));
  step();
})"""
#: Presses a key and resolves when the frame that shows the other row has been drawn.
PRESS = """(key) => new Promise((done) => {
  const at = () => document.querySelector("tr.cursor")?.dataset.row;
  const before = at(), began = performance.now();
  window.dispatchEvent(new KeyboardEvent("keydown", { key }));
  const drawn = () => requestAnimationFrame(() => done(performance.now() - began));
  const step = () => requestAnimationFrame(() => (at() === before ? step() : drawn()));
  step();
})"""

#: Keeps when the phone's first link was drawn, and when it was drawn by the scripts that then hold the page.
NOTE = """window.drawn = {};
new MutationObserver(() => {
  for (const [name, holder] of [["usable", "#app"], ["whole", "#app[data-v-app]"]]) {
    if (name in drawn || !document.querySelector(`${holder} main a[href='/m/report']`)) continue;
    drawn[name] = 0;
    requestAnimationFrame(() => setTimeout(() => { drawn[name] = performance.now(); }));
  }
}).observe(document, { childList: true, subtree: true, attributes: true });"""

DRAWN = """() => new Promise((done) => {
  const look = () => (drawn.whole ? done(drawn) : setTimeout(look, 20));
  look();
})"""


def tell(figure: str, times: list[float], **about: Any) -> None:
    """Print a figure: the median of the rounds in milliseconds, its limit, and the part of it needed."""
    value, limit = statistics.median(times), LIMITS[figure]
    load.tell(
        bench="screens",
        figure=figure,
        median_ms=round(value),
        worst_ms=round(max(times)),
        limit_ms=limit,
        ratio=round(value / limit, 2),
        load_average=round(os.getloadavg()[0], 1),
        **about,
    )


def fill(home: Path, cases: int) -> None:
    """Fill the city's database up to so many cases."""
    os.environ["TONGGUAN_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
    django.setup()
    from django.contrib.auth import get_user_model

    from bench.http_read import Filler
    from tongguan.people import queries as people

    Filler(people.actor_of(get_user_model().objects.get(username="duty_chief"))).fill(cases)


@contextmanager
def page_of(browser: Browser, product: Product, name: str, **options: Any) -> Iterator[Page]:
    """Give the first page of a fresh browser of somebody."""
    context = browser.new_context(locale="zh-CN", **options)
    context.set_default_timeout(60_000)
    if name:
        value = product.door(name).cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": value, "url": product.root}])
    yield context.new_page()
    context.close()


def timed(act: Callable[[], object]) -> float:
    """Give the milliseconds that something takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def cold_desk(browser: Browser, product: Product) -> None:
    """From the address to the first row, nothing kept."""
    times = []
    for _ in range(ROUNDS):
        with page_of(browser, product, "acceptor", viewport={"width": 1366, "height": 768}) as page:
            page.goto(f"{product.root}/desk", wait_until="commit")
            page.locator("tbody tr[data-row]").first.wait_for()
            times.append(page.evaluate("performance.now()"))
    tell("desk_first_row", times)


def at_the_queue(browser: Browser, product: Product, cases: int) -> None:
    """Filter, step and listen at one open queue."""
    with page_of(browser, product, "acceptor", viewport={"width": 1366, "height": 768}) as page:
        page.goto(f"{product.root}/desk")
        page.locator("tbody tr[data-row]").first.wait_for()
        times = []
        for word in ("待受理", "待立案", "处置中", "待核查", "待派遣"):
            line = page.locator("input[type=search]").first
            line.fill(f"状态:{word} 超期")
            line.press("Enter")
            times.append(page.evaluate(ONLY, word))
        tell("queue_filtered", times, cases=cases)
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        page.evaluate(PRESS, "j")
        tell("interaction", [page.evaluate(PRESS, key) for key in "jjjjjjjkkkkk"])
        page.goto(f"{product.root}/desk?q=全部")
        page.get_by_text("实时").wait_for()
        times = []
        first = product.spot()
        for number in range(ROUNDS):
            # Some 500 m from the one before, that each is a matter of its own.
            there = {"lon": first["lon"] + 0.005 * number, "lat": first["lat"]}
            product.tell(f"实时 {number}", "路缘石缺损", there)
            times.append(page.evaluate(WHEN, ["button.fresh", f"{number + 1} 件"]))
        tell("live", times)


def slow_phone(browser: Browser, product: Product) -> None:
    """From the address to the first thing one can press, on a slow phone with nothing kept.

    ``phone_whole`` is until the scripts have taken the page over and everything on it can be pressed.
    """
    times, whole = [], []
    for _ in range(ROUNDS):
        phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
        with page_of(browser, product, "", **phone) as page:
            slow = page.context.new_cdp_session(page)
            slow.send("Network.emulateNetworkConditions", SLOW)
            slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_BY})
            page.add_init_script(NOTE)
            page.goto(f"{product.root}/m", wait_until="commit")
            drawn = page.evaluate(DRAWN)
            times.append(drawn["usable"])
            whole.append(drawn["whole"])
    for figure, found in (("phone_usable", times), ("phone_whole", whole)):
        tell(figure, found, slower_by=SLOWER_BY, kbit_s=SLOW["downloadThroughput"] * 8 // 1000)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", default="", help="not used: the product runs on its own folder")
    parser.add_argument("--only", choices=("desk", "queue", "phone"), help="measure this alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = seeded_home(Path(folder))
        if asked.only != "phone":
            fill(home, asked.cases)
        product = Product(home, Path(folder) / "home")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                if asked.only in (None, "desk"):
                    cold_desk(browser, product)
                if asked.only in (None, "queue"):
                    at_the_queue(browser, product, asked.cases)
                if asked.only in (None, "phone"):
                    slow_phone(browser, product)
                browser.close()
        finally:
            product.stop()


if __name__ == "__main__":
    main()
