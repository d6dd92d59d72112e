# SPDX-License-Identifier: Apache-2.0
"""Storing responsibility lists: drafts, taking effect, going back.

Callers hold permission and transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tongguan.catalog import checking, shelves
from tongguan.catalog.contracts import ListDiff, ListRow
from tongguan.catalog.differences import compare
from tongguan.catalog.models import ResponsibilityRow, ResponsibilityVersion
from tongguan.kernel.errors import Conflict, Invalid, NotFound, Stale
from tongguan.kernel.tables import Line
from tongguan.people import queries as people
from tongguan.people.contracts import Actor
from tongguan.places import queries as places
from tongguan.runtime import sequences

_BATCH = 2000


def known_for(lines: Sequence[Line]) -> checking.Known:
    """Look up what the lines refer to, one statement whatever their number."""
    divisions, units = checking.codes_in(lines)
    items = shelves.items.get()
    return checking.Known(
        items={code: {info.name, info.component_name, *info.aliases} for code, info in items.items()},
        majors={info.major_code for info in items.values()},
        divisions=places.divisions(divisions).keys(),
        units={code for code in units if people.unit_by_code(code) is not None},
    )


def duty_warnings(rows: Iterable[ListRow]) -> list[str]:
    """Say which duty words no unit of the place declares: such rows would find nobody."""
    asked: dict[tuple[str, str], int] = {}
    for row in rows:
        for duty in (row.lead_duty, *row.co_duties):
            if duty:
                asked.setdefault((duty, row.division), row.row_no)
    return [
        f"第 {row_no} 行：区划 {division} 及其上级没有“{duty}”职责的单位"
        for (duty, division), row_no in asked.items()
        if not people.units_with_duty(duty, division)
    ]


def merged(held: Iterable[ListRow], given: Sequence[ListRow]) -> list[ListRow]:
    """Give the held list with the given rows laid over it.

    All rows of an item and division that the given rows speak of are replaced; new ones come last.
    """
    spoken = {(row.item_code, row.division) for row in given}
    return [*(row for row in held if (row.item_code, row.division) not in spoken), *given]


def store_draft(
    actor: Actor, division: str, rows: Sequence[ListRow], at: datetime, **about: Any
) -> ResponsibilityVersion:
    """Store a draft with the next number of the division; ``about`` fills columns of the version."""
    version = ResponsibilityVersion.objects.create(
        division=division,
        number=sequences.take(f"catalog.list:{division}")[0],
        rows_count=len(rows),
        created_by=actor.name[:80],
        created_at=at,
        **about,
    )
    ResponsibilityRow.objects.bulk_create(
        (
            ResponsibilityRow(
                version=version, **(msgspec.structs.asdict(row) | {"id": None, "row_no": row_no})
            )
            for row_no, row in _numbered(rows)
        ),
        batch_size=_BATCH,
    )
    return version


def _numbered(rows: Sequence[ListRow]) -> Iterable[tuple[int, ListRow]]:
    """Keep the file's line numbers while they are unique, else count anew."""
    if len({row.row_no for row in rows}) == len(rows):
        return ((row.row_no, row) for row in rows)
    return enumerate(rows, start=1)


def unknown(zh: str, en: str) -> NotFound:
    """Give the refusal for a version that is not there or not the reader's."""
    return NotFound("version.unknown", zh=zh, en=en)


def find(version_id: int) -> ResponsibilityVersion:
    """Give a version. Raises NotFound ``version.unknown``."""
    version = ResponsibilityVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise unknown(f"没有权责清单版本 {version_id}", f"no list version {version_id}")
    return version


def find_number(division: str, number: int) -> ResponsibilityVersion:
    """Give a version by division and number. Raises NotFound ``version.unknown``."""
    version = ResponsibilityVersion.objects.filter(division=division, number=number).first()
    if version is None:
        raise unknown(f"区划 {division} 没有第 {number} 版权责清单", f"no version {number} of {division}")
    return version


def applied(division: str) -> ResponsibilityVersion | None:
    """Give the version of the division that is in force."""
    return ResponsibilityVersion.objects.filter(division=division, state="applied").first()


def difference(version: ResponsibilityVersion) -> ListDiff:
    """Give what changes when the version takes the place of the one in force."""
    current = applied(version.division)
    old = shelves.version_rows(current.id) if current is not None else []
    return compare(old, shelves.version_rows(version.id))


def put_in_force(
    actor: Actor, version: ResponsibilityVersion, *, reason: str, at: datetime, expected: int | None
) -> tuple[ListDiff, ResponsibilityVersion | None]:
    """Make a draft the list in force; give what changed and the version it superseded.

    Raises Conflict ``version.not_a_draft`` when somebody applied or discarded it first, Stale
    ``version.base_changed`` when another version than ``expected`` is in force by now, and Invalid
    ``version.empty``.
    """
    current = applied(version.division)
    if expected is not None and expected != (current.id if current else 0):
        raise Stale(
            "version.base_changed",
            zh="比对之后现行清单已变更，请重新比对",
            en="the list in force has changed since the comparison",
        )
    if version.rows_count == 0:
        raise Invalid("version.empty", zh="清单没有任何行，不能生效", en="an empty list cannot take effect")
    diff = difference(version)
    if current is not None:
        ResponsibilityVersion.objects.filter(pk=current.pk, state="applied").update(
            state="superseded", superseded_at=at
        )
    won = ResponsibilityVersion.objects.filter(pk=version.pk, state="draft").update(
        state="applied", applied_by=actor.name[:80], applied_at=at, reason=reason[:300] or version.reason
    )
    if won != 1:
        raise Conflict(
            "version.not_a_draft",
            zh=f"第 {version.number} 版不是草案，不能再次生效",
            en=f"version {version.number} is not a draft",
        )
    version.refresh_from_db()
    return diff, current
