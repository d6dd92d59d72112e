# SPDX-License-Identifier: Apache-2.0
"""Whom a hand-over is told to: who is on duty at the centre, or else who holds the post."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tongguan.cases.contracts import CaseInfo
from tongguan.handover import queries
from tongguan.handover.danger import Rules
from tongguan.handover.models import Handover
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import Post

_NOTICES_AT_ONCE = 1_000
_FIRST = (Post.DUTY_CHIEF, Post.ACCEPTOR)
LINK = "/desk/handovers"


class Listeners:
    """Who hears of danger at a place, each (post, place) asked once: make one per batch."""

    def __init__(self, at: datetime) -> None:
        """Ask for this instant."""
        self._at = at
        self._known: dict[tuple[Post, str], tuple[int, ...]] = {}

    def of(self, division: str, posts: Sequence[Post]) -> tuple[int, ...]:
        """Give the people: on duty if a rota is kept, else all holders; an unplaced telling is the city's."""
        where = division or queries.root()
        found: dict[int, None] = {}
        for post in posts:
            key = (post, where)
            if key not in self._known:
                ready = people.on_duty(post, where, self._at) or people.holders(post, where, self._at)
                self._known[key] = tuple(person.id for person in ready)
            found.update(dict.fromkeys(self._known[key]))
        return tuple(found)


def tell_noticed(
    rows: Sequence[Handover], known: Mapping[UUID, CaseInfo], rules: Rules, now: datetime
) -> None:
    """Tell duty chief and acceptors of new hand-overs at once."""
    listeners = Listeners(now)
    notices = []
    for row in rows:
        case = known.get(row.case_id) if row.case_id is not None else None
        where = case.hub if case is not None else row.division
        notices += [
            Notice(
                key=f"handover:{row.id}:noticed",
                to_user=user,
                template="handover.noticed",
                params=_params(row, case, rules),
                case_id=row.case_id,
                division=row.division,
                link=f"{LINK}?id={row.id}",
            )
            for user in listeners.of(where, _FIRST)
        ]
    _send(notices)


def tell_overdue(
    rows: Sequence[tuple[Handover, int, tuple[str, ...]]],
    known: Mapping[UUID, CaseInfo],
    rules: Rules,
    now: datetime,
) -> None:
    """Tell the ladder's rung (its number, the posts) of each hand-over that still waits."""
    listeners = Listeners(now)
    notices = []
    for row, rung, posts in rows:
        case = known.get(row.case_id) if row.case_id is not None else None
        where = case.hub if case is not None else row.division
        minutes = round((now - row.noticed_at).total_seconds() / 60)
        waits = "尚未移交" if row.state == "open" else "对方尚未确认接收"
        params = {
            **_params(row, case, rules),
            "minutes": str(minutes),
            "waits": waits,
            "untaken": _untaken(row),
        }
        notices += [
            Notice(
                key=f"handover:{row.id}:{row.state}:{rung}",
                to_user=user,
                template="handover.overdue",
                params=params,
                case_id=row.case_id,
                division=row.division,
                link=f"{LINK}?id={row.id}",
            )
            for user in listeners.of(where, [Post(word) for word in posts])
        ]
    _send(notices)


def tell_returned(
    row: Handover, known: Mapping[UUID, CaseInfo], rules: Rules, now: datetime, reason: str
) -> None:
    """Tell duty chief and acceptors at once that the service's system gave a hand-over back, and why."""
    case = known.get(row.case_id) if row.case_id is not None else None
    where = case.hub if case is not None else row.division
    _send(
        [
            Notice(
                key=f"handover:{row.id}:returned:{row.line_no}",
                to_user=user,
                template="handover.returned",
                params={**_params(row, case, rules), "system": row.system, "reason": reason},
                case_id=row.case_id,
                division=row.division,
                link=f"{LINK}?id={row.id}",
            )
            for user in Listeners(now).of(where, _FIRST)
        ]
    )


def _untaken(row: Handover) -> str:
    """Give what the overdue notice adds while a connected system has not got it, and nobody telephoned."""
    if not row.system or row.system_took_at is not None or row.state != "open":
        return ""
    return f"{row.system}尚未收到，请立即电话告知。"


def _params(row: Handover, case: CaseInfo | None, rules: Rules) -> dict[str, str]:
    service = rules.services.get(row.service)
    return {
        "number": case.number if case is not None else "（尚未立案）",
        "title": case.title if case is not None else "",
        "address": case.address if case is not None else "",
        "service": f"{service.number} {service.name}" if service is not None else row.service,
        "words": row.words,
    }


def _send(notices: list[Notice]) -> None:
    for begin in range(0, len(notices), _NOTICES_AT_ONCE):
        messaging.notify(notices[begin : begin + _NOTICES_AT_ONCE])
