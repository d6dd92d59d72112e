# SPDX-License-Identifier: Apache-2.0
"""What people do on the screens, as the stories tell it."""

import re
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image
from playwright.sync_api import Locator

from tongguan.doors.tests.conftest import PHONE
from tongguan.pictures.testing import scene

CITY = ZoneInfo("Asia/Shanghai")
DESK = {"viewport": {"width": 1366, "height": 768}}
WALL = {"viewport": {"width": 1920, "height": 1080}}


def photo(seed, spot):
    """A photo just taken there; each seed another scene."""
    parts = {axis: (int(value), int(value % 1 * 60), value * 60 % 1 * 60) for axis, value in spot.items()}
    exif, out = Image.Exif(), BytesIO()
    exif[ExifTags.IFD.Exif] = {
        ExifTags.Base.DateTimeOriginal: datetime.now(CITY).strftime("%Y:%m:%d %H:%M:%S")
    }
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: parts["lat"],
        ExifTags.GPS.GPSLongitudeRef: "E",
        ExifTags.GPS.GPSLongitude: parts["lon"],
    }
    scene(seed, (800, 600)).save(out, "JPEG", exif=exif)
    return {"name": f"photo-{seed}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def phone_at(spot):
    """A phone that knows where it is."""
    place = {"latitude": spot["lat"], "longitude": spot["lon"], "accuracy": 6}
    return {**PHONE, "geolocation": place, "permissions": ["geolocation"]}


def form(page, name):
    """Open a form of the desk by its name and give it; ``page``: the page, or the part of it to look in."""
    whole = page.page if isinstance(page, Locator) else page
    box = page.locator("details.act", has=whole.locator("summary", has_text=re.compile(f"^{name}$")))
    box.first.wait_for()
    if not box.first.evaluate("box => box.open"):
        box.first.locator("summary").click()
    return box.first


def act(page, name, *, told=None, **given):
    """Fill in a form of the desk (fields by their labels) and do what it says; ``told``: where it says so."""
    box = form(page, name)
    for label, value in given.items():
        box.get_by_label(label).fill(value)
    box.get_by_role("button", name=name, exact=True).click()
    (told or page).get_by_text(f"{name}：已完成").first.wait_for()


def choose(page, name, label, index=None, option=None):
    """Choose in a select of a form."""
    picked = {"index": index} if option is None else {"label": option}
    form(page, name).get_by_label(label).select_option(**picked)


def walks_three_steps(page, words, picture):
    """Photo, place, words: what a citizen tells from the phone's first page."""
    page.get_by_role("link", name="随手拍").click()
    page.locator("input[type=file]").set_input_files(picture)
    page.get_by_role("img", name="第 1 张照片").wait_for()
    page.get_by_role("button", name="下一步").click()
    page.get_by_text("已定位").wait_for()
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("发生了什么").fill(words)
    page.get_by_role("button", name="提交").click()
