# SPDX-License-Identifier: Apache-2.0
"""Search of named places: any part of a name, the best first, within the searcher's divisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.people.testing import cast
from tongguan.places import queries
from tongguan.places.gazetteer import KEY_LENGTH, fold, keys, road_and_number
from tongguan.places.testing import named_place as put
from tongguan.places.testing import square_city


@given(st.text(min_size=2, max_size=30), st.data())
def test_every_part_of_a_name_begins_one_of_its_keys(name, data):
    folded = fold(name)
    if len(folded) < 2:
        return
    start = data.draw(st.integers(0, len(folded) - 2))
    part = folded[start : start + data.draw(st.integers(2, KEY_LENGTH))]
    assert any(text.startswith(part) for text, _ in keys([name]))


def test_width_case_and_punctuation_do_not_matter():
    assert fold("Ｋ１１ 购物-中心（东区）") == "k11购物中心东区"


@pytest.mark.django_db
def test_whole_names_come_first_then_beginnings_then_parts():
    for name in ("新人民路小区", "人民路", "人民路12号", "和平路"):
        put(name)
    put("解放大道", aliases=["人民路旧称"])
    found = [p.name for p in queries.search("人民路")]
    assert found == ["人民路", "解放大道", "人民路12号", "新人民路小区"]
    assert [p.name for p in queries.search("人民路", limit=1)] == ["人民路"]
    assert [p.name for p in queries.search("12")] == ["人民路12号"]
    assert queries.search(" 。") == []
    assert queries.search("民族") == []


@pytest.mark.django_db
def test_a_text_longer_than_a_key_is_compared_in_full():
    long = "江州市经济技术开发区国际生物医药创新产业园区东侧"
    put(long + "甲")
    put(long + "乙")
    assert [p.name for p in queries.search(long + "乙")] == [long + "乙"]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["%", "_", "a%b", "' OR 1=1 --", "\U0010ffff", "人\x00民"])
def test_odd_texts_find_nothing_and_break_nothing(text):
    put("平安大厦")
    assert queries.search(text) == []


@pytest.mark.django_db
def test_search_stays_within_the_searchers_divisions():
    people = cast()
    put("北门菜场", "990101001001")
    put("南门菜场", "990102001001")
    names = {who: [p.name for p in queries.search("菜场", actor=people.actor(who))] for who in
             ("acceptor", "outsider", "collector", "city_chief", "citizen")}  # fmt: skip
    assert names == {
        "acceptor": ["北门菜场"],
        "outsider": ["南门菜场"],
        "collector": ["北门菜场"],
        "city_chief": ["北门菜场", "南门菜场"],
        "citizen": [],
    }
    chief = people.city_chief
    assert [p.name for p in queries.search("菜场", actor=chief, division="990102")] == ["南门菜场"]
    assert queries.search("菜场", actor=people.acceptor, division="990102") == []
    assert [p.name for p, _ in queries.places_near(121.2, 31.0, 50, actor=people.acceptor)] == ["北门菜场"]


@pytest.mark.django_db
def test_search_is_one_query(django_assert_num_queries):
    for n in range(30):
        put(f"人民路{n}号")
    with django_assert_num_queries(1):
        assert len(queries.search("人民路", kinds=["poi"], limit=10)) == 10
    assert queries.search("人民路", kinds=["road"]) == []


@pytest.mark.django_db
def test_near_places_come_by_distance():
    put("远", lon=121.21, lat=31.0)
    put("近", lon=121.2001, lat=31.0)
    found = queries.places_near(121.2, 31.0, 2_000)
    assert [(p.name, round(m)) for p, m in found] == [("近", 10), ("远", 953)]
    assert [p.name for p, _ in queries.places_near(121.2, 31.0, 900)] == ["近"]
    assert queries.places_near(121.2, 31.0, 900, kinds=["road"]) == []


@pytest.mark.parametrize(
    ("name", "road", "number"),
    [
        ("长安路12号", "长安路", 12),
        ("江州市江北区望江街道长安路１２号", "长安路", 12),
        ("柳营路669弄14号", "柳营路", 669),
        ("中山东一路5号甲", "中山东一路", 5),
        ("翠春花苑3幢", "", None),
        ("长安路", "", None),
        ("长安路99999999号", "", None),
    ],
)
def test_a_standard_address_has_a_road_and_a_number(name, road, number):
    assert road_and_number(name) == (road, number)


@pytest.mark.django_db
def test_many_names_are_met_in_one_query_whole_ones_first(django_assert_num_queries):
    for name in ("长安路12号", "江北区长安路12号", "新长安路12号", "翠春花苑"):
        put(name, kind="address")
    put("德河邮政支局", aliases=["德河邮局"])
    with django_assert_num_queries(1):
        found = queries.named(["长安路 12号", "德河邮局", "没有的路", ""])
    assert [(m.place.name, m.before) for m in found["长安路 12号"]] == [
        ("长安路12号", ""),
        ("新长安路12号", "新"),
        ("江北区长安路12号", "江北区"),
    ]
    assert [m.place.name for m in found["德河邮局"]] == ["德河邮政支局"]
    assert set(found) == {"长安路 12号", "德河邮局"}
    assert len(queries.named(["路12号"], most=2)["路12号"]) == 2
    assert queries.named([]) == {}


@pytest.mark.django_db
def test_the_houses_of_a_road_come_by_number(django_assert_num_queries):
    for number in (20, 3, 100):
        put(f"长安路{number}号", kind="address")
    put("长安路口报亭")
    with django_assert_num_queries(1):
        found = queries.houses_on(["长安路", "和平路"])
    assert [h.number for h in found["长安路"]] == [3, 20, 100]
    assert set(found) == {"长安路"}


@pytest.mark.django_db
def test_bulk_look_ups_stay_within_the_readers_divisions():
    people = cast()
    put("长安路3号", "990102001001", kind="address")
    assert queries.named(["长安路3号"], actor=people.acceptor) == {}
    assert queries.houses_on(["长安路"], actor=people.acceptor) == {}
    assert set(queries.named(["长安路3号"], actor=people.actor("outsider"))) == {"长安路3号"}


@pytest.mark.django_db
def test_divisions_are_found_by_name():
    square_city()
    found = queries.divisions_named(["江北区", "翠园社区", "没有区"])
    assert {name: [d.code for d in rows] for name, rows in found.items()} == {
        "江北区": ["990101"],
        "翠园社区": ["990101001001"],
    }
