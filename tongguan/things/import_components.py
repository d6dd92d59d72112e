# SPDX-License-Identifier: Apache-2.0
"""Import of components: streamed, in batches of their own transaction, resumable after any stop."""

import hashlib
import json
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np
from django.db.models import F

from tongguan.kernel import clock
from tongguan.kernel.coordinates import system_of
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.kernel.tabular import BROKEN, csv_rows, feature_row, geojson_rows, open_text, unreadable
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic
from tongguan.things.checking import COLUMNS, NEEDED, ORDER, Batch, Fault, Reading, Record, checked_batch
from tongguan.things.facts import ComponentsImported
from tongguan.things.labels import RunState
from tongguan.things.models import Component, ImportRefusal, ImportRun
from tongguan.things.storing import store, written_columns

BATCH: Final = 5_000
_KEEPERS: Final = (Post.SYSADMIN, Post.SYSTEM)
_LINES: Final = (".geojsonl", ".ndjson", ".jsonl", ".geojsons")
_SAMPLE: Final = 65_536
#: Faults kept in memory for the screen; the table keeps all of them.
_KEPT: Final = 10_000
_CLASSES: Final = Path(__file__).parent / "data" / "class_codes_2013.csv"


@dataclass(slots=True)
class ComponentImport:
    """What an import did, or would do; ``faults`` holds the first 10,000, the run's table all of them."""

    run_id: int | None = None
    rows: int = 0
    skipped: int = 0
    created: int = 0
    updated: int = 0
    refused: int = 0
    dry_run: bool = False
    faults: list[Fault] = field(default_factory=list)


def classes_2013() -> dict[str, str]:
    """Give the shipped mapping of component classes: 4 digits of 2013 → 5 digits of 2026."""
    columns = {"old": ("code_2013",), "new": ("class_code",)}
    with _CLASSES.open(encoding="utf-8", newline="") as text:
        return {row.get("old"): row.get("new") for row in csv_rows(text, columns)}


def import_components(
    actor: Actor,
    path: Path,
    *,
    crs: str = "WGS84",
    zone: int | None = None,
    classes: Mapping[str, str] | None = None,
    dry_run: bool = False,
    resume: bool = False,
    progress: Callable[[ComponentImport], None] | None = None,
) -> ComponentImport:
    """Take components from a CSV or GeoJSON-lines file of any size, 5,000 rows a transaction.

    ``zone`` says that x and y are CGCS2000 Gauss-Krüger metres. ``classes`` maps 2013 classes, the
    shipped mapping by default. Bad rows are kept with line and column, good ones are taken; codes that
    come twice are refused the second time. ``resume`` goes on where the last run of this file stopped,
    with that run's options. Raises Forbidden, NotFound (nothing to resume) or Invalid (file unreadable).
    """
    if not actor.scope.posts() & set(_KEEPERS):
        raise Forbidden(
            "things.not_keeper", zh="只有系统管理员可以导入部件", en="only a system administrator"
        )
    run = _run(path, {"crs": system_of(crs).value, "zone": zone}, resume=resume) if not dry_run else None
    options: dict[str, Any] = run.options if run else {"crs": crs, "zone": zone}
    reading = Reading(
        system_of(options["crs"]),
        options["zone"],
        classes_2013() if classes is None else classes,
        lambda division: actor.scope.covers(division, *_KEEPERS),
    )
    report = ComponentImport(
        run_id=run.pk if run else None, dry_run=dry_run, skipped=run.done_rows if run else 0
    )
    seen = _Seen()
    with _records(path) as (given, records):
        written = written_columns(given)
        next(islice(records, report.skipped, report.skipped), None)
        while chunk := list(islice(records, BATCH)):
            batch = checked_batch(chunk, reading)
            if run is None:
                seen.add(batch)
            else:
                _keep(run, batch, len(chunk), written, report)
            _tally(report, batch, len(chunk))
            if progress:
                progress(report)
    if run:
        _finish(actor, run)
    else:
        doubles = seen.doubles()
        report.refused += len(doubles)
        report.faults += doubles[: _KEPT - len(report.faults)]
    return report


def _run(path: Path, options: dict[str, Any], *, resume: bool) -> ImportRun:
    mark, now = _fingerprint(path), clock.now()
    if resume:
        run = ImportRun.objects.filter(fingerprint=mark, state=RunState.RUNNING).first()
        if run is None:
            raise NotFound(
                "things.no_run",
                zh="这个文件没有中断的导入可以续传",
                en="no unfinished run of this file",
                field="resume",
            )
        return run
    return ImportRun.objects.create(
        file_name=path.name, fingerprint=mark, options=options, started_at=now, changed_at=now
    )


def _fingerprint(path: Path) -> str:
    """Give a mark of the file: its size, beginning and end (2 million rows need not be read twice)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.sha256(f"{size}".encode() + file.read(_SAMPLE))
        file.seek(max(0, size - _SAMPLE))
        digest.update(file.read(_SAMPLE))
    return digest.hexdigest()


@contextmanager
def _records(path: Path) -> Iterator[tuple[set[str], Iterator[Record]]]:
    """Give the columns the file has and its records, one at a time. Raises Invalid."""
    kind = next((s for s in reversed(path.suffixes) if s.lower() != ".gz"), "").lower()
    with path.open("rb", buffering=0) as stream, open_text(stream) as text:
        if kind in _LINES:
            yield set(COLUMNS), _feature_records(text)
        elif kind in {".geojson", ".json"}:
            _, rows = geojson_rows(text, COLUMNS)
            yield set(COLUMNS), (_record(r.line, r.values, r.geometry) for r in rows)
        else:
            rows = csv_rows(text, COLUMNS)
            first = next(rows, None)
            given = set(first.values) if first else set(COLUMNS)
            lacking = [COLUMNS[name][0] for name in NEEDED if name not in given]
            if lacking:
                raise Invalid(
                    "file.heading", zh=f"首行缺少列：{'、'.join(lacking)}", en="columns missing", field="file"
                )
            chain = (r for part in ((first,) if first else (), rows) for r in part)
            yield given, (_record(r.line, r.values, "") for r in chain)


def _record(line: int, values: Mapping[str, str], geometry: str) -> Record:
    texts = [values.get(name, "").strip() for name in ORDER]
    if geometry and not texts[_LON]:
        point = json.loads(geometry)
        pair = point.get("coordinates") if point.get("type") == "Point" else None
        if isinstance(pair, list) and len(pair) > 1:
            texts[_LON], texts[_LAT] = str(pair[0]), str(pair[1])
    return line, texts


_LON, _LAT = ORDER.index("lon"), ORDER.index("lat")


def _feature_records(text: TextIO) -> Iterator[Record]:
    """Give one record per line of GeoJSON; a line that is no JSON is a record without values."""
    for number, line in enumerate(_whole_lines(text), start=1):
        body = line.strip("\x1e \t\r\n")
        if not body:
            continue
        try:
            feature = json.loads(body)
        except (ValueError, RecursionError):
            feature = None
        row = feature_row(number, feature, COLUMNS)
        yield _record(number, row.values, row.geometry)


def _whole_lines(text: TextIO) -> Iterator[str]:
    try:
        yield from text
    except BROKEN as error:
        raise unreadable(f"{error}", f"unreadable: {error}") from error


class _Seen:
    """Codes and lines of a dry run, 16 bytes a row, so that doubles are found without writing."""

    def __init__(self) -> None:
        self._codes, self._lines = array("q"), array("q")

    def add(self, batch: Batch) -> None:
        """Remember a batch."""
        self._codes.extend(int(row["code"]) for row in batch.rows)
        self._lines.extend(batch.lines)

    def doubles(self) -> list[Fault]:
        """Give a fault for every row whose code an earlier row has, in file order."""
        codes, lines = np.array(self._codes, np.int64), np.array(self._lines, np.int64)
        order = np.argsort(codes, kind="stable")
        again = order[1:][codes[order][1:] == codes[order][:-1]]
        return [_double(f"{codes[i]:017d}", int(lines[i])) for i in np.sort(again)]


def _double(code: str, line: int) -> Fault:
    return Fault(line, "code", "code.double", f"标识码 {code} 在文件前面已出现", code)


def _refuse_doubles(batch: Batch, double: list[bool]) -> None:
    if not any(double):
        return
    parts = list(zip(batch.rows, batch.lines, double, strict=True))
    batch.faults += [_double(row["code"], line) for row, line, bad in parts if bad]
    batch.rows = [row for row, _, bad in parts if not bad]
    batch.lines = [line for _, line, bad in parts if not bad]


def _keep(run: ImportRun, batch: Batch, read: int, written: tuple[str, ...], report: ComponentImport) -> None:
    """Store a batch, its refused rows and the checkpoint in one transaction."""
    with atomic():
        stored = dict(
            Component.objects.filter(pk__in=[row["code"] for row in batch.rows]).values_list("pk", "run_id")
        )
        _refuse_doubles(batch, [stored.get(row["code"]) == run.pk for row in batch.rows])
        for row in batch.rows:
            row["run_id"] = run.pk
        store(batch.rows, written)
        ImportRefusal.objects.bulk_create(
            [
                ImportRefusal(run=run, line=f.line, field=f.field, code=f.code, text=f.zh, raw=f.raw)
                for f in batch.faults
            ],
            batch_size=1_000,
        )
        updated = sum(row["code"] in stored for row in batch.rows)
        ImportRun.objects.filter(pk=run.pk).update(
            done_rows=F("done_rows") + read,
            created_rows=F("created_rows") + len(batch.rows) - updated,
            updated_rows=F("updated_rows") + updated,
            refused_rows=F("refused_rows") + len(batch.faults),
            changed_at=clock.now(),
        )
    report.updated += updated
    report.created += len(batch.rows) - updated


def _tally(report: ComponentImport, batch: Batch, read: int) -> None:
    report.rows += read
    report.refused += len(batch.faults)
    report.faults += batch.faults[: _KEPT - len(report.faults)]


def _finish(actor: Actor, run: ImportRun) -> None:
    with atomic():
        run.refresh_from_db()
        run.state, run.changed_at = RunState.DONE, clock.now()
        run.save(update_fields=["state", "changed_at"])
        counts = {"created": run.created_rows, "updated": run.updated_rows, "refused": run.refused_rows}
        audit.record(actor, "things.import", f"component_run:{run.pk}", {"file": run.file_name, **counts})
        outbox.publish(
            ComponentsImported(
                run_id=run.pk,
                created=run.created_rows,
                updated=run.updated_rows,
                refused=run.refused_rows,
            )
        )
