# SPDX-License-Identifier: Apache-2.0
"""``make screens``: a picture of every page at every size, from a demo city of its own, into ``screens/``.

``python -m tests.screens [--readme] [page …]``. With ``--readme`` the three pictures of the README are made
anew as well. The folder is not kept by version control: look at the pictures, then mend the pages.
"""

import argparse
import re
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tongguan.doors.tests.pages import PLAIN, desk_pages, phone_pages
from tongguan.doors.tests.product import Product, seeded_home

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "screens"
PICTURES = ROOT / "docs" / "pictures"
SIZES = {"390x844": (390, 844), "1366x768": (1366, 768), "1920x1080": (1920, 1080)}
#: Walls: one screen, four screens of one, two side by side; and why each mode is set.
WALLS = {"1920x1080": (1920, 1080), "3840x2160": (3840, 2160), "3840x1080": (3840, 1080)}
MODES = {
    "daily": "恢复日常",
    "warning": "市气象台发布暴雨橙色预警",
    "emergency": "江北区多处道路积水，启动防汛三级响应",
}
CHROMIUM = "/usr/bin/chromium"
CASES = 160
#: Time for the map to draw and the stream to open; nothing on the pages says that all of it is there.
SETTLE_MS = 3_500


class Camera:
    """Takes pictures of a running product."""

    def __init__(self, browser: Browser, product: Product) -> None:
        """Keep what pictures are taken of."""
        self.browser, self.product = browser, product
        self.spot = product.spot()

    def see(self, who: str, address: str, size: tuple[int, int], **options: str) -> Page:
        """Open a page as somebody and wait until it stands."""
        narrow = size[0] < 500
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            is_mobile=narrow,
            has_touch=narrow,
            device_scale_factor=2 if narrow else 1,
            geolocation={"latitude": self.spot["lat"], "longitude": self.spot["lon"], "accuracy": 6},
            permissions=["geolocation"],
            **options,
        )
        if who:
            value = self.product.door(who).cookies["sessionid"]
            context.add_cookies([{"name": "sessionid", "value": value, "url": self.product.root}])
        page = context.new_page()
        page.goto(self.product.root + address, wait_until="domcontentloaded")
        page.locator("h1, h2").first.wait_for(timeout=60_000)
        if address == "/wall":
            page.locator(".city-map[data-drawn]").wait_for(timeout=180_000)
        page.wait_for_timeout(SETTLE_MS)
        return page

    def take(self, name: str, who: str, address: str, sizes: dict[str, tuple[int, int]]) -> None:
        """Take one page at every size."""
        for label, size in sizes.items():
            page = self.see(who, address, size)
            file = OUT / f"{name}-{label}.png"
            page.screenshot(path=file, timeout=180_000)
            page.context.close()
            sys.stdout.write(f"{file.relative_to(ROOT)}\n")


def walls(camera: Camera, wanted: re.Pattern[str]) -> None:
    """Take the wall in its three modes at every size of a wall, the daily one last, as it is left."""
    for mode in ("emergency", "warning", "daily"):
        if wanted.search(f"wall-{mode}"):
            door = camera.product.door("leader")
            body = {"mode": mode, "reason": MODES[mode]}
            door.post(f"{camera.product.root}/api/wall/mode", json=body).raise_for_status()
            camera.take(f"wall-{mode}", "leader", "/wall", WALLS)


def for_readme(page: Page, name: str, width: int) -> None:
    """Keep a picture small enough for a README and drop the one it replaces."""
    image = Image.open(BytesIO(page.screenshot(timeout=180_000))).convert("RGB")
    page.context.close()
    image.thumbnail((width, width))
    image.save(PICTURES / f"{name}.webp", "WEBP", quality=80, method=6)


def readme(camera: Camera, handler: str) -> None:
    """Make the README's three pictures: wall, desk, phone."""
    for_readme(camera.see("leader", "/wall", SIZES["1920x1080"]), "wall", 1600)
    for_readme(camera.see("acceptor", "/desk", SIZES["1366x768"], color_scheme="light"), "desk", 1366)
    for_readme(camera.see(handler, "/m/tasks", SIZES["390x844"], color_scheme="light"), "phone", 600)


def main() -> int:
    """Take the pictures that are asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help="names or parts of names; all without")
    parser.add_argument("--readme", action="store_true")
    asked = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    wanted = re.compile("|".join(asked.pages) or ".")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        product = Product(seeded_home(Path(folder), CASES), Path(folder) / "home")
        try:
            rows = product.ask("acceptor", "/cases", limit=200)["rows"]
            case = next(
                row["id"] for row in rows if row["state"] in {"handle_finish", "pending_check", "closed"}
            )
            handler, task = product.busy_handler()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            camera = Camera(browser, product)
            pages = {f"desk-{name}": page for name, page in desk_pages(case).items()} | PLAIN
            pages |= {f"phone-{name}": page for name, page in phone_pages(handler, task).items()}
            for name, (who, address) in pages.items():
                if wanted.search(name):
                    camera.take(name, who, address, SIZES)
            walls(camera, wanted)
            if asked.readme:
                readme(camera, handler)
            browser.close()
        finally:
            product.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
