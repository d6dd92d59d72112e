# SPDX-License-Identifier: Apache-2.0
"""The live stream of a connected system: the facts of the cases it may read."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.pages import stream_url
from tongguan.doors.common.reply import reply
from tongguan.doors.partner.auth import Bearer
from tongguan.people import queries as people
from tongguan.people.contracts import Post
from tongguan.runtime import api as runtime
from tongguan.runtime import spi

router = Router(tags=["事件流 stream"])
_SCOPE: Final = "cases:read"
#: How a notice to an official fared, and what walls show, is the platform's own affair.
_INTERNAL: Final = ("Message", "Inbox", "Wall")


class TicketShown(Schema):
    """Where the stream is, and the ticket that opens it for five minutes."""

    url: str
    ticket: str


@router.get(
    "/stream-ticket", auth=Bearer(_SCOPE), response=answers(TicketShown), operation_id="stream_ticket"
)
def stream_ticket(request: HttpRequest) -> HttpResponse:
    """Give a ticket for the live stream (server-sent events): ``GET {url}?ticket={ticket}``.

    The stream goes on after the ticket has expired, as long as the token holds. Who comes back asks for a
    new ticket and names the last ``id`` in ``Last-Event-ID`` (or ``after``): nothing is missed.
    """
    ticket = runtime.stream_ticket(actor_of(request).key)
    return reply({"url": stream_url(request), "ticket": ticket})


def view_of(who: str) -> spi.StreamView | None:
    """Give what a system may see: facts of cases of its division, none once its token ends."""
    found = people.client(who)
    if found is None or _SCOPE not in found[1]:
        return None
    divisions = tuple(found[0].scope.divisions(Post.SYSTEM))

    def may_see(name: str, division: str, payload: Mapping[str, Any]) -> bool:
        about_case = payload.get("case_id") is not None and not name.startswith(_INTERNAL)
        return about_case and division.startswith(divisions)

    return may_see


spi.stream_scope.register("partner", view_of)
