# SPDX-License-Identifier: Apache-2.0
"""Whose duty it is: lookup in a compiled responsibility list. Pure.

Order of precedence: the longest division prefix; then the item itself before its major class; then the
list of the lower authority before that of the higher one. Rows count only on days within their dates.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from tongguan.catalog.contracts import ListRow, Responsibility
from tongguan.kernel.codes import DIVISION_LENGTHS

LENGTHS: Final = (*sorted(DIVISION_LENGTHS, reverse=True), 0)
_REMEMBERED: Final = 200_000


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
        try:
            return self._answers[asked]
        except KeyError:
            pass
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
            for listed in self._covering(item_code, division)
            if listed.row.valid_from <= day and (listed.row.valid_to is None or day <= listed.row.valid_to)
        ]
        if len(found) > 1:
            found.sort(
                key=lambda listed: -len(listed.row.division)
            )  # stable: the item stays before its major
        return found

    def out_of_date(self, item_code: str, division: str) -> list[Listed]:
        """Give the rows for item and division whatever their dates; for saying why none answered."""
        return self._covering(item_code, division)

    def _covering(self, item_code: str, division: str) -> list[Listed]:
        found: list[Listed] = []
        major = self._majors.get(item_code, "")
        for code in (item_code, major) if major and major != item_code else (item_code,):
            prefixes = self._rows.get(code)
            if prefixes is None:
                continue
            size = len(division)
            for length in self._lengths[code]:
                if length > size:
                    continue
                found.extend(prefixes.get(division[:length], ()))
        return found


def _preference(listed: Listed) -> tuple[int, int, int]:
    """Of rows for the same item and division: the lower authority's list, the later start, the first line."""
    return (-len(listed.scope), -listed.row.valid_from.toordinal(), listed.row.row_no)


def describe(row: ListRow) -> str:
    """Say in Chinese who leads and who helps by a row."""
    lead = f"单位 {row.lead_unit_code} " if row.lead_unit_code else f"“{row.lead_duty}”职责单位"
    helpers = "、".join((*row.co_unit_codes, *row.co_duties))
    return f"由{lead}主办" + (f"，协办：{helpers}" if helpers else "")


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
        f"{line}匹配事项 {item_code}、区划 {division}，{describe(row)}",
        *(_why_not(best, other) for other in found[1:]),
        law_of(row),
    ]
    return Responsibility(
        id=row.id,
        version=best.number,
        version_id=best.version_id,
        item_code=row.item_code,
        division_prefix=row.division,
        lead_unit_code=row.lead_unit_code or None,
        lead_duty=row.lead_duty or None,
        co_unit_codes=row.co_unit_codes,
        co_duties=row.co_duties,
        legal_basis=row.legal_basis,
        clause=row.clause,
        note=row.note,
        row_no=row.row_no,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        explanation=tuple(why),
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
