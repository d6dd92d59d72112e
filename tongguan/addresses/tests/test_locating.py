# SPDX-License-Identifier: Apache-2.0
"""Where a text says something is: found in the gazetteer, sure or to be asked."""

import re

import pytest

from tongguan.addresses.queries import locate_texts
from tongguan.kernel.errors import Invalid
from tongguan.kernel.geometry import distance_m
from tongguan.people.testing import cast
from tongguan.places.models import Gazetteer
from tongguan.places.testing import demo_city, named_place, square_city

NORTH, SOUTH = "990101001001", "990102001001"


def put(name, lon, lat, kind="address", division=NORTH, aliases=()):
    return named_place(name, division, kind, aliases, lon, lat)


@pytest.fixture
def town(db):
    square_city()
    for n in range(1, 10):
        put(f"长安路{n * 10}号", 121.001 + 0.001 * n, 30.805)
        put(f"人民大街{n * 10}号", 121.0052, 30.801 + 0.001 * n)
    put("长安路", 121.005, 30.805, kind="road")
    put("翠春花苑", 121.008, 30.806, kind="place")
    put("翠春花苑3幢", 121.0082, 30.8062)
    put("望江实验小学", 121.002, 30.808, kind="poi", aliases=["望江小学"])
    put("荷塘实验小学", 121.025, 30.808, kind="poi", division=SOUTH)


def one(text, hint="9901", **how):
    (found,) = locate_texts([text], [hint], **how)
    return found


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("text", "name", "lon", "lat"),
    [
        ("市民反映长安路30号门口污水外溢", "长安路30号", 121.004, 30.805),
        ("江北区望江街道長安路３０號旁邊有垃圾", "长安路30号", 121.004, 30.805),
        ("有污水从长安路三十号流出", "长安路30号", 121.004, 30.805),
        ("长安路与人民大街交叉口红绿灯坏了", "长安路与人民大街交叉口", 121.0052, 30.805),
        ("长安路35号井盖缺失", "长安路35号", 121.0045, 30.805),
        ("家住翠春花苑3栋2单元501，楼上漏水", "翠春花苑3幢", 121.0082, 30.8062),
        ("翠春花苑9栋电梯坏了", "翠春花苑", 121.008, 30.806),
        ("望江小学门口堵车", "望江实验小学", 121.002, 30.808),
    ],
)
def test_what_is_registered_is_found_for_certain(text, name, lon, lat):
    found = one(text)
    assert (found.sure, found.best.name) == (True, name), found.explanation
    assert distance_m(found.best.lon, found.best.lat, lon, lat) < 1.0
    assert found.division == NORTH
    assert "得分" in found.explanation


@pytest.mark.usefixtures("town")
def test_an_offset_moves_the_point_on_the_ellipsoid():
    base, moved = locate_texts(["长安路30号井盖缺失", "长安路30号以北100米处井盖缺失"], "9901")
    assert moved.sure
    assert moved.best.name == "长安路30号北100米"
    assert moved.best.lon == pytest.approx(base.best.lon, abs=1e-9)
    # A degree of latitude at 30.8° N is 110,859 m on WGS-84.
    assert (moved.best.lat - base.best.lat) * 110_859 == pytest.approx(100, abs=0.1)


@pytest.mark.usefixtures("town")
def test_a_person_is_asked_when_two_places_fit_alike():
    found = one("实验小学门口堵车")
    assert not found.sure
    assert {c.name for c in found.candidates} == {"望江实验小学", "荷塘实验小学"}
    assert "请人工确认" in found.explanation
    assert one("江南区实验小学门口堵车").best.name == "荷塘实验小学"


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    "text", ["长安路有个坑", "新长安路30号", "安路30号", "江北区望江街道", "长安路300号", "今天天气很好", ""]
)
def test_what_is_vague_or_unknown_is_never_sure_and_the_words_say_why(text):
    found = one(text)
    assert not found.sure
    short = re.search(r"得分 ([\d.]+)%，未到自行认定所需的 ([\d.]+)%", found.explanation)
    whys = ("同样可能", "没有它的坐标", "没有认出更具体", "没有读出地址", "没有找到")
    assert short or any(why in found.explanation for why in whys), found.explanation
    assert short is None or float(short[1]) < float(short[2])


@pytest.mark.usefixtures("town")
def test_two_estates_of_one_name_are_told_apart_by_their_distance_not_by_a_low_score():
    put("望江小区", 121.003, 30.804, kind="place")
    put("望江小区", 121.025, 30.804, kind="place", division=SOUTH)
    found = one("望江小区路灯不亮")
    assert not found.sure
    assert "另有“望江小区”同样可能，相距 2101 米" in found.explanation
    assert "未到" not in found.explanation


@pytest.mark.usefixtures("town")
def test_a_contradicted_division_is_told_and_never_sure():
    found = one("江南区长安路30号")
    assert not found.sure
    assert "不在文中所说的江南区内" in found.best.why
    assert not one("长安路30号", hint="990102").sure
    assert one("长安路30号", hint="990101").sure


@pytest.mark.usefixtures("town")
def test_divisions_alone_are_known_but_not_sure():
    found = one("江北区望江街道翠园社区")
    assert (found.best.precision, found.best.division, found.division) == ("division", NORTH, NORTH)


@pytest.mark.django_db
def test_a_city_without_a_gazetteer_gets_its_hint_back_and_nothing_sure():
    found = one("长安路30号", hint="3101")
    assert (found.sure, found.candidates, found.division) == (False, (), "3101")
    assert "没有找到" in found.explanation


@pytest.mark.usefixtures("town")
def test_a_reader_sees_places_of_the_own_divisions_only():
    people = cast()
    assert one("长安路30号", actor=people.actor("acceptor")).sure
    assert one("长安路30号", actor=people.actor("outsider")).candidates == ()
    assert one("长安路30号", actor=people.actor("citizen")).candidates == ()


@pytest.mark.usefixtures("town")
def test_a_batch_takes_as_many_queries_as_one_text(django_assert_num_queries):
    texts = ["长安路30号", "长安路与人民大街交叉口", "望江街道翠春花苑3栋", "长安路35号以北100米"]
    with django_assert_num_queries(3):
        locate_texts(texts, "9901")
    with django_assert_num_queries(3):
        found = locate_texts(texts * 30, "9901")
    assert all(f.sure for f in found)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    "text",
    [
        "\x00长安路30号\x00",
        "长安路\ud80030号",
        "长安路30号" * 2_000,
        "%路_号",
        "'; DROP TABLE--路1号",
        "\U0001f4a9路5号",
        "长安路999999999999号",
        "长安路0号以北0米",
        "９９９９９９９９９９弄",
        "与与与路路路交叉口口口",
        "\n\r\t，。",
    ],
)
def test_odd_texts_break_nothing(text):
    assert one(text).text == text
    assert one(text, hint="").text == text


def test_a_hint_for_each_text_or_one_for_all():
    with pytest.raises(Invalid) as refused:
        locate_texts(["甲", "乙"], ["9901"])
    assert refused.value.field == "division_hints"


@pytest.mark.django_db
def test_addresses_of_the_demo_city_are_located():
    demo_city()
    rows = list(Gazetteer.objects.filter(kind__in=("address", "place")).order_by("id")[::40])
    found = locate_texts([f"市民来电反映{row.name}附近路面破损" for row in rows], "9901")
    near = [
        f.sure and float(distance_m(f.best.lon, f.best.lat, row.lon, row.lat)) < 1
        for f, row in zip(found, rows, strict=True)
    ]
    assert len(rows) > 50
    assert all(near)
