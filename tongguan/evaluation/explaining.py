# SPDX-License-Identifier: Apache-2.0
"""From a score to what made it: each mark that was counted or left out, with the reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from tongguan.evaluation import closing, computing, members, sets, tallying
from tongguan.evaluation.contracts import Correction, Explained, IndicatorSet, Mark, Period, Subject
from tongguan.evaluation.models import Closing
from tongguan.kernel.codes import next_prefix
from tongguan.marks import counting

#: Why a case is left out, in words.
REASONS: Final = {
    "excused": (
        "超时申诉已通过，超时类指标剔除；超时事实保留",
        "its timeout was excused on appeal; the fact is kept",
    ),
    "consult": ("仅咨询，不计考核", "it only asked for information"),
    "impossible": ("诉求不合理或无法办理，经认定不计考核", "it was found impossible to meet"),
    "force_majeure": ("不可抗力，经认定不计考核", "force majeure"),
    "other": ("其他认定不计考核的情形", "exempt for another reason"),
}
_COLUMNS: Final = "count, case_id, number, item, division, unit, person, moment, amount, bits"


@dataclass(frozen=True, slots=True)
class Page:
    """Which marks are asked for: of a count and a subject, counted or left out, from where, how many."""

    count: str
    key: str
    left_out: bool
    offset: int
    limit: int


def sound(subject: Subject, key: str) -> bool:
    """Tell whether a key may stand in a statement."""
    if subject is Subject.PERSON:
        return members.person_id(key) is not None and key.isascii()
    return key.isascii() and key.isdigit()


def explained(of: IndicatorSet, period: Period, page: Page, row: Closing | None) -> Explained:
    """Give a page of marks: of a closed period (``row``) as frozen, else from the casebook."""
    mask = tallying.mask_of(of.exclude)
    where = f"count = '{page.count}' AND {_of_subject(of, page.key)}"
    if row is not None:
        with computing.over_marks(closing.path_of(row.marks_digest)) as connection:
            return _page(lambda text: connection.execute(text).fetchall(), "marks", where, mask, page)
    if page.count not in sets.counted_here((page.count,)):
        return _told(of, period, page, mask)
    with computing.reading(period) as book:
        frame = computing.frame_of(of, period, book.read_at)
        source = f"({counting.marks((page.count,), frame)})"
        return _page(book.rows, source, where, mask, page)


def _of_subject(of: IndicatorSet, key: str) -> str:
    if of.subject is Subject.REGION:
        above = next_prefix(key)
        return f"division >= '{key}'" + (f" AND division < '{above}'" if above else "")
    if of.subject is Subject.UNIT:
        below = [unit for unit, keys in members.superiors().items() if key in keys] or [int(key)]
        return f"unit IN ({', '.join(map(str, below))})"
    return f"person = '{key}' AND post IN ('{of.post}', '')"


def _page(ask: Any, source: str, where: str, mask: int, page: Page) -> Explained:
    out = f"(bits & {mask}) <> 0"
    ((counted, left_out),) = ask(
        f"SELECT coalesce(sum(CASE WHEN {out} THEN 0 ELSE amount END), 0),"
        f" coalesce(sum(CASE WHEN {out} THEN amount ELSE 0 END), 0) FROM {source} WHERE {where}"
    )
    rows = ask(
        f"SELECT {_COLUMNS} FROM {source} WHERE {where} AND {out if page.left_out else f'NOT {out}'}"
        f" ORDER BY moment, case_id, amount LIMIT {page.limit + 1} OFFSET {page.offset}"
    )
    return _answer(page, int(counted), int(left_out), [mark_of(row, mask) for row in rows])


def _answer(page: Page, counted: int, left_out: int, rows: Sequence[Mark]) -> Explained:
    more = len(rows) > page.limit
    return Explained(
        count=page.count, zh=sets.counts()[page.count].zh, counted=counted, left_out=left_out,
        rows=tuple(rows[: page.limit]), next=str(page.offset + page.limit) if more else "",
    )  # fmt: skip


def _told(of: IndicatorSet, period: Period, page: Page, mask: int) -> Explained:
    told, _ = computing.told_of(of, period)
    keys = tallying.keys_of(of.subject, members.superiors(), of.post)
    bits = computing.exempt()
    mine: list[tuple[Mark, bool]] = []
    for one in sorted(told, key=lambda one: (one.at, str(one.case_id))):
        held = bits.get(str(one.case_id), 0) if one.case_id else 0
        cell = tallying.Cell(one.count, one.division[: counting.STREET], one.unit or 0, one.person, "", held)
        if one.count == page.count and page.key in keys(cell):
            row = (
                one.count, one.case_id, one.number, "", one.division, one.unit, one.person,
                computing.naive(one.at), one.amount, held,
            )  # fmt: skip
            mine.append((mark_of(row, mask), bool(held & mask)))
    shown = [mark for mark, out in mine if out == page.left_out]
    counted, out = (sum(mark.amount for mark, gone in mine if gone is which) for which in (False, True))
    return _answer(page, counted, out, shown[page.offset : page.offset + page.limit + 1])


def mark_of(row: Sequence[Any], mask: int) -> Mark:
    """Give a mark from a row of a statement; ``mask``: the reasons that keep it out."""
    count, case_id, number, item, division, unit, person, at, amount, bits = row
    info = sets.counts()[count]
    named = [name for name, bit in counting.EXCLUSIONS.items() if int(bits) & mask & bit]
    zh = [REASONS[name][0] for name in named] or [info.words or info.zh]
    en = [REASONS[name][1] for name in named] or [info.en]
    return Mark(
        count=count, case_id=UUID(str(case_id)) if case_id else None, number=number or "", item=item or "",
        division=division or "", unit=unit, person=person or "", at=at.replace(tzinfo=UTC),
        amount=int(amount), excluded="、".join(named), why="；".join(zh), why_en="; ".join(en),
    )  # fmt: skip


def corrections(connection: Any, watched: Sequence[str], limit: int) -> list[Correction]:
    """Give the marks that are only frozen (−1) or only fresh (+1) within the divisions, the oldest first."""
    places = " OR ".join(f"division LIKE '{one}%'" for one in watched if one.isdigit() or not one) or "1 = 0"
    found = []
    for change, one, other in ((1, "fresh", "marks"), (-1, "marks", "fresh")):
        rows = connection.execute(
            f"SELECT * FROM (SELECT {_COLUMNS} FROM {one} EXCEPT ALL SELECT {_COLUMNS} FROM {other})"
            f" WHERE {places} ORDER BY moment, case_id, count LIMIT {int(limit)}"
        ).fetchall()
        found += [
            Correction(change=change, mark=mark_of(row, sum(counting.EXCLUSIONS.values()))) for row in rows
        ]
    return sorted(found, key=lambda one: (one.mark.at, one.mark.number, one.mark.count, one.change))[:limit]
