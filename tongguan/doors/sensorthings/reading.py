# SPDX-License-Identifier: Apache-2.0
"""Entities and collections read, with what they bring along: statements per relation, not per row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from tongguan.doors.sensorthings import observations
from tongguan.doors.sensorthings.asking import Ask
from tongguan.doors.sensorthings.conditions import Conditions
from tongguan.doors.sensorthings.entities import BY_NAME, Entity, Relation, shown
from tongguan.doors.sensorthings.grammar import misread
from tongguan.doors.sensorthings.options import Options
from tongguan.doors.sensorthings.resources import Step, no_such

_JOINED: Final[Mapping[str, tuple[str, ...]]] = {"Datastream": ("thing__location",)}
#: Parents times rows that one expansion may bring.
_MOST_EXPANDED: Final = 20_000
#: What an option's text may hold as it is.
_PLAIN: Final = "$'(),/:"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection; ``more`` whether another follows."""

    rows: list[Any]
    total: int | None
    more: bool


def rows_of(ask: Ask, entity: Entity) -> QuerySet[Any]:
    """Give the visible rows of a type. Observations have none here."""
    if entity.rows is None:
        raise no_such(entity.plural)
    return entity.rows(ask.actor).select_related(*_JOINED.get(entity.name, ()))


def follow(ask: Ask, steps: Sequence[Step]) -> QuerySet[Any]:
    """Give the rows a path of steps leads to. Raises NotFound where one of them is not there."""
    first, *others = steps
    rows = rows_of(ask, first.entity)
    rows = _one(rows, first)
    before = first
    for step in others:
        relation = before.entity.relations[step.relation]
        parent = rows.first()
        if parent is None or not relation.path:
            raise no_such(step.relation)
        rows = rows_of(ask, step.entity).filter(**{relation.back: parent.pk}).distinct()
        rows = _one(rows, step)
        before = step
    return rows


def _one(rows: QuerySet[Any], step: Step) -> QuerySet[Any]:
    if step.id is None:
        return rows
    if not isinstance(step.id, int):
        raise no_such(f"{step.entity.plural}('{step.id}')")
    return rows.filter(pk=step.id)


def page(ask: Ask, entity: Entity, rows: QuerySet[Any], options: Options) -> Page:
    """Give one page as asked. Raises NotUnderstood."""
    if options.where is not None:
        rows = Conditions(entity, ask.actor).applied(rows, options.where)
    total = rows.count() if options.count else None
    found = list(_ordered(ask, entity, rows, options)[options.skip : options.skip + options.limit + 1])
    return Page(found[: options.limit], total, len(found) > options.limit)


def _order_by(ask: Ask, entity: Entity, options: Options) -> list[Any]:
    terms: list[Any] = []
    for node, down in options.order:
        known = Conditions(entity, ask.actor, "$orderby").value(node)
        if known.kind in {"geo", "nothing"} or known.literal:
            raise misread("$orderby", "不能按此排序", "cannot be ordered by")
        terms.append(
            known.expression.desc(nulls_last=True) if down else known.expression.asc(nulls_first=True)
        )
    return terms


def _ordered(ask: Ask, entity: Entity, rows: QuerySet[Any], options: Options) -> QuerySet[Any]:
    return rows.order_by(*_order_by(ask, entity, options), "pk")


def entity_shown(ask: Ask, entity: Entity, rows: Sequence[Any], options: Options) -> list[dict[str, Any]]:
    """Give rows as SensorThings tells them, with links and what is expanded."""
    for name in options.expand:
        if name not in entity.relations:
            raise misread(
                "$expand", f"{entity.name} 没有关系 {name}", f"{entity.name} has no relation {name}"
            )
    known = {*entity.attributes, *entity.relations, "id", "@iot.id", "@iot.selfLink"}
    for name in options.select:
        if name.partition("/")[0] not in known:
            raise misread("$select", f"{entity.name} 没有属性 {name}", f"{entity.name} has no {name}")
    wanted = {name.partition("/")[0] for name in options.select}
    found = []
    for row in rows:
        told = shown(entity, row)
        link = self_link(ask, entity, row.pk)
        if wanted:
            body = {name: value for name, value in told.items() if name in wanted}
            body |= {"@iot.id": row.pk} if wanted & {"id", "@iot.id"} else {}
        else:
            body = {"@iot.id": row.pk, "@iot.selfLink": link, **told}
        for name in entity.relations:
            if name not in options.expand and (not wanted or name in wanted):
                body[f"{name}@iot.navigationLink"] = f"{link}/{name}"
        found.append(body)
    for name, inner in options.expand.items():
        _expand(ask, entity, rows, found, (name, inner))
    return found


def self_link(ask: Ask, entity: Entity, key: int) -> str:
    """Give the address of an entity."""
    return f"{ask.root}/{entity.plural}({key})"


def _expand(
    ask: Ask, entity: Entity, rows: Sequence[Any], told: list[dict[str, Any]], what: tuple[str, Options]
) -> None:
    """Add one relation to all entities of the page at once."""
    name, options = what
    relation = entity.relations[name]
    if relation.target == "Observation":
        observations.expand(ask, entity, rows, told, options, entity_shown)
        return
    target = BY_NAME[relation.target]
    children = _children(ask, rows, relation, options)
    for row, body in zip(rows, told, strict=True):
        mine = children.get(row.pk, [])
        if relation.many:
            shown_now = mine[: options.limit]
            body[name] = entity_shown(ask, target, shown_now, options)
            if len(mine) > options.limit:
                body[f"{name}@iot.nextLink"] = (
                    f"{self_link(ask, entity, row.pk)}/{name}?$top={options.limit}"
                    f"&$skip={options.skip + options.limit}"
                )
            if options.count:
                body[f"{name}@iot.count"] = options.skip + len(mine)
        elif mine:
            body[name] = entity_shown(ask, target, mine[:1], options)[0]


def _children(ask: Ask, rows: Sequence[Any], relation: Relation, options: Options) -> dict[int, list[Any]]:
    target = BY_NAME[relation.target]
    found = rows_of(ask, target)
    if options.where is not None:
        found = Conditions(target, ask.actor).applied(found, options.where)
    keys = [row.pk for row in rows]
    column = f"{relation.path}_id" if rows and hasattr(rows[0], f"{relation.path}_id") else ""
    if column:
        return _pointed(rows, column, found)
    if len(keys) * options.limit > _MOST_EXPANDED and options.top is not None:
        raise misread("$expand", "$expand 一次展开过多，请减小 $top", "too much, lower $top")
    order = [*_order_by(ask, target, options), F("pk").asc()]
    back = f"{relation.back}_id" if hasattr(target_model(found), f"{relation.back}_id") else relation.back
    found = found.filter(**{f"{relation.back}__in": keys}).annotate(
        parent=F(back), place=Window(RowNumber(), partition_by=F(back), order_by=order)
    )
    last = options.skip + options.limit + 1
    by: dict[int, list[Any]] = {}
    for child in found.filter(place__gt=options.skip, place__lte=last).order_by("place"):
        by.setdefault(child.parent, []).append(child)
    return by


def target_model(rows: QuerySet[Any]) -> Any:
    """Give the table of rows."""
    return rows.model


def _pointed(rows: Sequence[Any], column: str, found: QuerySet[Any]) -> dict[int, list[Any]]:
    """Give what rows point at by a column of their own: one of each, however many point at it."""
    keys = {getattr(row, column) for row in rows} - {None}
    by = {one.pk: one for one in found.filter(pk__in=keys)}
    return {row.pk: [by[getattr(row, column)]] for row in rows if getattr(row, column) in by}


def next_link(ask: Ask, options: Options) -> str:
    """Give the address of the following page, with everything that was asked."""
    told = dict(ask.told) | {"$top": str(options.limit), "$skip": str(options.skip + options.limit)}
    path = quote(ask.path.strip("/"), safe="/()'@$,=")
    return f"{ask.root}/{path}?{urlencode(told, safe=_PLAIN, quote_via=quote)}"
