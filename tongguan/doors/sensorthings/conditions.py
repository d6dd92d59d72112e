# SPDX-License-Identifier: Apache-2.0
"""Trees of the query language as conditions of the database, on both engines alike."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import shapely
from django.core.exceptions import FieldError
from django.db.models import (
    CharField,
    DateTimeField,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    JSONField,
    Q,
    QuerySet,
    Value,
)
from django.db.models import functions as f
from django.db.models.fields.json import JSONExact, KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from tongguan.doors.sensorthings import places
from tongguan.doors.sensorthings.entities import BY_NAME, Entity
from tongguan.doors.sensorthings.grammar import Call, Geography, Literal, Node, Not, Pair, Path, misread
from tongguan.doors.sensorthings.masks import MOMENTS
from tongguan.people.contracts import Actor
from tongguan.sensors.queries import within

_LOOKUPS: Final[dict[str, type]] = {
    "eq": Exact,
    "gt": GreaterThan,
    "ge": GreaterThanOrEqual,
    "lt": LessThan,
    "le": LessThanOrEqual,
}
_JSON: Final = {"eq": "exact", "gt": "gt", "ge": "gte", "lt": "lt", "le": "lte"}
_SWAPPED: Final = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_SUMS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": operator.mod,
}
_PARTS: Final = {
    "year": f.ExtractYear,
    "month": f.ExtractMonth,
    "day": f.ExtractDay,
    "hour": f.ExtractHour,
    "minute": f.ExtractMinute,
    "second": f.ExtractSecond,
}
_TEXTS: Final[dict[str, Any]] = {"tolower": f.Lower, "toupper": f.Upper, "trim": f.Trim}
_NUMBERS: Final[dict[str, Any]] = {"round": f.Round, "floor": f.Floor, "ceiling": f.Ceil}
_COMPARED: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_GEO: Final = {"geo.distance", "geo.length", *places.PREDICATES}
_MOST_SHAPES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Known:
    """A value as an expression; kinds: text number time day span flag json geo nothing."""

    expression: Any
    kind: str
    plain: Any = None
    literal: bool = False


class Conditions:
    """Conditions over one entity type, within what the actor may see."""

    def __init__(self, entity: Entity, actor: Actor, option: str = "$filter") -> None:
        """Begin having crossed no relation."""
        self._entity, self._actor, self._option = entity, actor, option
        self._crossed: dict[str, str] = {}

    def applied(self, rows: QuerySet[Any], node: Node) -> QuerySet[Any]:
        """Give the rows of which the condition holds. Raises NotUnderstood."""
        condition = self.condition(node)
        try:
            if not self._crossed:
                return rows.filter(condition)
            # A row is found once however many of its relations fit; only what the actor sees counts.
            for path, column in self._crossed.items():
                condition &= within(self._actor, f"{path}__{column}")
            return rows.filter(pk__in=rows.model._default_manager.filter(condition).values("pk"))  # noqa: SLF001
        except (FieldError, TypeError, ValueError, OverflowError) as error:
            raise misread(self._option, "值的类型不相符", "values of kinds that do not compare") from error

    def condition(self, node: Node) -> Q:
        """Give a tree as a condition. Raises NotUnderstood for what is none."""
        if isinstance(node, Not):
            return ~self.condition(node.of)
        if isinstance(node, Pair):
            if node.op == "and":
                return self.condition(node.left) & self.condition(node.right)
            if node.op == "or":
                return self.condition(node.left) | self.condition(node.right)
            if node.op in _COMPARED:
                return self._compared(node)
        if isinstance(node, Literal) and isinstance(node.value, bool):
            return Q(Value(node.value) if node.value else Q(pk__in=()))
        if isinstance(node, Call):
            return self._predicate(node)
        if isinstance(node, Path):
            known = self.value(node)
            if known.kind == "flag":
                return Q(Exact(known.expression, True))
        raise misread(self._option, "应为条件", "must be a condition")

    def _compared(self, node: Pair) -> Q:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if _is_geo(side):
                return self._measured(node)
            if isinstance(other, Literal) and isinstance(other.value, bool) and _is_predicate(side):
                held = self.condition(side)
                return held if other.value == (node.op == "eq") else ~held
        left, right = self.value(node.left), self.value(node.right)
        if node.op == "ne":
            return ~self._lookup("eq", left, right)
        return self._lookup(node.op, left, right)

    def _lookup(self, op: str, left: Known, right: Known) -> Q:
        for one, other in ((left, right), (right, left)):
            if other.kind == "nothing":
                return Q(IsNull(one.expression, True))
        if "geo" in {left.kind, right.kind}:
            raise misread(self._option, "几何只能用空间函数比较", "compare geometries by spatial functions")
        if left.literal and right.kind == "json":
            left, right, op = right, left, _SWAPPED.get(op, op)
        if left.kind == "json" and right.literal:
            told = Value(right.plain, output_field=JSONField())
            if isinstance(left.expression, KeyTransform):
                return Q(KeyTransform.get_class_lookups()[_JSON[op]](left.expression, told))
            if op != "eq":
                raise misread(self._option, "JSON 整体只能比较相等", "JSON as a whole is only equal or not")
            return Q(JSONExact(left.expression, told))
        kinds = {left.kind, right.kind} - {"json"}
        if len(kinds) > 1:
            raise misread(
                self._option,
                f"{left.kind} 与 {right.kind} 不能比较",
                f"{left.kind} does not compare with {right.kind}",
            )
        return Q(_LOOKUPS[op](_text_of(left), _text_of(right)))

    def _predicate(self, node: Call) -> Q:
        if node.name in places.PREDICATES:
            return self._shapes(node, places.PREDICATES[node.name])
        if node.name not in {"substringof", "contains", "startswith", "endswith"}:
            raise misread(self._option, f"{node.name} 不是条件", f"{node.name} is no condition")
        # substringof tells the part first, all others the whole first.
        of = [self._text(one) for one in node.of]
        part, whole = of if node.name == "substringof" else (of[1], of[0])
        if node.name == "startswith":
            return Q(Exact(f.StrIndex(whole, part), 1))
        if node.name == "endswith":
            return Q(Exact(f.Right(whole, f.Length(part)), part))
        return Q(GreaterThan(f.StrIndex(whole, part), 0))

    def value(self, node: Node) -> Known:
        """Give a tree as a value. Raises NotUnderstood."""
        if isinstance(node, Literal):
            return _literal(node.value)
        if isinstance(node, Path):
            return self._path(node.names)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Pair) and node.op in _SUMS:
            return self._sum(node)
        raise misread(self._option, "应为值", "must be a value")

    def _path(self, names: tuple[str, ...]) -> Known:
        entity, prefix = self._entity, ""
        for place, name in enumerate(names):
            relation = entity.relations.get(name)
            if relation is None or not relation.path:
                return self._attribute(entity, prefix, names[place:])
            prefix = f"{prefix}__{relation.path}" if prefix else relation.path
            if relation.many:
                self._crossed[prefix] = (
                    "thing__division" if relation.target == "HistoricalLocation" else "division"
                )
            entity = BY_NAME[relation.target]
        raise misread(self._option, f"{'/'.join(names)} 不是属性", f"{'/'.join(names)} is no attribute")

    def _attribute(self, entity: Entity, prefix: str, names: tuple[str, ...]) -> Known:
        first, *rest = names
        before = f"{prefix}__" if prefix else ""
        if first in {"id", "@iot.id"} and not rest:
            return Known(F(f"{before}pk"), "number")
        if first == "properties" and len(rest) == 1 and rest[0] in entity.known:
            kind, column = entity.known[rest[0]]
            return Known(F(before + column), kind)
        kind, column = entity.attributes.get(first, ("", ""))
        if not kind or (rest and kind != "json"):
            name = "/".join(names)
            raise misread(self._option, f"{entity.name} 没有属性 {name}", f"{entity.name} has no {name}")
        if kind == "geo":
            return Known(F(before + column), "geo", plain=(before, column))
        expression: Any = F(before + column)
        for key in rest:
            expression = KeyTransform(key, expression)
        return Known(expression, kind)

    def _sum(self, node: Pair) -> Known:
        left, right = self.value(node.left), self.value(node.right)
        work = _SUMS[node.op]
        if left.kind == "time" and right.kind == "span" and node.op in {"add", "sub"}:
            return Known(
                ExpressionWrapper(work(left.expression, right.expression), output_field=DateTimeField()),
                "time",
            )
        a, b = self._number(left), self._number(right)
        return Known(ExpressionWrapper(work(a, b), output_field=FloatField()), "number")

    def _number(self, known: Known) -> Any:
        if known.kind == "json":
            return Cast(_text_of(known), FloatField())
        if known.kind != "number":
            raise misread(self._option, f"应为数字，不是 {known.kind}", f"must be a number, not {known.kind}")
        return Cast(known.expression, FloatField())

    def _text(self, node: Node) -> Any:
        known = self.value(node)
        if known.kind not in {"text", "json"}:
            raise misread(self._option, f"应为文本，不是 {known.kind}", f"must be a text, not {known.kind}")
        if known.kind == "json" and not isinstance(known.expression, KeyTransform):
            raise misread(self._option, "请指明 JSON 中的键", "name a key of the JSON")
        return _text_of(known)

    def _call(self, node: Call) -> Known:
        name, of = node.name, node.of
        if name in _NUMBERS:
            return Known(_NUMBERS[name](self._number(self.value(of[0]))), "number")
        if name in MOMENTS:
            return _literal(MOMENTS[name]())
        if name in _PARTS or name == "date":
            told = self.value(of[0])
            if told.kind != "time":
                raise misread(self._option, f"{name} 需要时间", f"{name} takes a time")
            if name == "date":
                return Known(f.TruncDate(told.expression, tzinfo=UTC), "day")
            return Known(_PARTS[name](told.expression, tzinfo=UTC), "number")
        return self._worded(name, of)

    def _worded(self, name: str, of: tuple[Node, ...]) -> Known:
        if name in _TEXTS:
            return Known(_TEXTS[name](self._text(of[0])), "text")
        if name == "concat":
            return Known(f.Concat(self._text(of[0]), self._text(of[1]), output_field=CharField()), "text")
        if name == "length":
            return Known(f.Length(self._text(of[0])), "number")
        if name == "indexof":
            return Known(f.StrIndex(self._text(of[0]), self._text(of[1])) - 1, "number")
        if name == "substring":
            begin, *length = (Cast(self._number(self.value(one)), _integer()) for one in of[1:])
            return Known(f.Substr(self._text(of[0]), begin + 1, *length), "text")
        raise misread(self._option, f"此处不能用函数 {name}", f"{name} cannot stand here")

    def _measured(self, node: Pair) -> Q:
        call, other, op = (
            (node.left, node.right, node.op)
            if isinstance(node.left, Call)
            else (node.right, node.left, _SWAPPED.get(node.op, node.op))
        )
        if not isinstance(call, Call):
            raise misread(self._option, "应为空间函数", "must be a spatial function")
        if call.name in places.PREDICATES:
            held = self._predicate(call)
            if not isinstance(other, Literal) or not isinstance(other.value, bool):
                raise misread(self._option, "应与 true 或 false 比较", "compare with true or false")
            return held if other.value == (op == "eq") else ~held
        if not isinstance(other, Literal) or not isinstance(other.value, int | float):
            raise misread(self._option, "距离应与数字比较", "compare a distance with a number")
        limit = float(other.value)
        measure: Callable[[Any, Any], Any] = (
            (lambda shapes, _: _length(shapes)) if call.name == "geo.length" else _distance
        )
        return self._shapes(call, lambda shapes, to: _COMPARED[op](measure(shapes, to), limit))

    def _shapes(self, call: Call, holds: Callable[[Any, Any], Any]) -> Q:
        """Compare the geometries of the rows with one that is told; the rows that fit, by number."""
        told = [places.from_text(one.wkt) for one in call.of if isinstance(one, Geography)]
        ours = [one for one in call.of if isinstance(one, Path)]
        if len(ours) != 1 or len(told) != len(call.of) - 1:
            raise misread(
                self._option, f"{call.name} 需要一个位置属性与一个几何", "takes an attribute and a geography"
            )
        known = self._path(ours[0].names)
        if known.kind != "geo":
            raise misread(self._option, f"{'/'.join(ours[0].names)} 不是几何", "not a geometry")
        before, column = known.plain
        path, _, attribute = f"{before}{column}".rpartition("__")
        rows = BY_NAME["Location"].rows(self._actor) if path else self._entity.rows(self._actor)  # type: ignore[misc]
        found = list(rows.values_list("pk", attribute)[:_MOST_SHAPES])
        shapes = places.from_rows([shape for _, shape in found])
        swapped = len(call.of) > 1 and isinstance(call.of[0], Geography)
        to = told[0] if told else None
        with np.errstate(invalid="ignore"):
            held = holds(to, shapes) if swapped else holds(shapes, to)
        numbers = [pk for (pk, _), fits in zip(found, np.atleast_1d(held).tolist(), strict=True) if fits]
        return Q(**{f"{path}__pk__in" if path else "pk__in": numbers})


def _distance(shapes: Any, to: Any) -> Any:
    return shapely.distance(shapes, to)


def _length(shapes: Any) -> Any:
    return shapely.length(shapes)


def _integer() -> Any:
    return IntegerField()


def _is_geo(node: Node) -> bool:
    return isinstance(node, Call) and node.name in _GEO


def _is_predicate(node: Node) -> bool:
    if isinstance(node, Pair):
        return node.op in _COMPARED or node.op in {"and", "or"}
    if isinstance(node, Call):
        return node.name in {"substringof", "contains", "startswith", "endswith"}
    return isinstance(node, Not)


def _literal(value: Any) -> Known:
    kind = _KINDS.get(type(value), "")
    if value is None:
        return Known(Value(None), "nothing", literal=True)
    return Known(Value(value), kind, value, literal=True)


_KINDS: Final[Mapping[type, str]] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "flag",
    datetime: "time",
    date: "day",
    timedelta: "span",
}


def _text_of(known: Known) -> Any:
    """Give a JSON value as text where it meets something else; all others as they are."""
    expression = known.expression
    if known.kind != "json" or not isinstance(expression, KeyTransform):
        return expression
    return KeyTextTransform(expression.key_name, expression.get_source_expressions()[0])
