# SPDX-License-Identifier: Apache-2.0
"""Sums of marks by street, unit, person and reason, and what they come to for regions, units and persons.

Pure of Django: takes the answers of the statements of ``counting`` as arrays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from tongguan.evaluation.contracts import Subject
from tongguan.evaluation.spi import Told
from tongguan.marks.counting import EXCLUSIONS, reasons

#: Lengths of the codes of city, district and street.
LEVELS: Final = (4, 6, 9)


class Cell(NamedTuple):
    """Where marks are summed. ``unit`` 0: nobody's; ``person``, ``post`` "" where persons are not asked."""

    code: str
    street: str
    unit: int
    person: str
    post: str
    bits: int


Cells = dict[Cell, int]


def mask_of(exclude: Iterable[str]) -> int:
    """Give the bits of the reasons that keep a mark out."""
    return sum(EXCLUSIONS[one] for one in exclude)


def add(cells: Cells, codes: Sequence[str], columns: Mapping[str, Any], sign: int = 1) -> None:
    """Add the answer of one statement of ``counting.sums``; cells that come to nothing disappear."""
    streets, units = _texts(columns["street"]), _numbers(columns["unit"])
    persons, posts, bits = _texts(columns["person"]), _texts(columns["post"]), _numbers(columns["bits"])
    for place, code in enumerate(codes):
        amounts = _numbers(columns[f"n{place}"])
        mine = bits & reasons(code)
        for row in np.flatnonzero(amounts):
            cell = Cell(code, streets[row], int(units[row]), persons[row], posts[row], int(mine[row]))
            _put(cells, cell, sign * int(amounts[row]))


def add_marks(cells: Cells, columns: Mapping[str, Any], sign: int = 1) -> None:
    """Add the answer of a statement that sums marks: columns of ``Cell`` and ``amount``."""
    counts, streets, units = _texts(columns["count"]), _texts(columns["street"]), _numbers(columns["unit"])
    persons, posts, bits = _texts(columns["person"]), _texts(columns["post"]), _numbers(columns["bits"])
    for row, amount in enumerate(_numbers(columns["amount"])):
        cell = Cell(counts[row], streets[row], int(units[row]), persons[row], posts[row], int(bits[row]))
        _put(cells, cell, sign * int(amount))


def add_told(cells: Cells, told: Iterable[Told], exempt: Mapping[str, int]) -> None:
    """Add what others tell; a case that is kept out takes what is told of it along."""
    for one in told:
        bits = exempt.get(str(one.case_id), 0) if one.case_id else 0
        cell = Cell(one.count, one.division[: LEVELS[-1]], one.unit or 0, one.person, "", bits)
        _put(cells, cell, one.amount)


def _put(cells: Cells, cell: Cell, amount: int) -> None:
    found = cells.get(cell, 0) + amount
    if found:
        cells[cell] = found
    else:
        cells.pop(cell, None)


def _texts(values: Any) -> Any:
    return np.ma.filled(np.ma.asarray(values).astype(object), "")


def _numbers(values: Any) -> Any:
    found = np.ma.asarray(values)
    return np.ma.filled(found.astype(np.float64) if found.dtype == object else found, 0).astype(np.int64)


Keys = Callable[[Cell], Iterable[str]]


def keys_of(subject: Subject, superiors: Mapping[int, Sequence[str]], post: str = "") -> Keys:
    """Give which members a cell counts for.

    Regions: the city, district and street it lies in. Units: the unit and those above it (``superiors``:
    unit id → keys). Persons: the one who did it, in that post.
    """
    if subject is Subject.REGION:
        return lambda cell: (cell.street[:n] for n in LEVELS if len(cell.street) >= n)
    if subject is Subject.UNIT:
        return lambda cell: superiors.get(cell.unit, (str(cell.unit),)) if cell.unit else ()
    return lambda cell: (cell.person,) if cell.person and cell.post in {post, ""} else ()


def totals(cells: Cells, keys: Keys, mask: int) -> dict[str, dict[str, int]]:
    """Give member → count → number; marks whose reasons meet ``mask`` are left out."""
    found: dict[str, dict[str, int]] = {}
    for cell, amount in cells.items():
        if cell.bits & mask:
            continue
        for key in keys(cell):
            mine = found.setdefault(key, {})
            mine[cell.code] = mine.get(cell.code, 0) + amount
    return found
