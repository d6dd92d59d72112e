# SPDX-License-Identifier: Apache-2.0
"""One matter over all three screens of the running product, from a phone in flight mode to the survey."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tongguan.doors.tests.walking import DESK, WALL, act, choose, form, phone_at, photo, walks_three_steps

pytestmark = [pytest.mark.browser]
WORDS = "人行道路缘石缺损，绊了一下"
ITEM = "路缘石缺损"


@pytest.fixture
def scene(product, person):
    """The wall and the desks stand open before anything happens; a citizen has no network."""
    spot = product.spot()
    made = SimpleNamespace(product=product, person=person, spot=spot)
    made.wall = person("leader", **WALL).opens("/wall")
    made.opened = made.wall.locator('[data-sign="open_now"]')
    expect(made.opened).not_to_have_text("0")
    made.before = int(made.opened.inner_text())
    made.desk = person("acceptor", **DESK).opens("/desk/quarantine")
    made.dispatcher = person("dispatcher", **DESK).opens("/desk")
    made.desk.get_by_text("实时").wait_for()
    made.dispatcher.get_by_text("实时").wait_for()
    made.citizen = person(**phone_at(spot))
    made.citizen.bears("ERR_INTERNET_DISCONNECTED")
    made.phone = made.citizen.opens("/m")
    made.phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    made.phone.reload()
    return made


def told_in_flight_mode(scene):
    phone = scene.phone
    scene.citizen.context.set_offline(True)
    walks_three_steps(phone, WORDS, photo(1, scene.spot))
    phone.get_by_role("heading", name="已存在本机").wait_for()
    expect(scene.desk.get_by_text(WORDS)).to_have_count(0)
    scene.citizen.context.set_offline(False)
    phone.get_by_role("heading", name="已收下").wait_for()


def understood_by_an_operator(scene):
    row = scene.desk.locator("li", has_text=WORDS).first
    row.wait_for()
    row.locator("summary", has_text="更正并重新分诊").click()
    row.get_by_label("事项").fill(ITEM)
    row.get_by_label("更正原因").fill("照片清楚")
    row.get_by_role("button", name="更正并重新分诊").click()
    expect(scene.desk.get_by_text(WORDS)).to_have_count(0)
    # The dispatcher's list does not jump: it says that there is something new. The wall counts it.
    scene.dispatcher.get_by_role("button", name="有 1 件新案件").click()
    scene.dispatcher.locator("tr", has_text=WORDS).wait_for()
    expect(scene.opened).to_have_text(str(scene.before + 1))
    (case,) = [one for one in scene.product.ask("acceptor", "/cases")["rows"] if one["title"] == WORDS]
    return case["id"]


def filed_and_sent_out(scene, case_id):
    desk, dispatcher = scene.desk, scene.dispatcher
    # The dispatcher's page is open while it is filed, and then offers to send it out.
    dispatcher.locator("tr", has_text=WORDS).dblclick()
    dispatcher.get_by_text("待立案").first.wait_for()
    desk.goto(f"{scene.product.root}/desk/cases/{case_id}")
    choose(desk, "立案", "立案条件", index=1)
    act(desk, "立案")
    choose(dispatcher, "派遣", "协办单位", option="江北区园林绿化所")
    act(dispatcher, "派遣")
    sent = scene.product.ask("acceptor", f"/cases/{case_id}")
    assert (sent["lead_unit_name"], sent["state_name"]) == ("江北区市政所", "待处置")
    head = scene.person("department", **DESK).opens(f"/desk/cases/{case_id}")
    choose(head, "指派", "处置人员", option="小刘")
    act(head, "指派")
    # A second unit is not needed: the head sees it go.
    dispatcher.get_by_text("处置中").first.wait_for()
    choose(dispatcher, "撤销协办", "工单", option="江北区园林绿化所")
    act(dispatcher, "撤销协办", 理由="无须移栽")
    head.get_by_text("已撤回").wait_for()
    return head


def handled_on_site(scene):
    handler = scene.person("handler", **phone_at(scene.spot)).opens("/m/tasks")
    task = handler.locator("section", has_text=WORDS)
    assert task.get_by_role("link", name="导航").get_attribute("href").startswith("geo:")
    task.get_by_role("link", name=WORDS).click()
    handler.get_by_role("img", name="处置前照片 1").wait_for()
    handler.locator("input[type=file]").set_input_files(photo(2, scene.spot))
    handler.get_by_text("距现场").wait_for()
    handler.get_by_label("结果说明").fill("已更换路缘石")
    handler.get_by_role("button", name="提交结果").last.click()
    handler.get_by_role("link", name="本机").click()
    handler.get_by_text("已上传").wait_for()
    scene.desk.get_by_role("img", name="处置后照片 1").wait_for()  # the desk sees it come


def compared_and_passed(scene, case_id):
    choose(scene.desk, "发送核查", "信息采集员", index=1)
    act(scene.desk, "发送核查")
    sent = scene.product.ask("acceptor", f"/cases/{case_id}")
    looker = scene.product.named(sent["collector_id"])
    collector = scene.person(looker, **phone_at(scene.spot)).opens("/m/tasks")
    collector.get_by_role("link", name=WORDS).click()
    collector.get_by_role("img", name="处置后照片 1").wait_for()
    collector.get_by_text("时间地点相符").first.wait_for()
    collector.locator("input[type=file]").set_input_files(photo(3, scene.spot))
    collector.get_by_role("img", name="第 1 张照片").wait_for()
    collector.get_by_role("button", name="通过", exact=True).click()
    collector.get_by_role("link", name="本机").click()
    collector.get_by_text("已上传").wait_for()


def answered_by_the_citizen(scene):
    phone = scene.phone
    phone.get_by_role("link", name="看进度").click()
    phone.get_by_role("button", name=WORDS).click()
    phone.get_by_role("heading", name="已办结").wait_for()
    phone.get_by_label("工作人员联系过我").check()
    phone.get_by_label("满意程度").select_option("不满意")
    phone.get_by_label("想说的话").fill("缝还在")
    phone.get_by_role("button", name="提交评价").click()
    phone.get_by_text("您的评价已记录").wait_for()
    phone.get_by_role("button", name="没有解决，请重新办理").click()
    phone.get_by_text("已请求重新办理").wait_for()
    scene.desk.reload()
    scene.desk.get_by_text("缝还在").wait_for()


def test_a_matter_goes_over_all_three_screens(scene):
    told_in_flight_mode(scene)
    case_id = understood_by_an_operator(scene)
    head = filed_and_sent_out(scene, case_id)
    handled_on_site(scene)
    act(head, "部门确认")
    compared_and_passed(scene, case_id)
    form(scene.desk, "结案").get_by_label("已达到结案条件").check()
    act(scene.desk, "结案")
    expect(scene.opened).to_have_text(str(scene.before))  # the wall's figure moves
    answered_by_the_citizen(scene)
