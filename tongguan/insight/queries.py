# SPDX-License-Identifier: Apache-2.0
"""Reads of insight, each within the actor's scope.

Flows (where matters get stuck) are asked of the case book now, as the actor may see it. Proposals and
forecasts are rows; proposals speak of a city's or division's whole history and are shown to posts of centres
over it, forecasts to those over the unit's division or in the unit.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from tongguan.casebook.queries import Book, open_book
from tongguan.cases import queries as cases
from tongguan.insight import flows, terms
from tongguan.insight.contracts import (
    Considered,
    ForecastRecord,
    HandOvers,
    Heat,
    LookInfo,
    OverloadInfo,
    ProposalInfo,
    ProposalState,
    Rows,
    Slice,
    SlowCase,
    StateMap,
    UnitTime,
    Variants,
)
from tongguan.insight.models import Look, Overload, Proposal
from tongguan.insight.proposing import Terms
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.kernel.limits import limit_of
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post
from tongguan.people.queries import division_q, unit_q

#: Who reads where matters get stuck; each sees the cases of the own scope.
READERS: Final = frozenset(
    {
        Post.DISPATCHER, Post.DUTY_CHIEF, Post.LEADER, Post.SUPERVISOR, Post.EVALUATOR, Post.AUDITOR,
        Post.DEPARTMENT, Post.SYSTEM,
    }
)  # fmt: skip
_CENTRE: Final = READERS & CENTRE_POSTS
_CITY_DIGITS: Final = 4
#: What is looked at unless a period is asked for.
PERIOD: Final = timedelta(days=90)
_LONGEST: Final = timedelta(days=10 * 366)
_MOST: Final = 200


def rights(actor: Actor, posts: Collection[Post], *, city: bool = False) -> None:
    """Refuse who holds none of the posts (``city``: over a whole city or more). Raises Forbidden."""
    held = actor.scope.divisions(*posts) if actor.scope.posts() & frozenset(posts) else ()
    if not held or (
        city and not any(len(one) <= _CITY_DIGITS and (not one or one.isdigit()) for one in held)
    ):
        raise Forbidden(
            "insight.not_your_post",
            zh="您的岗位或辖区不能使用流程洞察的这一部分",
            en="your posts or divisions do not include this part of insight",
        )


def slice_of(
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    division: str = "",
    item: str = "",
    unit: int | None = None,
) -> Slice:
    """Give a slice; without times the last ninety days. Raises Invalid for a period that ends first."""
    end = until or clock.now()
    begin = since or end - PERIOD
    if not begin < end <= begin + _LONGEST:
        raise Invalid(
            "insight.period", zh="起点应早于终点，最长十年", en="the period must begin first", field="since"
        )
    return Slice(since=begin, until=end, division=division, item=item, unit=unit)


def state_map(actor: Actor, wanted: Slice) -> StateMap:
    """Give the process as it ran: states with visits and stays, and the ways between them."""
    rights(actor, READERS)
    with open_book(actor, since=wanted.since, until=wanted.until) as book:
        return flows.state_map(book, wanted, names())


def heat(actor: Actor, wanted: Slice, by: Rows = Rows.UNIT, most: int = 40) -> Heat:
    """Give durations of stages × units, items, families or divisions, the heaviest rows first."""
    rights(actor, READERS)
    with open_book(actor, since=wanted.since, until=wanted.until) as book:
        return flows.heat(book, wanted, by, names(), _row_names(book, by), most)


def unit_times(actor: Actor, wanted: Slice, most: int = 40) -> tuple[UnitTime, ...]:
    """Give waiting against working: the parts of units' work orders, those holding the most time first."""
    rights(actor, READERS)
    with open_book(actor, since=wanted.since, until=wanted.until) as book:
        return flows.unit_times(book, wanted, _units(book), most)


def variants(actor: Actor, wanted: Slice, most: int = 15) -> Variants:
    """Give the commonest sequences of states of closed cases with what came of them."""
    rights(actor, READERS)
    with open_book(actor, since=wanted.since, until=wanted.until) as book:
        return flows.variants(book, wanted, names(), most)


def hand_overs(actor: Actor, wanted: Slice, most: int = 40) -> HandOvers:
    """Give which leading units give cases to which, and pairs that play them to and fro."""
    rights(actor, READERS)
    with open_book(actor, since=wanted.since, until=wanted.until) as book:
        return flows.hand_overs(book, wanted, _units(book), most)


def slow_cases(
    actor: Actor, wanted: Slice, by: Rows, stage: str, key: str, most: int = 50
) -> tuple[SlowCase, ...]:
    """Give the cases behind one cell of the heat table, the slowest first."""
    rights(actor, READERS)
    with open_book(actor, since=wanted.since, until=wanted.until) as book:
        found = flows.slow_cases(book, wanted, by, stage, key, min(most, _MOST))
    called = names().states
    return tuple(replace(one, state=called.get(one.state, one.state)) for one in found)


def names() -> flows.Names:
    """Give what states and stages of all processes in use are called; the standard process first."""
    codes = dict.fromkeys(one.code for one in cases.process_versions())
    tables = [cases.process_named(code) for code in codes] or cases.checked_processes()
    states: dict[str, str] = {}
    stages: dict[str, str] = {}
    for table in sorted(tables, key=lambda one: one.code != "default"):
        for code, state in table.states.items():
            states.setdefault(code, state.name)
        for code, name in table.stages.items():
            stages.setdefault(code, name)
    return flows.Names(states, stages)


def _row_names(book: Book, by: Rows) -> dict[str, str]:
    if by is Rows.UNIT:
        return flows.names_of(book, "units", "id")
    if by is Rows.ITEM:
        return flows.names_of(book, "items", "code")
    return {} if by is Rows.FAMILY else flows.names_of(book, "divisions", "code")


def _units(book: Book) -> dict[int, str]:
    return {int(key): name for key, name in flows.names_of(book, "units", "id").items()}


# -- proposals of limits ------------------------------------------------------------------------------------


def proposals(actor: Actor, state: str = "open", limit: int = 100) -> list[ProposalInfo]:
    """Give proposals of a state ("" all), the newest first, without their evidence."""
    rows = _proposals(actor).defer("evidence")
    if state:
        rows = rows.filter(state=state)
    return [
        proposal_info(row, evidence=False) for row in rows.order_by("-made_at", "id")[: min(limit, _MOST)]
    ]


def proposal(actor: Actor, proposal_id: UUID) -> ProposalInfo:
    """Give one proposal with its evidence. Raises NotFound outside of the scope."""
    row = _proposals(actor).filter(pk=proposal_id).first()
    if row is None:
        raise NotFound("insight.no_proposal", zh="没有这条时限建议", en="no such proposal", field="proposal")
    return proposal_info(row)


def last_look(actor: Actor) -> LookInfo | None:
    """Give the newest look at all limits, with what was considered and why nothing else is proposed."""
    rights(actor, _CENTRE, city=True)
    row = Look.objects.order_by("-at", "-id").first()
    return None if row is None else look_info(row)


def terms_in_force(actor: Actor) -> tuple[Terms, int]:
    """Give when limits are proposed, and the version; 0: the platform's suggestion, set by nobody."""
    rights(actor, _CENTRE | {Post.SYSADMIN})
    return terms.in_force()


def _proposals(actor: Actor) -> QuerySet[Proposal]:
    """Proposals over divisions the actor's centre posts hold; those of a whole city for posts over one."""
    rights(actor, _CENTRE)
    held = actor.scope.divisions(*_CENTRE)
    rows = Proposal.objects.all()
    if any(len(one) <= _CITY_DIGITS and (not one or one.isdigit()) for one in held):
        return rows
    return rows.exclude(division="").filter(division_q(actor.scope, "division", *_CENTRE))


def proposal_info(row: Proposal, *, evidence: bool = True) -> ProposalInfo:
    """Give a proposal's row as others see it."""
    old, new = limit_of(row.from_value, row.unit), limit_of(row.to_value, row.unit)
    plain = {name: getattr(row, name) for name in _PLAIN}
    return ProposalInfo(
        **plain, state=ProposalState(row.state), from_value=float(row.from_value),
        to_value=float(row.to_value), from_zh=old.zh() if old else "", to_zh=new.zh() if new else "",
        reasons=_pairs(row.reasons), evidence=row.evidence if evidence else {},
    )  # fmt: skip


_PLAIN: Final = (
    "id", "subject", "stage", "item_code", "item_name", "kind", "division", "direction", "unit", "cases",
    "ends", "share_now", "share_then", "share_low", "share_high", "made_at", "period_from", "period_to",
    "rule_version", "clause", "decided_at", "decided_by", "reason", "applied", "version",
)  # fmt: skip


def look_info(row: Look) -> LookInfo:
    """Give a look's row as others see it."""
    considered = tuple(Considered(**{**one, "reasons": _pairs(one["reasons"])}) for one in row.considered)
    return LookInfo(
        at=row.at, by_name=row.by_name, period_from=row.period_from, period_to=row.period_to,
        read_at=row.read_at, terms=row.terms, proposed=row.proposed, considered=considered,
    )  # fmt: skip


def _pairs(rows: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(zh), str(en)) for zh, en in rows)


# -- overload -----------------------------------------------------------------------------------------------


def overloads(actor: Actor, week: date | None = None, limit: int = 50) -> list[OverloadInfo]:
    """Give the forecasts of a week (the newest forecast one), those with the most late matters first."""
    rows = _overloads(actor)
    if week is None:
        week = rows.order_by("-week").values_list("week", flat=True).first()
    if week is None:
        return []
    found = rows.filter(week=week).order_by("-late", "unit")[: min(limit, _MOST)]
    return [_overload_info(row) for row in found]


def forecast_record(actor: Actor) -> ForecastRecord:
    """Give how right past forecasts of the actor's units were, against saying what last week brought."""
    rows = list(_overloads(actor).filter(came__isnull=False).order_by("-week")[:5000])
    if not rows:
        return ForecastRecord(
            weeks=0, forecasts=0, mae=None, naive_mae=None, inside=None, inflow_mae=None
        )  # fmt: skip
    count = len(rows)
    came = [(row, row.came or 0, row.came_inflow or 0) for row in rows]
    return ForecastRecord(
        weeks=len({row.week for row in rows}),
        forecasts=count,
        mae=sum(abs(row.late - late) for row, late, _ in came) / count,
        naive_mae=sum(abs(row.naive_late - late) for row, late, _ in came) / count,
        inside=sum(row.low <= late <= row.high for row, late, _ in came) / count,
        inflow_mae=sum(abs(row.inflow - new) for row, _, new in came) / count,
    )


def _overloads(actor: Actor) -> QuerySet[Overload]:
    rights(actor, READERS)
    seen = division_q(actor.scope, "division", *_CENTRE) | unit_q(actor.scope, "unit_path", Post.DEPARTMENT)
    return Overload.objects.filter(seen)


def _overload_info(row: Overload) -> OverloadInfo:
    plain = {name: getattr(row, name) for name in _OVERLOAD}
    ratio = row.late / row.usual_late if row.usual_late > 0 else None
    return OverloadInfo(**plain, ratio=ratio, drivers=_pairs(row.drivers))


_OVERLOAD: Final = (
    "unit", "unit_name", "division", "week", "made_at", "open_load", "open_late", "inflow", "inflow_low",
    "inflow_high", "new_late", "late", "low", "high", "usual_late", "hindcast", "came", "came_inflow",
)  # fmt: skip
