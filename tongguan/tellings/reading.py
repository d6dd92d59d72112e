# SPDX-License-Identifier: Apache-2.0
"""Pure helpers for decoders: bytes to JSON or text, records read field by field with every fault named."""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from tongguan.kernel.errors import Invalid
from tongguan.tellings.contracts import ReporterIn, ReportIn

#: Times without a zone are the city's.
CITY: Final = ZoneInfo("Asia/Shanghai")
_TIME_FORMS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
_MOST_RECORDS: Final = 10_000
_SHOWN: Final = 40


def json_of(body: bytes) -> Any:
    """Give the JSON value of a body. Raises Invalid (``body.json``, ``body.encoding``)."""
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except UnicodeDecodeError as error:
        raise Invalid("body.encoding", zh="不是 UTF-8 文本", en="not UTF-8", field="body") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid("body.json", zh=f"不是 JSON：{error}", en=f"not JSON: {error}", field="body") from error


def json_bytes(value: Any) -> bytes:
    """Give a JSON value as bytes."""
    return msgspec.json.encode(value)


def text_of(body: bytes) -> str:
    """Give a body as text: UTF-8, else GB 18030. Raises Invalid (``body.encoding``)."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(
        "body.encoding", zh="不是 UTF-8 或 GB 18030 文本", en="neither UTF-8 nor GB 18030", field="body"
    )


def records_of(value: Any, path: str = "") -> list["Fields"]:
    """Give the records at a dotted path: a list of objects, or one object. Raises Invalid naming the path."""
    found = Fields(value).at(path) if path else value
    many = found if isinstance(found, list) else [found]
    if not many:
        raise Invalid("body.empty", zh="没有任何记录", en="no record", field=path or "body")
    if len(many) > _MOST_RECORDS:
        raise Invalid(
            "body.too_many",
            zh=f"一次最多 {_MOST_RECORDS} 条",
            en=f"at most {_MOST_RECORDS}",
            field=path or "body",
        )
    return [Fields(record, f"{path}[{n}]" if path else f"[{n}]") for n, record in enumerate(many)]


class Fields:
    """One record of a message, read field by field; a refusal names the field by its path."""

    def __init__(self, record: Any, where: str = "") -> None:
        """Take the record; ``where`` is how faults name it."""
        self.record = record
        self._where = where

    def at(self, path: str) -> Any:
        """Give the value at a dotted path, None when there is none. A key may itself hold dots."""
        record = self.record
        if isinstance(record, Mapping) and path in record:
            return record[path]
        for step in path.split("."):
            if isinstance(record, Mapping):
                record = record.get(step)
            elif isinstance(record, list) and step.isascii() and step.isdigit() and int(step) < len(record):
                record = record[int(step)]
            else:
                return None
        return record

    def text(self, *paths: str, need: bool = False) -> str:
        """Give the first text that is not empty; numbers become text. Raises Invalid for other kinds."""
        for path in paths:
            value = self.at(path)
            if isinstance(value, bool | list | Mapping):
                raise self.fault(path, "field.text", "应为文字", "must be text")
            if isinstance(value, datetime):
                value = value.isoformat(" ")
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if value is not None and str(value).strip():
                return str(value).strip()
        if need:
            raise self.fault(paths[0], "field.missing", "缺少此项", "is missing")
        return ""

    def number(self, path: str) -> float | None:
        """Give a finite number, also one told as text. Raises Invalid."""
        value = self.at(path)
        if value is None or value == "":
            return None
        try:
            found = (
                float(value)
                if isinstance(value, int | float | str) and not isinstance(value, bool)
                else math.nan
            )
        except (ValueError, OverflowError):
            found = math.nan
        if not math.isfinite(found):
            raise self.fault(path, "field.number", "应为数字", "must be a number")
        return found

    def moment(self, path: str, form: str = "", zone: tzinfo = CITY) -> datetime | None:
        """Give an aware time: ISO 8601, ``2026-05-01 09:30[:00]``, seconds since 1970, or a strptime form.

        Times without a zone are in ``zone``. Raises Invalid.
        """
        value = self.at(path)
        if value is None or value == "":
            return None
        found: datetime | None = None
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = _since_1970(float(value), zone)
        elif isinstance(value, str):
            found = _parsed(value.strip(), (form,) if form else _TIME_FORMS)
        if found is None:
            raise self.fault(path, "field.time", "应为时间，如 2026-05-01 09:30:00", "must be a time")
        return found if found.tzinfo else found.replace(tzinfo=zone)

    def flag(self, path: str) -> bool:
        """Give yes or no: a boolean, 0/1, 是/否, true/false. Missing is no. Raises Invalid."""
        value = self.at(path)
        if value is None or value == "":
            return False
        known = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}
        word = str(value).strip().casefold()
        if word not in known:
            raise self.fault(path, "field.flag", "应为 是 或 否", "must be yes or no")
        return known[word]

    def parts(self, path: str) -> Iterator["Fields"]:
        """Give the records of a list within this one. Raises Invalid when it is no list of objects."""
        value = self.at(path)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.fault(path, "field.list", "应为列表", "must be a list")
        for number, one in enumerate(value):
            if not isinstance(one, Mapping):
                raise self.fault(f"{path}.{number}", "field.object", "应为对象", "must be an object")
            yield Fields(one, f"{self._where}.{path}[{number}]".lstrip("."))

    def fault(self, path: str, code: str, zh: str, en: str) -> Invalid:
        """Give the refusal of a field of this record."""
        shown = str(self.at(path))[:_SHOWN]
        where = f"{self._where}.{path}".strip(".")
        return Invalid(code, zh=f"{zh}（收到 {shown!r}）", en=en, field=where)


def telling(fields: Fields, *, source: str, external_id: str = "", payload: bytes = b"") -> ReportIn:
    """Give a telling from a record whose fields carry our own names, as at the open interface.

    ``external_id`` is used when the record has none. Raises Invalid with the field's path.
    """
    who = fields.at("reporter")
    return ReportIn(
        source=source,
        external_id=fields.text("external_id") or external_id,
        title=fields.text("title"),
        text=fields.text("text", "title", need=True),
        item_code=fields.text("item_code"),
        lon=fields.number("lon"),
        lat=fields.number("lat"),
        system=fields.text("system") or "WGS84",
        address=fields.text("address"),
        division=fields.text("division"),
        grid=fields.text("grid"),
        told_at=fields.moment("told_at"),
        reporter=_reporter(Fields(who, "reporter")) if isinstance(who, Mapping) and who else None,
        payload=payload.decode("utf-8", "replace"),
    )


def _reporter(who: Fields) -> ReporterIn:
    return ReporterIn(who.text("name"), who.text("phone"), who.text("email"), who.flag("secret"))


def _since_1970(seconds: float, zone: tzinfo) -> datetime | None:
    # Milliseconds are what JavaScript tells.
    try:
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 1e11 else seconds, zone)  # noqa: PLR2004
    except (ValueError, OverflowError, OSError):
        return None


def _parsed(text: str, forms: tuple[str, ...]) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is set by the caller
        except ValueError:
            continue
    return None
