# SPDX-License-Identifier: Apache-2.0
"""Addresses are read out of what people say, by rule alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.addresses.asking import reading
from tongguan.addresses.grammar import plain, read, spellings
from tongguan.addresses.numerals import number

_WORDS = (
    "江北区", "望江街道", "长安路", "人民大街", "12号", "669弄", "翠春花苑", "3栋", "2单元", "501室", "与",
    "交叉口", "对面", "以北100米", "附近", "，", "。", "反映", "的", "漏水", "A", "7", "十二", "-", " ", "號",
    "長安路", "１２", "口",
)  # fmt: skip


def said(text):
    return [(part.kind.value, part.text) for part in read(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "江北区望江街道长安路12号翠春花苑3栋2单元501室",
            (
                "district 江北区 town 望江街道 road 长安路 roadno 12号 poi 翠春花苑"
                " houseno 3栋 cellno 2单元 roomno 501室"
            ),
        ),
        (
            "上海市静安区柳营路669弄十四号1102室",
            "city 上海市 district 静安区 road 柳营路 lane 669弄 roadno 十四号 roomno 1102室",
        ),
        (
            "市民反映長安路與人民大街交叉口東北角有污水外溢",
            "road 長安路 road 人民大街 crossing 交叉口 assist 東北角",
        ),
        ("人民路小学对面的饭店油烟扰民", "poi 人民路小学 assist 对面"),
        ("长安路１２号以北100米处井盖缺失", "road 长安路 roadno １２号 offset 以北100米处"),
        ("翠春花苑东门往南约五十米处垃圾堆放", "poi 翠春花苑 assist 东门 offset 往南约五十米处"),
        (
            "我家住翠春小区12-3-1001，楼上漏水，半夜很吵",
            "poi 翠春小区 houseno 12 cellno 3 roomno 1001",
        ),
        ("从人民路到和平路一段路灯不亮", "road 人民路 road 和平路"),
        ("中山东一路外滩附近", "road 中山东一路 assist 附近"),
        (
            "文一西路969号阿里巴巴西溪园区6号楼",
            "road 文一西路 roadno 969号 poi 阿里巴巴西溪园区 houseno 6号楼",
        ),
        ("港城大街北侧、创业路西侧工地", "road 港城大街 assist 北侧 road 创业路 assist 西侧"),
        ("东风路123号门口污水外溢", "road 东风路 roadno 123号 assist 门口"),
        ("沿山村5组6号", "community 沿山村 roadno 6号"),
        ("桐乡市许村镇红旗街道新市区", "city 桐乡市 town 许村镇 town 红旗街道 district 新市区"),
        ("江州市临海市长安路30对面", "city 江州市 district 临海市 road 长安路 roadno 30 assist 对面"),
        ("翠春花苑南区3幢", "poi 翠春花苑 subpoi 南区 houseno 3幢"),
        ("长安路3个井盖，和平路20米处", "road 长安路 road 和平路"),
    ],
)
def test_an_address_is_read_part_by_part(text, parts):
    told = parts.split(" ")
    assert said(text) == list(zip(told[::2], told[1::2], strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "今天天气很好",
        "请问最近的超市在哪里",
        "全市的人行道都该修了",
        "楼上半夜很吵",
        "3楼漏水",
        "路口红灯太长",
        "对面有人吵架",
    ],
)
def test_what_is_no_address_is_not_read_as_one(text):
    assert said(text) == []


def test_offsets_have_metres_and_a_bearing():
    told = {
        text: [(p.value, p.bearing) for p in read(f"长安路12号{text}") if p.kind == "offset"]
        for text in ("以北100米", "往东南走两百米", "西侧约1.5公里", "向西2公里", "北侧半公里")
    }
    assert told["以北100米"] == [(100, 0.0)]
    assert told["往东南走两百米"] == [(200, 135.0)]
    assert told["向西2公里"] == [(2000, 270.0)]
    assert told["北侧半公里"] == [(500, 0.0)]
    assert told["西侧约1.5公里"] in ([(1500, 270.0)], [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12", 12),
        ("十二", 12),
        ("二十", 20),
        ("一百零二", 102),
        ("二〇三", 203),
        ("两百", 200),
        ("千", 1000),
        ("abc", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_write_them(written, meant):
    assert number(written) == meant


def test_a_name_with_a_doubtful_beginning_is_spelled_in_all_likely_ways():
    text = "有污水从长安路流出"
    names = spellings(read(text)[0], plain(text))
    assert names[0] == "有污水从长安路"
    assert "长安路" in names


@pytest.mark.parametrize("letter", ["1", "一", "1-", "人", "路", "A", "东", "12号", "长安路"])
def test_a_text_made_to_be_slow_costs_no_more_than_another(letter):
    text = letter * 5_000
    began = time.thread_time()
    reading(text)
    # Twelve seconds before numbers had a greatest length; less than a tenth now.
    assert time.thread_time() - began < 3


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_WORDS), max_size=20).map("".join)))
def test_any_text_is_read_without_overlap_and_unaltered(text):
    assert len(plain(text)) == len(text)
    reached = 0
    for part in read(text):
        assert reached <= part.start < part.end
        assert part.text == text[part.start : part.end]
        assert all(len(name) > 1 for name in spellings(part, plain(text)))
        reached = part.end
