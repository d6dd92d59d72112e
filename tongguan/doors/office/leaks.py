# SPDX-License-Identifier: Apache-2.0
"""Leak watches at the desk: which networks are watched, the leaks believed in, the course by day (F57)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.doors.common import casework
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.kernel import clock
from tongguan.leakage import queries
from tongguan.leakage.contracts import (
    CAUTION,
    ENOUGH,
    QUIET_DAYS,
    BelievedLeak,
    CourseInfo,
    GaugeKind,
    LikelyPlace,
)

router = Router(tags=["漏损定位 leaks"])
_CODE: Final = 60
#: Litres a second in m³/h.
_LITRES: Final = 3.6


class GaugeCounts(Schema):
    """How many gauges of each kind: pressures, inflows, users' meters, levels of tanks."""

    pressure: int
    inflow: int
    meter: int
    level: int


class LeakWatchShown(Schema):
    """A watched network: days heard, those ``unread`` (too little was read), leaks that stand.

    ``newest`` null: no day was heard yet. ``learning``: so many days more teach what is usual.
    """

    code: str
    name: str
    division: str
    gauges: GaugeCounts
    changed_at: datetime
    days: int
    newest: date | None
    unread: int
    standing: int
    learning: int


class LeakCaseShown(Schema):
    """The case that a leak's alarm became."""

    id: UUID
    number: str
    state: str
    state_name: str


class LeakShown(Schema):
    """A leak believed in; ``flow`` in L/s, ``ended`` null: it still leaks.

    ``node`` is where it is believed now, ``told_node`` where its alarm says. ``mass``: probability that it
    lies within 300 m of ``node`` along the pipes; four fifths of it lie within ``radius_m``; both and
    ``others`` as of ``looked_on``. ``alarm`` and ``case``: the newest that one may see.
    """

    number: int
    node: str
    lon: float
    lat: float
    flow: float
    growing: bool
    since: date
    told_on: date
    told_node: str
    mass: float
    looked_on: date
    radius_m: float
    others: list[LikelyPlace]
    ended: date | None
    alarm: UUID | None
    case: LeakCaseShown | None


class LeakGauge(Schema):
    """A gauge of a watch: node or link of the model, number of its stream, whose readings they are."""

    kind: GaugeKind
    place: str
    stream: int
    name: str
    unit: str


class LeakWatchWhole(LeakWatchShown):
    """A watch with its leaks, those that are gone too, and its gauges.

    A leak is told once its place is ``sure`` within ``near_m``.
    """

    leaks: list[LeakShown]
    fittings: list[LeakGauge]
    sure: float
    near_m: float


class LeakFlow(Schema):
    """What a leak ran by day, L/s, as believed now; null: it did not run."""

    number: int
    flows: list[float | None]


class GaugeOff(Schema):
    """What a gauge read less what the model says and less what is usual, by day; null: not read whole."""

    kind: GaugeKind
    place: str
    name: str
    unit: str
    off: list[float | None]


class LeakCourse(Schema):
    """The newest days of a watch.

    ``read``: whether a day was read whole. ``evidence``: what it says of one more leak, in shares of what it
    takes to tell one; ``sure``: how certain its place would be (null: not read, or still learning).
    """

    days: list[date]
    read: list[bool]
    evidence: list[float | None]
    sure: list[float | None]
    leaks: list[LeakFlow]
    gauges: list[GaugeOff]


@router.get("/leak-watches", response=answers(list[LeakWatchShown]), operation_id="leak_watches")
def leak_watches(request: HttpRequest) -> HttpResponse:
    """Give the networks of the own divisions that are watched for leaks."""
    return reply([_watch(one) for one in queries.watches(actor_of(request))])


@router.get("/leak-watches/{code}", response=answers(LeakWatchWhole), operation_id="leak_watch")
def leak_watch(request: HttpRequest, code: str) -> HttpResponse:
    """Give one watch with its leaks and gauges."""
    actor = actor_of(request)
    watch = queries.watch(code[:_CODE], actor)
    found = queries.leaks(code[:_CODE], actor)
    known = cases.cases_by_id(actor, [one.case for one in found if one.case is not None])
    gauges = queries.gauges(code[:_CODE], actor)
    return reply(
        {
            **_watch(watch),
            "leaks": [_leak(one, known) for one in found],
            "fittings": [_named(LeakGauge, one) for one in gauges],
            "sure": CAUTION.mass,
            "near_m": CAUTION.near_m,
        }
    )


@router.get("/leak-watches/{code}/course", response=answers(LeakCourse), operation_id="leak_course")
def leak_course(request: HttpRequest, code: str, days: int = Query(90, ge=7, le=400)) -> HttpResponse:
    """Give the newest days of a watch: what the evidence said, what leaks ran, what gauges were off."""
    actor = actor_of(request)
    course = queries.course(code[:_CODE], actor, days)
    said = [None if one is None else (one.wins / ENOUGH, one.mass) for one in course.suspicions]
    return reply(
        {
            "days": course.days,
            "read": course.read,
            "evidence": [one and round(one[0], 3) for one in said],
            "sure": [one and one[1] for one in said],
            "leaks": [
                {"number": leak.number, "flows": _flows(leak, course)}
                for leak in queries.leaks(code[:_CODE], actor)
            ],
            "gauges": [_named(GaugeOff, one) for one in course.gauges if one.off],
        }
    )


def _watch(one: Any) -> dict[str, Any]:
    heard = one.days - one.unread
    shown = {name: getattr(one, name) for name in LeakWatchShown.model_fields if name != "learning"}
    return {**shown, "learning": max(QUIET_DAYS - heard, 0)}


def _leak(leak: BelievedLeak, known: Mapping[UUID, CaseInfo]) -> dict[str, Any]:
    shown = {name: getattr(leak, name) for name in LeakShown.model_fields}
    case = known.get(leak.case) if leak.case is not None else None
    return {**shown, "flow": round(leak.flow / _LITRES, 2), "case": _case(case) if case else None}


def _case(case: CaseInfo) -> dict[str, Any]:
    row = casework.row(case, clock.now())
    return {name: row[name] for name in LeakCaseShown.model_fields}


def _flows(leak: BelievedLeak, course: CourseInfo) -> Sequence[float | None]:
    ran = {day: round(flow / _LITRES, 2) for day, flow in leak.flows}
    return [ran.get(day) for day in course.days]


def _named(shape: type[Schema], one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in shape.model_fields}
