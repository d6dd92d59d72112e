# SPDX-License-Identifier: Apache-2.0
"""Words of danger ring; questions, histories, worries and letters do not."""

import csv
import gzip
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tongguan.handover import api, words
from tongguan.handover.danger import parse

SHIPPED = Path(words.__file__).parent / "danger.yaml"
RULES = parse(yaml.safe_load(SHIPPED.read_text("utf-8")), "test")

RINGS = {
    "着火了，快来人啊，三楼": "fire",
    "有火災！": "fire",
    "着 火 了": "fire",
    "電線冒煙了": "fire",
    "煤汽泻漏，味道很大": "fire",
    "楼道里闻到一股煤气味": "fire",
    "挖掘机把天然气管道挖断了": "fire",
    "我去年装的燃气管现在漏气了": "fire",
    "电梯困人，里面有三个人": "fire",
    "小孩被反锁在家里，两岁": "fire",
    "洪水淹到胸口了，我们被困在车顶": "fire",
    "孩子掉河里了": "ambulance",
    "河边发现一具尸体": "police",
    "牛奶厂后面发现尸体": "police",
    "有人遛狗时死了，尸体还在路边": "police",
    "老人晕倒在路边叫不醒": "ambulance",
    "车祸有人受伤流血": "ambulance",
    "有人触电了": "ambulance",
    "氯气泄漏，多人晕倒": "ambulance",
    "有人持刀砍人": "police",
    "邻居打老婆，打得很凶，救命": "police",
    "路边有人打架，正在动刀": "police",
    "孩子走丢了，五岁男孩": "police",
    "有人在楼顶要跳下来": "fire",
    "我不想活了": "police",
    "厨房液化气罐爆炸了": "fire",
    "工地塌方有人被埋": "fire",
    "没有灭火器，楼上着火了": "fire",
}
QUIET = [
    "以前发生过火灾",
    "咨询消防证怎么办理",
    "请问火灾保险怎么理赔",
    "楼道堆放杂物，存在火灾隐患",
    "没有人员受伤，只是车蹭了一下",
    "小区组织火灾演练",
    "电动车在楼道充电容易引起火灾",
    "担心爆炸，希望加装燃气报警器",
    "烧烤店油烟扰民",
    "被困扰多年的噪音问题",
    "建议加强防溺水宣传",
    "燃气费怎么交",
    "去年我爸被车撞了，赔偿还没到位",
    "家庭困难，本人心脏病，申请低保",
    "前年车祸受伤，工伤认定怎么办",
    "烟囱每天排放浓烟",
    "笑死人了",
    "昨晚发现工农大街136号附近路口动物尸体，请尽快处理",
    "河里漂着一头猪的尸体",
    "绿化带有死猫，尸体已经发臭",
    "小区门口一只流浪狗死了，尸体没人管",
    "路灯不亮",
    "",
]


@pytest.mark.parametrize(("text", "service"), RINGS.items())
def test_danger_now_rings_for_the_right_service(text, service):
    (danger,) = RULES.look([text])
    assert danger is not None
    assert service in danger.services


@pytest.mark.parametrize("text", QUIET)
def test_what_is_no_danger_now_does_not_ring(text):
    assert RULES.look([text]) == [None]


def test_each_text_of_a_batch_is_judged_alone():
    texts = [*QUIET, *RINGS, *QUIET]
    found = RULES.look(texts)
    assert [danger is not None for danger in found] == [text in RINGS for text in texts]
    assert found == [RULES.look([text])[0] for text in texts]


def test_it_says_which_words_spoke_and_what_lowered_them():
    (danger,) = RULES.look(["以前这里着火过，现在有人要跳楼"])
    assert danger.services == ("ambulance", "police")
    assert danger.explanation == (
        "疑似险情，建议立即转 120 医疗急救（0.85）、110 公安（0.85），门槛 0.5；轻生：“要跳楼”权重 0.85；"
        "正在燃烧：“着火”权重 0.096，因说的是过去、说的是发生过降低"
    )
    assert (danger.spoken[0].rule, danger.spoken[1].lowered) == ("suicide", ("说的是过去", "说的是发生过"))


def test_one_word_in_a_long_letter_does_not_ring_and_two_do():
    letter = "我们是江北区某小区的业主，" * 15
    assert RULES.look([letter + "物业起火。"]) == [None]
    (danger,) = RULES.look([letter + "楼下着火了，火里有老人被困。"])
    assert "全文超过 160 字" in danger.explanation


def test_every_harmless_phrase_hides_something():
    body = yaml.safe_load(SHIPPED.read_text("utf-8"))
    letters = {letter for rule in RULES.rules for atom in rule.atoms for letter in atom}
    assert [phrase for phrase in body["harmless"] if not set(phrase) & letters] == []


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_is_read_without_harm(texts):
    assert len(RULES.look(texts)) == len(texts)


@given(st.sampled_from(sorted(RINGS)), st.text(alphabet=" \t\u3000", max_size=3), st.integers(0, 8))
def test_blanks_within_the_words_change_nothing(text, blanks, at):
    (plain,) = RULES.look([text])
    assert RULES.look([text[:at] + blanks + text[at:]]) == [plain]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"threshold": 2}, "threshold"),
        ({"rules": [{"id": "x", "title": "x", "services": ["navy"], "weight": 0.5, "say": ["x"]}]}, "rule x"),
        (
            {"rules": [{"id": "x", "title": "x", "services": ["fire"], "weight": 0.5, "say": ["x…"]}]},
            "rule x",
        ),
        ({"ladder": {"open": [{"minutes": 5, "to": ["mayor"]}]}}, "ladder open"),
        ({"ladder": {"open": [{"minutes": 5, "to": ["leader"]}, {"minutes": 5, "to": ["leader"]}]}}, "rise"),
        (
            {"contexts": [{"id": "a", "name": "a", "within": "book", "factor": 1, "words": ["a"]}]},
            "context a",
        ),
        ({"services": None}, "danger file"),
    ],
)
def test_a_faulty_file_is_refused_with_the_fault_named(change, words):
    body = yaml.safe_load(SHIPPED.read_text("utf-8")) | change
    with pytest.raises(ValueError, match=words):
        parse(body, "x")


def test_the_citys_own_words_count_and_while_they_are_wrong_the_shipped_ones(settings, caplog):
    own = settings.HOME / "city" / "danger.yaml"
    own.parent.mkdir(parents=True)
    body = yaml.safe_load(SHIPPED.read_text("utf-8"))
    body["rules"] = [
        {"id": "dragon", "title": "龙", "services": ["police"], "weight": 0.9, "say": ["喷火龙"]}
    ]
    own.write_text(yaml.safe_dump(body, allow_unicode=True), "utf-8")
    assert [d is not None for d in api.look(["喷火龙来了", "着火了"])] == [True, False]
    own.write_text("threshold: [", "utf-8")
    assert [d is not None for d in api.look(["喷火龙来了", "着火了"])] == [False, True]
    assert "the shipped one counts" in caplog.text


@pytest.mark.shared
def test_few_of_real_letters_to_the_mayor_ring(shared):
    path = shared / "data" / "tipdm_zwzx" / "f3_messages.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        texts = ["。".join(row.values()) for row in csv.DictReader(file)]
    rung = sum(danger is not None for danger in RULES.look(texts))
    assert rung / len(texts) < 0.01
