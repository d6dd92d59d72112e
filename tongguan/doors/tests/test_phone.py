# SPDX-License-Identifier: Apache-2.0
"""The phone (小屏) in a real browser: three steps, flight mode, progress, a collector's report."""

from uuid import UUID

import pytest
from PIL import Image

from tongguan.doors.tests.conftest import PHONE
from tongguan.intake import api as intake
from tongguan.intake.testing import told as all_told
from tongguan.pictures.testing import from_camera
from tongguan.runtime import files

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = {"latitude": 30.805, "longitude": 121.005, "accuracy": 8}


def large_photo():
    """A photo larger than the phone sends."""
    image = Image.effect_noise((2400, 1800), 40).convert("RGB")
    return {"name": "cover.jpg", "mimeType": "image/jpeg", "buffer": from_camera(image)}


def snap(page, words):
    """Walk the three steps."""
    page.get_by_role("link", name="随手拍").click()
    page.locator("input[type=file]").set_input_files(large_photo())
    page.get_by_role("img", name="第 1 张照片").wait_for()
    page.get_by_role("button", name="下一步").click()
    page.get_by_text("已定位，精度约 8 米").wait_for()
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("发生了什么").fill(words)
    page.get_by_role("button", name="提交").click()


def test_a_citizen_reports_in_three_steps_and_follows_it_like_a_parcel(city, visitor):
    citizen = visitor(**PHONE, geolocation=AT, permissions=["geolocation"])
    page = citizen.opens("/m")
    page.get_by_role("link", name="随手拍").wait_for()
    citizen.finds_accessible()
    snap(page, "人民路口井盖破损")
    page.get_by_role("heading", name="已收下").wait_for()
    (report,) = all_told()
    assert report.text == "人民路口井盖破损"
    (kept,) = files.infos(UUID(name) for name in report.attachments).values()
    assert (kept.width, kept.height) == (1600, 1200)  # shrunk by the phone
    assert kept.lat == pytest.approx(30.805)  # and where its camera wrote it was
    intake.triage_batch(10)
    page.get_by_role("link", name="看进度").click()
    page.get_by_role("button", name="人民路口井盖破损").click()
    page.get_by_role("heading", name="办理经过").wait_for()
    citizen.finds_accessible()


def test_what_is_told_in_flight_mode_survives_a_restart_and_is_sent_once(city, visitor):
    citizen = visitor(**PHONE, geolocation=AT, permissions=["geolocation"])
    page = citizen.opens("/m")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    citizen.context.set_offline(True)
    page.reload()  # the installed shell opens without a network
    page.get_by_text("离线").wait_for()
    snap(page, "路灯不亮")
    page.get_by_role("heading", name="已存在本机").wait_for()
    assert all_told() == []
    page.goto(citizen.root + "/m/mine")
    page.get_by_text("待上传").wait_for()
    citizen.context.set_offline(False)
    page.get_by_text("已上传").wait_for()
    page.reload()
    page.get_by_text("已上传").wait_for()
    assert [report.text for report in all_told()] == ["路灯不亮"]


def test_large_type_english_and_dark_hold_on_a_small_phone(city, visitor):
    citizen = visitor(viewport={"width": 320, "height": 640}, color_scheme="dark", is_mobile=True)
    page = citizen.opens("/m/report")
    page.get_by_role("button", name="大字").click()
    page.get_by_role("button", name="EN").click()
    page.get_by_role("button", name="Next").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    citizen.finds_accessible()


def test_a_collector_walks_home_with_an_empty_list_and_a_sent_report(city, visitor):
    collector = visitor(city.user("collector"), **PHONE, geolocation=AT, permissions=["geolocation"])
    page = collector.opens("/m/tasks")
    page.get_by_text("目前没有任务").wait_for()
    collector.finds_accessible()
    page.get_by_role("link", name="首页").click()
    page.get_by_role("link", name="巡查上报").click()
    page.get_by_text("已定位").wait_for()
    page.get_by_label("发生了什么").fill("道路破损")
    page.get_by_role("button", name="提交").click()
    page.get_by_role("link", name="本机").click()
    page.get_by_text("已上传").wait_for()
    (report,) = all_told()
    assert (report.source, report.text) == ("grid", "道路破损")
