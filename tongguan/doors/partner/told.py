# SPDX-License-Identifier: Apache-2.0
"""Readings as a partner tells them, from JSON to columns: each row on its own, the good ones all at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
import numpy as np

from tongguan.doors.common.strict import WrongBody
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.kernel.frames import Frame, Quality
from tongguan.people.contracts import Actor
from tongguan.sensors import queries as sensors
from tongguan.sensors.contracts import Refusing, Stream

#: Readings of one call, at most; a body may be 5 MB besides.
MOST: Final = 100_000
_FAR: Final = 2**53
_RAW: Final = 500


class Row(msgspec.Struct, gc=False):
    """One reading: of a stream by number, by key, or by thing and property. ``at``: ms since 1970 or ISO."""

    value: float | bool | str | None
    at: float | str | None = None
    stream: int | None = None
    key: str = ""
    thing: str = ""
    property: str = ""
    unit: str = ""


class Batch(msgspec.Struct):
    """Readings of any streams."""

    readings: list[Row]


class _Loose(msgspec.Struct):
    """The same, of which some rows do not hold."""

    readings: list[Any]


@dataclass(slots=True)
class Taken:
    """What can be handed in: a frame, and why the other rows cannot."""

    frame: Frame
    refusals: list[Refusing] = field(default_factory=list)


_strict: Final = msgspec.json.Decoder(Batch)
_loose: Final = msgspec.json.Decoder(_Loose)


def decode(body: bytes) -> tuple[list[Row | None], list[Refusing]]:
    """Give the rows of a body in their order, None for those that do not hold, and why they do not.

    Raises WrongBody for what is no JSON object with ``readings``, Invalid for more than 100,000.
    """
    rows: list[Row | None]
    refusals: list[Refusing] = []
    try:
        rows = list(_strict.decode(body).readings)
    except msgspec.ValidationError:
        rows = []
        try:
            told = _loose.decode(body).readings
        except msgspec.ValidationError as error:
            raise Invalid(
                "readings.form", zh=f"应为 readings 数组：{error}", en=f"{error}", field="readings"
            ) from error
        for place, one in enumerate(told):
            row, refusal = _row(place, one)
            rows.append(row)
            refusals += [refusal] if refusal else []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongBody("body.json", zh="请求体不是 JSON", en="the body is not JSON", field="body") from error
    if len(rows) > MOST:
        raise Invalid(
            "readings.many", zh=f"一次至多 {MOST} 条", en=f"at most {MOST} at once", field="readings"
        )
    return rows, refusals


def _row(place: int, told: Any) -> tuple[Row | None, Refusing | None]:
    try:
        return msgspec.convert(told, Row), None
    except msgspec.ValidationError as error:
        words, _, where = str(error).partition(" - at `$")
        name = where.strip("`.") or (words.rpartition("`")[0].rpartition("`")[2] if "field" in words else "")
        return None, _refusing(place, name, "value.form", f"格式有误：{words}", told)


def _refusing(place: int, name: str, code: str, zh: str, told: Any) -> Refusing:
    raw = msgspec.json.encode(told, enc_hook=str).decode("utf-8", "replace")
    return Refusing(place, name[:40], code, zh[:200], raw[:_RAW])


def columns(actor: Actor, rows: Sequence[Row | None], refusals: list[Refusing]) -> Taken:
    """Give the good rows as a frame in the streams' own units; a unit that cannot be converted is flagged."""
    named = [_name(row) if row is not None else None for row in rows]
    keys = {name for name in named if isinstance(name, str)}
    numbers = {name for name in named if isinstance(name, int)}
    known: dict[Any, Stream] = {**sensors.datastreams_by_key(keys, actor), **sensors.streams(numbers, actor)}
    now = math.floor(clock.now().timestamp() * 1000)
    stream, at, value, units = [], [], [], []
    for place, (row, name) in enumerate(zip(rows, named, strict=True)):
        if row is None:
            continue
        found = known.get(name)
        if found is None or not found.active:
            refusals.append(_unknown(place, row, name, found))
            continue
        when = now if row.at is None else _moment(row.at) if isinstance(row.at, str) else row.at
        told = row.value if isinstance(row.value, float) else _number(row.value)
        if when is None or not -_FAR < when < _FAR:
            refusals.append(_refusing(place, "at", "at.form", "应为毫秒或带时区的 ISO 8601 时间", row))
        elif told is None:
            refusals.append(_refusing(place, "value", "value.not_a_number", "应为数字", row))
        else:
            stream.append(found.id)
            at.append(int(when))
            value.append(told)
            units.append((row.unit, found.unit))
    refusals.sort(key=lambda one: one.place)
    return Taken(_converted(Frame.of(stream, at, value), units), refusals)


def _name(row: Row) -> int | str:
    if row.stream is not None:
        return row.stream
    return row.key or f"{row.thing}/{row.property}"


def _unknown(place: int, row: Row, name: Any, found: Stream | None) -> Refusing:
    if found is not None:
        return _refusing(place, "stream", "stream.inactive", f"数据流 {name} 已停用", row)
    where = "stream" if row.stream is not None else "key" if row.key else "thing"
    if name == "/":
        return _refusing(place, "stream", "value.missing", "须给出 stream、key 或 thing 与 property", row)
    return _refusing(place, where, "stream.unknown", f"没有数据流 {name}", row)


def _moment(text: str) -> float | None:
    try:
        told = datetime.fromisoformat(text)
        return math.floor(told.timestamp() * 1000) if told.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _number(told: float | str | None) -> float | None:
    """Give a value as a number: nothing is no number (kept and flagged), words are none at all (None)."""
    if told is None:
        return math.nan
    if isinstance(told, str):
        try:
            return float(told)
        except ValueError:
            return None
    return float(told)


def _converted(frame: Frame, units: Sequence[tuple[str, str]]) -> Frame:
    """Bring values into the unit of their stream; what cannot be is kept as told, marked ``WRONG_UNIT``."""
    kinds = {pair for pair in units if pair[0] and pair[1] and pair[0] != pair[1]}
    if not kinds:
        return frame
    ways = {pair: sensors.conversion(*pair) for pair in kinds}
    told = [ways.get(pair, (1.0, 0.0)) for pair in units]
    wrong = np.array([way is None for way in told], np.bool_)
    factors = np.array([way[0] if way else 1.0 for way in told], np.float64)
    offsets = np.array([way[1] if way else 0.0 for way in told], np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        value = frame.value * factors + offsets
    return Frame(frame.stream, frame.at, value, frame.quality).flagged(wrong, Quality.WRONG_UNIT)
