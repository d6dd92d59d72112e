# SPDX-License-Identifier: Apache-2.0
"""What an import tells, and how its cells are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from tongguan.kernel.errors import Invalid
from tongguan.kernel.tabular import Row

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowError:
    """One mistake in an imported file: ``row`` as a person counts in a sheet (header is 1)."""

    row: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did or, on a dry run or with errors, would have done. Nothing is half-imported."""

    rows: int
    created: int
    updated: int
    unchanged: int
    errors: tuple[RowError, ...]
    applied: bool


class CellError(Exception):
    """One cell cannot be read: the column by our name, and why in words."""

    def __init__(self, field: str, words: str) -> None:
        """Keep both."""
        super().__init__(words)
        self.field = field
        self.words = words


def choice(row: Row, field: str, words: Mapping[str, T]) -> T:
    """Give what a cell's word stands for. Raises CellError that names the words."""
    if row.get(field) not in words:
        raise CellError(field, f"应为 {'、'.join(words)} 之一")
    return words[row.get(field)]


def day(row: Row, field: str) -> date | None:
    """Give a cell's date (2026-1-5 or 2026/1/5), None when it is empty. Raises CellError."""
    text = row.get(field).replace("/", "-")
    if not text:
        return None
    try:
        year, month, number = (int(part) for part in text.split("-"))
        return date(year, month, number)
    except ValueError:
        raise CellError(field, f"不是日期：{text}") from None


def refuse_rows(errors: Sequence[RowError]) -> None:
    """Raise Invalid that names the first mistake and carries all of them (at most 200)."""
    if not errors:
        return
    first = errors[0]
    raise Invalid(
        "rows.invalid",
        zh=f"第 {first.row} 行 {first.field}：{first.message}"
        + (f"（共 {len(errors)} 处错误）" if len(errors) > 1 else ""),
        en=f"row {first.row}, {first.field}: {first.message} ({len(errors)} mistakes)",
        field=first.field,
        errors=[{"row": e.row, "field": e.field, "message": e.message} for e in errors[:200]],
    )


def text_mistake(text: str, longest: int, *, empty: bool = False) -> str | None:
    """Say in words what is wrong with a short text, or None."""
    if not text.strip():
        return None if empty else "不能为空"
    if len(text) > longest:
        return f"不能超过 {longest} 个字符"
    if any(not c.isprintable() for c in text):
        return "含有不可见字符"
    return None


def repeated(values: Iterable[str]) -> set[str]:
    """Give the values that occur more than once."""
    seen: set[str] = set()
    twice: set[str] = set()
    for value in values:
        (twice if value in seen else seen).add(value)
    return twice


def headings(text: str) -> dict[str, tuple[str, ...]]:
    """Read columns written as ``code 编码 机构编码; name 名称``: our name, then what a heading may say."""
    lines = [part.split() for part in text.split(";")]
    return {words[0]: (*words[1:], words[0]) for words in lines}
