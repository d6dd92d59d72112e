# SPDX-License-Identifier: Apache-2.0
"""The wall (大屏) in a real browser: it follows the desk, shows the phone's photo, and stands for a day."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tongguan.cases import api as cases
from tongguan.cases import queries as casebook
from tongguan.cases.contracts import NewCase
from tongguan.dispatch import api as dispatch
from tongguan.doors.testing import Door
from tongguan.indicators.testing import count
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import PLATFORM
from tongguan.pictures.testing import from_camera
from tongguan.runtime.testing import StreamServer
from tongguan.walls import api as walls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WALL = {"viewport": {"width": 1920, "height": 1080}}
EVENT = (
    'id: {n}\ndata: {{"name":"CaseMoved","payload":{{"case_id":"{case}"}},"at":"2026-04-30T02:30:00Z"}}\n\n'
)


@pytest.fixture
def stream(live_server, settings):
    """The live stream, served for real and polled by hand."""
    served = StreamServer()
    served.start()
    settings.STREAM_URL = served.url.replace("127.0.0.1", "localhost") + "/stream"
    yield served
    served.end()


def open_case(people, **more):
    told = {"item_code": "01003", "title": "人民路口井盖破损", "text": "", "source": "hotline", **more}
    new = NewCase(division="990101001001", lon=121.005, lat=30.805, address="人民路 12 号", **told)
    (case,) = cases.open_cases(people.acceptor, [new])
    return case


def in_hand(people):
    """Give a case that the handler of the unit works on."""
    case = open_case(people)
    dispatch.perform(people.acceptor, case.id, "accept")
    rule = Door(user=people.user("acceptor"), base="/api/desk").get("/items/01003/rules").json()[0]["id"]
    dispatch.perform(people.acceptor, case.id, "register", {"filing_rule_id": rule})
    unit = people.unit("N-SZ").id
    dispatch.perform(people.dispatcher, case.id, "dispatch", {"unit_id": unit, "reason": "就近"})
    dispatch.perform(people.department, case.id, "assign", {"handler_id": people.handler.id})
    return case


def opens_wall(visitor, stream, user, **options):
    wall = visitor(user, **{**WALL, **options})
    page = wall.opens("/wall")
    page.get_by_role("status").get_by_text("实时", exact=True).wait_for()
    stream.poll()
    return wall, page


def sign(page, code, value):
    page.locator(f'[data-sign="{code}"]', has_text=re.compile(f"^{value}$")).wait_for()


def send_photo(people, case):
    """Hand in the result with its photo, as the handler's phone does."""
    door = Door(user=people.user("handler"), base="/api/desk")
    photo = from_camera(Image.effect_noise((1600, 1200), 40).convert("RGB"))
    kept = door.put_file("/files", "after.jpg", photo).json()["id"]
    version = casebook.case(PLATFORM, case.id).version
    inputs = {"result": "已更换井盖", "photos_after": [kept]}
    answer = door.post(f"/cases/{case.id}/moves/submit", {"inputs": inputs}, If_Match=f'"v{version}"')
    assert answer.status_code == 200, answer.text


def test_three_screens_are_one_the_desk_pushes_the_wall_flies_the_phones_photo_appears(city, stream, visitor):
    case = in_hand(city)
    count()
    wall, page = opens_wall(visitor, stream, city.user("leader"))
    sign(page, "open_now", 1)
    desk = visitor(city.user("dispatcher"))
    at_desk = desk.opens(f"/desk/cases/{case.id}")
    at_desk.get_by_role("button", name="推上大屏").click()
    at_desk.get_by_text("本中心大屏已飞往此案").wait_for()
    stream.poll()
    led = page.get_by_role("complementary", name="随动")
    led.get_by_role("link", name="人民路口井盖破损").wait_for()
    led.get_by_text("等待现场照片").wait_for()
    assert page.locator(".middle").get_attribute("data-led") == "121.005,30.805"
    send_photo(city, case)
    stream.poll()
    expect(led.get_by_role("img", name="处置后")).to_have_js_property("naturalWidth", 1600)
    wall.finds_accessible()
    open_case(city, title="路灯不亮")
    count()
    stream.poll()
    sign(page, "open_now", 2)
    page.get_by_role("link", name="路灯不亮").first.wait_for()
    at_desk.get_by_role("button", name="撤下大屏").click()
    at_desk.get_by_text("大屏已结束随动").wait_for()
    stream.poll()
    led.wait_for(state="detached")


def test_a_mode_set_on_one_wall_is_on_every_wall_of_the_centre(city, stream, visitor):
    open_case(city, urgency="critical")
    count()
    _, here = opens_wall(visitor, stream, city.user("duty_chief"))
    _, there = opens_wall(visitor, stream, city.user("leader"))
    here.get_by_role("button", name="日常").click()
    here.get_by_label("应急").check()
    here.get_by_label(re.compile("理由")).fill("沿江路段积水内涝")
    here.get_by_role("button", name="设置本中心全部大屏").click()
    for page in (here, there):
        stream.poll()
        page.locator("main.wall.emergency").wait_for()
        page.get_by_text("沿江路段积水内涝").wait_for()
        assert not page.locator(".panel.items").is_visible()
        assert page.locator(".panel.watched").is_visible()


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (3840, 1080)])
@pytest.mark.parametrize("mode", ["daily", "warning", "emergency"])
def test_a_wall_of_any_shape_fits_its_screen(city, stream, visitor, size, mode):
    for urgency in ("normal", "urgent", "critical"):
        open_case(city, urgency=urgency)
    count()
    walls.set_mode(city.duty_chief, mode, "汛情研判" * 20)
    width, height = size
    wall, page = opens_wall(visitor, stream, city.user("leader"), viewport={"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.wall *')].filter((e) => e.checkVisibility() &&"
        " [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && !e.closest('.city-map'))"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize)))"
    )
    # Read from six metres: 17 px and more on a thousand lines.
    assert smallest >= 17 * height / 1080
    if size == (1920, 1080):
        wall.finds_accessible()


def test_who_has_no_centre_post_is_told_so(city, visitor):
    handler = visitor(city.user("handler"), **WALL)
    handler.bears(r"403.*/api/wall/state")
    handler.opens("/wall").get_by_text("您的岗位没有此项权限").wait_for()


def collected(page, devtools):
    """Give the page's memory after its rubbish was taken out: heap in bytes, nodes, listeners."""
    for _ in range(3):
        devtools.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    return told["JSHeapUsedSize"], told["Nodes"], told["JSEventListeners"]


def test_after_a_simulated_day_of_thousands_of_events_the_page_is_as_it_was(city, visitor):
    known = [open_case(city) for _ in range(5)]
    count()
    # Without motion: each frame of a flight would be drawn by the processor.
    small = {"viewport": {"width": 1280, "height": 720}, "reduced_motion": "reduce"}
    wall = visitor(city.user("leader"), **small)
    page, told = wall.page, []

    def stream(route):
        """Give an hour's events and break off, as proxies do; the page comes back for more."""
        first = len(told)
        told.extend(str(known[n % 5].id if n % 3 else new_id()) for n in range(250))
        events = "".join(EVENT.format(n=10_000 + n, case=case) for n, case in enumerate(told[first:], first))
        headers = {"content-type": "text/event-stream", "access-control-allow-origin": "*"}
        route.fulfill(headers=headers, body="event: hello\ndata: {}\n\n" + events)

    page.route("**/stream?*", stream)
    page.clock.install()
    wall.opens("/wall")
    page.locator(".signs b").first.wait_for()
    devtools = wall.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    measured = []
    for hour in range(24):
        heard = len(told)
        page.clock.fast_forward("59:55")
        page.clock.run_for(5_000)
        for _ in range(50):  # the page comes back over the real network, whatever its clock says
            if len(told) > heard:
                break
            page.wait_for_timeout(100)
            page.clock.run_for(1_000)
        assert len(told) > heard, f"no event came in hour {hour}"
        if hour in {3, 23}:
            measured.append(collected(page, devtools))
    (heap, nodes, listeners), (last_heap, last_nodes, last_listeners) = measured
    assert len(told) > 5_000
    assert page.locator(".feed-list li").count() <= 16
    assert last_nodes <= nodes * 1.1 + 100
    assert last_listeners <= listeners * 1.1 + 20
    assert last_heap <= heap * 1.15 + 2_000_000
