# SPDX-License-Identifier: Apache-2.0
"""Reads of warnings that came and went, within the actor's divisions."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

from django.db.models import Q

from tongguan.kernel import clock
from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import Actor
from tongguan.people.queries import division_q
from tongguan.warnings import cap
from tongguan.warnings.contracts import DistributionInfo, IssuedInfo, ReceivedInfo, UnreadableInfo
from tongguan.warnings.models import Issued, Received, Unreadable

_ATOM: Final = "http://www.w3.org/2005/Atom"
_CAP_TYPE: Final = "application/cap+xml"
_UNREADABLE: Final = tuple(UnreadableInfo.__dataclass_fields__)
_ISSUED: Final = tuple(IssuedInfo.__dataclass_fields__)


def received(actor: Actor, *, active: bool = True, limit: int = 100) -> list[ReceivedInfo]:
    """Give warnings of other systems, the newest first; ``active``: only those in force.

    A centre sees those for its own divisions and those for what it lies in: a city's storm is the district's.
    """
    rows = Received.objects.filter(_reaching(actor)).order_by("-sent", "-id")
    if active:
        in_force = Q(expires__isnull=True) | Q(expires__gt=clock.now())
        rows = rows.filter(in_force, replaced_by__isnull=True, ended=False)
    return [_info(row) for row in rows[:limit]]


def _reaching(actor: Actor) -> Q:
    above = {code[:n] for code in actor.scope.divisions() if code.isdigit() for n in range(2, len(code))}
    return division_q(actor.scope, "division") | Q(division__in=above)


def _info(row: Received) -> ReceivedInfo:
    over = row.expires is not None and row.expires <= clock.now()
    state = "ended" if row.ended else "replaced" if row.replaced_by_id else "expired" if over else "active"
    plain = [name for name in ReceivedInfo.__dataclass_fields__ if name not in {"state", "distribution"}]
    shown = {name: getattr(row, name) for name in plain}
    return ReceivedInfo(**shown, state=state, distribution=_distribution(row.distribution))


def _distribution(told: dict[str, Any]) -> DistributionInfo | None:
    if not told:
        return None
    known = {name: told[name] for name in DistributionInfo.__dataclass_fields__}
    target = tuple(" ".join(pair) for pair in known.pop("target"))
    return DistributionInfo(**known | {"sent": datetime.fromisoformat(known["sent"]), "target": target})


def unreadable(actor: Actor, limit: int = 100) -> list[UnreadableInfo]:
    """Give what came as CAP and could not be read, the newest first."""
    rows = Unreadable.objects.filter(division_q(actor.scope, "division")).order_by("-last_at")
    return [UnreadableInfo(**one) for one in rows.values(*_UNREADABLE)[:limit]]


def issued(actor: Actor, *, alarm_id: UUID | None = None, limit: int = 100) -> list[IssuedInfo]:
    """Give the messages that went out, the newest first."""
    rows = Issued.objects.filter(division_q(actor.scope, "division"))
    rows = rows if alarm_id is None else rows.filter(alarm_id=alarm_id)
    return [IssuedInfo(**one) for one in rows.order_by("-sent", "-id").values(*_ISSUED)[:limit]]


def message(actor: Actor, identifier: str) -> IssuedInfo:
    """Give one message that went out. Raises NotFound."""
    rows = Issued.objects.filter(division_q(actor.scope, "division"), identifier=identifier)
    found = rows.values(*_ISSUED).first()
    if found is None:
        raise NotFound("cap.unknown", zh="没有这条消息", en="no such message", field="identifier")
    return IssuedInfo(**found)


def feed(actor: Actor, address: str, limit: int = 100) -> bytes:
    """Give the newest messages as an Atom feed (RFC 4287); ``address`` is where it is read."""
    rows = issued(actor, limit=limit)
    root = Element("feed", {"xmlns": _ATOM})
    SubElement(root, "id").text = address
    SubElement(root, "title").text = "预警发布"
    SubElement(root, "updated").text = rows[0].sent.isoformat() if rows else clock.now().isoformat()
    SubElement(SubElement(root, "author"), "name").text = "统管"
    SubElement(root, "link", {"rel": "self", "href": address})
    for row in rows:
        entry = SubElement(root, "entry")
        SubElement(entry, "id").text = f"urn:cap:{row.identifier}"
        SubElement(entry, "title").text = row.title
        SubElement(entry, "updated").text = row.sent.isoformat()
        SubElement(
            entry, "link", {"rel": "alternate", "type": _CAP_TYPE, "href": f"{address}/{row.identifier}"}
        )
        content = SubElement(entry, "category", {"term": row.msg_type})
        content.set("scheme", cap.NAMESPACE)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body
