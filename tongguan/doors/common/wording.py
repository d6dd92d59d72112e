# SPDX-License-Identifier: Apache-2.0
"""The commonest mistakes in a field, in words a person reads."""

from collections.abc import Mapping
from typing import Any, Final

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "missing": ("必填", "required"),
    "extra_forbidden": ("没有这个字段", "no such field"),
    "string_type": ("应为文字", "must be text"),
    "string_too_long": ("最多 {max_length} 个字符", "at most {max_length} characters"),
    "string_too_short": ("至少 {min_length} 个字符", "at least {min_length} characters"),
    "string_pattern_mismatch": ("格式不对", "has the wrong form"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_parsing_size": ("数字过大", "is too large a number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "float_type": ("应为数字", "must be a number"),
    "float_parsing": ("应为数字", "must be a number"),
    "finite_number": ("应为有限的数字", "must be a finite number"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "greater_than_equal": ("不得小于 {ge}", "must be at least {ge}"),
    "greater_than": ("应大于 {gt}", "must be greater than {gt}"),
    "less_than_equal": ("不得大于 {le}", "must be at most {le}"),
    "less_than": ("应小于 {lt}", "must be less than {lt}"),
    "uuid_parsing": ("不是合法的标识", "is not an identifier"),
    "uuid_type": ("不是合法的标识", "is not an identifier"),
    "timezone_aware": ("时间须带时区", "the time needs a time zone"),
    "enum": ("应为 {expected}", "must be {expected}"),
    "literal_error": ("应为 {expected}", "must be {expected}"),
    "list_type": ("应为列表", "must be a list"),
    "dict_type": ("应为对象", "must be an object"),
    "model_type": ("应为对象", "must be an object"),
    "model_attributes_type": ("应为对象", "must be an object"),
    "too_long": ("最多 {max_length} 项", "at most {max_length} entries"),
    "too_short": ("至少 {min_length} 项", "at least {min_length} entries"),
}
_MOMENT: Final = ("应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with a time zone")


def wording(error: Mapping[str, Any]) -> tuple[str, str]:
    """Give (zh, en) for one of pydantic's errors."""
    kind = str(error["type"])
    if kind.startswith(("datetime", "date_", "time_")):
        return _MOMENT
    known = _WORDS.get(kind)
    if known is None:
        return "内容不合要求", str(error.get("msg", "does not hold"))
    limits = dict(error.get("ctx") or {})
    return known[0].format_map(limits), known[1].format_map(limits)
