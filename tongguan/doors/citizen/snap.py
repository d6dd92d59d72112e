# SPDX-License-Identifier: Apache-2.0
"""Citizens tell by phone or web (随手拍): a photo's hints, what is known nearby, the telling, "me too"."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, BinaryIO, Final, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field, StrictBool

from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import ItemKind
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import AddressBucket
from tongguan.doors.common.once import key_of
from tongguan.doors.common.reply import encode, reply, seal, unseal
from tongguan.doors.common.shapes import Latitude, Longitude, ReporterTold, Told, example
from tongguan.doors.common.telling import receipt_shown
from tongguan.intake import api as intake
from tongguan.intake.contracts import Receipt, ReporterIn, ReportIn
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.openly import nearby as near
from tongguan.openly import queries as publicly
from tongguan.people.contracts import NOWHERE, Actor, Grant, Post, Scope
from tongguan.runtime import files
from tongguan.vault.api import blind_index

router = Router(tags=["随手拍 snap"])
SOURCE: Final = "snap"
#: Whoever tells without a sign-in. A photo is theirs by the seal on its number, not by who they are.
ANYONE: Final = Actor(None, "citizen", "市民", None, "", Scope((Grant(Post.CITIZEN, NOWHERE, 0, ""),)))
_PHOTO, _MATTER = "photo", "matter"
_SHORTEST_KEY: Final = 16
_ALSO: Final = "我也遇到同样的问题。"
_SILENT: Final = "（见照片）"
Sealed = Annotated[str, Field(min_length=1, max_length=600)]


class PhotoShown(Schema):
    """A kept photo: hand its ``photo`` in with the telling. Time and place are hints, WGS-84."""

    photo: str
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    system: str


class DraftTold(Told):
    """Where and what one is about to tell."""

    model_config = example(lon=121.005, lat=30.805, text="井盖破损")

    lon: Longitude
    lat: Latitude
    system: str = Field("WGS84", max_length=10, description="坐标系：WGS84、CGCS2000、GCJ02、BD09")
    item_code: str = Field("", max_length=20)
    text: str = Field("", max_length=2_000)


class NearShown(Schema):
    """A matter that is known nearby: what kind, how far, how old, by how many; nobody's words."""

    matter: str
    item_code: str
    item_name: str
    metres: int
    days: int
    people: int
    likely: bool


class SnapTold(Told):
    """A telling by a citizen; ``also`` names a matter found nearby: "me too". A contact needs consent."""

    model_config = example(text="人民路口井盖破损", lon=121.005, lat=30.805, system="WGS84", photos=[])

    text: str = Field("", max_length=2_000)
    item_code: str = Field("", max_length=20)
    lon: Longitude | None = None
    lat: Latitude | None = None
    system: str = Field("WGS84", max_length=10)
    address: str = Field("", max_length=300)
    photos: list[Sealed] = Field(default=[], max_length=9)
    also: str = Field("", max_length=600)
    reporter: ReporterTold | None = None
    device: str = Field(
        "",
        max_length=100,
        description="附议时可带：客户端自行生成并保存的随机值，至少 16 字；同一部手机对同一事项只算一声",
    )
    consent: StrictBool = Field(default=False, description="同意为办理和回访使用所留的联系方式")


@router.post(
    "/photos",
    throttle=[AddressBucket("snap_photo", rate=0.2, burst=20)],
    response=answers(PhotoShown, 201),
    operation_id="snap_photo",
)
def photo(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Keep a photo and give what its camera wrote; shown to others it is a clean copy without that."""
    kept = files.store(ANYONE, file.name or "", cast("BinaryIO", file.file), "report")
    if not kept.kind.startswith("image/"):
        raise Invalid("snap.photo", zh="请上传照片", en="a photo is wanted", field="file")
    hints = {"taken_at": kept.taken_at, "lon": kept.lon, "lat": kept.lat, "system": "WGS84"}
    return reply({"photo": seal(f"{_PHOTO}:{kept.id}"), **hints}, 201)


@router.post("/nearby", response=answers(list[NearShown]), operation_id="snap_nearby")
def nearby(request: HttpRequest, told: DraftTold) -> HttpResponse:
    """Show what is known nearby, the likeliest first, before one tells it again."""
    draft = near.Draft(told.lon, told.lat, told.system, told.item_code, told.text)
    now = clock.now()
    shown: list[dict[str, Any]] = [
        {
            "matter": seal(f"{_MATTER}:{one.case_id}"),
            "item_code": one.item_code,
            "item_name": catalog.item(one.item_code).name,
            "metres": round(one.metres),
            "days": max(0, (now - one.opened_at).days),
            "people": one.people,
            "likely": one.likely,
        }
        for one in near.nearby(draft, _public())
    ]
    return reply(shown)


@router.post(
    "/reports",
    throttle=[AddressBucket("snap", rate=0.2, burst=20)],
    response=answers(Receipt, 201),
    operation_id="snap",
)
def snap(request: HttpRequest, told: SnapTold) -> HttpResponse:
    """Tell it, with or without a name. The receipt's code and secret show how far it is."""
    who = told.reporter
    if who is not None and (who.name or who.phone or who.email) and not told.consent:
        raise Invalid(
            "snap.consent", zh="留下联系方式须同意其用途", en="a contact needs consent", field="consent"
        )
    if not (told.text.strip() or told.photos or told.also):
        raise Invalid("report.empty", zh="请写说明或附照片", en="words or a photo are wanted", field="text")
    report = ReportIn(
        source=SOURCE,
        external_id=_number(key_of(request), "Idempotency-Key"),
        text=told.text.strip() or (_ALSO if told.also else _SILENT),
        item_code=told.item_code,
        lon=told.lon,
        lat=told.lat,
        system=told.system,
        address=told.address,
        reporter=ReporterIn(who.name, who.phone, who.email, who.secret) if who else None,
        attachments=tuple(
            _opened(sealed, _PHOTO, f"photos.{number}") for number, sealed in enumerate(told.photos)
        ),
        payload=encode(told.model_dump(exclude_unset=True, exclude={"reporter", "device"})).decode(),
    )
    if told.also:
        matter = _opened(told.also, _MATTER, "also")
        if told.device and not (who and who.phone):
            report = replace(report, external_id=_voice(told.device, matter))
        report = publicly.seconded(report, matter, _public())
    receipt = intake.receive(ANYONE, report)
    return reply(receipt_shown(receipt), 200 if receipt.repeated else 201)


def _number(key: str, field: str) -> str:
    """Give the telling's number from its Idempotency-Key: it must be one that nobody else comes upon."""
    _check_random(key, field)
    return f"key:{sha256(key.encode()).hexdigest()}" if key else ""


def _voice(device: str, matter: UUID) -> str:
    """Give the number of a device's one voice for a matter.

    It is made of both under the platform's index key: two matters that one device spoke for cannot be told
    to be of one device, and the device itself is not kept.
    """
    _check_random(device, "device")
    return f"also:{blind_index('also', f'{device}:{matter}')}"


def _check_random(key: str, field: str) -> None:
    if key and len(key) < _SHORTEST_KEY:
        raise Invalid(
            "snap.key",
            zh=f"至少 {_SHORTEST_KEY} 个字符，请用随机值",
            en="use a long random key",
            field=field,
        )


def _opened(sealed: str, kind: str, field: str) -> UUID:
    """Give the number under a seal of this door. Raises Invalid naming the field."""
    try:
        found, _, number = unseal(sealed).partition(":")
        if found == kind:
            return UUID(number)
    except Invalid:
        pass
    raise Invalid("snap.seal", zh="不是本平台给出的凭据", en="not given by this platform", field=field)


def _public() -> set[str]:
    """Give the codes whose cases everybody may see: public space, not households' matters."""
    return {item.code for item in catalog.items_table() if item.kind != ItemKind.APPEAL}
