# SPDX-License-Identifier: Apache-2.0
"""Conditions of the query language over columns of readings. Pure but for ``now()``."""

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tongguan.doors.sensorthings.grammar import Call, Literal, Node, Not, Pair, Path, misread
from tongguan.kernel import clock
from tongguan.kernel.frames import Frame

Truth = NDArray[np.bool_]
_COMPARED: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_SUMS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "mod": np.fmod,
}
_ROUND: Final[dict[str, Callable[[Any], Any]]] = {"round": np.round, "floor": np.floor, "ceiling": np.ceil}
#: Functions of no value that give a time.
MOMENTS: Final[dict[str, Callable[[], datetime]]] = {
    "now": clock.now,
    "mindatetime": lambda: datetime(1, 1, 1, tzinfo=UTC),
    "maxdatetime": lambda: datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
}
_UNITS: Final = {"hour": ("h", 24, 0), "minute": ("m", 60, 0), "second": ("s", 60, 0)}


def mask(node: Node, frame: Frame) -> Truth:
    """Tell of which readings a condition holds. Raises NotUnderstood for what is none."""
    if isinstance(node, Not):
        return ~mask(node.of, frame)
    if isinstance(node, Literal) and isinstance(node.value, bool):
        return np.full(len(frame), node.value, np.bool_)
    if isinstance(node, Pair):
        if node.op == "and":
            return mask(node.left, frame) & mask(node.right, frame)
        if node.op == "or":
            return mask(node.left, frame) | mask(node.right, frame)
        if node.op in _COMPARED:
            return _compared(node, frame)
    raise misread("$filter", "应为条件", "must be a condition")


def _compared(node: Pair, frame: Frame) -> Truth:
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other, Literal) and other.value is None:
            none: Truth = np.isnan(np.asarray(_value(one, frame)[0], np.float64))
            return none if node.op == "eq" else ~none
    left, right = _value(node.left, frame), _value(node.right, frame)
    if left[1] != right[1]:
        raise misread("$filter", "值的类型不相符", f"{left[1]} does not compare with {right[1]}")
    with np.errstate(invalid="ignore"):
        return np.broadcast_to(np.asarray(_COMPARED[node.op](left[0], right[0]), np.bool_), (len(frame),))


def _value(node: Node, frame: Frame) -> tuple[Any, str]:
    """Give a column or a number, and what it is: ``number`` or ``time`` (ms), ``span`` (ms), ``text``."""
    if isinstance(node, Literal):
        return _literal(node.value)
    if isinstance(node, Path) and len(node.names) == 1:
        name = node.names[0]
        if name in {"phenomenonTime", "resultTime"}:
            return frame.at, "time"
        if name == "result":
            return frame.value, "number"
        if name == "resultQuality":
            return frame.quality.astype(np.float64), "number"
        if name in {"id", "@iot.id"}:
            return np.char.add(np.char.add(frame.stream.astype(str), "-"), frame.at.astype(str)), "text"
    if isinstance(node, Pair) and node.op in _SUMS:
        return _sum(node, frame)
    if isinstance(node, Call) and len(node.of) == 1:
        return _called(node, frame)
    if isinstance(node, Call) and node.name in MOMENTS:
        return _literal(MOMENTS[node.name]())
    raise misread("$filter", "观测没有这个属性或函数", "observations have no such attribute or function")


def _literal(value: Any) -> tuple[Any, str]:
    if isinstance(value, datetime):
        return value.timestamp() * 1000, "time"
    if isinstance(value, timedelta):
        return value.total_seconds() * 1000, "span"
    if isinstance(value, str):
        return value, "text"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), "number"
    if isinstance(value, date):
        return float((value - date(1970, 1, 1)).days), "day"
    raise misread("$filter", "值的类型不相符", "a value of another kind")


def _sum(node: Pair, frame: Frame) -> tuple[Any, str]:
    left, right = _value(node.left, frame), _value(node.right, frame)
    kinds = (left[1], right[1])
    if kinds == ("time", "span") and node.op in {"add", "sub"}:
        return _SUMS[node.op](left[0], right[0]), "time"
    if kinds != ("number", "number"):
        raise misread("$filter", "只有数字可以运算", "only numbers can be reckoned with")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _SUMS[node.op](left[0], right[0]), "number"


def _called(node: Call, frame: Frame) -> tuple[Any, str]:
    told, kind = _value(node.of[0], frame)
    if node.name in _ROUND and kind == "number":
        return _ROUND[node.name](told), "number"
    if kind == "time":
        at = np.asarray(told, np.int64).astype("datetime64[ms]")
        if node.name == "year":
            return at.astype("datetime64[Y]").astype(np.int64) + 1970.0, "number"
        if node.name == "month":
            return at.astype("datetime64[M]").astype(np.int64) % 12 + 1.0, "number"
        if node.name == "day":
            days = (at.astype("datetime64[D]") - at.astype("datetime64[M]").astype("datetime64[D]")).astype(
                np.int64
            )
            return days + 1.0, "number"
        if node.name == "date":
            return at.astype("datetime64[D]").astype(np.int64).astype(np.float64), "day"
        if node.name == "fractionalseconds":
            return np.asarray(told, np.int64) % 1000 / 1000.0, "number"
        if node.name == "totaloffsetminutes":  # times are kept and shown in UTC
            return np.zeros(len(at)), "number"
        if node.name in _UNITS:
            unit, most, first = _UNITS[node.name]
            return at.astype(f"datetime64[{unit}]").astype(np.int64) % most + float(first), "number"
    raise misread("$filter", f"此处不能用函数 {node.name}", f"{node.name} cannot stand here")
