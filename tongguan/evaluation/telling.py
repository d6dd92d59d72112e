# SPDX-License-Identifier: Apache-2.0
"""Counts that the casebook does not hold: what reporters were told (告知), what systems exchanged (数据共享).

Sharing is judged by what the platform itself can know of a department's system: which events it confirmed and
how soon, for which orders it ever told a state, and how many of the fields of its states it filled.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tongguan.cases import queries as cases
from tongguan.evaluation.spi import Teller, Told, tellers
from tongguan.exchange import queries as exchange
from tongguan.people.contracts import PLATFORM
from tongguan.replies import queries as replies

#: What a reporter is told when the matter is taken on, and when it is done.
_KINDS: Final = {"joined": "accept_told", "accepted": "accept_told", "closed": "close_told"}


def notices(since: datetime, until: datetime, _: Mapping[str, Any]) -> Iterator[Told]:
    """Tell each case once whose reporter was told of its acceptance, or of its closing."""
    first: dict[tuple[str, Any], datetime] = {}
    for case_id, _report, kind, at in replies.notices(since, until):
        if kind in _KINDS:
            first.setdefault((_KINDS[kind], case_id), at)
    known = cases.cases_by_id(PLATFORM, {case_id for _, case_id in first})
    for (count, case_id), at in first.items():
        case = known.get(case_id)
        if case is not None:
            yield Told(
                count=count, at=at, case_id=case_id, number=case.number, division=case.division,
                unit=case.lead_unit_id,
            )  # fmt: skip


def sharing(since: datetime, until: datetime, parameters: Mapping[str, Any]) -> Iterator[Told]:
    """Tell what units' systems were sent and confirmed, and the orders whose state they told.

    ``share_minutes``: within how many minutes a delivery is in time.
    """
    minutes = parameters.get("share_minutes")
    limit = None if minutes is None else timedelta(minutes=minutes)
    for unit, case_id, at, taken in exchange.deliveries(since, until):
        yield Told(count="share_due", at=at, case_id=case_id, unit=unit)
        if taken is not None and taken < until:
            yield Told(count="share_done", at=at, case_id=case_id, unit=unit)
            if limit is not None and taken - at <= limit:
                yield Told(count="share_in_time", at=at, case_id=case_id, unit=unit)
    for unit, case_id, at, told in exchange.handed_over(since, until):
        yield Told(count="share_orders", at=at, case_id=case_id, unit=unit)
        if told is not None and told < until:
            yield Told(count="share_states", at=at, case_id=case_id, unit=unit)
    for unit, case, at, due, lacks in exchange.states_told(since, until):
        for count, amount in (("due", due), ("filled", due - len(lacks)), ("empty", len(lacks))):
            if amount:
                yield Told(count=f"share_fields_{count}", at=at, amount=amount, case_id=case, unit=unit)


tellers.register("notices", Teller(("accept_told", "close_told"), notices, {}))
_SHARED: Final = (
    "share_due", "share_done", "share_in_time", "share_states", "share_orders",
    "share_fields_due", "share_fields_filled", "share_fields_empty",
)  # fmt: skip
tellers.register("sharing", Teller(_SHARED, sharing, {"share_in_time": "share_minutes"}))
