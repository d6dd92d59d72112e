# SPDX-License-Identifier: Apache-2.0
"""Rows of a source as records: what was told, when, where, and how it ended. Pure but for the file."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.kernel.errors import Invalid
from tongguan.replay.mapping import Source

BEIJING: Final = timezone(timedelta(hours=8))
_TITLE, _TEXT, _ADDRESS = 200, 20_000, 300
_SPREAD: Final = 1.0
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. ``ending`` is a key of ``mapping.ENDINGS``; ``rule_id`` only when the source names it."""

    external_id: str
    told_at: datetime
    closed_at: datetime
    due_at: datetime | None
    ending: str
    item_code: str
    division: str
    unit: str
    channel: str
    title: str
    text: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    rule_id: int | None = None

    @property
    def days(self) -> int | None:
        """Give the source's own limit in whole days; None without one (or with one of no time at all)."""
        if self.due_at is None or self.due_at <= self.told_at or (self.due_at - self.told_at) % _DAY:
            return None
        return (self.due_at - self.told_at) // _DAY


@dataclass(frozen=True, slots=True)
class Unusable:
    """A row that says nothing that could be told, and why."""

    row: int
    why: str


def draws(seed: int, external_id: str) -> np.random.Generator:
    """Give the random numbers of one record: the same for the same seed, whatever came before it."""
    return np.random.default_rng([seed, zlib.crc32(external_id.encode())])


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Read a CSV file, compressed or not. Raises Invalid ``replay.file``."""
    try:
        with (
            path.open("rb") as raw,
            gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else nullcontext(raw) as stream,
            io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text,
        ):
            for row in csv.DictReader(text):
                yield {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            "replay.file", zh=f"无法读取 {path}：{error}", en=f"cannot read {path}: {error}", field="file"
        ) from error


def read(source: Source, path: Path, seed: int) -> tuple[list[Record], list[Unusable]]:
    """Read all records of a file in the order of their telling, and the rows that are none."""
    records: list[Record] = []
    unusable: list[Unusable] = []
    seen: set[str] = set()
    for number, row in enumerate(rows_of(path), start=2):
        try:
            record = record_of(source, row, seed)
            if record.external_id in seen:
                raise ValueError("编号重复")  # noqa: TRY301 - all reasons end in one place
        except ValueError as error:
            unusable.append(Unusable(number, str(error)))
            continue
        seen.add(record.external_id)
        records.append(record)
    return sorted(records, key=lambda r: (r.told_at, r.external_id)), unusable


def record_of(source: Source, row: Mapping[str, str], seed: int) -> Record:
    """Read one row. Raises ValueError with the reason in Chinese."""
    external_id = "-".join(row.get(column, "") for column in source.external_id)
    text = "\n".join(filter(None, (row.get(column, "") for column in source.text)))
    if not external_id.strip("-") or not text:
        raise ValueError("缺少编号或内容")
    told, closed = _span(source, row, draws(seed, external_id))
    ending = source.ending.of(row)
    lon, lat = _degrees(row.get(source.lon, "")), _degrees(row.get(source.lat, ""))
    due = _moment(row.get(source.times.due, ""), source.times.format)
    return Record(
        external_id=external_id,
        told_at=told,
        closed_at=closed,
        due_at=due,
        ending=ending,
        item_code=source.item.of(row),
        division=source.division.of(row),
        unit=source.unit.of(row),
        channel=source.channel.of(row),
        title=" ".join("，".join(row.get(c, "") for c in source.heading).split())[:_TITLE],
        text=text[:_TEXT],
        address=" ".join(row.get(source.address, "").split())[:_ADDRESS],
        lon=None if lat is None else lon,
        lat=None if lon is None else lat,
    )


def _span(source: Source, row: Mapping[str, str], rng: np.random.Generator) -> tuple[datetime, datetime]:
    times = source.times
    told = _moment(row.get(times.told, ""), times.format)
    closed = _moment(row.get(times.closed, ""), times.format)
    life = timedelta(minutes=round(60 * times.takes_hours * float(rng.lognormal(0.0, _SPREAD))) + 1)
    if told is None and closed is None:
        raise ValueError("没有时间")
    if told is None and closed is not None:
        told = closed - life
    if closed is None and told is not None:
        closed = told + life
    if told is None or closed is None or closed < told:
        raise ValueError("办结早于登记")
    return told, closed


def _moment(text: str, shape: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, shape).replace(tzinfo=BEIJING)
    except ValueError:
        raise ValueError(f"时间“{text[:30]}”不合格式") from None


def _degrees(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise ValueError(f"坐标“{text[:30]}”不是数字") from None


def with_rule(record: Record, rule_id: int) -> Record:
    """Give the record with the filing rule it is to be filed by."""
    return replace(record, rule_id=rule_id)
