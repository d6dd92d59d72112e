# SPDX-License-Identifier: Apache-2.0
"""Pure: observations sent by the MQTT extension of the OGC SensorThings API 1.1 (section 14.2).

Topics: ``v1.1/Datastreams(<id>)/Observations`` and ``v1.1/Observations`` with a ``Datastream`` in the body.
``result`` is the value; ``phenomenonTime`` its time (of a period its beginning), else ``resultTime``, else
when the message came. The datastream's number is its key.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tongguan.gateways.contracts import Message, Readings
from tongguan.gateways.spi import Decoder
from tongguan.kernel.errors import Invalid

_TOPIC: Final = re.compile(r"(?:.*/)?v1\.1/(?:Datastreams\((\d{1,18})\)/)?Observations", re.DOTALL)
_TIMES: Final = ("phenomenonTime", "resultTime")
_SHOWN: Final = 40


class SensorThings:
    """Observations in the JSON of SensorThings."""

    title = "SensorThings 1.1（MQTT 扩展）"
    shared = True

    def reader(self, declaration: Mapping[str, Any], memory: bytes = b"") -> "ObservationReader":  # noqa: ARG002 - none
        """Give a reader. Raises Invalid: there is nothing to declare."""
        if declaration:
            raise Invalid(
                "gateway.declaration",
                zh="SensorThings 无须声明",
                en="nothing to declare",
                field="declaration",
            )
        return ObservationReader()


class ObservationReader:
    """Reads observations; remembers nothing."""

    def memory(self) -> bytes:
        """Nothing is remembered."""
        return b""

    def read(self, messages: Sequence[Message]) -> Readings:
        """Give what a batch says."""
        out = Readings()
        for place, message in enumerate(messages):
            match = _TOPIC.fullmatch(message.topic)
            if match is None:
                out.fault(place, "topic", "topic.other", "不是观测主题", "not a topic of observations")
                continue
            try:
                told = msgspec.json.decode(message.body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                out.fault(place, "body", "body.json", f"不是 JSON：{error}", f"not JSON: {error}")
                continue
            if isinstance(told, dict):
                self._observation(out, place, message, match[1], told)
            else:
                out.fault(place, "body", "field.object", "应为对象", "must be an object")
        return out

    def _observation(
        self, out: Readings, place: int, message: Message, number: str | None, told: dict[str, Any]
    ) -> None:
        stream = int(number) if number else _linked(told)
        if stream is None:
            out.fault(
                place, "Datastream", "field.missing", "缺少数据流编号 @iot.id", "no number of a datastream"
            )
            return
        value = told.get("result")
        if isinstance(value, bool):
            value = float(value)
        try:
            number_told = float("nan") if value is None and "result" in told else float(_number(value))
        except (TypeError, ValueError, OverflowError):
            words = f"应为数字（收到 {str(value)[:_SHOWN]!r}）"
            out.fault(place, "result", "field.number", words, "must be a number")
            return
        at: int | None = message.at
        for name in _TIMES:
            if told.get(name) is not None:
                at = _moment(told[name])
                if at is None:
                    out.fault(place, name, "field.time", "应为 ISO 8601 时间", "must be a time by ISO 8601")
                    return
                break
        out.add(place, stream, at or 0, number_told, "")


def _number(value: Any) -> int | float:
    if not isinstance(value, int | float) or value in (float("inf"), float("-inf")):
        raise TypeError
    return value


def _linked(told: Mapping[str, Any]) -> int | None:
    link = told.get("Datastream")
    found = link.get("@iot.id") if isinstance(link, Mapping) else None
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 19:  # noqa: PLR2004 - a bigint
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1 << 63 else None


def _moment(told: Any) -> int | None:
    if not isinstance(told, str):
        return None
    try:
        found = datetime.fromisoformat(told.partition("/")[0].strip())
        milliseconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000
    except (ValueError, OverflowError, OSError):
        return None
    return round(milliseconds) if milliseconds >= 0 else None


DECODERS: Final[Mapping[str, Decoder]] = {"sensorthings": SensorThings()}
