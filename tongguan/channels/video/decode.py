# SPDX-License-Identifier: Apache-2.0
"""Pure: what a video algorithm tells in JSON becomes sightings, which a person judges before they are told.

``{"findings": [{"id", "camera", "time", "kind", "score", "box": [x, y, w, h], "picture", "clip"}]}``,
or a list, or one object. The box is in parts of the picture, from 0 to 1; the picture is base 64.
"""

import base64
import binascii
from typing import Final

from tongguan.intake.contracts import Medium, Parcel, Piece
from tongguan.kernel.errors import Refusal
from tongguan.tellings.reading import Fields, json_bytes, json_of, records_of
from tongguan.video.contracts import SightingIn

_JSON: Final = "application/json"
_CORNERS: Final = 4
_WHOLE: Final = 1.0001


def decode(parcel: Parcel) -> list[Piece]:
    """Give the sightings. Raises Invalid when it is no JSON of records."""
    body = json_of(parcel.body)
    many = isinstance(body, dict) and "findings" in body
    return [_piece(record) for record in records_of(body, "findings" if many else "")]


def _piece(record: Fields) -> Piece:
    alone = Parcel(json_bytes(record.record), _JSON)
    fields = Fields(record.record)
    try:
        return Piece(alone, held=_sighting(fields), media=_picture(fields))
    except Refusal as refusal:
        return Piece(alone, fault=refusal)


def _sighting(fields: Fields) -> SightingIn:
    seen_at, score = fields.moment("time"), fields.number("score")
    if seen_at is None:
        raise fields.fault("time", "field.missing", "缺少此项", "is missing")
    if score is None or not 0 <= score <= 1:
        raise fields.fault("score", "field.score", "应为 0 到 1", "must be 0 to 1")
    return SightingIn(
        source_id=fields.text("id", need=True),
        camera=fields.text("camera", need=True),
        kind=fields.text("kind", need=True),
        seen_at=seen_at,
        score=score,
        box=_box(fields),
        clip=fields.text("clip"),
    )


def _box(fields: Fields) -> tuple[float, float, float, float] | None:
    told = fields.at("box")
    if told is None:
        return None
    listed = told if isinstance(told, list) and len(told) == _CORNERS else []
    numbers = [
        float(n) for n in listed if isinstance(n, int | float) and not isinstance(n, bool) and 0 <= n <= 1
    ]
    if len(numbers) != _CORNERS:
        raise fields.fault("box", "field.box", "应为四个 0 到 1 的数", "must be four numbers from 0 to 1")
    x, y, wide, high = numbers
    if x + wide > _WHOLE or y + high > _WHOLE:
        raise fields.fault("box", "field.box", "超出画面", "reaches beyond the picture")
    return x, y, wide, high


def _picture(fields: Fields) -> tuple[Medium, ...]:
    told = fields.text("picture")
    if not told:
        return ()
    try:
        body = base64.b64decode(told.rpartition("base64,")[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise fields.fault("picture", "field.base64", "应为 base64", "must be base 64") from error
    return (Medium("picture.jpg", body),)
