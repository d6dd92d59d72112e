# SPDX-License-Identifier: Apache-2.0
"""What changes between two responsibility lists. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from tongguan.catalog.contracts import FieldChange, ListDiff, ListRow, RowChange

LABELS: Final = {
    "lead_unit_code": "主办单位",
    "lead_duty": "主办职责",
    "co_unit_codes": "协办单位",
    "co_duties": "协办职责",
    "legal_basis": "法律依据",
    "clause": "条款",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "note": "备注",
}


def compare(old: Iterable[ListRow], new: Iterable[ListRow]) -> ListDiff:
    """Compare two lists by item and division.

    Rows with the same first day are the same row; what is left of an item and division on both sides is
    paired in order of dates and told as changed, so that a moved date is not shown as two unrelated lines.
    """
    before, after = _grouped(old), _grouped(new)
    added: list[ListRow] = []
    removed: list[ListRow] = []
    changed: list[RowChange] = []
    unchanged = 0
    for key in sorted(before.keys() | after.keys()):
        left, right = before.get(key, []), after.get(key, [])
        pairs, gone, came = _pair(left, right)
        for a, b in pairs:
            fields = changes(a, b)
            if fields:
                changed.append(RowChange(old=a, new=b, fields=fields))
            else:
                unchanged += 1
        removed.extend(gone)
        added.extend(came)
    return ListDiff(added=tuple(added), removed=tuple(removed), changed=tuple(changed), unchanged=unchanged)


def changes(old: ListRow, new: ListRow) -> tuple[FieldChange, ...]:
    """Give the fields in which two rows differ, in words."""
    return tuple(
        FieldChange(
            field=field, label=label, old=_words(getattr(old, field)), new=_words(getattr(new, field))
        )
        for field, label in LABELS.items()
        if getattr(old, field) != getattr(new, field)
    )


def _grouped(rows: Iterable[ListRow]) -> dict[tuple[str, str], list[ListRow]]:
    groups: dict[tuple[str, str], list[ListRow]] = defaultdict(list)
    for row in rows:
        groups[row.item_code, row.division].append(row)
    for group in groups.values():
        group.sort(key=lambda row: (row.valid_from, row.row_no))
    return groups


def _pair(
    left: list[ListRow], right: list[ListRow]
) -> tuple[list[tuple[ListRow, ListRow]], list[ListRow], list[ListRow]]:
    """Pair rows of one item and division; give the pairs, what is left over of the old, of the new."""
    old, new = ({row.valid_from: row for row in rows} for rows in (left, right))
    gone = [row for row in left if row.valid_from not in new]
    came = [row for row in right if row.valid_from not in old]
    moved = min(len(gone), len(came))
    same = [(old[day], new[day]) for day in old if day in new]
    return [*same, *zip(gone[:moved], came[:moved], strict=True)], gone[moved:], came[moved:]


def _words(value: object) -> str:
    """Give a field as an official reads it."""
    if value is None:
        return "长期"
    return ("、".join(value) if isinstance(value, tuple) else str(value)) or "（空）"
