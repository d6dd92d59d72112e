# SPDX-License-Identifier: Apache-2.0
"""Pure: Sparkplug B messages become readings.

Source: Eclipse Sparkplug Specification 3.0.0. A datastream's key is (``group/node/device``, metric name), for
a node's own metrics (``group/node``, metric). A birth says each metric's name, alias, type and unit
(property ``engUnit``); messages after it may use the alias alone. A message whose alias nobody explained, or
a gap in the sequence, asks the node for its birth (``Node Control/Rebirth``), seldom. Metrics of text, bytes,
data sets and templates are no readings and are passed over, and so are ``bdSeq`` and node controls.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from tongguan.channels.mqtt.sparkplug_messages import Payload
from tongguan.channels.mqtt.values import LATEST
from tongguan.gateways.contracts import Message, Readings
from tongguan.kernel.errors import Invalid

NAMESPACE: Final = "spBv1.0"
_BIRTHS: Final = frozenset({"NBIRTH", "DBIRTH"})
_DEATHS: Final = frozenset({"NDEATH", "DDEATH"})
_READ: Final = _BIRTHS | _DEATHS | {"NDATA", "DDATA"}
#: Kinds that are for others: commands and a host application's own state.
_OTHERS: Final = frozenset({"NCMD", "DCMD", "STATE"})
#: Signed types by their number (6.4.16): how many bits a value in two's complement has.
_SIGNED: Final = {1: 8, 2: 16, 3: 32, 4: 64}
_NO_READING: Final = frozenset({12, 13, 14, 15, 16, 17, 18, 19})
_SEQUENCE: Final = 256
#: Milliseconds between two requests to one node.
_ASK_AGAIN: Final = 30_000
_MOST_NODES: Final = 50_000


class Metric(msgspec.Struct, array_like=True):
    """What a birth says of a metric."""

    name: str
    kind: int
    unit: str


class Node(msgspec.Struct, array_like=True):
    """What is known of an edge node: aliases and names of its and its devices' metrics."""

    sequence: int = -1
    birth: int = -1
    aliases: dict[int, Metric] = {}
    #: "device\x00metric" -> what its birth said.
    names: dict[str, Metric] = {}
    asked_at: int = 0


class SparkplugB:
    """Sparkplug B. One connection reads all messages of a node: births explain what follows."""

    title = "Sparkplug B"
    shared = False

    def reader(self, declaration: Mapping[str, Any], memory: bytes = b"") -> "SparkplugReader":
        """Give a reader that knows the births in ``memory``. Raises Invalid: there is nothing to declare."""
        if declaration:
            raise Invalid(
                "gateway.declaration", zh="Sparkplug B 无须声明", en="nothing to declare", field="declaration"
            )
        nodes = msgspec.msgpack.decode(memory, type=dict[str, Node]) if memory else {}
        return SparkplugReader(nodes)


class SparkplugReader:
    """Reads a connection's messages in order."""

    def __init__(self, nodes: dict[str, Node] | None = None) -> None:
        """Take the nodes that are known."""
        self._nodes = nodes if nodes is not None else {}

    def memory(self) -> bytes:
        """Give the births that are known."""
        return msgspec.msgpack.encode(self._nodes)

    def read(self, messages: Sequence[Message]) -> Readings:
        """Give what a batch says."""
        out = Readings()
        for place, message in enumerate(messages):
            parts = message.topic.split("/")
            if len(parts) not in {4, 5} or parts[0] != NAMESPACE or not all(parts):
                if parts[0] != NAMESPACE or "STATE" not in parts[1:2]:
                    out.fault(
                        place, "topic", "topic.other", "不是 Sparkplug B 主题", "not a Sparkplug B topic"
                    )
                continue
            _, group, kind, node, *device = parts
            if kind in _OTHERS:
                continue
            if kind not in _READ or (kind[0] == "D") != bool(device):
                out.fault(place, "topic", "topic.kind", f"不认识的消息 {kind[:20]!r}", "an unknown kind")
                continue
            payload = Payload()
            try:
                payload.ParseFromString(message.body)
            except Exception as error:  # noqa: BLE001 - protobuf's own, not a ValueError in every version
                out.fault(
                    place, "body", "body.protobuf", f"不是 Sparkplug B：{error}", "not a Sparkplug B payload"
                )
                continue
            before = len(out)
            try:
                self._take(out, place, message, f"{group}/{node}", kind, "/".join(device), payload)
            except UnicodeDecodeError:
                out.cut(before)
                out.fault(place, "metrics", "body.encoding", "名称不是 UTF-8", "a name that is not UTF-8")
        return out

    def _take(
        self, out: Readings, place: int, message: Message, name: str, kind: str, device: str, payload: Any
    ) -> None:
        node = self._nodes.get(name)
        if node is None:
            if len(self._nodes) >= _MOST_NODES:
                out.fault(place, "topic", "sparkplug.too_many", "边缘节点过多", "too many edge nodes")
                return
            node = self._nodes[name] = Node()
        if kind in _DEATHS:
            self._die(out, name, node, kind, device, payload)
            return
        self._count(out, message, name, node, kind, payload)
        if kind == "NBIRTH":
            node.aliases, node.names, node.birth = {}, {}, _birth_number(payload)
        thing = f"{name}/{device}" if device else name
        for number, metric in enumerate(payload.metrics):
            self._metric(out, place, message, node, (name, thing, device, kind), number, metric, payload)

    def _die(self, out: Readings, name: str, node: Node, kind: str, device: str, payload: Any) -> None:
        if kind == "DDEATH":
            out.silent.append(f"{name}/{device}")
            return
        # A late will of an earlier connection says nothing of the present one (6.4.19).
        if node.birth in (-1, _birth_number(payload)):
            node.sequence = -1
            out.silent.append(name)

    def _count(self, out: Readings, message: Message, name: str, node: Node, kind: str, payload: Any) -> None:
        if not payload.HasField("seq"):
            return
        sequence = payload.seq % _SEQUENCE
        # The same number again is the same message again: QoS 1 may repeat it.
        expected = (node.sequence, (node.sequence + 1) % _SEQUENCE)
        gap = node.sequence >= 0 and sequence not in expected
        node.sequence = sequence
        if kind != "NBIRTH" and (gap or (node.birth == -1 and not node.names)):
            self._ask(out, message, name, node)

    def _ask(self, out: Readings, message: Message, name: str, node: Node) -> None:
        if message.at - node.asked_at < _ASK_AGAIN:
            return
        node.asked_at = message.at
        group, _, edge = name.partition("/")
        request = Payload(timestamp=message.at)
        request.metrics.add(name="Node Control/Rebirth", datatype=11, boolean_value=True)
        topic = f"{NAMESPACE}/{group}/NCMD/{edge}"
        out.asks.append(Message(topic, request.SerializeToString(), message.at))

    def _metric(
        self, out: Readings, place: int, message: Message, node: Node, told: tuple[str, str, str, str],
        number: int, metric: Any, payload: Any,
    ) -> None:  # fmt: skip
        name, thing, device, kind = told
        known = _known(node, device, metric, born=kind in _BIRTHS)
        if known is None:
            where = f"metrics[{number}].alias"
            words = f"别名 {metric.alias} 尚未说明，已请求重新上线"
            out.fault(place, where, "sparkplug.alias", words, "an alias that no birth explained")
            self._ask(out, message, name, node)
            return
        if known.name == "bdSeq" or known.name.startswith(("Node Control/", "Device Control/")):
            return
        at = _time(metric, payload, message)
        if at is None:
            out.fault(
                place, f"metrics[{number}].timestamp", "field.time", "时间超出范围", "a time out of range"
            )
            return
        value = _value(metric, metric.datatype or known.kind)
        if value is not None:
            out.add(place, (thing, known.name), at, value, known.unit)


def _known(node: Node, device: str, metric: Any, *, born: bool) -> Metric | None:
    """Give what is known of a metric and remember what a birth says; None for an alias nobody explained."""
    if born:
        said = Metric(_text(metric.name), metric.datatype, _unit(metric))
        node.names[f"{device}\x00{_text(metric.name)}"] = said
        if metric.HasField("alias"):
            node.aliases[metric.alias] = said
        return said
    if _text(metric.name):
        return node.names.get(f"{device}\x00{_text(metric.name)}") or Metric(
            _text(metric.name), metric.datatype, ""
        )
    return node.aliases.get(metric.alias) if metric.HasField("alias") else None


def _unit(metric: Any) -> str:
    for key, value in zip(metric.properties.keys, metric.properties.values, strict=False):
        if _text(key).casefold() == "engunit" and value.HasField("string_value"):
            return _text(value.string_value)
    return ""


def _text(told: str | bytes) -> str:
    """Give a text; protobuf hands out the bytes where they are none. Raises UnicodeDecodeError."""
    return told if isinstance(told, str) else told.decode()


def _birth_number(payload: Any) -> int:
    for metric in payload.metrics:
        if _text(metric.name) == "bdSeq":
            return int(metric.long_value or metric.int_value)
    return 0


def _time(metric: Any, payload: Any, message: Message) -> int | None:
    at = metric.timestamp if metric.HasField("timestamp") else payload.timestamp
    if not (metric.HasField("timestamp") or payload.HasField("timestamp")):
        at = message.at
    return int(at) if at <= LATEST else None


def _value(metric: Any, kind: int) -> float | None:
    """Give a metric's value, NaN for null, None for what is no reading."""
    if kind in _NO_READING:
        return None
    held = metric.WhichOneof("value")
    if metric.is_null or (held is None and kind):
        return math.nan
    if held not in {"int_value", "long_value", "float_value", "double_value", "boolean_value"}:
        return None
    told = getattr(metric, held)
    bits = _SIGNED.get(kind)
    if bits and held in {"int_value", "long_value"}:
        told &= (1 << bits) - 1
        told -= (told >> (bits - 1)) << bits
    value = float(told)
    return None if math.isinf(value) else value
