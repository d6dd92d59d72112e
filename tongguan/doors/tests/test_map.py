# SPDX-License-Identifier: Apache-2.0
"""The map in a real browser: it truly draws, from this server alone; list and map are one."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.people.testing import COMMUNITY, cast
from tongguan.places.testing import square_city

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MAP = "document.querySelector('.city-map').cityMap"
#: Far more colours than a page without a picture has.
DRAWN_COLOURS = 60


@pytest.fixture
def chief(db):
    """The city's duty chief before three cases: two in the north, one in the south."""
    people = cast()
    square_city()
    told = {"item_code": "01003", "text": "破了", "source": "hotline", "division": COMMUNITY}
    places = {"北一井盖": (121.15, 31.03), "北二井盖": (121.25, 31.03), "南边井盖": (121.2, 30.9)}
    cases.open_cases(
        people.city_chief, [NewCase(**told, title=title, lon=x, lat=y) for title, (x, y) in places.items()]
    )
    return people.user("city_chief")


def shows(visitor, user, path="/desk?view=map", **options):
    """Open a page with a map and wait until it is drawn; every request must be ours and succeed."""
    someone = visitor(user, **options)
    asked, lost = [], []
    someone.page.on("request", lambda request: asked.append(request.url))
    # A tile that is no longer needed while the map moves is given up by the browser itself.
    someone.page.on(
        "requestfailed", lambda r: None if r.failure == "net::ERR_ABORTED" else lost.append(r.url)
    )
    page = someone.opens(path)
    page.locator(".city-map[data-drawn]").wait_for()
    assert [url for url in lost if "/stream" not in url] == []
    ours = (someone.root, "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours) and "/stream" not in url] == []
    return someone, page


def rendered(page, *layers):
    """Count what is drawn of these layers."""
    return page.evaluate(f"{MAP}.queryRenderedFeatures({{layers: {list(layers)}}}).length")


def becomes(page, condition):
    """Wait until what is said of the map holds; asked from outside, as the page's policy allows no eval."""
    for _ in range(300):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never: {condition}")


def spot(page, lon, lat):
    """Give where on the page a place lies."""
    box = page.locator(".city-map canvas").bounding_box()
    at = page.evaluate(f"(({{x, y}}) => [x, y])({MAP}.project([{lon}, {lat}]))")
    return box["x"] + at[0], box["y"] + at[1]


def titles(page):
    """Give the titles of the queue's rows."""
    return page.locator("tbody tr td.title").all_inner_texts()


def test_the_map_truly_draws_the_city_and_its_cases(chief, visitor):
    someone, page = shows(visitor, chief)
    assert rendered(page, "water", "earth") > 0
    assert rendered(page, "highway", "major") > 0
    assert rendered(page, "district-names", "town-names") > 0  # letters without any font from elsewhere
    assert page.evaluate(f"{MAP}.queryRenderedFeatures({{layers: ['dots', 'clusters']}})"
                         ".reduce((sum, one) => sum + one.properties.n, 0)") == 3  # fmt: skip
    picture = Image.open(io.BytesIO(page.locator(".city-map .ground").screenshot()))
    assert len(picture.convert("RGB").getcolors(1 << 24)) > DRAWN_COLOURS
    assert page.get_by_text("江州市为虚构城市").is_visible()
    someone.finds_accessible()


def test_houses_stand_up_pipes_show_and_the_dark_theme_keeps_the_cases(chief, visitor):
    _, page = shows(visitor, chief)
    page.get_by_role("button", name="3D").click()
    becomes(page, f"{MAP}.getPitch() > 40 && {MAP}.loaded()")
    becomes(page, f"{MAP}.queryRenderedFeatures({{layers: ['raised']}}).length > 100")
    page.get_by_role("button", name="管网").click()
    becomes(page, f"{MAP}.queryRenderedFeatures({{layers: ['pipes']}}).length > 0")
    page.get_by_text("燃气").wait_for()
    page.get_by_role("button", name="深色").click()
    page.get_by_role("button", name="全部", exact=True).click()
    becomes(page, f"{MAP}.queryRenderedFeatures({{layers: ['dots', 'clusters']}}).length > 0")
    assert page.evaluate(f"{MAP}.getStyle().layers[0].paint['background-color']") == "#0a111a"


def test_list_and_map_are_one_and_a_drawn_area_filters_both(chief, visitor):
    _, page = shows(visitor, chief, "/desk")
    page.get_by_role("row", name="北一井盖").hover()
    page.locator(".map-pulse").wait_for()
    page.mouse.move(5, 5)
    page.locator(".map-pulse").wait_for(state="detached")
    page.get_by_role("button", name="地图", exact=True).click()
    page.locator(".columns.large .city-map").wait_for()
    page.get_by_role("button", name="全部", exact=True).click()
    becomes(page, f"!{MAP}.isMoving() && {MAP}.queryRenderedFeatures({{layers: ['dots']}}).length == 3")
    page.mouse.click(*spot(page, 121.2, 30.9))
    page.get_by_role("heading", name="南边井盖").wait_for()
    page.locator(".map-ring").wait_for()
    page.get_by_role("button", name="圈选", exact=True).click()
    corners = [spot(page, x, y) for x, y in ((121.1, 30.98), (121.3, 30.98), (121.3, 31.06), (121.1, 31.06))]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="圈选范围").wait_for()
    assert "圈选:" in parse_qs(urlsplit(page.url).query)["q"][0]
    page.get_by_role("button", name="列表", exact=True).click()
    page.get_by_text("共 2 件").wait_for()
    assert sorted(titles(page)) == ["北一井盖", "北二井盖"]
    page.reload()  # the address is the state
    page.get_by_text("共 2 件").wait_for()
    page.get_by_role("button", name="圈选范围").click()
    page.get_by_text("共 3 件").wait_for()


def test_without_webgl_a_sketch_and_the_list_remain(chief, visitor):
    someone = visitor(chief)
    someone.context.add_init_script(
        "const had = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more)"
        " { return kind === 'webgl2' ? null : had.call(this, kind, ...more); };"
    )
    page = someone.opens("/desk?view=map")
    page.get_by_text("不支持 WebGL").wait_for()
    page.locator(".map-plan circle").nth(2).wait_for()
    page.get_by_text("以列表显示").click()
    page.get_by_role("button", name="南边井盖").click()
    page.get_by_role("heading", name="南边井盖").wait_for()
    someone.finds_accessible()


def test_the_review_number_stands_on_the_map(chief, visitor, settings):
    settings.MAP_REVIEW_NUMBER = "GS(2026)0001号"
    _, page = shows(visitor, chief)
    assert page.get_by_text("审图号：GS(2026)0001号").is_visible()
