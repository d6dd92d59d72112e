# SPDX-License-Identifier: Apache-2.0
"""What upper floors supply: the vocabulary of each kind of rules."""

from typing import Final

from tongguan.kernel.registry import Registry
from tongguan.rules.contracts import FieldKind, FieldSpec, Vocabulary

#: Kinds of rules. A kind must be registered before rules of it can be written.
vocabularies: Final[Registry[Vocabulary]] = Registry("kind of rules")


def vocabulary(kind: str, zh: str, fields: tuple[FieldSpec, ...], outcomes: dict[str, str]) -> Vocabulary:
    """Build a vocabulary and register it."""
    return vocabularies.register(kind, Vocabulary(kind, zh, {spec.name: spec for spec in fields}, outcomes))


_KIND: Final = FieldSpec(
    "kind", FieldKind.TEXT, "类型", values={"component": "部件", "event": "事件", "appeal": "诉求"}
)
_URGENCY: Final = FieldSpec(
    "urgency", FieldKind.TEXT, "紧急程度", values={"normal": "一般", "urgent": "紧急", "critical": "特急"}
)
ROUTING: Final = vocabulary(
    "routing",
    "派遣规则",
    (
        FieldSpec("item", FieldKind.TEXT, "事项"),
        FieldSpec("major", FieldKind.TEXT, "大类"),
        _KIND,
        FieldSpec("division", FieldKind.TEXT, "区划"),
        FieldSpec("grid", FieldKind.TEXT, "网格"),
        FieldSpec("source", FieldKind.TEXT, "来源"),
        _URGENCY,
        FieldSpec("title", FieldKind.TEXT, "标题"),
        FieldSpec("text", FieldKind.TEXT, "内容"),
        FieldSpec("address", FieldKind.TEXT, "地址"),
        FieldSpec("keywords", FieldKind.WORDS, "关键词"),
        FieldSpec("at", FieldKind.MOMENT, "时间"),
        FieldSpec("hour", FieldKind.NUMBER, "钟点", "时"),
        FieldSpec("weekday", FieldKind.NUMBER, "星期"),
        FieldSpec("area", FieldKind.NUMBER, "面积", "公顷"),
        FieldSpec("length", FieldKind.NUMBER, "长度", "米"),
        FieldSpec("depth", FieldKind.NUMBER, "深度", "厘米"),
        FieldSpec("reporter_count", FieldKind.NUMBER, "上报人数", "人"),
        FieldSpec("returns", FieldKind.NUMBER, "退回次数", "次"),
        FieldSpec("owner_unit", FieldKind.TEXT, "权属单位"),
        FieldSpec("component", FieldKind.TEXT, "部件编码"),
        FieldSpec("repeat", FieldKind.FLAG, "重复件"),
        FieldSpec("night", FieldKind.FLAG, "夜间"),
    ),
    {
        "lead_unit": "主办单位编码",
        "lead_duty": "主办职责",
        "co_units": "协办单位编码",
        "co_duties": "协办职责",
        "limit_value": "时限",
        "limit_unit": "时限单位",
        "urgent": "按紧急办理",
        "note": "提示",
    },
)

#: How far a new case goes by itself: the last move it makes (accept, register, dispatch).
STRAIGHT: Final = vocabulary(
    "straight",
    "直派规则",
    (
        FieldSpec("source", FieldKind.TEXT, "来源"),
        FieldSpec("item", FieldKind.TEXT, "事项"),
        FieldSpec("major", FieldKind.TEXT, "大类"),
        _KIND,
        FieldSpec("division", FieldKind.TEXT, "区划"),
        _URGENCY,
        FieldSpec("item_confidence", FieldKind.NUMBER, "事项把握"),
        FieldSpec("place_confidence", FieldKind.NUMBER, "地点把握"),
        FieldSpec("filing_confidence", FieldKind.NUMBER, "立案条件把握"),
        FieldSpec("plan_confidence", FieldKind.NUMBER, "派遣把握"),
        FieldSpec("basis", FieldKind.TEXT, "派遣依据"),
        FieldSpec("likely_repeat", FieldKind.FLAG, "疑似重复"),
        FieldSpec("hour", FieldKind.NUMBER, "钟点", "时"),
        FieldSpec("weekday", FieldKind.NUMBER, "星期"),
    ),
    {"reach": "办到哪一步", "note": "提示"},
)
