# SPDX-License-Identifier: Apache-2.0
"""Search of named places: any part of a name, the best first, within the searcher's divisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel.geometry import cell_of
from tongguan.people.testing import cast
from tongguan.places import queries
from tongguan.places.gazetteer import KEY_LENGTH, fold, keys
from tongguan.places.models import Gazetteer, GazetteerKey


def put(name, division="990101001001", kind="poi", aliases=(), lon=121.2, lat=31.0):
    row = Gazetteer.objects.create(
        source="t", external_id=name, kind=kind, name=name, aliases=list(aliases), division=division,
        lon=lon, lat=lat, cell=cell_of(lon, lat),
    )  # fmt: skip
    GazetteerKey.objects.bulk_create(
        GazetteerKey(entry=row, text=text, start=start) for text, start in keys([name, *aliases])
    )
    return row


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
