# SPDX-License-Identifier: Apache-2.0
"""Units by their UCUM codes: which are told in which words, which can be converted into which.

A small table of our own (``data/units.csv``): value in the base unit = value x factor + offset. Units of one
dimension convert; what is not in the table converts into itself only. Codes in braces or with them are
annotations as UCUM allows them (``%{LEL}``), each a dimension of its own: 1 %LEL of one gas is not that of
another, so nothing converts it into a volume fraction.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_TABLE: Final = Path(__file__).parent / "data" / "units.csv"
#: How SensorThings and others mark a UCUM code within a definition.
_MARKS: Final = ("ucum:", "http://unitsofmeasure.org/ucum.html#", "http://unitsofmeasure.org#")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: UCUM code, dimension, how it becomes the base unit, its Chinese name and printed sign."""

    code: str
    dimension: str
    factor: float
    offset: float
    zh: str
    symbol: str


@cache
def table() -> dict[str, Unit]:
    """Give the shipped units by code."""
    return {row.code: row for row, _ in _rows()}


@cache
def _words() -> dict[str, str]:
    found: dict[str, str] = {}
    for unit, aliases in _rows():
        for word in (unit.code, unit.symbol, *aliases):
            found.setdefault(word, unit.code)
    return {word: code for word, code in found.items() if word}


def _rows() -> list[tuple[Unit, list[str]]]:
    with _TABLE.open(encoding="utf-8", newline="") as text:
        return [
            (
                Unit(
                    row["code"],
                    row["dimension"],
                    float(row["factor"]),
                    float(row["offset"]),
                    row["zh"],
                    row["symbol"],
                ),
                row["aliases"].split("|"),
            )
            for row in csv.DictReader(text)
        ]


def code_of(told: str) -> str:
    """Give the UCUM code meant by a code, a sign or a common spelling; what is not known stays as told."""
    word = told.strip()
    for mark in _MARKS:
        word = word.removeprefix(mark)
    return _words().get(word, word)


def known(code: str) -> bool:
    """Tell whether a code is in the table."""
    return code in table()


def conversion(told: str, own: str) -> tuple[float, float] | None:
    """Give (factor, offset) that turn a value in ``told`` into ``own``; None where nothing does.

    Both are codes, signs or spellings; ``own value = told value x factor + offset``.
    """
    first, second = code_of(told), code_of(own)
    if first == second:
        return 1.0, 0.0
    a, b = table().get(first), table().get(second)
    if a is None or b is None or a.dimension != b.dimension:
        return None
    return a.factor / b.factor, (a.offset - b.offset) / b.factor


def words(code: str) -> dict[str, str]:
    """Give name, symbol and definition of a unit as SensorThings tells them."""
    unit = table().get(code)
    if unit is None:
        return {"name": code, "symbol": code, "definition": code}
    return {"name": unit.zh, "symbol": unit.symbol, "definition": f"ucum:{unit.code}"}
