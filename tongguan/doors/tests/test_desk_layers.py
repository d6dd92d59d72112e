# SPDX-License-Identifier: Apache-2.0
"""The city's own layers on the desk's maps: chosen per browser, named, each within the own scope."""

import json

import pytest

from tongguan.cases import api as cases
from tongguan.cases import queries as case_reads
from tongguan.cases.contracts import NewCase
from tongguan.doors.tests.test_map import MAP, becomes, shows, spot
from tongguan.layers.api import drop_layer, import_layer
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import COMMUNITY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}
NORTH, SOUTH = (121.005, 30.805), (121.035, 30.805)


@pytest.fixture
def city(city, tmp_path, settings):
    """The city with a layer of two hydrants, one in each district, and a case beside the northern."""
    settings.MAP_REVIEW_NUMBER = "GS(2026)0001号"
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "口径": 150},
            "geometry": {"type": "Point", "coordinates": at},
        }
        for name, at in (("北栓", NORTH), ("南栓", SOUTH))
    ]
    file = tmp_path / "hydrants.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    import_layer(PLATFORM, file, name="消火栓", crs="WGS84", colour="#c0271a")
    new = NewCase(
        item_code="01003", title="井盖破损", text="破了", source="hotline", division=COMMUNITY, lon=121.0052,
        lat=30.8052,
    )  # fmt: skip
    cases.open_cases(city.acceptor, [new])
    return city


#: The number of the one layer that this browser shows.
SHOWN = "JSON.parse(localStorage.getItem('tongguan.layers'))[0]"


def drawn(part="dot"):
    """Say what is drawn of the city's own, by title."""
    layers = (
        f"{MAP}.getStyle().layers.map((one) => one.id).filter((id) => /^overlay-own-.*-{part}$/.test(id))"
    )
    titles = ".map((one) => one.properties.title).sort().join()"
    return f"{MAP}.queryRenderedFeatures({{layers: {layers}}}){titles}"


def test_a_layer_is_switched_on_seen_on_both_maps_and_remembered(city, visitor):
    someone, page = shows(visitor, city.user("acceptor"), **SMALL)
    assert page.evaluate(drawn()) == ""
    page.locator("summary", has_text="图层").click()
    page.get_by_role("checkbox", name="消火栓 1").check()
    page.locator("summary", has_text="要素名称").click()
    page.get_by_role("button", name="北栓").click()
    becomes(page, f"!{MAP}.isMoving() && {drawn()} === '北栓'")
    becomes(page, f"{drawn('name')} === '北栓'")
    colour = f"{MAP}.getPaintProperty(`overlay-own-${{{SHOWN}}}-dot`, 'circle-color')"
    assert page.evaluate(colour) == "#c0271a"
    page.mouse.move(*spot(page, *NORTH))
    page.locator(".maplibregl-popup", has_text="口径：150").wait_for()
    assert page.get_by_text("审图号：GS(2026)0001号").is_visible()
    someone.finds_accessible()
    (case,) = case_reads.cases(city.acceptor).rows
    page.goto(f"{someone.root}/desk/cases/{case.id}")
    page.locator(".city-map[data-drawn]").wait_for()
    becomes(page, f"{drawn()} === '北栓'")
    page.locator("summary", has_text="图层 1").click()
    someone.finds_accessible()
    page.get_by_role("checkbox", name="消火栓 1").uncheck()
    becomes(page, f"{MAP}.getStyle().layers.every((one) => !one.id.startsWith('overlay-own'))")


def test_a_city_without_layers_has_no_switch(city, visitor):
    drop_layer(PLATFORM, "消火栓")
    _, page = shows(visitor, city.user("acceptor"), **SMALL)
    assert page.locator("summary", has_text="图层").count() == 0
