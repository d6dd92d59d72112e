# SPDX-License-Identifier: Apache-2.0
"""What each operator means: a test on a value, and the sentence for an official. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from numbers import Real
from typing import Any, Final

from tongguan.rules.contracts import Condition, FieldSpec, Operator

Check = Callable[[Any], bool]

WEEKDAYS: Final = ("一", "二", "三", "四", "五", "六", "日")
_SHOWN: Final = 40


def number(value: Any) -> Any:
    """Give the value if it is a number to reckon with, else None (flags and not-a-number are none)."""
    kind = type(value)
    if kind is int:
        return value
    if kind is float:
        return value if value == value else None  # noqa: PLR0124 - not-a-number differs from itself
    if kind is bool:
        return None
    if isinstance(value, Decimal):
        return None if value.is_nan() else value
    if isinstance(value, Real):
        try:
            return number(float(value))
        except (OverflowError, ValueError):
            return None
    return None


def same(value: Any, wanted: Any) -> bool:
    """Tell whether two scalars are equal; flags, numbers and words never equal each other."""
    if isinstance(wanted, bool) or isinstance(value, bool):
        return isinstance(wanted, bool) and isinstance(value, bool) and wanted == value
    if isinstance(wanted, str):
        return isinstance(value, str) and value == wanted
    held = number(value)
    return held is not None and bool(held == wanted)


def clock_time(value: Any, zone: tzinfo) -> time | None:
    """Read a time of day: a moment (turned to the city's zone), a time, ``HH:MM`` or an ISO moment."""
    if isinstance(value, str):
        try:
            value = (
                time.fromisoformat(value) if len(value) <= len("00:00:00") else datetime.fromisoformat(value)
            )
        except ValueError:
            return None
    if isinstance(value, datetime):
        moment = local(value, zone)
        return None if moment is None else moment.time()
    return value.replace(tzinfo=None) if isinstance(value, time) else None


def local(moment: datetime, zone: tzinfo) -> datetime | None:
    """Turn an aware moment to the zone; a naive one is taken as local. None at the ends of the calendar."""
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError):
        return None


def weekday(value: Any, zone: tzinfo) -> int | None:
    """Read a day of the week, 1 (Monday) to 7: from a moment, a date, an ISO string or the number itself."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        value = local(value, zone)
    if isinstance(value, date):
        return value.isoweekday()
    return value if type(value) is int and 1 <= value <= len(WEEKDAYS) else None


def words(value: Any) -> tuple[str, ...]:
    """Give one word or a list of words as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


def _within(value: time | None, start: time, end: time) -> bool:
    if value is None:
        return False
    return start <= value < end if start < end else value >= start or value < end


def _contains(wanted: tuple[str, ...]) -> Check:
    def check(value: Any) -> bool:
        if isinstance(value, str):
            return any(word in value for word in wanted)
        if isinstance(value, list | tuple | set | frozenset):
            return any(isinstance(held, str) and held in wanted for held in value)
        return False

    return check


def _ordered(operator: Operator, bound: Any) -> Check:
    compare: dict[Operator, Callable[[Any], bool]] = {
        Operator.LT: lambda held: held < bound,
        Operator.LE: lambda held: held <= bound,
        Operator.GT: lambda held: held > bound,
        Operator.GE: lambda held: held >= bound,
    }
    test = compare[operator]

    def check(value: Any) -> bool:
        held = number(value)
        return held is not None and test(held)

    return check


def _between(low: Any, high: Any) -> Check:
    def check(value: Any) -> bool:
        held = number(value)
        return held is not None and bool(low <= held <= high)

    return check


def _equals(wanted: Any) -> Check:
    if isinstance(wanted, str):
        return lambda value: isinstance(value, str) and value == wanted
    return lambda value: same(value, wanted)


def _one_of(wanted: tuple[Any, ...]) -> Check:
    if all(isinstance(one, str) for one in wanted):
        known = frozenset(wanted)
        return lambda value: isinstance(value, str) and value in known
    return lambda value: any(same(value, one) for one in wanted)


def check_of(condition: Condition, zone: tzinfo) -> Check:  # noqa: PLR0911 - one return per operator
    """Build the test that a present value must pass; the test never raises."""
    operator, wanted = condition.operator, condition.value
    match operator:
        case Operator.EQ:
            return _equals(wanted)
        case Operator.NE:
            equals = _equals(wanted)
            return lambda value: not equals(value)
        case Operator.IN:
            return _one_of(tuple(wanted))
        case Operator.NOT_IN:
            one_of = _one_of(tuple(wanted))
            return lambda value: not one_of(value)
        case Operator.PREFIX:
            starts = words(wanted)
            return lambda value: isinstance(value, str) and value.startswith(starts)
        case Operator.BETWEEN:
            return _between(*wanted)
        case Operator.CONTAINS:
            return _contains(words(wanted))
        case Operator.TIME_OF_DAY:
            start, end = (time.fromisoformat(edge) for edge in wanted)
            return lambda value: _within(clock_time(value, zone), start, end)
        case Operator.WEEKDAY:
            days = frozenset(wanted)
            return lambda value: weekday(value, zone) in days
        case Operator.EXISTS:
            return lambda _: bool(wanted)
        case _:
            return _ordered(operator, wanted)


def predicate(condition: Condition, zone: tzinfo) -> Callable[[Mapping[str, Any]], bool]:
    """Build the test on facts. A missing field (or None) fails every operator but ``exists: false``."""
    field, check = condition.field, check_of(condition, zone)
    if condition.operator is Operator.EXISTS:
        wanted = bool(condition.value)
        return lambda facts: (facts.get(field) is not None) is wanted

    def holds(facts: Mapping[str, Any]) -> bool:
        value = facts.get(field)
        return value is not None and check(value)

    return holds


def _shown(value: Any, spec: FieldSpec, zone: tzinfo) -> str:
    if type(value) is str:
        return _short(value, spec)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        moment = local(value, zone)
        return "?" if moment is None else moment.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(_shown(one, spec, zone) for one in list(value)[:10])
    try:
        text = str(value)
    except ValueError:  # a whole number of thousands of digits
        text = "?"
    return _short(text, spec)


def _short(text: str, spec: FieldSpec) -> str:
    named = spec.values.get(text)
    if named is not None:
        return named
    if len(text) > _SHOWN:
        text = text[:_SHOWN] + "…"
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


_SIGN: Final = {
    Operator.LT: ("<", "≥"),
    Operator.LE: ("≤", ">"),
    Operator.GT: (">", "≤"),
    Operator.GE: ("≥", "<"),
}


def sentence(
    condition: Condition,
    spec: FieldSpec,
    facts: Mapping[str, Any],
    zone: tzinfo,
    *,
    held: bool,
    tails: dict[bool, str],
) -> str:
    """Say in officials' words how the facts stand to the condition: ``面积 3.2 公顷 < 5 公顷``.

    ``tails`` keeps what is said of the condition alone, per outcome, from one time to the next.
    """
    operator, wanted = condition.operator, condition.value
    value = facts.get(condition.field)
    if value is None:
        return f"{spec.zh}未填" if operator is Operator.EXISTS else f"缺少“{spec.zh}”"
    shown = _shown(value, spec, zone)
    if operator is Operator.EXISTS:
        return f"{spec.zh}已填"
    wants_number = operator in _SIGN or operator is Operator.BETWEEN
    if wants_number and number(value) is None:
        return f"{spec.zh}“{shown}”不是数"
    unit = f" {spec.unit}" if spec.unit else ""
    if operator in _SIGN:
        return f"{spec.zh} {shown}{unit} {_SIGN[operator][0 if held else 1]} {wanted}{unit}"
    if operator is Operator.BETWEEN:
        return f"{spec.zh} {shown}{unit} {'在' if held else '不在'} {wanted[0]} 至 {wanted[1]}{unit} 之间"
    if operator is Operator.TIME_OF_DAY:
        at = clock_time(value, zone)
        told = shown if at is None else at.strftime("%H:%M")
        return f"{spec.zh} {told} {'在' if held else '不在'} {wanted[0]}–{wanted[1]} 之内"
    if operator is Operator.WEEKDAY:
        day = weekday(value, zone)
        told = shown if day is None else f"星期{WEEKDAYS[day - 1]}"
        days = "、".join(f"星期{WEEKDAYS[one - 1]}" for one in wanted)
        return f"{spec.zh} {told} {'属于' if held else '不属于'}（{days}）"
    tail = tails.get(held)
    if tail is None:
        tail = tails[held] = _relation(operator, wanted, spec, zone, held=held)
    return f"{spec.zh}“{shown}”{tail}"


def _relation(operator: Operator, wanted: Any, spec: FieldSpec, zone: tzinfo, *, held: bool) -> str:
    several = _shown(words(wanted) if isinstance(wanted, str) else wanted, spec, zone)
    if isinstance(wanted, list | tuple):
        several = f"（{several}）" + (f"等 {len(wanted)} 项" if len(wanted) > 10 else "")  # noqa: PLR2004
    else:
        several = f"“{several}”"
    match operator:
        case Operator.EQ:
            return f"{'是' if held else '不是'}{several}"
        case Operator.NE:
            return f"{'不是' if held else '是'}{several}"
        case Operator.IN:
            return f"{'属于' if held else '不属于'}{several}"
        case Operator.NOT_IN:
            return f"{'不属于' if held else '属于'}{several}"
        case Operator.PREFIX:
            return f"{'在' if held else '不在'}{several}之内"
        case _:
            return f"{'含有' if held else '不含'}{several}"
