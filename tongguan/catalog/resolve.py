# SPDX-License-Identifier: Apache-2.0
"""Whose duty it is: lookup in a compiled responsibility list. Pure.

Order of precedence: the longest division prefix; then the item itself before its major class; then the
list of the lower authority before that of the higher one. Rows count only on days within their dates.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

import msgspec

from tongguan.catalog.contracts import ListRow, Responsibility
from tongguan.kernel.codes import DIVISION_LENGTHS

LENGTHS: Final = (*sorted(DIVISION_LENGTHS, reverse=True), 0)
_REMEMBERED: Final = 10_000  # about 1 KB each


class Listed(NamedTuple):
    """A row with the list it stands in: the list's own division, version id and number, title."""

    row: ListRow
    scope: str
    version_id: int
    number: int
    title: str


class Index:
    """A compiled list: item code → division prefix → rows, the most preferred first.

    Immutable but for its memory of answers, which saves making the same explanation twice.
    """

    def __init__(self, rows: Iterable[Listed], majors: Mapping[str, str]) -> None:
        """Compile the rows; ``majors`` gives the major class of each item code."""
        self._majors = majors
        self._rows: dict[str, dict[str, tuple[Listed, ...]]] = {}
        collected: dict[str, dict[str, list[Listed]]] = {}
        for listed in rows:
            prefixes = collected.setdefault(listed.row.item_code, {})
            prefixes.setdefault(listed.row.division, []).append(listed)
        for code, prefixes in collected.items():
            self._rows[code] = {p: tuple(sorted(found, key=_preference)) for p, found in prefixes.items()}
        self._lengths = {
            code: tuple(sorted({len(p) for p in prefixes}, reverse=True))
            for code, prefixes in self._rows.items()
        }
        self._answers: dict[tuple[str, str, date], Responsibility | None] = {}

    def __len__(self) -> int:
        """Give the number of rows."""
        return sum(len(found) for prefixes in self._rows.values() for found in prefixes.values())

    def responsible(self, item_code: str, division: str, day: date) -> Responsibility | None:
        """Give the responsibility, or None when no row covers item, division and day."""
        asked = (item_code, division, day)
        if asked in self._answers:
            return self._answers[asked]
        found = self.candidates(item_code, division, day)
        answer = _answer(found, item_code, division) if found else None
        if len(self._answers) >= _REMEMBERED:
            self._answers.clear()
        self._answers[asked] = answer
        return answer

    def candidates(self, item_code: str, division: str, day: date) -> list[Listed]:
        """Give every row that covers the case, the most preferred first."""
        found = [
            listed
            for listed in self.covering(item_code, division)
            if listed.row.valid_from <= day and (listed.row.valid_to is None or day <= listed.row.valid_to)
        ]
        if len(found) > 1:
            # Sorting is stable: for one division the item stays before its major.
            found.sort(key=lambda listed: -len(listed.row.division))
        return found

    def covering(self, item_code: str, division: str) -> list[Listed]:
        """Give the rows for item and division whatever their dates."""
        found: list[Listed] = []
        major = self._majors.get(item_code, "")
        for code in (item_code, major) if major and major != item_code else (item_code,):
            prefixes = self._rows.get(code, {})
            for length in self._lengths.get(code, ()):
                if length <= len(division):
                    found.extend(prefixes.get(division[:length], ()))
        return found


def _preference(listed: Listed) -> tuple[int, int, int]:
    """Of rows for the same item and division: the lower authority's list, the later start, the first line."""
    return (-len(listed.scope), -listed.row.valid_from.toordinal(), listed.row.row_no)


def place_of(prefix: str) -> str:
    """Say in Chinese which places a prefix covers."""
    return f"区划 {prefix}" if prefix else "全部区划"


def period_of(row: ListRow) -> str:
    """Say in Chinese from when to when a row is valid."""
    last = row.valid_to.isoformat() if row.valid_to else "长期"
    return f"有效期 {row.valid_from.isoformat()} 至{last}"


def law_of(row: ListRow) -> str:
    """Say in Chinese by what law a row stands."""
    law = f"{row.legal_basis} {row.clause}".strip()
    return f"依据：{law}" if law else "清单未填写法律依据"


def _answer(found: list[Listed], item_code: str, division: str) -> Responsibility:
    best = found[0]
    row = best.row
    matched = "事项" if row.item_code == item_code else "大类"
    stands = f"{best.title}第 {best.number} 版第 {row.row_no} 行"
    line = f"{stands}（{matched} {row.item_code}，{place_of(row.division)}）"
    why = [
        f"{line}匹配事项 {item_code}、区划 {division}，{row.lead()}",
        *(_why_not(best, other) for other in found[1:]),
        law_of(row),
    ]
    same = msgspec.structs.asdict(row)
    same |= {"lead_unit_code": row.lead_unit_code or None, "lead_duty": row.lead_duty or None}
    prefix = same.pop("division")
    return Responsibility(
        version=best.number,
        version_id=best.version_id,
        division_prefix=prefix,
        explanation=tuple(why),
        **same,
    )


def _why_not(best: Listed, other: Listed) -> str:
    """Say in Chinese why another row that also covers the case does not answer."""
    where = (
        f"第 {other.row.row_no} 行"
        if other.version_id == best.version_id
        else (f"{other.title}第 {other.number} 版第 {other.row.row_no} 行")
    )
    if len(other.row.division) < len(best.row.division):
        reason = f"{place_of(best.row.division)}比{place_of(other.row.division)}更具体"
    elif other.row.item_code != best.row.item_code:
        reason = f"事项 {best.row.item_code} 先于大类 {other.row.item_code}"
    elif len(other.scope) < len(best.scope):
        reason = f"{place_of(best.scope)}的清单先于{place_of(other.scope)}的清单"
    else:
        reason = "同一事项、同一区划以后生效的为准"
    return f"未采用{where}：{reason}"
