# SPDX-License-Identifier: Apache-2.0
"""Observations read: readings of the column store as SensorThings tells them.

An observation's id is its stream's number and its time (``'12-1764547200000'``). Without an order the newest
come first. What is asked is read window by window, backwards or forwards, never a whole history at once.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from tongguan.doors.sensorthings.asking import Ask
from tongguan.doors.sensorthings.conditions import Conditions
from tongguan.doors.sensorthings.entities import BY_NAME, Entity, iso
from tongguan.doors.sensorthings.grammar import Literal, Node, Pair, Path, conjuncts, misread, paths
from tongguan.doors.sensorthings.masks import mask
from tongguan.doors.sensorthings.options import Options
from tongguan.doors.sensorthings.resources import no_such
from tongguan.kernel import clock
from tongguan.kernel.frames import Frame, Quality
from tongguan.sensing import queries as readings
from tongguan.sensors import queries as sensors

ENTITY: Final = BY_NAME["Observation"]
_ID: Final = re.compile(r"(\d{1,18})-(-?\d{1,15})")
#: Streams that one question may cover, and readings it may look through.
MOST_STREAMS: Final = 1_000
MOST_READ: Final = 2_000_000
_HOUR: Final = 3_600_000
_FIRST_MS: Final = 0
#: Readings may be ahead of our clock; they are found all the same.
_AHEAD: Final = 366 * 24 * _HOUR
#: Shows rows of the register; handed in, since what shows those also shows observations.
Show = Callable[[Ask, Entity, Sequence[Any], Options], list[dict[str, Any]]]
_TIMES: Final = frozenset({"phenomenonTime", "resultTime"})


@dataclass(frozen=True, slots=True)
class Found:
    """Readings of a page; ``more`` whether another follows, ``total`` where it was asked for."""

    frame: Frame
    total: int | None
    more: bool


def key(stream: int, at: int) -> str:
    """Give the id of an observation."""
    return f"{stream}-{at}"


def parsed(told: int | str | None) -> tuple[int, int]:
    """Give stream and time of an id. Raises NotFound."""
    match = _ID.fullmatch(str(told))
    if match is None:
        raise no_such(f"Observations('{told}')")
    return int(match[1]), int(match[2])


def one(ask: Ask, told: int | str | None) -> Frame:
    """Give the one reading of an id. Raises NotFound."""
    stream, at = parsed(told)
    if stream not in sensors.streams([stream], ask.actor):
        raise no_such(f"Observations('{told}')")
    found = readings.window([stream], at, at + 1)
    if not len(found):
        raise no_such(f"Observations('{told}')")
    return found.taken(np.array([0], np.int64))


def page(ask: Ask, streams: Sequence[int], options: Options) -> Found:
    """Give one page of the readings of streams. Raises NotUnderstood, Unavailable."""
    down = _newest_first(options)
    about, within, rest = _parted(options.where)
    numbers = _streams(ask, streams, about)
    begin, end = _bounds(within)
    wanted = options.skip + options.limit + 1
    if not numbers:
        return Found(Frame.of([], [], []), 0 if options.count else None, False)
    if options.count or _by_value(options):
        frame = _kept(_all(numbers, begin, end), rest)
        order = _order(frame, options, down=down)
        total = len(frame) if options.count else None
        shown_now = frame.taken(order[options.skip : options.skip + options.limit])
        return Found(shown_now, total, len(frame) > options.skip + options.limit)
    frame = _gathered(numbers, (begin, end), rest, wanted, down=down)
    order = _order(frame, options, down=down)
    found = frame.taken(order[options.skip : options.skip + options.limit])
    return Found(found, None, len(frame) > options.skip + options.limit)


def _newest_first(options: Options) -> bool:
    if not options.order:
        return True
    node, down = options.order[0]
    if isinstance(node, Path) and len(node.names) == 1:
        name = node.names[0]
        if name in _TIMES or name in {"id", "@iot.id"}:
            return down
        if name in {"result", "resultQuality"}:
            return True
    raise misread("$orderby", "观测可按 phenomenonTime、result 排序", "order by phenomenonTime or result")


def _by_value(options: Options) -> bool:
    return any(
        isinstance(node, Path) and node.names[0].startswith("result") for node, _ in options.order
    ) and (options.order[0][0] != Path(("resultTime",)))


def _order(frame: Frame, options: Options, *, down: bool) -> Any:
    """Give places in the wanted order; among equals by stream."""
    keys: list[Any] = [frame.stream, -frame.at if down else frame.at]
    if _by_value(options):
        node, falling = options.order[0]
        column = frame.quality if node == Path(("resultQuality",)) else frame.value
        told = np.where(np.isnan(column), -np.inf, column.astype(np.float64))
        keys.append(-told if falling else told)
    return np.lexsort(keys)


def _parted(where: Node | None) -> tuple[list[Node], list[Node], list[Node]]:
    """Part a condition: about the stream, bounds in time, all the rest."""
    about, within, rest = [], [], []
    for part in conjuncts(where):
        heads = {path.names[0] for path in paths(part)}
        if heads == {"Datastream"}:
            about.append(part)
        elif heads & {"Datastream", "FeatureOfInterest"}:
            raise misread(
                "$filter",
                "Datastream 的条件须与观测的条件以 and 分开",
                "conditions about the Datastream must be apart, joined by and",
            )
        elif _bound(part) is not None:
            within.append(part)
        else:
            rest.append(part)
    return about, within, rest


def _bound(part: Node) -> tuple[str, int] | None:
    if not isinstance(part, Pair) or not isinstance(part.left, Path) or not isinstance(part.right, Literal):
        return None
    if part.left.names[0] not in _TIMES or not isinstance(part.right.value, datetime):
        return None
    return part.op, milliseconds(part.right.value)


def milliseconds(value: datetime) -> int:
    """Give a time as milliseconds since 1970."""
    return math.floor(value.timestamp() * 1000)


def _bounds(within: Sequence[Node]) -> tuple[int, int]:
    begin, end = _FIRST_MS, milliseconds(clock.now()) + _AHEAD
    for part in within:
        op, at = _bound(part) or ("", 0)
        if op in {"gt", "ge", "eq"}:
            begin = max(begin, at + (op == "gt"))
        if op in {"lt", "le", "eq"}:
            end = min(end, at + (op != "lt"))
    return begin, end


def _streams(ask: Ask, streams: Sequence[int], about: Sequence[Node]) -> list[int]:
    if not about and len(streams):
        return list(streams)
    rows = sensors.datastreams(ask.actor)
    if len(streams):
        rows = rows.filter(pk__in=list(streams))
    target = BY_NAME["Datastream"]
    for part in about:
        rows = Conditions(target, ask.actor).applied(rows, _stripped(part))
    numbers = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_STREAMS + 1])
    if len(numbers) > MOST_STREAMS:
        raise misread(
            "$filter",
            f"一次至多查询 {MOST_STREAMS} 个数据流，请以 Datastream 的条件缩小范围",
            f"at most {MOST_STREAMS} streams at once: narrow by the Datastream",
        )
    return numbers


def _stripped(node: Any) -> Any:
    """Give a condition about the stream as one of the stream itself."""
    if isinstance(node, Path):
        return Path(node.names[1:])
    if isinstance(node, Pair):
        return Pair(node.op, _stripped(node.left), _stripped(node.right))
    if hasattr(node, "of") and isinstance(node.of, tuple):
        return type(node)(node.name, tuple(_stripped(part) for part in node.of))
    if hasattr(node, "of"):
        return type(node)(_stripped(node.of))
    return node


def _kept(frame: Frame, rest: Sequence[Node]) -> Frame:
    # A repeat is the same observation: it has the same id.
    frame = frame.taken((frame.quality & np.uint16(Quality.REPEATED)) == 0)
    for part in rest:
        frame = frame.taken(mask(part, frame))
    return frame


def _all(numbers: Sequence[int], begin: int, end: int) -> Frame:
    found = readings.window(numbers, begin, end)
    if len(found) > MOST_READ:
        raise misread(
            "$filter", "范围过大，请缩短 phenomenonTime", "too many readings: narrow phenomenonTime"
        )
    return found


def _gathered(
    numbers: Sequence[int], bounds: tuple[int, int], rest: Sequence[Node], wanted: int, *, down: bool
) -> Frame:
    """Read windows that grow, from the end that is wanted first, until there are enough."""
    begin, end = bounds
    newest = readings.latest(numbers)
    if not len(newest):
        return newest
    end = min(end, int(newest.at.max()) + 1)
    if not down:
        return _first(_kept(_all(numbers, begin, end), rest), wanted)
    parts: list[Frame] = []
    upper, span, count, read = end, _HOUR, 0, 0
    while upper > begin and count < wanted:
        lower = max(begin, upper - span)
        part = readings.window(numbers, lower, upper)
        read += len(part)
        if read > MOST_READ:
            raise misread(
                "$filter", "范围过大，请缩短 phenomenonTime", "too many readings: narrow phenomenonTime"
            )
        kept = _kept(part, rest)
        parts.append(kept)
        count += len(kept)
        upper, span = lower, span * 4
    return Frame.joined(parts)


def _first(frame: Frame, wanted: int) -> Frame:
    order = np.lexsort([frame.stream, frame.at])[:wanted]
    return frame.taken(order)


def observation_shown(ask: Ask, frame: Frame, options: Options, show: Show) -> list[dict[str, Any]]:
    """Give readings as SensorThings tells them, with what is expanded."""
    wanted = {name.partition("/")[0] for name in options.select}
    known = {*ENTITY.attributes, *ENTITY.relations, "id", "@iot.id", "@iot.selfLink"}
    for name in sorted(wanted - known):
        raise misread("$select", f"Observation 没有属性 {name}", f"Observation has no {name}")
    found = []
    for stream, at, value, quality in zip(
        frame.stream.tolist(), frame.at.tolist(), frame.value.tolist(), frame.quality.tolist(), strict=True
    ):
        link = f"{ask.root}/Observations('{key(stream, at)}')"
        time = iso_ms(at)
        told: dict[str, Any] = {
            "@iot.id": key(stream, at),
            "@iot.selfLink": link,
            "phenomenonTime": time,
            "resultTime": time,
            "result": value if math.isfinite(value) else None,
        }
        if quality:
            told["resultQuality"] = words_of(quality)
        if wanted:
            named = wanted | ({"@iot.id"} if "id" in wanted else set())
            told = {name: part for name, part in told.items() if name in named}
        for name in ENTITY.relations:
            if name not in options.expand and (not wanted or name in wanted):
                told[f"{name}@iot.navigationLink"] = f"{link}/{name}"
        found.append(told)
    for name, inner in options.expand.items():
        if name not in ENTITY.relations:
            raise misread("$expand", f"Observation 没有关系 {name}", f"Observation has no relation {name}")
        _bring(ask, frame, found, (name, inner), show)
    return found


def words_of(quality: int) -> list[str]:
    """Give the marks of a reading by name."""
    return [flag.name.lower() for flag in Quality if flag.value and quality & flag.value and flag.name]


def iso_ms(at: int) -> str:
    """Give a time in ms as text; years that no calendar has stay numbers."""
    try:
        return iso(datetime.fromtimestamp(at / 1000, UTC))
    except (OverflowError, OSError, ValueError):
        return str(at)


def feature_of(stream: Any) -> int | None:
    """Give the number of what a stream's readings are about: told, else where its thing stands."""
    return stream.feature_id or stream.thing.location_id


def _bring(ask: Ask, frame: Frame, told: list[dict[str, Any]], what: tuple[str, Options], show: Show) -> None:
    name, options = what
    numbers = sorted(set(frame.stream.tolist()))
    rows = sensors.datastreams(ask.actor).filter(pk__in=numbers).select_related("thing__location")
    streams = {row.pk: row for row in rows}
    if name == "Datastream":
        made = show(ask, BY_NAME["Datastream"], list(streams.values()), options)
        by: dict[int, Any] = dict(zip(streams, made, strict=True))
    else:
        features = {pk: feature_of(row) for pk, row in streams.items()}
        found = list(sensors.features(ask.actor).filter(pk__in={one for one in features.values() if one}))
        shapes = dict(
            zip(
                [row.pk for row in found],
                show(ask, BY_NAME["FeatureOfInterest"], found, options),
                strict=True,
            )
        )
        by = {pk: shapes[of] for pk, of in features.items() if of in shapes}
    for stream, body in zip(frame.stream.tolist(), told, strict=True):
        if stream in by:
            body[name] = by[stream]


def expand(
    ask: Ask,
    entity: Entity,
    rows: Sequence[Any],
    told: list[dict[str, Any]],
    options: Options,
    show: Show,
) -> None:
    """Add the observations of each stream (or feature) to its entity."""
    newest = options.limit == 1 and not options.skip and options.where is None and not options.count
    newest = newest and entity.name == "Datastream" and _newest_first(options) and not _by_value(options)
    at_once = readings.latest([row.pk for row in rows]) if newest and rows else None
    for row, body in zip(rows, told, strict=True):
        numbers = [row.pk] if entity.name == "Datastream" else streams_about(ask, row.pk)
        if at_once is not None:
            found = Found(at_once.taken(at_once.stream == row.pk), None, True)
        else:
            found = page(ask, numbers, options) if numbers else Found(Frame.of([], [], []), 0, False)
        body["Observations"] = observation_shown(ask, found.frame, options, show)
        if options.count:
            body["Observations@iot.count"] = found.total
        if found.more and len(found.frame):
            link = f"{ask.root}/{entity.plural}({row.pk})/Observations"
            skip = options.skip + options.limit
            body["Observations@iot.nextLink"] = f"{link}?$top={options.limit}&$skip={skip}"


def streams_about(ask: Ask, feature: int) -> list[int]:
    """Give the streams whose readings are about a feature."""
    rows = sensors.datastreams(ask.actor)
    told = rows.filter(feature_id=feature)
    placed = rows.filter(feature=None, thing__location_id=feature)
    return list((told | placed).order_by("pk").values_list("pk", flat=True)[:MOST_STREAMS])
