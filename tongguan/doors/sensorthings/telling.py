# SPDX-License-Identifier: Apache-2.0
"""Observations told: single ones, lists and data arrays, as frames to the store."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tongguan.doors.sensorthings.asking import TELL, Answer, Ask
from tongguan.doors.sensorthings.observations import key, milliseconds
from tongguan.doors.sensorthings.resources import no_such
from tongguan.doors.sensorthings.told import linked, listed, time_of, wrong
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.kernel.frames import Frame
from tongguan.sensing import api as sensing
from tongguan.sensors import api as sensors
from tongguan.sensors import queries as register
from tongguan.sensors.contracts import Origin, Refusing

MOST: Final = 100_000
#: What the standard lets an Observation say and no reading keeps: refused, so that nobody misses it later.
_UNKEPT: Final = ("parameters", "validTime", "resultQuality")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading as told: stream, time in ms, value."""

    stream: int
    at: int
    value: float


def reading_of(body: Any, stream: int | None = None) -> Reading:
    """Give the reading of an Observation; without a time it is now. Raises Untold naming the attribute."""
    if not isinstance(body, dict):
        raise wrong("body", "应为 JSON 对象", "must be a JSON object")
    unkept = next((name for name in _UNKEPT if body.get(name)), None)
    if unkept is not None:
        raise wrong(unkept, "本平台不保存观测的这一属性", "is not kept with readings")
    if stream is None:
        stream = linked("Datastream", body.get("Datastream"))
        if stream is None:
            raise wrong("Datastream", "须以 @iot.id 指明数据流", "must be linked by @iot.id")
    told = body.get("phenomenonTime") or body.get("resultTime")
    at = milliseconds(time_of("phenomenonTime", told) if told is not None else clock.now())
    if "result" not in body:
        raise wrong("result", "缺少", "is missing")
    return Reading(stream, at, number(body["result"]))


def number(told: Any) -> float:
    """Give a result as a number: yes is 1, no is 0, nothing is no number. Raises Untold."""
    if told is None:
        return math.nan
    if isinstance(told, bool | int | float):
        return float(told)
    try:
        return float(str(told).strip())
    except ValueError as error:
        raise wrong("result", "应为数字", "must be a number") from error


def take(ask: Ask, told: Sequence[Reading]) -> None:
    """Hand readings to the store; durable when this returns. Raises NotFound, TooMany, Unavailable.

    Within a transaction that makes their streams, a refusal here takes back what was made.
    """
    ask.need(TELL)
    streams = register.streams({one.stream for one in told}, ask.actor)
    for one in told:
        known = streams.get(one.stream)
        if known is None:
            raise no_such(f"Datastreams({one.stream})")
        if not known.active:
            raise Invalid(
                "stream.inactive", zh="数据流已停用", en="the stream is not in use", field="Datastream"
            )
    sensing.take_within(Frame.of([r.stream for r in told], [r.at for r in told], [r.value for r in told]))


def create(ask: Ask, body: Any, stream: int | None) -> Answer:
    """Take one Observation, or a list of them."""
    many = isinstance(body, list)
    told = [reading_of(one, stream) for one in (body if many else [body])]
    _few(len(told))
    take(ask, told)
    links = [f"{ask.root}/Observations('{key(one.stream, one.at)}')" for one in told]
    return Answer(links if many else None, 201, "" if many else links[0])


def _few(count: int) -> None:
    if count > MOST:
        raise wrong("body", f"一次至多 {MOST} 条", f"at most {MOST} at once")


def create_arrays(ask: Ask, body: Any) -> Answer:
    """Take data arrays (CreateObservations): each row is answered by its link, or ``error`` and kept."""
    ask.need(TELL)
    good: list[Reading] = []
    answers: list[str] = []
    bad: list[Refusing] = []
    for block in listed("body", body):
        for row in _rows(block):
            try:
                good.append(reading_of(row[1], row[0]))
                answers.append(f"{ask.root}/Observations('{key(good[-1].stream, good[-1].at)}')")
            except Refusal as refusal:
                bad.append(
                    Refusing(len(answers), refusal.field or "", refusal.code, refusal.zh, str(row[1])[:2000])
                )
                answers.append("error")
    _few(len(answers))
    if good:
        take(ask, good)
    sensors.keep(ask.actor, Origin.SENSORTHINGS, "CreateObservations", bad)
    return Answer(answers, 201)


def _rows(block: Any) -> list[tuple[int, Mapping[str, Any]]]:
    if not isinstance(block, dict):
        raise wrong("body", "应为对象的数组", "must be an array of objects")
    stream = linked("Datastream", block.get("Datastream"))
    names, rows = block.get("components"), block.get("dataArray")
    if stream is None:
        raise wrong("Datastream", "须以 @iot.id 指明数据流", "must be linked by @iot.id")
    if not isinstance(names, list) or "result" not in names:
        raise wrong("components", "应含 result", "must name result")
    if not isinstance(rows, list):
        raise wrong("dataArray", "应为数组", "must be an array")
    return [(stream, dict(zip(names, row, strict=False)) if isinstance(row, list) else {}) for row in rows]
