# SPDX-License-Identifier: Apache-2.0
"""Pure: SenML packs (RFC 8428) in JSON and CBOR become readings.

A record's name is the base name and its own (section 4.1, 4.5.1), which is the datastream's key; times below
2^28 are relative to now (4.5.3); base value and base sum are added (4.5.2); a sum is a reading of its own
under the key with ``/sum`` behind it. Records of text or bytes are no readings and are passed over.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import cbor2
import msgspec

from tongguan.channels.mqtt.declared import MOST_RECORDS
from tongguan.channels.mqtt.values import LATEST
from tongguan.gateways.contracts import Message, Readings
from tongguan.kernel.errors import Invalid

#: Version of SenML that is understood (RFC 8428, 4.4): packs of a higher one are refused.
VERSION: Final = 10
_RELATIVE: Final = 2**28
#: Labels in CBOR (RFC 8428, table 4).
_LABELS: Final = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
_NAME: Final = re.compile(r"[A-Za-z0-9][-:./_A-Za-z0-9]*")
_BASE: Final = ("bt", "bv", "bs")
_LONGEST_KEY: Final = 200
_OTHER_VALUES: Final = ("vs", "vd")


class SenMl:
    """SenML, JSON or CBOR by what a message begins with."""

    title = "SenML（RFC 8428，JSON 或 CBOR）"
    shared = True

    def reader(self, declaration: Mapping[str, Any], memory: bytes = b"") -> "SenMlReader":  # noqa: ARG002 - none
        """Give a reader. ``prefix`` may stand before every name. Raises Invalid for other declarations."""
        prefix = declaration.get("prefix", "")
        if set(declaration) - {"prefix"} or not isinstance(prefix, str):
            raise Invalid(
                "gateway.declaration",
                zh="SenML 只可声明 prefix",
                en="only prefix may be declared",
                field="prefix",
            )
        return SenMlReader(prefix)


class Wrong(ValueError):  # noqa: N818 - an answer, not an error in the program
    """A pack or record that is not as the RFC says: field, code, zh, en."""


class SenMlReader:
    """Reads packs; nothing goes over from one to the next."""

    def __init__(self, prefix: str = "") -> None:
        """Take what stands before every name."""
        self._prefix = prefix

    def memory(self) -> bytes:
        """Nothing is remembered."""
        return b""

    def read(self, messages: Sequence[Message]) -> Readings:
        """Give what a batch of packs says."""
        out = Readings()
        for place, message in enumerate(messages):
            try:
                pack = _pack(message.body)
            except Wrong as wrong:
                out.fault(place, *wrong.args)
                continue
            self._read_pack(out, place, message, pack)
        return out

    def _read_pack(self, out: Readings, place: int, message: Message, pack: list[Any]) -> None:
        base: dict[str, Any] = {}
        for number, told in enumerate(pack):
            try:
                record = _record(told)
                _rebase(base, record)
                self._add(out, place, message, base, record)
            except Wrong as wrong:
                field, *words = wrong.args
                out.fault(place, f"[{number}].{field}".rstrip("."), *words)

    def _add(
        self, out: Readings, place: int, message: Message, base: Mapping[str, Any], record: Mapping[str, Any]
    ) -> None:
        given = [name for name in ("v", "vb", *_OTHER_VALUES) if name in record]
        if len(given) > 1:
            raise Wrong(given[1], "senml.values", "一条记录只能有一个值", "a record has one value")
        has_value = bool(given) or "bv" in base
        has_sum = "s" in record or "bs" in base
        if not (has_value or has_sum):
            if set(record) <= {"bn", "bt", "bu", "bver"} or "n" not in record:
                return
            raise Wrong("v", "field.missing", "缺少值", "no value")
        name = f"{base.get('bn', '')}{_text(record, 'n')}"
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_KEY:
            raise Wrong("n", "senml.name", f"名称不合 RFC 8428：{name[:40]!r}", "not a name by RFC 8428")
        at = _at(base.get("bt", 0.0) + _number(record, "t"), message.at)
        unit = _text(record, "u") or base.get("bu", "")
        if "vb" in record:
            if not isinstance(record["vb"], bool):
                raise Wrong("vb", "field.flag", "应为 true 或 false", "must be true or false")
            out.add(place, self._prefix + name, at, float(record["vb"]), unit)
        elif has_value and not (given and given[0] in _OTHER_VALUES):
            out.add(place, self._prefix + name, at, base.get("bv", 0.0) + _number(record, "v"), unit)
        if has_sum:
            summed = base.get("bs", 0.0) + _number(record, "s")
            out.add(place, f"{self._prefix}{name}/sum", at, summed, unit)


def _pack(body: bytes) -> list[Any]:
    try:
        is_json = body.lstrip(b" \t\r\n")[:1] in {b"[", b"{"}
        pack = msgspec.json.decode(body) if is_json else cbor2.loads(body)
    except Exception as error:
        raise Wrong("body", "body.senml", f"不是 SenML：{error}", f"not SenML: {error}") from error
    if not isinstance(pack, list) or not 0 < len(pack) <= MOST_RECORDS:
        words = f"应为 1 到 {MOST_RECORDS} 条记录的列表"
        raise Wrong("body", "body.records", words, "must be a list of records")
    return pack


def _record(told: Any) -> dict[str, Any]:
    if not isinstance(told, Mapping):
        raise Wrong("", "field.object", "应为对象", "must be an object")
    record: dict[Any, Any] = {
        _LABELS.get(name, name) if isinstance(name, int) else name: value for name, value in told.items()
    }
    for name in record:
        if not isinstance(name, str) or name.endswith("_"):
            # A field that ends so must be understood, or the record not be used (RFC 8428, 4.4).
            raise Wrong(
                str(name), "senml.must_understand", "不认识的必要字段", "a field that must be understood"
            )
    return record


def _rebase(base: dict[str, Any], record: Mapping[str, Any]) -> None:
    """Take base fields over; they hold for this record and those behind it (4.5)."""
    version = record.get("bver", base.get("bver", VERSION))
    if not isinstance(version, int) or isinstance(version, bool) or not 0 < version <= VERSION:
        raise Wrong("bver", "senml.version", f"版本高于 {VERSION}", "a version not understood")
    base["bver"] = version
    for name in ("bn", "bu"):
        if name in record:
            base[name] = _text(record, name)
    for name in _BASE:
        if name in record:
            base[name] = _number(record, name)


def _at(told: float, now: int) -> int:
    milliseconds = told * 1000 + now if told < _RELATIVE else told * 1000
    if not 0 <= milliseconds <= LATEST:
        raise Wrong("t", "field.time", "时间超出范围", "a time out of range")
    return round(milliseconds)


def _number(record: Mapping[str, Any], name: str) -> float:
    told = record.get(name, 0.0)
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise Wrong(name, "field.number", f"应为数字（收到 {str(told)[:40]!r}）", "must be a number")
    try:
        number = float(told)
    except OverflowError:
        number = float("inf")
    if number in (float("inf"), float("-inf")):
        raise Wrong(name, "field.number", "数字过大", "a number too large")
    return number


def _text(record: Mapping[str, Any], name: str) -> str:
    told = record.get(name, "")
    if not isinstance(told, str):
        raise Wrong(name, "field.text", "应为文字", "must be text")
    return told
