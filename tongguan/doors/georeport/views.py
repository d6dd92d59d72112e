# SPDX-License-Identifier: Apache-2.0
"""Open311 GeoReport v2: /open311/v2. Reading needs no key; telling needs a token with reports:write."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import ItemInfo
from tongguan.channels.open311 import decode, offer
from tongguan.channels.open311.encode import FORMATS, moment
from tongguan.cityfiles.api import CityFile
from tongguan.doors.common import strict
from tongguan.doors.common.once import key_of
from tongguan.doors.georeport import asking
from tongguan.doors.georeport.answering import document, resource
from tongguan.doors.partner.auth import wrong_tokens
from tongguan.intake import api as intake
from tongguan.intake.contracts import PublicMatter, Receipt, ReportIn
from tongguan.intake.queries import number_of
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, NotFound, Refusal, TooMany
from tongguan.openly.queries import Narrow, matters
from tongguan.people import api as people
from tongguan.people.contracts import Actor
from tongguan.runtime import files

_SHIPPED: Final = Path(offer.__file__).with_name("open311.yaml")
_SHORTEST_DIVISION: Final = 6
#: When what is offered here last changed its form.
_CHANGESET: Final = "2026-11-29T00:00:00+08:00"
_SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"


@resource("GET")
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Tell where the service is and what it speaks."""
    endpoint = {
        "specification": _SPECIFICATION,
        "url": request.build_absolute_uri("/open311/v2"),
        "changeset": _CHANGESET,
        "type": "production",
        "formats": [kind.partition(";")[0] for kind in FORMATS.values()],
    }
    told = FILE.counting()
    body = {
        "changeset": _CHANGESET,
        "contact": told.contact,
        "key_service": told.key_service,
        "endpoints": [endpoint],
    }
    return document(form, "discovery", body)


@resource("GET")
def services(request: HttpRequest, form: str) -> HttpResponse:
    """List what may be reported."""
    asking.jurisdiction(FILE.counting(), request.GET.get("jurisdiction_id", ""))
    return document(form, "services", [offer.service(item) for item in _reportable().values()])


@resource("GET")
def definition(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """Give the attributes of a service."""
    asking.jurisdiction(FILE.counting(), request.GET.get("jurisdiction_id", ""))
    return document(form, "service_definition", _definition(_service(code)))


@resource("GET", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """List public cases, or take a telling."""
    return _take(request, form) if request.method == "POST" else _list(request, form)


@resource("GET")
def one_request(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """Give one public case."""
    found = matters(Narrow(items=_public(), numbers=(number,)), whom=_reader(request))
    if not found:
        raise NotFound("open311.request", zh="没有找到", en="was not found", field="service_request_id")
    return document(form, "service_requests", [_shown(one) for one in found])


@resource("GET")
def token(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """Give the number of the case that a telling became; without it while there is none yet."""
    number = number_of(code)
    if number is None:
        raise NotFound("open311.token", zh="没有找到", en="was not found", field="token")
    found = {"service_request_id": number} if number else {}
    return document(form, "service_requests", [{**found, "token": code}])


def _list(request: HttpRequest, form: str) -> HttpResponse:
    division = asking.jurisdiction(FILE.counting(), request.GET.get("jurisdiction_id", ""))
    whom = _reader(request)
    numbers = asking.listed(request, "service_request_id")
    if numbers:
        found = matters(Narrow(items=_public(), numbers=numbers, division=division), whom=whom)
    else:
        wanted = asking.listed(request, "service_code")
        public = _public()
        since, until = asking.period(request)
        offset, limit = asking.page(request)
        narrow = Narrow(
            items=public & set(wanted) if wanted else public,
            division=division,
            open=asking.status(request),
            since=since,
            until=until,
        )
        found = matters(narrow, whom=whom, offset=offset, limit=limit)
    return document(form, "service_requests", [_shown(one) for one in found])


def _take(request: HttpRequest, form: str) -> HttpResponse:
    told, media = _told(request)
    actor = _client(request, told.get("api_key", [""])[-1])
    division = asking.jurisdiction(FILE.counting(), told.get("jurisdiction_id", [""])[-1])
    report = decode.telling(told)
    item = _service(report.item_code)
    report = _completed(report, told, item, division, actor, key_of(request))
    kept = [files.store(actor, one.name or "", one.file, "report", field="media").id for one in media]
    receipt = intake.receive(actor, replace(report, attachments=tuple(kept)))
    return document(form, "service_requests", [_receipt(receipt)], 200 if receipt.repeated else 201)


def _completed(
    report: ReportIn, told: decode.Form, item: ItemInfo, division: str, actor: Actor, key: str
) -> ReportIn:
    """Add what the form alone does not tell: answers in words, the district, the sender's number."""
    said = offer.answers(_definition(item), decode.attributes(told))
    number = report.external_id or key
    return replace(
        report,
        text="\n".join(part for part in (report.text, said) if part),
        title=report.title or item.name,
        division=division if len(division) >= _SHORTEST_DIVISION else "",
        # Numbers of different clients are different numbers.
        external_id=f"{actor.key}:{number}" if number else "",
    )


def _receipt(receipt: Receipt) -> dict[str, Any]:
    number = number_of(receipt.tracking) if receipt.case_id else ""
    notice = f"查询码 {receipt.tracking}，查询密码 {receipt.secret}，可凭此查看办理进度"
    place = {"service_request_id": number} if number else {"token": receipt.tracking}
    return {**place, "service_notice": notice, "account_id": None}


def _shown(matter: PublicMatter) -> dict[str, Any]:
    name = catalog.item(matter.item_code).name
    return {
        "service_request_id": matter.number,
        "status": "open" if matter.open else "closed",
        "status_notes": matter.words,
        "service_name": name,
        "service_code": matter.item_code,
        "description": matter.text or name,
        "agency_responsible": matter.unit or None,
        "service_notice": None,
        "requested_datetime": moment(timezone.localtime(matter.opened_at)),
        "updated_datetime": moment(timezone.localtime(matter.changed_at)),
        "expected_datetime": moment(timezone.localtime(matter.due_at)) if matter.due_at else None,
        "address": matter.address or None,
        "address_id": None,
        "zipcode": None,
        "lat": matter.lat,
        "long": matter.lon,
        "media_url": None,
    }


def _told(request: HttpRequest) -> tuple[dict[str, list[str]], list[Any]]:
    """Give the fields and the files of a form, urlencoded or multipart."""
    if request.content_type == "multipart/form-data":
        posted, sent = strict.read_form(request)
        return {name: posted.getlist(name) for name in posted}, _files(sent)
    if request.content_type not in {"application/x-www-form-urlencoded", ""}:
        raise strict.WrongType(
            "body.type",
            zh="应为 application/x-www-form-urlencoded",
            en="must be a form",
            field="Content-Type",
        )
    return decode.form_of(strict.read_body(request)), []


def _files(sent: MultiValueDict) -> list[Any]:
    return [one for name in sent for one in sent.getlist(name)]


def _client(request: HttpRequest, key: str) -> Actor:
    """Give the client of a key. Raises Forbidden, TooMany (too many wrong ones from one address)."""
    try:
        actor, scopes = people.authenticate_token(key)
    except Refusal:
        if not wrong_tokens.allow_request(request):
            raise TooMany(
                "auth.wrong_tokens", zh="错误密钥过多", en="too many wrong keys", retry_after=10
            ) from None
        raise Forbidden("open311.key", zh="缺失或无效", en="missing or invalid", field="api_key") from None
    if "reports:write" not in scopes:
        raise Forbidden(
            "open311.scope", zh="没有 reports:write 权限", en="lacks reports:write", field="api_key"
        )
    return actor


def _reader(request: HttpRequest) -> Actor | None:
    """Give the client who reads, where it names itself: it reads its own words."""
    key = request.GET.get("api_key", "")
    return _client(request, key) if key else None


def _service(code: str) -> ItemInfo:
    found = _reportable().get(code)
    if found is None:
        raise NotFound("open311.service", zh="没有找到", en="was not found", field="service_code")
    return found


def _definition(item: ItemInfo) -> dict[str, Any]:
    return offer.definition(item, catalog.filing_rules(item.code))


def _reportable() -> dict[str, ItemInfo]:
    choice, today = FILE.counting().report, timezone.localdate(clock.now())
    return {item.code: item for item in catalog.items_table(active_on=today) if choice.holds(item)}


def _public() -> set[str]:
    choice = FILE.counting().public
    return {item.code for item in catalog.items_table() if choice.holds(item)}


def _read(path: Path) -> offer.Offer:
    return offer.read(path.read_text(encoding="utf-8"), path.name)


FILE: Final = CityFile(_SHIPPED, _read)
