# SPDX-License-Identifier: Apache-2.0
"""Verbs of the exchange: links to departments' systems, what is sent to them, what they tell."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongguan.exchange import incoming, links, photos, systems
from tongguan.exchange.contracts import Taken
from tongguan.exchange.links import change, link, replay, retry, rotate, skip, switch
from tongguan.intake.contracts import Parcel
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic
from tongguan.tellings.reading import Fields, json_of

__all__ = [
    "change",
    "link",
    "photo",
    "photos_for_department",
    "replay",
    "replay_for_department",
    "retry",
    "rotate",
    "skip",
    "switch",
    "take",
]

photo = photos.opened


def photos_for_department(code: str, headers: Mapping[str, str], content: bytes) -> list[dict[str, Any]]:
    """Give fresh links to the photos of an order of theirs, ``{"order_id": "0198…"}``, signed.

    Raises Unauthenticated, Forbidden (stopped), Invalid, NotFound (not, or no longer, an order of theirs).
    """
    row = incoming.authenticate(code, headers, content)
    told = Fields(json_of(content))
    try:
        order_id = UUID(told.text("order_id", need=True))
    except ValueError:
        raise told.fault("order_id", "order.unknown", "不是工单编号", "is no order's id") from None
    return photos.again(row, order_id)


def take(code: str, headers: Mapping[str, str], parcel: Parcel) -> list[Taken]:
    """Take the signed events of a department's system; one answer per event, in their order.

    Raises Unauthenticated, Forbidden (stopped), Invalid (no events in it).
    """
    return incoming.take(incoming.authenticate(code, headers, parcel.body), parcel)


def replay_for_department(code: str, headers: Mapping[str, str], content: bytes) -> int:
    """Send again what a department's system asks for, ``{"from": 12}``, signed; give how many cases.

    Raises Unauthenticated, Forbidden, Invalid.
    """
    row = incoming.authenticate(code, headers, content)
    given = Fields(json_of(content)).number("from")
    number = int(given) if given is not None and abs(given) < 2**62 else 0
    actor = systems.actor_of(row)
    with atomic():
        count = links.rewind(row, number)
        audit.record(actor, "link.replay", f"link:{code}", {"from": number, "cases": count})
    return count
