# SPDX-License-Identifier: Apache-2.0
"""Checking the lines of a responsibility list before anything is stored. Pure.

Each mistake is told with its line number and field; a list with one mistake is not stored at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from tongguan.catalog.contracts import ListRow
from tongguan.kernel import tables
from tongguan.kernel.codes import DIVISION_LENGTHS
from tongguan.kernel.tables import Line, Mistakes, RowError, date_of, text_of, words_of

COLUMNS: Final = tables.columns(
    "item_code=事项代码=事项编码 item_name=事项名称 division=区划代码=行政区划代码=区划 "
    "lead_unit_code=主办单位代码=主办单位 lead_duty=主办职责 co_unit_codes=协办单位代码=协办单位 "
    "co_duties=协办职责 legal_basis=法律依据=法律法规依据 clause=条款=法律法规具体条款=具体条款 "
    "valid_from=生效日期=有效期起 valid_to=失效日期=有效期止 note=备注"
)
WORDS: Final = {
    "row.no_item": ("没有事项代码", "no item code"),
    "row.item_unknown": ("事项代码 {} 不在事项目录中", "no item {}"),
    "row.no_division": ("没有区划代码", "no division"),
    "row.division_unknown": ("区划代码 {} 不存在", "no division {}"),
    "row.division_outside": ("区划 {} 不在本清单的区划 {} 之内", "division {} is outside {}"),
    "row.unit_unknown": ("单位代码 {} 不存在", "no unit {}"),
    "row.many_leads": ("主办只能有一个", "more than one lead"),
    "row.both_leads": ("主办单位代码与主办职责只能填一个", "both a lead unit and a lead duty"),
    "row.no_lead": ("主办单位代码与主办职责都没有填", "no lead"),
    "row.co_is_lead": ("协办与主办相同", "the helper is the lead"),
    "row.no_start": ("没有生效日期", "no first day"),
    "row.bad_date": ("{}“{}”不是日期，应如 2026-01-31", "{}: {} is no date"),
    "row.ends_before_start": ("失效日期 {} 早于生效日期 {}", "the last day {} is before the first {}"),
    "row.too_long": ("{}超过 {} 字", "{} is longer than {}"),
    "row.overlaps": ("与第 {} 行（事项 {}、区划 {}）的有效期重叠", "overlaps line {} ({}, {})"),
}
REQUIRED: Final = ("item_code", "division", ("lead_unit_code", "lead_duty"), "valid_from")
MOST_LENGTHS: Final = {"lead_duty": 40, "legal_basis": 500, "clause": 500, "note": 300}
_ITEM_DIGITS: Final = 5
_MAJOR_DIGITS: Final = 2


class Known(NamedTuple):
    """What the codes of a list may refer to: item code → names, major codes, divisions, unit codes."""

    items: Mapping[str, AbstractSet[str]]
    majors: AbstractSet[str]
    divisions: AbstractSet[str]
    units: AbstractSet[str]


class Checked(NamedTuple):
    """The good rows, every mistake, and remarks that do not stop the import."""

    rows: list[ListRow]
    errors: list[RowError]
    warnings: list[str]


def codes_in(lines: Iterable[Line]) -> tuple[set[str], set[str]]:
    """Give the division and unit codes that the lines mention, for one lookup each."""
    divisions: set[str] = set()
    units: set[str] = set()
    for line in lines:
        divisions.add(text_of(line.cells.get("division")))
        units.add(text_of(line.cells.get("lead_unit_code")))
        units.update(words_of(line.cells.get("co_unit_codes")))
    return divisions - {""}, units - {""}


def common_division(lines: Iterable[Line]) -> str:
    """Give the smallest division that holds all divisions of the lines; "" when there is none."""
    divisions = sorted(codes_in(lines)[0])
    if not divisions:
        return ""
    first, last = divisions[0], divisions[-1]
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return next((first[:n] for n in sorted(DIVISION_LENGTHS, reverse=True) if n <= same), "")


def check(lines: Iterable[Line], known: Known, scope: str) -> Checked:
    """Read and check every line of a list for the division ``scope``."""
    mistakes = Mistakes(WORDS)
    warnings: list[str] = []
    read = (_Reader(line, known, mistakes, warnings).row(scope) for line in lines)
    rows = [row for row in read if row is not None]
    _find_overlaps(rows, mistakes)
    return Checked(rows, mistakes.in_order(), warnings)


class _Reader:
    """Reads one line; tells its mistakes."""

    def __init__(self, line: Line, known: Known, mistakes: Mistakes, warnings: list[str]) -> None:
        self.known = known
        self.warnings = warnings
        self.row_no = line.row_no
        self.text = {field: text_of(line.cells.get(field)) for field in COLUMNS}
        self.wrong = partial(mistakes.add, line.row_no)
        self.mistakes = mistakes
        self.before = len(mistakes.found)

    def row(self, scope: str) -> ListRow | None:
        """Give the row, or None when the line has a mistake."""
        item_code, division = self.item_code(), self.division(scope)
        lead_unit, lead_duty = self.lead()
        co_units, co_duties = self.units("co_unit_codes"), words_of(self.text["co_duties"])
        if (lead_unit and lead_unit in co_units) or (lead_duty and lead_duty in co_duties):
            self.wrong("co_unit_codes", "row.co_is_lead")
        for field, most in MOST_LENGTHS.items():
            if len(self.text[field]) > most:
                self.wrong(field, "row.too_long", COLUMNS[field][0], most)
        valid_from, valid_to = self.day("valid_from"), self.day("valid_to")
        if not self.text["valid_from"]:
            self.wrong("valid_from", "row.no_start")
        if valid_from and valid_to and valid_to < valid_from:
            self.wrong("valid_to", "row.ends_before_start", valid_to, valid_from)
        if len(self.mistakes.found) > self.before or valid_from is None:
            return None
        return ListRow(
            row_no=self.row_no,
            item_code=item_code,
            division=division,
            lead_unit_code=lead_unit,
            lead_duty=lead_duty,
            co_unit_codes=co_units,
            co_duties=co_duties,
            valid_from=valid_from,
            valid_to=valid_to,
            legal_basis=self.text["legal_basis"],
            clause=self.text["clause"],
            note=self.text["note"],
        )

    def item_code(self) -> str:
        code = item_code_of(self.text["item_code"])
        name = self.text["item_name"]
        if not code:
            self.wrong("item_code", "row.no_item")
        elif code not in self.known.items and code not in self.known.majors:
            self.wrong("item_code", "row.item_unknown", code)
        elif name and name not in self.known.items.get(code, {name}):
            self.warnings.append(f"第 {self.row_no} 行：事项 {code} 在目录中不叫“{name[:40]}”，以代码为准")
        return code

    def division(self, scope: str) -> str:
        code = self.text["division"]
        if not code:
            self.wrong("division", "row.no_division")
        elif code not in self.known.divisions:
            self.wrong("division", "row.division_unknown", code)
        elif not code.startswith(scope):
            self.wrong("division", "row.division_outside", code, scope)
        return code

    def lead(self) -> tuple[str, str]:
        units, duty = self.units("lead_unit_code"), self.text["lead_duty"]
        if len(units) > 1 or len(words_of(duty)) > 1:
            self.wrong("lead_unit_code", "row.many_leads")
        elif units and duty:
            self.wrong("lead_unit_code", "row.both_leads")
        elif not units and not duty:
            self.wrong("lead_unit_code", "row.no_lead")
        return (units[0] if units else "", duty)

    def units(self, field: str) -> tuple[str, ...]:
        codes = words_of(self.text[field])
        for code in codes:
            if code not in self.known.units:
                self.wrong(field, "row.unit_unknown", code)
        return codes

    def day(self, field: str) -> date | None:
        found = date_of(self.text[field])
        if found is None and self.text[field]:
            self.wrong(field, "row.bad_date", COLUMNS[field][0], self.text[field])
        return found


def item_code_of(text: str) -> str:
    """Give an item code: Excel turns 06012 into the number 6012, so the lost zero is put back."""
    if text.isascii() and text.isdigit() and not text.startswith("0"):
        return "0" + text if len(text) in {_MAJOR_DIGITS - 1, _ITEM_DIGITS - 1} else text
    return text


def _find_overlaps(rows: Iterable[ListRow], mistakes: Mistakes) -> None:
    """Find rows for the same item and division whose dates overlap; the later line is told."""
    groups: dict[tuple[str, str], list[ListRow]] = defaultdict(list)
    for row in rows:
        groups[row.item_code, row.division].append(row)
    for (item_code, division), group in groups.items():
        group.sort(key=lambda row: (row.valid_from, row.row_no))
        widest = group[0]
        for row in group[1:]:
            if row.valid_from <= (widest.valid_to or date.max):
                first, second = sorted((widest.row_no, row.row_no))
                mistakes.add(second, "valid_from", "row.overlaps", first, item_code, division)
            if (row.valid_to or date.max) > (widest.valid_to or date.max):
                widest = row
