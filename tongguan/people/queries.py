# SPDX-License-Identifier: Apache-2.0
"""Reads of people and units. Units come from memory; people from the database."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from tongguan.kernel import clock
from tongguan.kernel.codes import DIVISION_LENGTHS
from tongguan.kernel.errors import NotFound
from tongguan.people import registers
from tongguan.people.contracts import NOWHERE, Actor, AppointmentInfo, CalendarInfo, Post, UnitInfo, UserInfo
from tongguan.people.duty import duty_gaps, rota
from tongguan.people.labels import POST_NAMES
from tongguan.people.models import Appointment, DutyShift, User, WorkCalendar
from tongguan.people.scoping import actor_of, division_q, prefix_q, unit_q
from tongguan.people.tokens import client, tokens
from tongguan.people.worktimes import calendar_for, calendar_named, calendar_with

__all__ = [
    "POST_NAMES",
    "actor_by_id",
    "actor_of",
    "appointments",
    "calendar_for",
    "calendar_named",
    "calendar_with",
    "calendars",
    "centre_for",
    "client",
    "colleagues",
    "division_q",
    "duty_gaps",
    "holders",
    "nearest_centre",
    "on_duty",
    "on_duty_among",
    "prefix_q",
    "rota",
    "superior_holders",
    "territorial_units",
    "tokens",
    "unit",
    "unit_by_code",
    "unit_q",
    "units",
    "units_of",
    "units_table",
    "units_with_duty",
    "user_named",
    "users",
]

_LENGTHS = {level: length for length, level in DIVISION_LENGTHS.items()}


def unit(unit_id: int) -> UnitInfo:
    """Give one unit. Raises NotFound."""
    found = registers.units().by_id.get(unit_id)
    if found is None:
        raise NotFound("unit.unknown", zh="没有这个机构", en="no such unit", field="unit")
    return found


def units(ids: Iterable[int]) -> dict[int, UnitInfo]:
    """Give the known units among these ids."""
    known = registers.units().by_id
    return {i: known[i] for i in ids if i in known}


def units_table() -> tuple[UnitInfo, ...]:
    """Give all units by id, also those no longer active."""
    known = registers.units().by_id
    return tuple(known[i] for i in sorted(known))


def unit_by_code(code: str) -> UnitInfo | None:
    """Give the unit with this code."""
    return registers.units().by_code.get(code)


def units_with_duty(duty: str, division: str) -> list[UnitInfo]:
    """Give active units with the duty word that serve the division, the nearest division first."""
    return registers.units().with_duty(duty, division)


def units_of(division: str, text: str = "", limit: int = 100) -> list[UnitInfo]:
    """Give active units in and above a division whose name holds the text, the nearest first."""
    found = [
        unit
        for unit in registers.units().by_id.values()
        if unit.active
        and (unit.division.startswith(division) or division.startswith(unit.division))
        and text in unit.name
    ]
    found.sort(key=lambda unit: (not division.startswith(unit.division), -len(unit.division), unit.path))
    return found[:limit]


def territorial_units(division: str) -> list[UnitInfo]:
    """Give the community and street units whose territory the division is in (属地), the nearest first."""
    return registers.units().territorial(division)


def centre_for(division: str, level: str | None = None) -> UnitInfo | None:
    """Give the operations centre of the division at a level (province … community), or of itself."""
    if level is None:
        return registers.units().centre(division)
    length = _LENGTHS[level]
    return registers.units().centre(division[:length]) if len(division) >= length else None


def nearest_centre(division: str) -> UnitInfo | None:
    """Give the centre of the division or of its nearest superior that has one."""
    return registers.units().nearest_centre(division)


def actor_by_id(user_id: int) -> Actor | None:
    """Give a person as an actor; None for one who may no longer sign in."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return actor_of(user) if user is not None else None


def users(ids: Iterable[int]) -> dict[int, UserInfo]:
    """Give the known people among these ids, in one statement."""
    return {user.pk: user.info() for user in User.objects.filter(id__in=set(ids))}


def user_named(username: str) -> UserInfo:
    """Give the person with this sign-in name. Raises NotFound."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise NotFound("user.unknown", zh=f"没有这个账号：{username}", en="no such user", field="user")
    return user.info()


def appointments(user_id: int) -> list[AppointmentInfo]:
    """Give the posts a person holds or held, in the order they were granted."""
    rows = Appointment.objects.filter(user_id=user_id).order_by("id")
    fields = ("id", "post", "unit_id", "division", "valid_from", "valid_to", "revoked_at")
    return [AppointmentInfo(number, Post(post), *rest) for number, post, *rest in rows.values_list(*fields)]


def calendars() -> list[CalendarInfo]:
    """Give the calendars of cities and units by code."""
    rows = WorkCalendar.objects.order_by("code").values_list("code", "name", "national", "shifts")
    return [
        CalendarInfo(code, name, national, tuple(tuple((a, b) for a, b in day) for day in shifts))
        for code, name, national, shifts in rows
    ]


def on_duty(post: Post, where: int | str, at: datetime) -> list[UserInfo]:
    """Give who is on duty at an instant in a unit (its id) or in the centre of a division (its code)."""
    unit_ids = [where] if isinstance(where, int) else [u.id for u in [nearest_centre(where)] if u]
    rows = (
        DutyShift.objects.filter(unit_id__in=unit_ids, post=post, cancelled_at__isnull=True)
        .filter(starts_at__lte=at, ends_at__gt=at, user__is_active=True)
        .order_by("starts_at", "id")
        .select_related("user")
    )
    return [row.user.info() for row in rows]


def on_duty_among(user_ids: Iterable[int], post: Post, at: datetime) -> set[int] | None:
    """Give which of these people are on duty at an instant; None when no rota is kept for any of them.

    A rota counts as kept when one of them has a shift within a week of the instant.
    """
    week = timedelta(days=7)
    rows = DutyShift.objects.filter(user_id__in=list(user_ids), post=post, cancelled_at__isnull=True)
    shifts = list(
        rows.filter(ends_at__gt=at - week, starts_at__lt=at + week).values_list(
            "user_id", "starts_at", "ends_at"
        )
    )
    return {user_id for user_id, start, end in shifts if start <= at < end} if shifts else None


def _held_by(post: Post, places: Q, at: datetime | None) -> list[tuple[Appointment, UserInfo]]:
    day = timezone.localdate(at or clock.now())
    rows = (
        Appointment.objects.filter(places, post=post, valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .filter(user__is_active=True, unit__active=True, revoked_at__isnull=True)
        .select_related("user")
        .order_by("id")
    )
    return [(row, row.user.info()) for row in rows]


def _nearest(keyed: list[tuple[str, UserInfo]]) -> list[UserInfo]:
    if not keyed:
        return []
    longest = max(len(key) for key, _ in keyed)
    return list({person.id: person for key, person in keyed if len(key) == longest}.values())


def holders(post: Post, where: int | str, at: datetime | None = None) -> list[UserInfo]:
    """Give who holds a post in a unit (its id), or for a division (its code).

    For a division: those appointed for it, else for its nearest superior that has somebody.
    """
    if isinstance(where, int):
        found = _held_by(post, Q(unit_id=where), at)
        return list({person.id: person for _, person in found}.values())
    found = _held_by(post, Q(division__in=list(registers.prefixes(where))), at)
    return _nearest([(row.division, person) for row, person in found])


def holders_among(post: Post, unit_ids: Collection[int]) -> dict[int, list[int]]:
    """Give for each of these units the ids of those who hold the post in it, in one statement."""
    found: dict[int, list[int]] = {unit_id: [] for unit_id in unit_ids}
    for row, person in _held_by(post, Q(unit_id__in=unit_ids), None):
        if person.id not in found[row.unit_id]:
            found[row.unit_id].append(person.id)
    return found


def colleagues(
    actor: Actor, post: Post, where: int | str, on_duty_at: datetime | None = None
) -> list[UserInfo]:
    """Give who holds a post (or is on duty then) at, above or below the actor's own divisions.

    Raises NotFound for another district's units and divisions, and for citizens everywhere.
    """
    division = unit(where).division if isinstance(where, int) else where
    held = [prefix for prefix in actor.scope.divisions() if prefix != NOWHERE]
    if not any(division.startswith(prefix) or prefix.startswith(division) for prefix in held):
        raise NotFound(
            "people.elsewhere", zh="不在您的管辖范围", en="not within your divisions", field="where"
        )
    return holders(post, where) if on_duty_at is None else on_duty(post, where, on_duty_at)


def superior_holders(post: Post, where: int | str, at: datetime | None = None) -> list[UserInfo]:
    """Give who holds a post at the nearest level above the unit (its id) or division (its code)."""
    if isinstance(where, int):
        above = {u.id: u.path for u in registers.units().upwards(where) if u.id != where}
        found = _held_by(post, Q(unit_id__in=list(above)), at)
        return _nearest([(above[row.unit_id], person) for row, person in found])
    found = _held_by(post, Q(division__in=[p for p in registers.prefixes(where) if p != where]), at)
    return _nearest([(row.division, person) for row, person in found])
