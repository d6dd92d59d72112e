# SPDX-License-Identifier: Apache-2.0
"""Pure: JSON messages become readings by a declaration, without any code.

A declaration says where key, time, value and unit stand in a message or in its topic. One message may hold
one record or a list of them (``records``), a record one value (``value``) or several (``values``: property
-> path). Paths are dotted; a key may itself hold dots.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from tongguan.channels.mqtt.values import moment, quantity
from tongguan.gateways.contracts import Message, Readings
from tongguan.kernel.errors import Invalid

#: Records of one message that are read.
MOST_RECORDS: Final = 10_000
_PLACES: Final = re.compile(r"\{(key|thing|property)\}")
_SHOWN: Final = 40
_LONGEST_KEY: Final = 200
Get = Callable[[Any], Any]
#: Nothing stands there; ``null`` is something.
_ABSENT: Final = object()


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a broker's JSON is read.

    A datastream is named by ``key`` (its key outside), or by ``thing`` and ``property``; each is a path, or
    a place ``{key}``, ``{thing}``, ``{property}`` in ``topic`` (a topic with ``+`` and ``#`` elsewhere).
    ``prefix`` stands before key or thing. ``units`` are by property, ``words`` turn texts into numbers.
    Without ``need_time`` a record that tells no time is of the time of arrival.
    """

    key: str = ""
    thing: str = ""
    property: str = ""
    topic: str = ""
    prefix: str = ""
    records: str = ""
    value: str = ""
    values: dict[str, str] = {}
    time: str = ""
    time_form: str = ""
    need_time: bool = True
    zone: str = "Asia/Shanghai"
    unit: str = ""
    units: dict[str, str] = {}
    words: dict[str, float] = {}


class JsonByDeclaration:
    """JSON that a declaration explains."""

    title = "JSON（按声明）"
    shared = True

    def reader(self, declaration: Mapping[str, Any], memory: bytes = b"") -> "JsonReader":  # noqa: ARG002 - none
        """Give a reader. Raises Invalid naming the declaration's field."""
        return JsonReader(declared(declaration))


def declared(told: Mapping[str, Any]) -> Declaration:
    """Give a checked declaration. Raises Invalid naming the field."""
    try:
        found = msgspec.convert(dict(told), Declaration)
    except msgspec.ValidationError as error:
        raise _wrong("declaration", f"声明有误：{error}", f"the declaration is wrong: {error}") from error
    places = _PLACES.findall(found.topic)
    named = {name for name in ("key", "thing", "property") if getattr(found, name)} | set(places)
    if len(set(places)) != len(places) or [p for p in places if getattr(found, p)]:
        raise _wrong("topic", "同一名称出现两次", "one name stands in two places")
    if ("key" in named) == ("thing" in named):
        raise _wrong("key", "应声明 key 或 thing 之一", "key or thing must be declared, not both")
    if bool(found.value) == bool(found.values):
        raise _wrong("value", "应声明 value 或 values 之一", "value or values must be declared, not both")
    if "thing" in named and not found.values and "property" not in named:
        raise _wrong("property", "声明了 thing，也应声明 property", "thing needs a property")
    if "property" in named and (found.values or "key" in named):
        raise _wrong("property", "property 与 values 或 key 不能并用", "property beside values or key")
    try:
        ZoneInfo(found.zone)
    except (ValueError, KeyError, OSError) as error:
        raise _wrong("zone", "没有这个时区", "no such time zone") from error
    return found


class JsonReader:
    """Reads messages by one declaration; remembers nothing but what topics mean."""

    def __init__(self, declaration: Declaration) -> None:
        """Prepare the paths."""
        self._is = declaration
        self._zone = ZoneInfo(declaration.zone)
        self._records = path(declaration.records) if declaration.records else None
        self._key = (
            path(declaration.key or declaration.thing) if declaration.key or declaration.thing else None
        )
        self._property = path(declaration.property) if declaration.property else None
        self._time = path(declaration.time) if declaration.time else None
        self._unit = path(declaration.unit) if declaration.unit else None
        wanted = declaration.values or {"": declaration.value}
        self._values = [(name, path(where), where) for name, where in wanted.items()]
        self._pattern = _pattern(declaration.topic) if declaration.topic else None
        self._topics: dict[str, dict[str, str] | None] = {}
        self._decode = msgspec.json.Decoder().decode

    def read(self, messages: Sequence[Message]) -> Readings:
        """Give what a batch says."""
        out = Readings()
        for place, message in enumerate(messages):
            named = self._named(message.topic)
            if named is None:
                text = f"主题 {message.topic[:_SHOWN]!r} 不合声明"
                out.fault(place, "topic", "topic.other", text, "the topic does not fit the declaration")
                continue
            try:
                body = self._decode(message.body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                out.fault(place, "body", "body.json", f"不是 JSON：{error}", f"not JSON: {error}")
                continue
            for where, record in self._told(out, place, body):
                self._record(out, place, message, record, where, named)
        return out

    def memory(self) -> bytes:
        """Nothing is remembered."""
        return b""

    def _told(self, out: Readings, place: int, body: Any) -> list[tuple[str, Any]]:
        found = self._records(body) if self._records else body
        if not isinstance(found, list):
            if found is _ABSENT:
                out.fault(place, self._is.records, "field.missing", "缺少此项", "is missing")
                return []
            return [(self._is.records, found)]
        if len(found) > MOST_RECORDS or not found:
            words = f"一条消息应有 1 到 {MOST_RECORDS} 条记录"
            out.fault(place, self._is.records or "body", "body.records", words, "no or too many records")
            return []
        return [(f"{self._is.records}[{n}]", record) for n, record in enumerate(found)]

    def _named(self, topic: str) -> dict[str, str] | None:
        if self._pattern is None:
            return {}
        if topic not in self._topics:
            if len(self._topics) > 200_000:  # noqa: PLR2004 - then it begins anew
                self._topics.clear()
            match = self._pattern.fullmatch(topic)
            self._topics[topic] = match.groupdict() if match else None
        return self._topics[topic]

    def _record(
        self, out: Readings, place: int, message: Message, record: Any, where: str, named: dict[str, str]
    ) -> None:
        if not isinstance(record, Mapping):
            out.fault(place, where or "body", "field.object", "应为对象", "must be an object")
            return
        is_ = self._is
        key = named.get("key") or named.get("thing") or (_name(self._key(record)) if self._key else "")
        if not key:
            _missing(out, place, where, is_.key or is_.thing or "key")
            return
        at: int | None = message.at
        if self._time is not None:
            told = self._time(record)
            if told is not _ABSENT or is_.need_time:
                at = moment(told, self._zone, is_.time_form)
            if at is None:
                shown = None if told is _ABSENT else told
                _fault(out, place, where, is_.time, "field.time", "应为时间", "must be a time", shown)
                return
        unit = _name(self._unit(record)) if self._unit else ""
        self._read_values(out, place, record, where, is_.prefix + key, at or 0, unit, named)

    def _read_values(
        self, out: Readings, place: int, record: Any, where: str, key: str, at: int, unit: str,
        named: dict[str, str],
    ) -> None:  # fmt: skip
        is_, several, before = self._is, bool(self._is.values), len(out)
        by_key = bool(is_.key) or "key" in named
        other = named.get("property") or (_name(self._property(record)) if self._property else "")
        if not (several or by_key or other):
            _missing(out, place, where, is_.property)
            return
        wrong = False
        for name, get, at_path in self._values:
            told = get(record)
            if told is _ABSENT:
                continue
            number = quantity(told, is_.words)
            if number is None:
                _fault(out, place, where, at_path, "field.number", "应为数字", "must be a number", told)
                wrong = True
                continue
            of = name or other
            if by_key:
                out.add(place, f"{key}/{name}" if several else key, at, number, unit or is_.units.get(of, ""))
            else:
                out.add(place, (key, of), at, number, unit or is_.units.get(of, ""))
        if len(out) == before and not wrong:
            _missing(out, place, where, next(iter(is_.values.values()), is_.value))


def path(dotted: str) -> Get:
    """Give the reader of a dotted path; a whole key with dots comes first."""
    steps = dotted.split(".")
    if len(steps) == 1:
        return lambda record: record.get(dotted, _ABSENT) if isinstance(record, dict) else _ABSENT

    def found(record: Any) -> Any:
        if isinstance(record, dict) and dotted in record:
            return record[dotted]
        for step in steps:
            if isinstance(record, dict):
                record = record.get(step, _ABSENT)
            elif isinstance(record, list) and step.isascii() and step.isdigit() and int(step) < len(record):
                record = record[int(step)]
            else:
                return _ABSENT
        return record

    return found


def _pattern(topic: str) -> re.Pattern[str]:
    steps = []
    for step in topic.split("/"):
        parts = _PLACES.split(step)
        if step == "+":
            steps.append("[^/]*")
        elif step == "#":
            steps.append(".*")
        else:
            steps.append("".join(f"(?P<{p}>[^/]+)" if n % 2 else re.escape(p) for n, p in enumerate(parts)))
    return re.compile("/".join(steps), re.DOTALL)


def _name(told: Any) -> str:
    """Give a name told as text or whole number, "" for anything else."""
    if isinstance(told, str):
        return told.strip()[:_LONGEST_KEY]
    return str(told) if isinstance(told, int) and not isinstance(told, bool) else ""


def _missing(out: Readings, place: int, where: str, name: str) -> None:
    out.fault(
        place, f"{where}.{name}".strip("."), "field.missing", "缺少此项或不是文字", "is missing or no text"
    )


def _fault(out: Readings, place: int, where: str, name: str, code: str, zh: str, en: str, told: Any) -> None:
    out.fault(place, f"{where}.{name}".strip("."), code, f"{zh}（收到 {str(told)[:_SHOWN]!r}）", en)


def _wrong(field: str, zh: str, en: str) -> Invalid:
    return Invalid("gateway.declaration", zh=zh, en=en, field=field)
