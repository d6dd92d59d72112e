# SPDX-License-Identifier: Apache-2.0
"""Which earlier tellings a batch is compared with: two statements, however many tellings it has.

By place: the prints in the cells around. By text, where one of the two has no place: those of the same
district that share a telling gram. Both are capped, the newest first, so that the
work of one decision does not grow with the city.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Final
from uuid import UUID

import numpy as np
from django.db import connection

from tongguan.kernel.geometry import cells_within
from tongguan.matching import known
from tongguan.matching.known import COLUMNS, Known
from tongguan.matching.models import Fingerprint
from tongguan.tables import api as tables
from tongguan.texts.grams import Ints

#: Of one cell, and of one gram, the newest so many.
PER_CELL: Final = 64
PER_TERM: Final = 24
#: By words, a telling is compared with the so many that share most grams with it.
PER_TELLING: Final = 24
#: Grams by which a telling is found.
KEYS: Final = 6
#: Added to the grams (32 bits) of tellings without a place.
_UNPLACED: Final = 1 << 32
_PRINTS: Final = "matching_fingerprint"
_KEYS: Final = "matching_textkey"
_second_then_first = itemgetter(1, 0)


@dataclass(frozen=True, slots=True)
class Asking:
    """Where one telling looks: its cell and reach in metres (None: no place), its district and grams."""

    cell: int | None
    metres: float
    district: str
    keys: tuple[int, ...]


def cells_around(asking: Sequence[Asking]) -> tuple[Ints, Ints]:
    """Give the cells that tellings look in, ascending, and for each which telling."""
    cells: list[int] = []
    owners: list[int] = []
    for n, one in enumerate(asking):
        if one.cell is None:
            continue
        around = cells_within(one.cell, one.metres)
        cells += around
        owners += [n] * len(around)
    order = np.argsort(cells, kind="stable")
    return np.array(cells, np.int64)[order], np.array(owners, np.int64)[order]


def found(asking: Sequence[Asking], since: datetime) -> tuple[list[Known], Ints, Ints]:
    """Give the candidates and the pairs (telling, candidate); those that ended before ``since`` are out."""
    cells, owners = cells_around(asking)
    by_cell, by_term = _asked(sorted(set(cells.tolist())), _terms(asking), since)
    likest = _likest(asking, by_term)
    near = {row.key for row in by_cell}
    extra = _by_report(sorted({key for ranked in likest for key in ranked} - near), since)
    rows = sorted([*by_cell, *extra])  # by their ids, which come first
    at = {row.key: n for n, row in enumerate(rows)}
    own = np.array([-1 if row.cell is None else row.cell for row in rows], np.int64)
    mine, theirs = _expanded(cells, owners, own)
    told = [(n, at[key]) for n, ranked in enumerate(likest) for key in ranked if key in at]
    left = np.concatenate([mine, np.array([n for n, _ in told], np.int64)])
    right = np.concatenate([theirs, np.array([c for _, c in told], np.int64)])
    return rows, *_distinct(left, right, len(rows))


def by_words(asking: Asking) -> list[Fingerprint]:
    """Give the prints of the district that share most grams with one telling, however old they are."""
    anywhere = replace(asking, cell=None)
    (likest,) = _likest([anywhere], _by_term(_terms([anywhere])))
    return list(Fingerprint.objects.filter(pk__in=map(UUID, likest)).order_by("report_id"))


def stored_keys(keys: Sequence[int], cell: int | None) -> Sequence[int]:
    """Give the grams as they are stored of a telling: those of one without a place are found apart."""
    return keys if cell is not None else [key + _UNPLACED for key in keys]


def _looked_up(one: Asking) -> list[tuple[str, int]]:
    """Give what a telling looks up: two that both have a place are compared when they are near."""
    apart = [(one.district, key + _UNPLACED) for key in one.keys]
    return apart if one.cell is not None else [*((one.district, key) for key in one.keys), *apart]


def _terms(asking: Sequence[Asking]) -> list[tuple[str, int]]:
    return sorted({term for one in asking for term in _looked_up(one)})


def _likest(asking: Sequence[Asking], by_term: Sequence[Sequence[str]]) -> list[list[str]]:
    """Give for each telling the ids, as text, of those that share most grams with it, then the newest.

    ``by_term``: those that have each of ``_terms``.
    """
    having = dict(zip(_terms(asking), by_term, strict=True))
    found = []
    for one in asking:
        shared = Counter(chain.from_iterable([having[term] for term in _looked_up(one)]))
        ranked = sorted(shared.items(), key=_second_then_first, reverse=True)[:PER_TELLING]
        found.append([key for key, _ in ranked])
    return found


def among(asking: Sequence[Asking]) -> tuple[Ints, Ints]:
    """Give the pairs (left < right) of the batch itself that are near each other or share a gram."""
    cells, owners = cells_around(asking)
    own = np.array([-1 if one.cell is None else one.cell for one in asking], np.int64)
    mine, theirs = _expanded(cells, owners, own)
    sharing: dict[tuple[str, int], list[int]] = {}
    for n, one in enumerate(asking):
        for key in one.keys:
            sharing.setdefault((one.district, key), []).append(n)
    more = [np.array(group)[_pairs_of(len(group))] for group in sharing.values() if len(group) > 1]
    left = np.concatenate([mine, *(m[0] for m in more)])
    right = np.concatenate([theirs, *(m[1] for m in more)])
    low, high = np.minimum(left, right), np.maximum(left, right)
    return _distinct(low[low < high], high[low < high], len(asking))


@lru_cache(maxsize=64)
def _pairs_of(count: int) -> Ints:
    return np.array(np.triu_indices(count, 1))


def _expanded(cells: Ints, owners: Ints, own: Ints) -> tuple[Ints, Ints]:
    first, last = np.searchsorted(cells, own, "left"), np.searchsorted(cells, own, "right")
    sizes = last - first
    places = np.arange(int(sizes.sum())) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
    return owners[places], np.repeat(np.arange(own.size), sizes)


def _distinct(left: Ints, right: Ints, count: int) -> tuple[Ints, Ints]:
    pairs = np.unique(left * max(count, 1) + right)
    return pairs // max(count, 1), pairs % max(count, 1)


def _asked(
    cells: list[int], terms: list[tuple[str, int]], since: datetime
) -> tuple[list[Known], list[Sequence[str]]]:
    """Give the prints in these cells, and for each district and gram the newest ids that have it."""
    if connection.vendor != "postgresql":
        return _by_cell(cells, since), _by_term(terms)
    near = (
        f"SELECT f.* FROM unnest(%s::bigint[]) AS c(cell) CROSS JOIN LATERAL (SELECT {COLUMNS}"  # noqa: S608
        f" FROM {_PRINTS} p WHERE p.cell = c.cell AND p.until >= %s"
        " ORDER BY p.until DESC, p.report_id LIMIT %s) f"
    )
    by_cell, by_term = tables.together(
        [(near, [tables.array("bigint", cells), since, PER_CELL]), _asking_terms(terms)]
    )
    return known.read(by_cell), _ids(by_term)


def _by_cell(cells: list[int], since: datetime) -> list[Known]:
    sql = (
        "SELECT * FROM (SELECT p.*, row_number() OVER"  # noqa: S608
        " (PARTITION BY p.cell ORDER BY p.until DESC, p.report_id)"
        f" AS place FROM json_each(%s) c CROSS JOIN {_PRINTS} p ON p.cell = c.value AND p.until >= %s)"
        " WHERE place <= %s"
    )
    return known.asked(sql, [json.dumps(cells), since, PER_CELL]) if cells else []


def _by_report(keys: list[str], since: datetime) -> list[Known]:
    """One parameter, however many: a list of placeholders would be parsed anew for every batch."""
    if not keys:
        return []
    if connection.vendor == "postgresql":
        sql = f"SELECT {COLUMNS} FROM {_PRINTS} p WHERE report_id = ANY(%s::uuid[]) AND until >= %s"  # noqa: S608
        return known.asked(sql, [tables.array("uuid", keys), since])
    sql = f"SELECT * FROM {_PRINTS} WHERE report_id IN (SELECT value FROM json_each(%s)) AND until >= %s"  # noqa: S608
    return known.asked(sql, [json.dumps([UUID(key).hex for key in keys]), since])


def _asking_terms(terms: list[tuple[str, int]]) -> tables.Question:
    sql = (
        "SELECT k.ids FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS w(district, term, n)"  # noqa: S608
        " CROSS JOIN LATERAL (SELECT string_agg(report_id::text, ' ') AS ids FROM (SELECT report_id"
        f" FROM {_KEYS} k WHERE k.district = w.district AND k.term = w.term"
        " ORDER BY k.report_id DESC LIMIT %s) newest) k ORDER BY w.n"
    )
    places, grams = [place for place, _ in terms], [gram for _, gram in terms]
    return sql, [tables.array("text", places), tables.array("bigint", grams), PER_TERM]


def _ids(rows: Sequence[tuple[str | None]]) -> list[Sequence[str]]:
    return [ids.split(" ") if ids else () for (ids,) in rows]


def _by_term(terms: list[tuple[str, int]]) -> list[Sequence[str]]:
    """Give for each district and gram the ids of the newest tellings that have it."""
    if not terms:
        return []
    if connection.vendor == "postgresql":
        return _ids(tables.together([_asking_terms(terms)])[0])
    sql = (
        "SELECT place, report_id FROM (SELECT w.key AS place, k.report_id,"  # noqa: S608
        " row_number() OVER (PARTITION BY k.district, k.term ORDER BY k.report_id DESC) AS age"
        f" FROM json_each(%s) w CROSS JOIN {_KEYS} k"
        " ON k.district = w.value ->> 0 AND k.term = w.value ->> 1) WHERE age <= %s"
    )
    found: list[list[str]] = [[] for _ in terms]
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(terms), PER_TERM])
        for place, report in cursor.fetchall():
            found[place].append(str(UUID(report)))
    return list(found)
