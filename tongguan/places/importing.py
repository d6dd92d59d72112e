# SPDX-License-Identifier: Apache-2.0
"""What every import of a register shares: open the file, collect faults, all or nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.db import transaction

from tongguan.kernel.coordinates import System, system_of
from tongguan.kernel.errors import Forbidden, Invalid, Refusal
from tongguan.kernel.tabular import Row, csv_rows, geojson_rows, open_text
from tongguan.people.contracts import Actor, Post
from tongguan.places.contracts import ImportReport, RowFault
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

BATCH: Final = 1_000
_GEOJSON: Final = (".geojson", ".json")
_CSV: Final = (".csv", ".txt")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f\ufffd]")
_KEEPERS: Final = (Post.SYSADMIN, Post.SYSTEM)


class Faults:
    """Collects faults of one import into its report."""

    def __init__(self, report: ImportReport) -> None:
        """Write into this report."""
        self._report = report

    def add(self, row: Row, field: str, code: str, zh: str, *, fatal: bool = True) -> None:
        """Note one fault of a row."""
        self._report.faults.append(RowFault(row.line, field, code, zh, fatal))

    def refusal(self, row: Row, refusal: Refusal) -> None:
        """Note what a check refused."""
        self.add(row, refusal.field or "", refusal.code, refusal.zh)


@contextmanager
def whole(actor: Actor, register: str, *, dry_run: bool) -> Iterator[ImportReport]:
    """Run an import as one transaction that is kept only when no row has a fatal fault.

    Raises Forbidden unless the actor keeps the registers (system administrator or the platform).
    """
    if not actor.scope.posts() & set(_KEEPERS):
        raise Forbidden(
            "places.not_keeper", zh="只有系统管理员可以导入地理登记", en="only a system administrator imports"
        )
    report = ImportReport(dry_run=dry_run)
    with atomic():
        yield report
        if dry_run or report.failed:
            transaction.set_rollback(True)
        else:
            audit.record(actor, "places.import", f"places:{register}", report.summary())
    if report.failed:
        report.created = report.updated = report.unchanged = 0


def covered(actor: Actor, division: str) -> bool:
    """Tell whether a division lies in the part of the register that the actor keeps."""
    return actor.scope.covers(division, *_KEEPERS)


def rows_of(path: Path, columns: Mapping[str, Sequence[str]], crs: str) -> tuple[System, Iterator[Row]]:
    """Give the coordinate system and the rows of a CSV or GeoJSON file (``.gz`` or not).

    Raises Invalid when the file cannot be read, names another system than ``crs`` says, or is of
    another kind. ``crs`` may be empty: then the file's own word, or WGS-84.
    """
    kind = next((s for s in reversed(path.suffixes) if s.lower() != ".gz"), "").lower()
    if kind in _CSV:
        return system_of(crs or System.WGS84), _csv(path, columns)
    if kind not in _GEOJSON:
        raise Invalid(
            "file.kind",
            zh=f"不支持 {path.name}：应为 .csv 或 .geojson（可加 .gz）",
            en="the file must be .csv or .geojson, optionally .gz",
            field="file",
        )
    with path.open("rb", buffering=0) as stream, open_text(stream) as text:
        named, rows = geojson_rows(text, columns)
    own = system_of(named) if named else None
    if crs and own and system_of(crs) is not own:
        raise Invalid(
            "file.crs",
            zh=f"文件自称坐标系 {named}，与 --crs {crs} 不符",
            en=f"the file says its system is {named}, not {crs}",
            field="crs",
        )
    return system_of(crs) if crs else own or System.WGS84, rows


def _csv(path: Path, columns: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    with path.open("rb", buffering=0) as stream, open_text(stream) as text:
        yield from csv_rows(text, columns)


def clean(row: Row, faults: Faults, limits: Mapping[str, int]) -> bool:
    """Note texts that are too long or hold characters no register takes; tell whether the row is clean."""
    good = True
    for name, longest in limits.items():
        text = row.get(name)
        if len(text) > longest:
            faults.add(row, name, "text.too_long", f"{name} 有 {len(text)} 字，最多 {longest} 字")
            good = False
        elif _CONTROL.search(text):
            faults.add(row, name, "text.control", f"{name} 含控制字符或乱码")
            good = False
    return good


def missing(row: Row, faults: Faults, *names: str) -> bool:
    """Note columns that must not be empty; tell whether any is."""
    empty = [name for name in names if not row.get(name)]
    for name in empty:
        faults.add(row, name, "value.missing", f"缺少 {name}")
    return bool(empty)
