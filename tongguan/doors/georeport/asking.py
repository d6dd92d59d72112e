# SPDX-License-Identifier: Apache-2.0
"""What a query of GeoReport v2 asks for, read and bounded."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest

from tongguan.channels.open311.offer import Offer
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.places import queries as places
from tongguan.tellings.reading import Fields

SPAN: Final = timedelta(days=90)
MOST: Final = 1_000
_FARTHEST: Final = 100_000
_STATUSES: Final = frozenset({"open", "closed"})
#: In an address a plus is a space: 2026-05-01T08:00:00 08:00 was meant with a plus.
_LOST_PLUS: Final = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)$")


def jurisdiction(offer: Offer, name: str) -> str:
    """Give the division that a jurisdiction_id names, "" for none. Raises NotFound."""
    if not name:
        return ""
    code = offer.jurisdictions.get(name, name)
    if code not in places.divisions([code]):
        raise NotFound("open311.jurisdiction", zh="没有找到", en="was not found", field="jurisdiction_id")
    return code


def listed(request: HttpRequest, name: str) -> list[str]:
    """Give the values of a parameter, told once with commas or several times. Raises Invalid above 1,000."""
    values = [one.strip() for told in request.GET.getlist(name) for one in told.split(",") if one.strip()]
    if len(values) > MOST:
        raise Invalid("open311.many", zh=f"最多 {MOST} 个", en=f"at most {MOST}", field=name)
    return values


def period(request: HttpRequest) -> tuple[datetime, datetime]:
    """Give the period asked for: the last 90 days where none is told. Raises Invalid beyond 90 days."""
    told = {name: _LOST_PLUS.sub(r"\1+\2", request.GET.get(name, "")) for name in ("start_date", "end_date")}
    fields = Fields(told)
    since, until = fields.moment("start_date"), fields.moment("end_date")
    try:
        until = until or (since + SPAN if since else clock.now() + timedelta(seconds=1))
        since = since or until - SPAN
    except OverflowError as error:
        raise Invalid("open311.period", zh="超出范围", en="out of range", field="start_date") from error
    if until - since > SPAN:
        raise Invalid(
            "open311.span", zh="起止不得超过 90 天", en="may not span more than 90 days", field="start_date"
        )
    return since, until


def status(request: HttpRequest) -> bool | None:
    """Give whether open ones are wanted, closed ones, or (None) both. Raises Invalid."""
    wanted = set(listed(request, "status"))
    if not wanted <= _STATUSES:
        raise Invalid("open311.status", zh="应为 open 或 closed", en="must be open or closed", field="status")
    return None if len(wanted) != 1 else wanted == {"open"}


def page(request: HttpRequest) -> tuple[int, int]:
    """Give (offset, limit) of ``page`` and ``page_size``. Raises Invalid."""
    number, size = _whole(request, "page", 1, _FARTHEST), _whole(request, "page_size", MOST, MOST)
    if (number - 1) * size > _FARTHEST:
        raise Invalid(
            "open311.far", zh="页数过大，请缩短日期范围", en="too far, narrow the dates", field="page"
        )
    return (number - 1) * size, size


def _whole(request: HttpRequest, name: str, usual: int, most: int) -> int:
    told: Any = request.GET.get(name, "") or usual
    number = (
        int(told) if str(told).isascii() and str(told).isdigit() and len(str(told)) <= len(str(most)) else 0
    )
    if not 1 <= number <= most:
        raise Invalid("open311.page", zh=f"应为 1 到 {most}", en=f"must be 1 to {most}", field=name)
    return number
