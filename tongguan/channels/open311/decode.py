# SPDX-License-Identifier: Apache-2.0
"""Pure: the form of a GeoReport v2 POST becomes a telling. Faults name the fields of the standard."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from tongguan.channels.open311.offer import SECRET
from tongguan.intake.contracts import Parcel, Piece, ReporterIn, ReportIn
from tongguan.kernel.errors import Invalid
from tongguan.tellings.reading import Fields, json_bytes

SOURCE: Final = "open311"
Form = Mapping[str, Sequence[str]]
_MOST_FIELDS: Final = 200
_ATTRIBUTE: Final = re.compile(r"attribute\[([^\[\]]{1,60})\](?:\[\d*\])?")
#: Kept sealed, or not at all: who told it, by which key and device.
_PERSONAL: Final = frozenset(
    {"api_key", "email", "phone", "first_name", "last_name", "device_id", "account_id"}
)
_SILENT: Final = "（只选了事项，没有写说明）"
_TITLE: Final = 200
_URL: Final = 1_000


def decode(parcel: Parcel) -> list[Piece]:
    """Give the telling of one form. Raises Invalid when it is none."""
    return [Piece(parcel, report=telling(form_of(parcel.body)))]


def form_of(body: bytes) -> dict[str, list[str]]:
    """Give the fields of a urlencoded body. Raises Invalid (``form.encoding``, ``form.fields``)."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except UnicodeDecodeError as error:
        raise Invalid("form.encoding", zh="应为 UTF-8", en="must be UTF-8", field="body") from error
    except ValueError as error:
        raise Invalid(
            "form.fields", zh=f"字段超过 {_MOST_FIELDS} 个", en="too many fields", field="body"
        ) from error
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def telling(form: Form) -> ReportIn:
    """Give the telling of a form. Raises Invalid for a missing service, place or a wrong number."""
    fields = Fields({name: values[-1] for name, values in form.items() if values})
    code = fields.text("service_code")
    if not code:
        raise Invalid(
            "open311.service_code", zh="缺少 service_code", en="was not provided", field="service_code"
        )
    lon, lat = fields.number("long"), fields.number("lat")
    if (lon is None) != (lat is None):
        missing = "long" if lon is None else "lat"
        raise Invalid("open311.half", zh="lat 与 long 须成对", en="lat and long come in pairs", field=missing)
    address, address_id = fields.text("address_string"), fields.text("address_id")
    if lon is None and not address and not address_id:
        raise Invalid(
            "open311.place",
            zh="须给出 lat 与 long，或 address_string，或 address_id",
            en="lat and long, address_string or address_id is needed",
            field="lat",
        )
    text = fields.text("description")
    told = attributes(form)
    return ReportIn(
        source=SOURCE,
        external_id=fields.text("external_id") or next(iter(told.get("external_id", [])), ""),
        text="\n".join(part for part in (text or _SILENT, _pictures(fields)) if part),
        title=" ".join(text.split())[:_TITLE],
        item_code=code,
        lon=lon,
        lat=lat,
        address=address or (f"地址编号 {address_id}" if address_id else ""),
        reporter=_reporter(fields, secret="yes" in told.get(SECRET, ())),
        payload=json_bytes({k: v for k, v in form.items() if k not in _PERSONAL}).decode("utf-8", "replace"),
    )


def attributes(form: Form) -> dict[str, list[str]]:
    """Give the answers by attribute: ``attribute[code]=…``, ``attribute[code][]=…`` for several."""
    found: dict[str, list[str]] = {}
    for name, values in form.items():
        match = _ATTRIBUTE.fullmatch(name)
        if match:
            found.setdefault(match[1], []).extend(values)
    return found


def _pictures(fields: Fields) -> str:
    """Give the link to a picture as a line of the telling: nothing is fetched from other houses."""
    url = fields.text("media_url")
    if not url:
        return ""
    if len(url) > _URL or not url.startswith(("http://", "https://")) or url.split() != [url]:
        raise fields.fault(
            "media_url", "open311.media_url", "应为 http 或 https 地址", "must be a web address"
        )
    return f"图片链接：{url}"


def _reporter(fields: Fields, *, secret: bool) -> ReporterIn | None:
    first, last = fields.text("first_name"), fields.text("last_name")
    western = (first + last).isascii()
    name = " ".join(part for part in (first, last) if part) if western else last + first
    phone, email = fields.text("phone"), fields.text("email")
    if not (name or phone or email or secret):
        return None
    return ReporterIn(name=name, phone=phone, email=email, secret=secret)
