# SPDX-License-Identifier: Apache-2.0
"""Verbs on appointments. The security administrator grants posts, to others only (三权分立, GB/T 22239)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.importing import RowError, refuse_rows
from tongguan.people import guards, stamps
from tongguan.people.contracts import Actor, NewAppointment, Post
from tongguan.people.facts import PostEnded, PostGranted
from tongguan.people.models import Appointment, Unit, User
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

#: The three powers: whoever holds one of them may hold none of the others.
POWERS: Final = frozenset({Post.SYSADMIN, Post.SECADMIN, Post.AUDITOR})
#: Posts that belong to no office: a citizen is one by registering, a system by its token.
_NOT_GRANTED: Final = frozenset({Post.CITIZEN, Post.SYSTEM})
_CHUNK: Final = 1000

_Span = tuple[str, str, str, date, date | None]  # unit code, post, division, first day, last day


def _overlap(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    return (first[1] is None or second[0] <= first[1]) and (second[1] is None or first[0] <= second[1])


def _post_mistake(row: NewAppointment, held: Iterable[_Span]) -> str | None:
    """Say why a post cannot be added to those held, or None."""
    for unit, post, division, since, until in held:
        if not _overlap((since, until), (row.valid_from, row.valid_to)):
            continue
        if (unit, post, division) == (row.unit, row.post, row.division):
            return "已有相同任职，时间重叠"
        if row.post in POWERS and post in POWERS and post != row.post:
            return "系统管理员、安全管理员、审计员不得由同一人担任（三权分立）"
    return None


def check_appointments(rows: Sequence[NewAppointment], actor: Actor, first_row: int = 1) -> list[RowError]:
    """Find every mistake in new appointments: against each other, the register and the actor's scope."""
    users = dict(User.objects.filter(username__in={r.username for r in rows}).values_list("username", "id"))
    units = dict(Unit.objects.filter(code__in={r.unit for r in rows}).values_list("code", "division"))
    held: dict[str, list[_Span]] = {}
    known = Appointment.objects.filter(user_id__in=users.values(), revoked_at__isnull=True)
    spans = known.values_list("user__username", "unit__code", "post", "division", "valid_from", "valid_to")
    for username, unit, post, division, since, until in spans:
        held.setdefault(username, []).append((unit, post, division, since, until))
    errors: list[RowError] = []
    for number, row in enumerate(rows, first_row):
        found: dict[str, str | None] = {}
        own = held.setdefault(row.username, [])
        if row.username not in users:
            found["username"] = "没有这个用户"
        elif users[row.username] == actor.id:
            found["username"] = "不能为自己授予岗位"
        if row.unit not in units:
            found["unit"] = "没有这个机构"
        elif not row.division.startswith(units[row.unit]):
            found["division"] = "区划范围不得超出机构所在区划"
        elif guards.division_mistake(row.division):
            found["division"] = guards.division_mistake(row.division)
        elif not guards.within(actor, row.division, Post.SECADMIN):
            found["division"] = "不在您的管辖范围"
        if row.valid_to is not None and row.valid_to < row.valid_from:
            found["valid_to"] = "不能早于起始日期"
        found["post"] = "该岗位不通过任职授予" if row.post in _NOT_GRANTED else _post_mistake(row, own)
        own.append((row.unit, row.post, row.division, row.valid_from, row.valid_to))
        errors += [RowError(number, name, mistake) for name, mistake in found.items() if mistake]
    return errors


def appoint_many(actor: Actor, rows: Sequence[NewAppointment]) -> list[int]:
    """Grant posts, all or none, set-based; give the appointments' ids.

    Raises Forbidden without the post 安全管理员; Invalid naming rows and fields: one's own sign-in name,
    one person with two of the three powers, a scope wider than the unit's or the actor's division.
    """
    guards.require_post(actor, Post.SECADMIN)
    with atomic():
        stamps.bump(stamps.APPOINTMENTS)
        refuse_rows(check_appointments(rows, actor))
        users = dict(
            User.objects.filter(username__in={r.username for r in rows}).values_list("username", "id")
        )
        units = dict(Unit.objects.filter(code__in={r.unit for r in rows}).values_list("code", "id"))
        made = Appointment.objects.bulk_create(
            [
                Appointment(
                    user_id=users[r.username], unit_id=units[r.unit], post=r.post, division=r.division,
                    valid_from=r.valid_from, valid_to=r.valid_to,
                )
                for r in rows
            ],
            batch_size=_CHUNK,
        )  # fmt: skip
        _set_staff({row.user_id for row in made if row.post in POWERS})
        audit.record_many(actor, "post.grant", [(f"user:{row.user_id}", _told(row)) for row in made])
        outbox.publish(
            *(
                PostGranted(
                    appointment_id=a.pk,
                    user_id=a.user_id,
                    unit_id=a.unit_id,
                    post=a.post,
                    division=a.division,
                )
                for a in made
            )
        )
        return [row.pk for row in made]


def appoint(actor: Actor, row: NewAppointment) -> int:
    """Grant one post. Gives and raises like ``appoint_many``."""
    return appoint_many(actor, [row])[0]


def _told(row: Appointment) -> dict[str, object]:
    return {
        "appointment": row.pk,
        "unit": row.unit_id,
        "post": row.post,
        "division": row.division,
        "from": str(row.valid_from),
        "to": str(row.valid_to) if row.valid_to else None,
    }


def _set_staff(user_ids: set[int]) -> None:
    """Open the registers' pages to those who hold one of the three powers, close them to the others."""
    today = timezone.localdate(clock.now())
    powers = Appointment.objects.filter(user_id=OuterRef("pk"), post__in=POWERS, revoked_at__isnull=True)
    powers = powers.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
    people = User.objects.filter(pk__in=user_ids, is_superuser=False)
    people.filter(Exists(powers)).update(is_staff=True)
    people.exclude(Exists(powers)).update(is_staff=False)


def end_appointment(actor: Actor, appointment_id: int, last_day: date | None = None) -> None:
    """End a post after its last day, or at once when none is given.

    Raises Forbidden without the post 安全管理员 or for one's own post; NotFound outside of the actor's
    division; Conflict when it has been revoked; Invalid for a last day before the first.
    """
    guards.require_post(actor, Post.SECADMIN)
    with atomic():
        stamps.bump(stamps.APPOINTMENTS)
        row = Appointment.objects.filter(pk=appointment_id).first()
        if row is None or not guards.within(actor, row.division, Post.SECADMIN):
            raise NotFound(
                "appointment.unknown", zh="没有这个任职", en="no such appointment", field="appointment"
            )
        if row.user_id == actor.id:
            raise Forbidden("appointment.own", zh="不能变更自己的岗位", en="not your own post")
        if row.revoked_at is not None:
            raise Conflict("appointment.ended", zh="该任职已撤销", en="already revoked")
        if last_day is not None and last_day < row.valid_from:
            raise Invalid(
                "appointment.last_day", zh="不能早于起始日期", en="before the first day", field="last_day"
            )
        if last_day is None:
            row.revoked_at = clock.now()
        else:
            row.valid_to = last_day
        row.save(update_fields=["revoked_at", "valid_to"])
        if row.post in POWERS:
            _set_staff({row.user_id})
        audit.record(actor, "post.end", f"user:{row.user_id}", _told(row))
        outbox.publish(
            PostEnded(
                appointment_id=row.pk,
                user_id=row.user_id,
                unit_id=row.unit_id,
                post=row.post,
                division=row.division,
            )
        )
