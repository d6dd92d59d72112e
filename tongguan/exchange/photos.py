# SPDX-License-Identifier: Apache-2.0
"""Photos of a case for the unit's own system: links that are signed, end, and open nothing else (F36).

A link names the department, the order and the photo. It opens only while the order is the unit's and the
link to its system is on. What is given is the clean copy, without the camera's data and the sender's file
name; photos of reporters who stay secret are not given at all.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.conf import settings
from django.core import signing

from tongguan.exchange import systems
from tongguan.exchange.models import Link, SyncedOrder
from tongguan.intake import queries as reports
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.runtime import audit, files
from tongguan.runtime.contracts import FileInfo
from tongguan.runtime.transactions import atomic

#: How long a link opens; a department that comes later asks for a new one.
OPEN_FOR: Final = timedelta(days=7)
MOST: Final = 20
PATH: Final = "/api/partner/v1/departments/photos/"
_SALT: Final = "tongguan.exchange.photo"


def of_cases(case_ids: Collection[UUID]) -> dict[UUID, list[FileInfo]]:
    """Give the photos that may be shown to the unit of each case, at most 20; two statements."""
    told = reports.open_attachments(case_ids)
    known = files.infos(one for ids in told.values() for one in ids[:MOST])
    return {
        case_id: [known[one] for one in ids[:MOST] if one in known and known[one].kind.startswith("image/")]
        for case_id, ids in told.items()
    }


def listed(link: Link, order_id: UUID, photos: Sequence[FileInfo], at: datetime) -> list[dict[str, Any]]:
    """Give photos as an event tells of them; ``url`` opens until ``until``. Pure but for the signature."""
    until = at + OPEN_FOR
    return [
        {
            "id": photo.id,
            "name": f"{number}.{photo.kind.partition('/')[2]}",
            "kind": photo.kind,
            "width": photo.width,
            "height": photo.height,
            "url": _address(link, order_id, photo.id, until),
            "until": until,
        }
        for number, photo in enumerate(photos, start=1)
    ]


def again(link: Link, order_id: UUID) -> list[dict[str, Any]]:
    """Give fresh links to the photos of an order that is the department's. Raises NotFound."""
    known = SyncedOrder.objects.filter(link=link, order_id=order_id, open=True).first()
    if known is None:
        raise _unknown()
    return listed(link, order_id, of_cases([known.case_id]).get(known.case_id, []), clock.now())


def opened(token: str) -> tuple[FileInfo, BinaryIO]:
    """Open the photo of a link, audited. Raises NotFound (not, or no longer, theirs), Forbidden (late)."""
    try:
        told = signing.loads(token, salt=_SALT)
        code, order_id, file_id = str(told["l"]), UUID(told["o"]), UUID(told["f"])
        until = datetime.fromisoformat(told["u"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise _unknown() from None
    if clock.now() >= until:
        raise Forbidden("photo.too_late", zh="链接已过期，请重新索取", en="the link has ended, ask again")
    theirs = SyncedOrder.objects.filter(link__code=code, link__active=True, order_id=order_id, open=True)
    known = theirs.select_related("link").first()
    if known is None or file_id not in {one.id for one in of_cases([known.case_id]).get(known.case_id, [])}:
        raise _unknown()
    with atomic():
        actor, told = systems.actor_of(known.link), {"file": str(file_id), "order": str(order_id)}
        audit.record(actor, "link.photo", f"link:{code}", told)
    return files.open_public(file_id)


def _address(link: Link, order_id: UUID, file_id: UUID, until: datetime) -> str:
    told: Mapping[str, str] = {
        "l": link.code, "o": str(order_id), "f": str(file_id), "u": until.isoformat(timespec="seconds"),
    }  # fmt: skip
    origin = settings.CSRF_TRUSTED_ORIGINS[0] if settings.CSRF_TRUSTED_ORIGINS else ""
    return f"{origin}{PATH}{signing.dumps(told, salt=_SALT)}"


def _unknown() -> NotFound:
    return NotFound("photo.unknown", zh="没有这张照片", en="no such photo")
