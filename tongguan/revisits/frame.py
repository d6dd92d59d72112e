# SPDX-License-Identifier: Apache-2.0
"""The cases a sample is drawn from: those closed in a period, without who may not or cannot be called."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db.models import BooleanField, Q, QuerySet, Value

from tongguan.cases import queries as cases
from tongguan.catalog import queries as catalog
from tongguan.intake import queries as reports
from tongguan.people import queries as people
from tongguan.people.contracts import Actor
from tongguan.places import queries as places
from tongguan.revisits.contracts import TaskState
from tongguan.revisits.drawing import Whole
from tongguan.revisits.models import Task, Unwilling

#: Ended without being dealt with: nothing to ask about.
NOT_HANDLED: Final = ("not_accepted", "voided")
#: What strata may be made of, in words.
DIMENSIONS: Final = {
    "unit": "承办单位",
    "family": "事项大类",
    "district": "区",
    "urgency": "紧急程度",
    "source": "来源",
    "kind": "诉求类别",
}
_COLUMNS: Final = {one: one for one in DIMENSIONS} | {"unit": "lead_unit_id", "family": "item_code"}
_CHUNK: Final = 20_000
SECRET, UNREACHABLE, UNWILLING, CALLED = "secret", "unreachable", "unwilling", "called"
#: Why cases are left out, in words.
LEFT_OUT: Final = {
    SECRET: "诉求人要求保密",
    UNREACHABLE: "没有联系电话",
    UNWILLING: "诉求人表示不愿接受回访",
    CALLED: "已在其他样本中回访",
}
_URGENCY: Final = {"normal": "一般", "urgent": "紧急", "critical": "特急"}


@dataclass(frozen=True, slots=True)
class Frame:
    """The population: ids (16 bytes each), the stratum and the unit of each; the strata's keys, sorted."""

    ids: bytes
    strata: Whole
    units: Whole
    keys: tuple[tuple[str, ...], ...]
    left_out: dict[str, int]


def closed_between(actor: Actor, division: str, since: datetime, until: datetime) -> QuerySet[Any]:
    """Give the cases of a division that were dealt with and closed in a period, as a query set."""
    rows = cases.visible(actor).filter(closed_at__gte=since, closed_at__lt=until)
    if division:
        rows = rows.filter(people.prefix_q("division", division))
    return rows.exclude(state__in=NOT_HANDLED).order_by()


def frame_of(
    actor: Actor, dimensions: Sequence[str], division: str, since: datetime, until: datetime
) -> Frame:
    """Read the population in two or three statements, a part at a time."""
    unwilling = list(Unwilling.objects.values_list("caller_key", flat=True))
    refused = reports.told_by(unwilling) if unwilling else Value(value=False, output_field=BooleanField())
    rows = closed_between(actor, division, since, until).annotate(
        stays_secret=Q(reporter_secret=True) | Q(reports.any_secret()),
        has_phone=reports.reachable(),
        refused=refused,
    )
    called = _called(since, until)
    key_of = _keys(dimensions)
    columns = ("id", "lead_unit_id", "stays_secret", "has_phone", "refused")
    wanted = tuple(_COLUMNS[one] for one in dimensions)
    index: dict[tuple[str, ...], int] = {}
    strata: list[int] = []
    units: list[int] = []
    ids: list[bytes] = []
    left_out: Counter[str] = Counter()
    for pk, unit, secret, phone, no, *raw in rows.values_list(*columns, *wanted).iterator(chunk_size=_CHUNK):
        if secret or not phone or no or pk in called:
            left_out[SECRET if secret else UNREACHABLE if not phone else UNWILLING if no else CALLED] += 1
            continue
        ids.append(pk.bytes)
        units.append(unit or 0)
        strata.append(index.setdefault(key_of(raw), len(index)))
    keys = sorted(index)
    places_of = np.zeros(len(keys), np.int64)
    for new, key in enumerate(keys):
        places_of[index[key]] = new
    numbered = places_of[np.array(strata, np.int64)] if strata else np.zeros(0, np.int64)
    return Frame(b"".join(ids), numbered, np.array(units, np.int64), tuple(keys), dict(left_out))


def _called(since: datetime, until: datetime) -> set[UUID]:
    rows = Task.objects.filter(closed_at__gte=since, closed_at__lt=until)
    settled = rows.exclude(state__in=(TaskState.RESERVE, TaskState.WITHDRAWN))
    return set(settled.values_list("case_id", flat=True))


def _keys(dimensions: Sequence[str]) -> Callable[[Iterable[Any]], tuple[str, ...]]:
    """Give what turns a row's values into its stratum's key; items into their families."""
    families: dict[str, str] = {info.code: info.major_code for info in catalog.items_table()}
    at = dimensions.index("family") if "family" in dimensions else -1

    def key(raw: Iterable[Any]) -> tuple[str, ...]:
        told = ["" if value is None else str(value) for value in raw]
        if at >= 0:
            told[at] = families.get(told[at], "")
        return tuple(told)

    return key


def words_of(dimensions: Sequence[str], keys: Iterable[tuple[str, ...]]) -> list[str]:
    """Say each stratum in an official's words: ``江北区市政所 · 公用设施 · 江北区``."""
    listed = list(keys)
    named: dict[str, dict[str, str]] = {"urgency": _URGENCY}
    for n, dimension in enumerate(dimensions):
        values = {key[n] for key in listed if key[n]}
        if dimension == "unit":
            units = people.units({int(value) for value in values})
            named["unit"] = {str(pk): unit.name for pk, unit in units.items()}
        elif dimension == "family":
            named["family"] = {info.major_code: info.major_name for info in catalog.items_table()}
        elif dimension == "district":
            named["district"] = {code: info.name for code, info in places.divisions(values).items()}
        elif dimension == "kind":
            named["kind"] = {one.code: one.name for one in catalog.request_types()}
    return [
        " · ".join(
            named.get(dimension, {}).get(value, value) or f"{DIMENSIONS[dimension]}未知"
            for dimension, value in zip(dimensions, key, strict=True)
        )
        for key in listed
    ]
