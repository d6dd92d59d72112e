# SPDX-License-Identifier: Apache-2.0
"""Sealing the chains daily, and finding what was tampered with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tongguan.kernel import clock
from tongguan.runtime import chain, spi
from tongguan.runtime.contracts import ChainRow
from tongguan.runtime.models import AuditAnchor
from tongguan.runtime.transactions import atomic, snapshot

#: Between noting a day's last row and sealing: longer than any transaction that still adds rows below it.
SETTLE = timedelta(minutes=10)
#: Seals are also appended to this file in HOME; copied elsewhere it convicts a rewritten database.
SEALS = "audit-seals.txt"


def seal_due(settle: timedelta = SETTLE, *, upto_today: bool = False) -> list[AuditAnchor]:
    """Note the day that ended for every source, seal what was noted ``settle`` ago; give the new seals.

    A day's seal covers what was written up to its noting, minutes after midnight. Not the rows' own
    times but their order of writing counts: a replay of old records disturbs no seal.

    With ``upto_today`` the running day is sealed too (an operator's wish, before a hand-over).
    """
    today = timezone.localtime(clock.now()).date()
    day = today if upto_today else today - timedelta(days=1)
    sealed = []
    for name, source in sorted(spi.audited.items().items()):
        with atomic():
            _note(name, source, day)
            ripe = AuditAnchor.objects.select_for_update().filter(
                source=name, root="", noted_at__lte=clock.now() - settle
            )
            sealed += [_seal(anchor, source) for anchor in ripe.order_by("day")]
    _write_down(sealed)
    return sealed


def _note(name: str, source: spi.ChainSource, day: date) -> None:
    last = AuditAnchor.objects.filter(source=name).order_by("-day").first()
    if last is not None and last.day >= day:
        return
    AuditAnchor.objects.bulk_create(
        [
            AuditAnchor(
                source=name,
                day=day,
                after_id=last.upto_id if last else 0,
                upto_id=source.last_id(),
                noted_at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )


def _seal(anchor: AuditAnchor, source: spi.ChainSource) -> AuditAnchor:
    before = AuditAnchor.objects.filter(source=anchor.source, day__lt=anchor.day).order_by("-day").first()
    hashes = (row.hash for row in source.rows(anchor.after_id, anchor.upto_id))
    anchor.root, anchor.rows = chain.root(hashes)
    anchor.prev_hash = before.hash if before else ""
    anchor.hash = chain.link(anchor.prev_hash, _record(anchor))
    anchor.save()
    return anchor


def _record(anchor: AuditAnchor) -> dict[str, object]:
    return {
        "source": anchor.source,
        "day": anchor.day,
        "after_id": anchor.after_id,
        "upto_id": anchor.upto_id,
        "rows": anchor.rows,
        "root": anchor.root,
    }


def _line(anchor: AuditAnchor) -> str:
    return f"{anchor.day} {anchor.source} {anchor.rows} {anchor.hash}"


def _write_down(sealed: list[AuditAnchor]) -> None:
    if sealed:
        with _seals().open("a", encoding="utf-8") as file:
            file.writelines(f"{_line(anchor)}\n" for anchor in sealed)


def _seals() -> Path:
    return Path(settings.HOME) / SEALS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold. ``kind``: changed, removed, inserted, reordered, seal."""

    source: str
    kind: str
    subject: str
    row: int
    zh: str


@dataclass(slots=True)
class Verification:
    """The outcome: rows and seals read, and what was found."""

    rows: int = 0
    seals: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(day: date | None = None) -> Verification:
    """Check every row of every source against its chain and the daily seals; or only one day's rows."""
    outcome = Verification()
    with snapshot():
        _verify(day, outcome)
    return outcome


def _verify(day: date | None, outcome: Verification) -> None:
    for name, source in sorted(spi.audited.items().items()):
        anchors = list(AuditAnchor.objects.filter(source=name).exclude(root="").order_by("day"))
        _verify_seals(name, anchors, outcome)
        if day is None:
            _verify_all(name, source, anchors, outcome)
        else:
            for anchor in (a for a in anchors if a.day == day):
                _verify_day(anchor, source, outcome)


def _verify_seals(name: str, anchors: list[AuditAnchor], outcome: Verification) -> None:
    """Check that seals follow one another and agree with the file in HOME, where there is one."""
    previous, upto = "", 0
    for anchor in anchors:
        outcome.seals += 1
        holds = anchor.prev_hash == previous and anchor.after_id == upto
        if not holds or anchor.hash != chain.link(previous, _record(anchor)):
            outcome.findings.append(
                _finding(name, "seal", str(anchor.day), anchor.pk, "封存记录被改动或缺失")
            )
        previous, upto = anchor.hash, anchor.upto_id
    if _seals().exists():
        kept = {_line(anchor) for anchor in anchors}
        written = _seals().read_text(encoding="utf-8").splitlines()
        for text in written:
            if text.split(" ")[1:2] == [name] and text not in kept:
                outcome.findings.append(_finding(name, "seal", text[:10], 0, f"与封存文件不符：{text}"))


def _verify_all(
    name: str, source: spi.ChainSource, anchors: list[AuditAnchor], outcome: Verification
) -> None:
    """One pass over all rows by id: links, order, and every seal as its last row goes by."""
    walk = _Walk(name, outcome)
    after = 0
    for anchor in anchors:
        root, rows = chain.root(_hashes(walk, source.rows(after, anchor.upto_id)))
        _compare(anchor, root, rows, outcome)
        after = anchor.upto_id
    for row in source.rows(after):
        walk.see(row)
    for subject, no, last in source.heads():
        found_no, found = walk.ends.pop(subject, (0, ""))
        if (found_no, found) != (no, last):
            kind = "removed" if found_no < no else "inserted" if found_no > no else "changed"
            outcome.findings.append(
                _finding(name, kind, subject, 0, f"链尾应为第 {no} 条，实为第 {found_no} 条")
            )
        walk.known.add(subject)
    for subject in walk.ends if walk.known else ():
        outcome.findings.append(_finding(name, "inserted", subject, 0, "此链没有链头"))


def _verify_day(anchor: AuditAnchor, source: spi.ChainSource, outcome: Verification) -> None:
    walk = _Walk(anchor.source, outcome, from_start=False)
    root, rows = chain.root(_hashes(walk, source.rows(anchor.after_id, anchor.upto_id)))
    _compare(anchor, root, rows, outcome)


def _hashes(walk: "_Walk", rows: Iterator[ChainRow]) -> Iterator[str]:
    for row in rows:
        walk.see(row)
        yield row.hash


def _compare(anchor: AuditAnchor, root: str, rows: int, outcome: Verification) -> None:
    if (root, rows) == (anchor.root, anchor.rows):
        return
    kind = "removed" if rows < anchor.rows else "inserted" if rows > anchor.rows else "changed"
    text = f"{anchor.day} 封存 {anchor.rows} 条，现有 {rows} 条，根值不符"
    outcome.findings.append(_finding(anchor.source, kind, str(anchor.day), 0, text))


def _finding(source: str, kind: str, subject: str, row: int, zh: str) -> Finding:
    return Finding(source, kind, subject, row, zh)


class _Walk:
    """Follows all chains of a source at once, in the order in which rows were written."""

    def __init__(self, source: str, outcome: Verification, *, from_start: bool = True) -> None:
        self.ends: dict[str, tuple[int, str]] = {}
        self.known: set[str] = set()
        self._source = source
        self._outcome = outcome
        self._from_start = from_start

    def see(self, row: ChainRow) -> None:
        """Check one row against itself and the row of its subject seen before it."""
        self._outcome.rows += 1
        if row.hash != chain.link(row.prev_hash, row.record):
            self._find("changed", row, f"第 {row.no} 条内容与其哈希不符")
        first = (0, "") if self._from_start else (row.no - 1, row.prev_hash)
        no, last = self.ends.get(row.subject, first)
        if row.no != no + 1:
            kind = "removed" if row.no > no + 1 else "reordered"
            self._find(kind, row, f"第 {no} 条之后是第 {row.no} 条")
        elif row.prev_hash != last:
            self._find("changed", row, f"第 {row.no} 条没有接在第 {no} 条之后")
        if row.no > no:
            self.ends[row.subject] = (row.no, row.hash)

    def _find(self, kind: str, row: ChainRow, zh: str) -> None:
        self._outcome.findings.append(_finding(self._source, kind, row.subject, row.id, zh))
