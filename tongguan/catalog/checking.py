# SPDX-License-Identifier: Apache-2.0
"""Checking the lines of a responsibility list before anything is stored. Pure.

Each mistake is told with its line number and field; a list with one mistake is not stored at all.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final, NamedTuple

from tongguan.catalog.contracts import ListRow
from tongguan.kernel.codes import DIVISION_LENGTHS
from tongguan.kernel.tables import Cell, Line, RowError, text_of

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "item_code": ("事项代码", "事项编码"),
    "item_name": ("事项名称",),
    "division": ("区划代码", "行政区划代码", "区划"),
    "lead_unit_code": ("主办单位代码", "主办单位"),
    "lead_duty": ("主办职责",),
    "co_unit_codes": ("协办单位代码", "协办单位"),
    "co_duties": ("协办职责",),
    "legal_basis": ("法律依据", "法律法规依据"),
    "clause": ("条款", "法律法规具体条款", "具体条款"),
    "valid_from": ("生效日期", "有效期起"),
    "valid_to": ("失效日期", "有效期止"),
    "note": ("备注",),
}
REQUIRED: Final = ("item_code", "division", ("lead_unit_code", "lead_duty"), "valid_from")
MOST_LENGTHS: Final = {"lead_duty": 40, "legal_basis": 500, "clause": 500, "note": 300}
_SEPARATORS: Final = re.compile(r"[;；、，,\n]+")
_DATE: Final = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))")
_ITEM_DIGITS: Final = 5
_MAJOR_DIGITS: Final = 2
_FOREVER: Final = date.max


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
        units.update(_words(line.cells.get("co_unit_codes")))
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
    result = Checked([], [], [])
    for line in lines:
        reader = _Reader(line, known, scope, result)
        row = reader.read()
        if row is not None:
            result.rows.append(row)
    result.errors.extend(_overlaps(result.rows))
    result.errors.sort(key=lambda error: error.row_no)
    return result


class _Reader:
    """Reads one line; keeps its mistakes."""

    def __init__(self, line: Line, known: Known, scope: str, result: Checked) -> None:
        self.line = line
        self.known = known
        self.scope = scope
        self.result = result
        self.before = len(result.errors)

    def read(self) -> ListRow | None:
        """Give the row, or None when the line has a mistake."""
        item_code = self._item_code()
        division = self._division()
        lead_unit, lead_duty = self._lead()
        co_units = self._units("co_unit_codes")
        co_duties = tuple(_words(self.line.cells.get("co_duties")))
        if (lead_unit and lead_unit in co_units) or (lead_duty and lead_duty in co_duties):
            self._wrong("co_unit_codes", "row.co_is_lead", "协办与主办相同", "the helper is the lead")
        texts = {field: self._text(field, most) for field, most in MOST_LENGTHS.items()}
        valid_from = self._date("valid_from")
        if valid_from is None and not self._given("valid_from"):
            self._wrong("valid_from", "row.no_start", "没有生效日期", "no first day")
        valid_to = self._date("valid_to")
        if valid_from and valid_to and valid_to < valid_from:
            self._wrong(
                "valid_to",
                "row.ends_before_start",
                f"失效日期 {valid_to.isoformat()} 早于生效日期 {valid_from.isoformat()}",
                "the last day is before the first",
            )
        if len(self.result.errors) > self.before or valid_from is None:
            return None
        return ListRow(
            row_no=self.line.row_no,
            item_code=item_code,
            division=division,
            lead_unit_code=lead_unit,
            lead_duty=lead_duty,
            co_unit_codes=co_units,
            co_duties=co_duties,
            legal_basis=texts["legal_basis"],
            clause=texts["clause"],
            valid_from=valid_from,
            valid_to=valid_to,
            note=texts["note"],
        )

    def _item_code(self) -> str:
        code = item_code_of(self.line.cells.get("item_code"))
        if not code:
            self._wrong("item_code", "row.no_item", "没有事项代码", "no item code")
        elif code not in self.known.items and code not in self.known.majors:
            self._wrong(
                "item_code", "row.item_unknown", f"事项代码 {code} 不在事项目录中", f"no item {code!r}"
            )
        else:
            name = text_of(self.line.cells.get("item_name"))
            names = self.known.items.get(code)
            if name and names is not None and name not in names:
                self.result.warnings.append(
                    f"第 {self.line.row_no} 行：事项 {code} 在目录中不叫“{name[:40]}”，以代码为准"
                )
        return code

    def _division(self) -> str:
        code = text_of(self.line.cells.get("division"))
        if not code:
            self._wrong("division", "row.no_division", "没有区划代码", "no division")
        elif code not in self.known.divisions:
            self._wrong(
                "division",
                "row.division_unknown",
                f"区划代码 {code[:20]} 不存在",
                f"no division {code[:20]!r}",
            )
        elif not code.startswith(self.scope):
            self._wrong(
                "division",
                "row.division_outside",
                f"区划 {code} 不在本清单的区划 {self.scope} 之内",
                f"division {code} is outside {self.scope}",
            )
        return code

    def _lead(self) -> tuple[str, str]:
        units = self._units("lead_unit_code")
        duty = self._text("lead_duty", MOST_LENGTHS["lead_duty"])
        if len(units) > 1 or len(_words(duty)) > 1:
            self._wrong("lead_unit_code", "row.many_leads", "主办只能有一个", "more than one lead")
        elif self._given("lead_unit_code") and duty:
            self._wrong(
                "lead_unit_code",
                "row.both_leads",
                "主办单位代码与主办职责只能填一个",
                "both a lead unit and a lead duty",
            )
        elif not self._given("lead_unit_code") and not duty:
            self._wrong("lead_unit_code", "row.no_lead", "主办单位代码与主办职责都没有填", "no lead")
        return (units[0] if units else "", duty)

    def _units(self, field: str) -> tuple[str, ...]:
        codes = tuple(_words(self.line.cells.get(field)))
        for code in codes:
            if code not in self.known.units:
                self._wrong(
                    field, "row.unit_unknown", f"单位代码 {code[:40]} 不存在", f"no unit {code[:40]!r}"
                )
        return codes

    def _date(self, field: str) -> date | None:
        text = text_of(self.line.cells.get(field))
        if not text:
            return None
        found = _DATE.fullmatch(text)
        try:
            if found:
                year, month, day = (int(part) for part in found.groups() if part)
                return date(year, month, day)
        except ValueError:
            pass  # told below, with texts that are no date at all
        self._wrong(
            field,
            "row.bad_date",
            f"{COLUMNS[field][0]}“{text[:30]}”不是日期，应如 2026-01-31",
            f"{text[:30]!r} is no date",
        )
        return None

    def _text(self, field: str, most: int) -> str:
        text = text_of(self.line.cells.get(field))
        if len(text) > most:
            self._wrong(field, "row.too_long", f"{COLUMNS[field][0]}超过 {most} 字", f"longer than {most}")
        return text

    def _given(self, field: str) -> bool:
        return bool(text_of(self.line.cells.get(field)))

    def _wrong(self, field: str, code: str, zh: str, en: str) -> None:
        self.result.errors.append(RowError(row_no=self.line.row_no, field=field, code=code, zh=zh, en=en))


def item_code_of(cell: Cell) -> str:
    """Give an item code as text: Excel turns 06012 into 6012, so the lost zero is put back."""
    text = text_of(cell)
    if text.isascii() and text.isdigit() and not text.startswith("0"):
        return "0" + text if len(text) in {_MAJOR_DIGITS - 1, _ITEM_DIGITS - 1} else text
    return text


def _words(cell: Cell) -> list[str]:
    """Give the distinct words of a cell that lists several (；、，)."""
    return list(dict.fromkeys(word.strip() for word in _SEPARATORS.split(text_of(cell)) if word.strip()))


def _overlaps(rows: Iterable[ListRow]) -> list[RowError]:
    """Find rows for the same item and division whose dates overlap; the later line is told."""
    groups: dict[tuple[str, str], list[ListRow]] = defaultdict(list)
    for row in rows:
        groups[row.item_code, row.division].append(row)
    errors = []
    for group in groups.values():
        group.sort(key=lambda row: (row.valid_from, row.row_no))
        widest: ListRow | None = None
        for row in group:
            if widest is not None and row.valid_from <= (widest.valid_to or _FOREVER):
                first, second = sorted((widest, row), key=lambda r: r.row_no)
                errors.append(
                    RowError(
                        row_no=second.row_no,
                        field="valid_from",
                        code="row.overlaps",
                        zh=f"与第 {first.row_no} 行（事项 {row.item_code}、区划 {row.division}）的有效期重叠",
                        en=f"overlaps line {first.row_no}",
                    )
                )
            if widest is None or (row.valid_to or _FOREVER) > (widest.valid_to or _FOREVER):
                widest = row
    return errors
