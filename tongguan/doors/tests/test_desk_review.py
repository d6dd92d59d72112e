# SPDX-License-Identifier: Apache-2.0
"""What people look at twice, in a browser: video findings, likely duplicates, what was not read or sent."""

import base64
import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from tongguan.doors.testing import Door
from tongguan.intake import api as intake
from tongguan.intake.contracts import Parcel, ReporterIn, ReportIn
from tongguan.intake.testing import told as all_told
from tongguan.matching import queries as matching
from tongguan.messaging import api as messaging
from tongguan.messaging import queries as messages
from tongguan.messaging.contracts import Notice
from tongguan.people import api as people
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.runtime.transactions import atomic
from tongguan.tellings.reading import json_bytes
from tongguan.video import api as video
from tongguan.video import queries as findings
from tongguan.video.contracts import CameraIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}
ALGORITHM = Actor(None, "client:7", "视频平台", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
CAMERA = CameraIn(code="CAM-01", name="人民路口", division="990101001001", lon=121.005, lat=30.805)


@pytest.fixture
def city(city):
    """The city with a camera."""
    video.register_cameras(PLATFORM, [CAMERA])
    return city


def sees(*kinds):
    """Let the camera find something of each kind, with a picture."""
    out = io.BytesIO()
    Image.new("RGB", (320, 180), "green").save(out, "JPEG")
    picture = base64.b64encode(out.getvalue()).decode()
    at = datetime(2026, 5, 1, 4, 0, tzinfo=UTC).isoformat()
    told = [
        {
            "id": f"S-{n}",
            "camera": "CAM-01",
            "kind": kind,
            "time": at,
            "score": 0.9,
            "picture": picture,
            "box": [0.2, 0.2, 0.5, 0.5],
        }
        for n, kind in enumerate(kinds)
    ]
    intake.accept(ALGORITHM, "video", Parcel(json_bytes(told), "application/json"))


def tell(*texts):
    """Let people tell of one lid in their own words."""
    for n, text in enumerate(texts):
        who = ReporterIn("某人", f"1380000{n:04d}")
        one = ReportIn(
            source="hotline",
            external_id=f"H{n}",
            text=text,
            item_code="01001",
            lon=121.005,
            lat=30.805,
            reporter=who,
        )
        intake.receive(PLATFORM, one)
    intake.triage_batch(10)


def test_findings_are_judged_by_single_keys(city, visitor):
    sees("exposed_garbage", "street_vending")
    chief = visitor(city.user("duty_chief"), **SMALL)
    page = chief.opens("/desk/video")
    page.get_by_role("img", name="人民路口 画面中的占道经营").wait_for()
    chief.finds_accessible()
    page.get_by_role("button", name="画面中没有该情况").wait_for()
    page.keyboard.press("1")
    page.get_by_text("已驳回：画面中没有该情况").wait_for()
    page.get_by_role("img", name="人民路口 画面中的暴露垃圾").wait_for()
    page.keyboard.press("a")
    page.get_by_text("没有待复核的视频发现").wait_for()
    page.get_by_text("1 / 1 条").wait_for()
    page.get_by_text("0 / 1 条").wait_for()
    (report,) = all_told()
    assert (report.source, report.item_code) == ("video", "06010")
    (rejected,) = findings.findings(city.duty_chief, state="rejected")
    assert (rejected.kind, rejected.reason) == ("street_vending", "not_there")
    page.locator("summary", has_text="停用自动通过").first.click()
    page.get_by_label("事由").first.fill("镜头被遮挡")
    page.get_by_role("button", name="停用自动通过").first.click()
    page.get_by_text("停用自动通过：已完成").wait_for()
    assert all(not line.automatic for line in findings.book(city.duty_chief))


def test_two_cases_are_compared_side_by_side_and_kept_apart_for_good(city, visitor):
    tell("井盖坏了，请来修理", "井盖松动，很危险")
    one, other = all_told()
    acceptor = visitor(city.user("acceptor"), **SMALL)
    page = acceptor.opens(f"/desk/cases/{one.case_id}")
    page.get_by_role("button", name="对照").first.click()
    beside = page.get_by_role("dialog", name="并排对照")
    beside.get_by_text("相距 0 米", exact=True).wait_for()
    assert beside.locator("mark").all_inner_texts() == []
    assert beside.get_by_text("井盖松动，很危险").count() == 1
    acceptor.finds_accessible()
    beside.locator("summary", has_text="永不合并").click()
    beside.get_by_label("不合并原因").fill("两个不同的井盖")
    beside.get_by_role("button", name="永不合并").click()
    beside.wait_for(state="hidden")
    assert matching.suggested(city.acceptor, one.case_id) == []
    assert one.case_id != other.case_id


def test_two_cases_become_one_after_they_were_compared(city, visitor):
    tell("井盖坏了，请来修理", "井盖松动，很危险")
    one, other = all_told()
    page = visitor(city.user("acceptor"), **SMALL).opens(f"/desk/cases/{one.case_id}")
    page.get_by_role("button", name="对照").first.click()
    beside = page.get_by_role("dialog", name="并排对照")
    beside.locator("summary", has_text="并入本案").click()
    beside.get_by_role("textbox", name="合并原因 *", exact=True).fill("现场确认为同一处")
    beside.get_by_role("button", name="并入本案").click()
    page.get_by_text("2 人、2 次反映").wait_for()
    other.refresh_from_db()
    assert other.case_id == one.case_id


def test_a_joined_telling_is_compared_with_its_like_and_taken_out(city, visitor):
    tell("滨江路12号门口井盖破损", "滨江路12号门口井盖破损了")
    one, other = all_told()
    assert one.case_id == other.case_id
    acceptor = visitor(city.user("acceptor"), **SMALL)
    page = acceptor.opens(f"/desk/cases/{one.case_id}")
    page.get_by_role("button", name="对照与拆分").last.click()
    beside = page.get_by_role("dialog", name="并排对照")
    beside.locator("mark").first.wait_for()
    assert beside.get_by_label("地点").count() == 1
    acceptor.finds_accessible()
    beside.locator("summary", has_text="不是同一事项，分出").click()
    beside.get_by_label("分出原因").fill("路对面另有一个")
    beside.get_by_role("button", name="不是同一事项，分出").click()
    page.get_by_text("1 人、1 次反映").wait_for()
    other.refresh_from_db()
    assert other.case_id != one.case_id


def test_what_no_decoder_could_read_is_opened_mended_and_read_again(city, visitor):
    system = Door(people.issue_token(city.secadmin, "旧系统", ["reports:write"], "9901"))
    assert (
        system.post(
            "/channels/mapped", b'{"text": "\xe8\xb7\xaf\xe7\x81\xaf\xe4\xb8\x8d\xe4\xba\xae"'
        ).status_code
        == 422
    )
    acceptor = visitor(city.user("acceptor"), **SMALL)
    page = acceptor.opens("/desk/unread")
    page.get_by_role("button", name="打开", exact=True).click()
    page.get_by_label("内容").fill('{"external_id": "1", "text": "路灯不亮"}')
    acceptor.finds_accessible()
    page.get_by_label("原因").last.fill("补上括号")
    page.get_by_role("button", name="更正并重读").click()
    page.get_by_text("没有未读来件").wait_for()
    (report,) = all_told()
    assert report.text == "路灯不亮"


def test_messages_that_were_given_up_are_sent_again_by_choice(city, visitor):
    with atomic():
        messaging.notify(
            [Notice(key="k", channel="webhook", to_address="gone", subject="路灯熄灭", division="990101")]
        )
    admin = visitor(city.user("sysadmin"), **SMALL)
    page = admin.opens("/desk/letters")
    page.get_by_role("checkbox", name="路灯熄灭").check()
    page.get_by_text("没有未能接收的事实").wait_for()
    admin.finds_accessible()
    page.get_by_role("button", name="重发所选 1 条").click()
    page.get_by_text("已重新投递 1 条").wait_for()
    assert messages.dead_letters(city.sysadmin) == []
