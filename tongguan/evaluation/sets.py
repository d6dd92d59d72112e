# SPDX-License-Identifier: Apache-2.0
"""Indicator sets as data: read from what a file or an editor says, each fault at its field. Pure.

A formula names counts, rates, parameters and inputs; nothing else of it is understood, and it is never run.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tongguan.evaluation.contracts import IndicatorSet, Part, Rate, Subject, Visible
from tongguan.kernel import formulas
from tongguan.kernel.errors import Invalid
from tongguan.kernel.formulas import Fault
from tongguan.marks.counting import EXCLUSIONS
from tongguan.marks.takes import COUNTS

_HERE: Final = Path(__file__).parent
_MOST: Final = 60
_LONGEST: Final = 300
_ID: Final = 40
_LARGEST: Final = 1e9
_FIELDS: Final = frozenset(
    {
        "code", "version", "zh", "en", "subject", "post", "source", "confidence", "note", "rates",
        "own_rates", "parts", "grades", "exclude", "classes", "visible", "parameters", "inputs", "shown",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CountInfo:
    """A count as officials read it. ``missing`` says why it has no source, "" where it has one."""

    code: str
    zh: str
    en: str
    words: str
    source: str
    confidence: str
    missing: str = ""
    note: str = ""


def _yaml(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def counts() -> dict[str, CountInfo]:
    """Give every count by code: the standard's 44, behind them those of the three rates and the cities."""
    return _COUNT_INFO


def rates() -> dict[str, Rate]:
    """Give every shipped rate by code."""
    return _RATES


def shipped() -> dict[str, dict[str, Any]]:
    """Give the shipped sets' bodies by code."""
    return {body["code"]: body for body in map(_yaml, sorted((_HERE / "sets").glob("*.yaml")))}


_COUNT_INFO: Final = {row["code"]: CountInfo(**row) for row in _yaml(_HERE / "counts.yaml")["counts"]}
_RATES: Final = {row["code"]: Rate(**row) for row in _yaml(_HERE / "rates.yaml")["rates"]}


class _Names:
    """The leaves of a set's formulas: names only."""

    allowed = (
        "公式只能用数字、四则运算、括号、min、max、abs、量、率、参数和评分项",
        "a formula has numbers, + - * /, brackets, min, max, abs, counts, rates, parameters and inputs only",
    )
    logic = False

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)

    def named(self, name: str) -> str:
        if name not in self._known:
            raise Fault(f"没有量、率、参数或评分项「{name}」", f"there is no {name} to name")
        return name

    def called(self, name: str, node: ast.Call) -> str:  # noqa: ARG002 - as formulas ask
        raise Fault(*self.allowed)


def names_of(formula: str, known: Iterable[str]) -> tuple[Any, frozenset[str]]:
    """Read a formula; give its tree and the names in it. Raises Fault."""
    tree = formulas.read(formula, _Names(known))
    return tree, frozenset(one for one in formulas.walk(tree) if isinstance(one, str))


def _wrong(field: str, zh: str, en: str) -> Invalid:
    return Invalid("evaluation.set", zh, en, field=field)


def _text(
    body: Mapping[str, Any], name: str, *, needed: bool = False, most: int = _LONGEST, at: str = ""
) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str) or len(value) > most:
        raise _wrong(at + name, f"应为最长 {most} 字的文字", f"must be text of at most {most} characters")
    if needed and not value.strip():
        raise _wrong(at + name, "请填写", "is needed")
    return value


def _code(body: Mapping[str, Any], at: str = "") -> str:
    value = _text(body, "code", needed=True, most=_ID, at=at)
    if not (value.isidentifier() and value.isascii() and value == value.lower()):
        raise _wrong(
            at + "code", "代码由小写字母、数字和下划线组成", "a code has small letters, digits, underscores"
        )
    return value


def _number(value: Any, field: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise _wrong(field, "应为数，或留空表示待设定", "must be a number, or empty while it is to be set")
    return float(value)


def _rows(body: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    told = body.get(name) or []
    if not isinstance(told, Sequence) or isinstance(told, str) or len(told) > _MOST:
        raise _wrong(name, f"应为最多 {_MOST} 行的列表", f"must be a list of at most {_MOST} rows")
    for place, row in enumerate(told):
        if not isinstance(row, Mapping):
            raise _wrong(f"{name}.{place}", "应为一组字段", "must be fields")
        yield f"{name}.{place}.", row


def _words(body: Mapping[str, Any], at: str) -> dict[str, str]:
    return {
        "code": _code(body, at),
        "zh": _text(body, "zh", needed=True, most=100, at=at),
        **{name: _text(body, name, at=at) for name in ("en", "source", "confidence", "note")},
    }


def _rate(at: str, row: Mapping[str, Any]) -> Rate:
    good = row.get("good", "high")
    if good not in {"high", "low"}:
        raise _wrong(at + "good", "只能是 high 或 low", "must be high or low")
    unit = _text(row, "unit", most=20, at=at) or "share"
    formula = _text(row, "formula", most=formulas.MAX_TEXT, at=at)
    return Rate(**_words(row, at), formula=formula, good=good, unit=unit)


def _bands(row: Mapping[str, Any], at: str) -> tuple[tuple[float, float], ...] | None:
    told = row.get("bands")
    if told is None:
        return None
    try:
        steps = sorted(((float(least), float(points)) for least, points in told), reverse=True)
    except (TypeError, ValueError) as error:
        raise _wrong(
            at + "bands", "分档应为 [下限, 得分] 的列表", "bands are a list of [least, points]"
        ) from error
    if not steps or len(steps) > _MOST:
        raise _wrong(at + "bands", f"分档 1 到 {_MOST} 段", f"1 to {_MOST} bands")
    return tuple(steps)


def _part(at: str, row: Mapping[str, Any]) -> Part:
    of = _text(row, "of", most=_ID, at=at)
    if of and of not in _COUNT_INFO:
        raise _wrong(at + "of", f"没有量「{of}」", f"there is no count {of}")
    return Part(
        **_words(row, at), formula=_text(row, "formula", most=formulas.MAX_TEXT, at=at), of=of,
        bands=_bands(row, at), weight=_number(row.get("weight"), at + "weight"),
    )  # fmt: skip


def _grades(body: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    told = body.get("grades") or {}
    levels = told.get("levels", ()) if isinstance(told, Mapping) else told
    try:
        found = [(str(letter)[:10], float(least)) for letter, least in levels]
    except (TypeError, ValueError) as error:
        raise _wrong(
            "grades", "等级应为 [等级, 最低分] 的列表", "grades are a list of [letter, least]"
        ) from error
    return tuple(sorted(found, key=lambda one: -one[1]))


def _classes(body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    told = body.get("classes") or {}
    if not isinstance(told, Mapping) or not all(isinstance(one, list | tuple) for one in told.values()):
        raise _wrong("classes", "分类应为：类名 → 成员代码列表", "classes are: name → list of member codes")
    found = {str(name)[:60]: tuple(str(one)[:60] for one in members) for name, members in told.items()}
    members = [one for listed in found.values() for one in listed]
    twice = sorted({one for one in members if members.count(one) > 1})
    if twice:
        raise _wrong("classes", f"「{twice[0]}」只能在一类里", f"{twice[0]} may be in one class only")
    return found


def _named(body: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    told = body.get(name) or {}
    sound = isinstance(told, Mapping) and len(told) <= _MOST
    if not sound or not all(isinstance(one, str) and one.isidentifier() and len(one) <= _ID for one in told):
        raise _wrong(
            name, "应为：名称（字母、数字、下划线）→ 值", "must be: name (letters, digits, _) → value"
        )
    return list(told.items())


def _choice(body: Mapping[str, Any], name: str, kind: Any, default: Any) -> Any:
    try:
        return kind(body.get(name, default))
    except ValueError as error:
        known = "、".join(kind)
        raise _wrong(name, f"只能是：{known}", f"must be one of {', '.join(kind)}") from error


def read(body: Mapping[str, Any], version: int | None = None) -> IndicatorSet:
    """Read a set's body. Raises Invalid naming the field (``parts.0.weight``)."""
    strange = sorted(set(map(str, body)) - _FIELDS)
    if strange:
        raise _wrong(strange[0], "没有这个字段", "no such field")
    listed = body.get("rates") or []
    if not isinstance(listed, list | tuple) or len(listed) > _MOST:
        raise _wrong("rates", "应为率代码的列表", "must be a list of codes of rates")
    unknown = [one for one in listed if not isinstance(one, str) or one not in _RATES]
    if unknown:
        raise _wrong("rates", f"没有率「{unknown[0]}」", f"there is no rate {unknown[0]}")
    own = tuple(_rate(at, row) for at, row in _rows(body, "own_rates"))
    shown = tuple(str(one) for one in body.get("shown") or ())
    if set(shown) - set(_COUNT_INFO):
        raise _wrong("shown", "只能是量的代码", "must be codes of counts")
    exclude = tuple(str(one) for one in body.get("exclude") or ())
    if set(exclude) - set(EXCLUSIONS):
        raise _wrong("exclude", f"只能是：{'、'.join(EXCLUSIONS)}", f"must be among {', '.join(EXCLUSIONS)}")
    found = IndicatorSet(
        code=_code(body),
        version=version or int(_number(body.get("version", 1), "version") or 1),
        zh=_text(body, "zh", needed=True, most=100),
        en=_text(body, "en", most=100),
        subject=_choice(body, "subject", Subject, ""),
        post=_text(body, "post", most=20),
        source=_text(body, "source"), confidence=_text(body, "confidence"), note=_text(body, "note"),
        rates=(*(_RATES[one] for one in dict.fromkeys(listed)), *own),
        parts=tuple(_part(at, row) for at, row in _rows(body, "parts")),
        grades=_grades(body), exclude=exclude, shown=shown, classes=_classes(body),
        visible=_choice(body, "visible", Visible, Visible.OWN),
        parameters={name: _number(one, f"parameters.{name}") for name, one in _named(body, "parameters")},
        inputs={name: str(one)[:100] for name, one in _named(body, "inputs")},
        digest="",
    )  # fmt: skip
    _check(found)
    told = asdict(found) | {"digest": "", "version": 0}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return IndicatorSet(
        **{name: getattr(found, name) for name in asdict(found) if name != "digest"}, digest=digest
    )


def known_names(of: IndicatorSet) -> list[str]:
    """Give every name that the set's formulas may use."""
    return [*_COUNT_INFO, *(one.code for one in of.rates), *of.parameters, *of.inputs]


def _check(of: IndicatorSet) -> None:
    known = known_names(of)
    twice = sorted({one for one in known if known.count(one) > 1})
    if twice:
        raise _wrong("own_rates", f"「{twice[0]}」用了两次", f"{twice[0]} is used twice")
    if not of.parts and not of.rates:
        raise _wrong("parts", "至少要有一个率或得分项", "at least one rate or part is needed")
    codes = [one.code for one in of.parts]
    if len(set(codes)) < len(codes):
        raise _wrong("parts", "得分项代码不能重复", "codes of parts must differ")
    if of.subject is Subject.PERSON and not of.post:
        raise _wrong("post", "岗位评价须写明岗位", "a set for persons needs their post")
    for field, formula in _formulas(of):
        if formula:
            try:
                names_of(formula, known)
            except Fault as error:
                raise _wrong(field, error.zh, error.en) from error
    _acyclic(of, known)


def _formulas(of: IndicatorSet) -> Iterator[tuple[str, str]]:
    yield from ((f"own_rates.{one.code}.formula", one.formula) for one in of.rates)
    yield from ((f"parts.{place}.formula", one.formula) for place, one in enumerate(of.parts))


def _acyclic(of: IndicatorSet, known: Sequence[str]) -> None:
    uses = {one.code: names_of(one.formula, known)[1] if one.formula else frozenset() for one in of.rates}

    def visit(code: str, over: tuple[str, ...]) -> None:
        if code in over:
            raise _wrong("own_rates", f"率互相引用成环：{code}", f"rates form a circle: {code}")
        for one in uses.get(code, ()):
            visit(one, (*over, code))

    for code in uses:
        visit(code, ())


def used_counts(of: IndicatorSet) -> tuple[str, ...]:
    """Give the codes of the set's counts, in order: shown ones and those of its rates and parts."""
    known = known_names(of)
    named: set[str] = {*of.shown, *(one.of for one in of.parts if one.of)}
    for _, formula in _formulas(of):
        if formula:
            named |= names_of(formula, known)[1]
    return tuple(code for code in _COUNT_INFO if code in named)


def counted_here(codes: Iterable[str]) -> tuple[str, ...]:
    """Give those counts that the casebook can tell."""
    return tuple(code for code in codes if code in COUNTS)
