# SPDX-License-Identifier: Apache-2.0
"""The rows behind a value: a token that names them, and the look-up that gives them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet, Sum
from django.utils import timezone

from tongguan.indicators.contracts import Kind
from tongguan.indicators.expressions import WINDOWS, Term
from tongguan.indicators.models import CountedStep
from tongguan.indicators.sources import measures
from tongguan.indicators.sums import CENTRE_DIGITS, MAJOR_DIGITS
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.people import queries as people

_MARK: Final = "~"
_PARTS: Final = 4


def desk_query(term: Term, place: str) -> str:
    """Give what the desk's list of cases is asked for the rows of a term (a query string)."""
    measure = measures.get(term.measure)[1]
    if not measure.desk or len(term.item) == MAJOR_DIGITS:
        return urlencode({"sign": token(term, place)}, safe=_MARK)
    # A plus in a query string is a blank: times go without one, in UTC.
    since = f"{begin(term.window):%Y-%m-%dT%H:%M:%SZ}"
    found = [measure.desk.format(since=since)]
    found += [f"division={place}"] if place else []
    found += [urlencode({"item": term.item})] if term.item else []
    return "&".join(found)


def token(term: Term, place: str) -> str:
    """Name the rows of a term in a place: ``case_closed~today~~9901``."""
    return _MARK.join((*term, place))


def begin(window: str) -> datetime:
    """Give when a window began, in UTC: a local midnight; for ``now`` the beginning of time."""
    zone = timezone.get_default_timezone()
    midnight = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = WINDOWS[window]
    return (midnight - timedelta(days=days - 1)).astimezone(UTC) if days else _EVER


_EVER: Final = datetime(1992, 1, 1, tzinfo=UTC)


def subjects(named: str) -> QuerySet[Any]:
    """Give the ids of the subjects that a token names, as a query set for an ``in``.

    Not scoped: whoever uses it must apply the scope of the rows it narrows. Raises Invalid.
    """
    parts = named.split(_MARK)
    if len(parts) != _PARTS or parts[0] not in measures or parts[1] not in WINDOWS:
        raise _unknown()
    code, window, item, place = parts
    measure = measures.get(code)[1]
    if len(place) not in CENTRE_DIGITS or (window == "now") != (measure.kind is Kind.LEVEL):
        raise _unknown()
    rows = CountedStep.objects.filter(people.prefix_q("place", place), measure=code, at__lte=clock.now())
    if window != "now":
        rows = rows.filter(at__gte=begin(window))
    if len(item) == MAJOR_DIGITS:
        rows = rows.filter(people.prefix_q("item", item))
    elif item:
        rows = rows.filter(item=item)
    summed = rows.order_by().values("subject").annotate(n=Sum("amount"))
    return summed.exclude(n=0).values("subject")


def _unknown() -> Invalid:
    return Invalid("sign.token", zh="体征明细的条件有误", en="names no rows of a vital sign", field="sign")
