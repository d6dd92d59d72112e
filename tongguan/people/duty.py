# SPDX-License-Identifier: Apache-2.0
"""The duty rota (值班表): who is on duty when, nights included, nobody in two places at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, NotFound
from tongguan.kernel.importing import RowError, refuse_rows
from tongguan.people import guards
from tongguan.people.contracts import Actor, Gap, NewShift, Post, ShiftInfo
from tongguan.people.models import DutyShift, Unit, User
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

#: Who draws up rotas: the duty chief of the division, the head of the unit, the system administrator.
_PLANNERS: Final = (Post.DUTY_CHIEF, Post.DEPARTMENT, Post.SYSADMIN)
_LONGEST: Final = timedelta(days=7)
_CHUNK: Final = 1000

_Span = tuple[datetime, datetime]


def _may_plan(actor: Actor, division: str, path: str) -> bool:
    if guards.within(actor, division, Post.DUTY_CHIEF, Post.SYSADMIN):
        return True
    return any(
        g.post == Post.DEPARTMENT and g.unit_path and path.startswith(g.unit_path) for g in actor.scope.grants
    )


def _times_mistake(row: NewShift) -> str | None:
    if row.starts_at.tzinfo is None or row.ends_at.tzinfo is None:
        return "时间须带时区"
    if row.ends_at <= row.starts_at:
        return "结束须晚于开始"
    if row.ends_at - row.starts_at > _LONGEST:
        return "一次值班不能超过 7 天"
    return None


def check_shifts(rows: Sequence[NewShift], actor: Actor, first_row: int = 1) -> list[RowError]:
    """Find every mistake in new turns of duty, overlaps with each other and with the rota among them."""
    units = {u.pk: u for u in Unit.objects.filter(pk__in={r.unit_id for r in rows}, active=True)}
    people = {r.user_id for r in rows} | {r.covers for r in rows if r.covers}
    known = set(User.objects.filter(pk__in=people, is_active=True).values_list("pk", flat=True))
    errors: list[RowError] = []
    good: list[tuple[int, NewShift]] = []
    for number, row in enumerate(rows, first_row):
        unit = units.get(row.unit_id)
        found = {
            "user": None if row.user_id in known else "没有这个用户",
            "covers": None if row.covers is None or row.covers in known else "没有这个用户",
            "unit": None
            if unit and _may_plan(actor, unit.division, unit.path)
            else "没有这个机构，或不在您的管辖范围",
            "starts_at": _times_mistake(row),
        }
        if not found["starts_at"]:
            good.append((number, row))
        errors += [RowError(number, name, mistake) for name, mistake in found.items() if mistake]
    taken = _taken([row for _, row in good])
    for number, row in good:
        spans = taken.setdefault(row.user_id, [])
        if any(start < row.ends_at and row.starts_at < end for start, end in spans):
            errors.append(RowError(number, "starts_at", "与此人的另一班次重叠"))
        spans.append((row.starts_at, row.ends_at))
    return errors


def _taken(rows: Sequence[NewShift]) -> dict[int, list[_Span]]:
    """Give the times at which these people are on duty already, within the span of the rows."""
    if not rows:
        return {}
    first, last = min(r.starts_at for r in rows), max(r.ends_at for r in rows)
    taken: dict[int, list[_Span]] = {}
    shifts = DutyShift.objects.filter(user_id__in={r.user_id for r in rows}, cancelled_at__isnull=True)
    shifts = shifts.filter(starts_at__lt=last, ends_at__gt=first)
    for user_id, start, end in shifts.values_list("user_id", "starts_at", "ends_at"):
        taken.setdefault(user_id, []).append((start, end))
    return taken


def roster(actor: Actor, rows: Sequence[NewShift]) -> list[int]:
    """Add turns of duty, all or none; give their ids.

    Raises Forbidden without the post 值班长, 处置部门 or 系统管理员; Invalid naming rows and fields.
    """
    guards.require_post(actor, *_PLANNERS)
    with atomic():
        # The people's rows are locked, so that two planners cannot put one person in two places.
        list(
            User.objects.select_for_update()
            .filter(pk__in={r.user_id for r in rows})
            .order_by("pk")
            .values_list("pk")
        )
        refuse_rows(check_shifts(rows, actor))
        made = DutyShift.objects.bulk_create(
            [
                DutyShift(
                    user_id=r.user_id, unit_id=r.unit_id, post=r.post,
                    starts_at=r.starts_at, ends_at=r.ends_at, covers_id=r.covers,
                )
                for r in rows
            ],
            batch_size=_CHUNK,
        )  # fmt: skip
        acts = [
            (
                f"unit:{s.unit_id}",
                {
                    "shift": s.pk,
                    "user": s.user_id,
                    "post": s.post,
                    "from": str(s.starts_at),
                    "to": str(s.ends_at),
                },
            )
            for s in made
        ]
        audit.record_many(actor, "duty.roster", acts)
        return [shift.pk for shift in made]


def cancel_shift(actor: Actor, shift_id: int) -> None:
    """Take a turn of duty off the rota; the row stays. Raises Forbidden, NotFound, Conflict when done."""
    guards.require_post(actor, *_PLANNERS)
    with atomic():
        shift = (
            DutyShift.objects.select_for_update(of=("self",))
            .select_related("unit")
            .filter(pk=shift_id)
            .first()
        )
        if shift is None or not _may_plan(actor, shift.unit.division, shift.unit.path):
            raise NotFound("shift.unknown", zh="没有这个班次", en="no such shift", field="shift")
        if shift.cancelled_at is not None:
            raise Conflict("shift.cancelled", zh="该班次已取消", en="already cancelled")
        shift.cancelled_at = clock.now()
        shift.save(update_fields=["cancelled_at"])
        audit.record(actor, "duty.cancel", f"unit:{shift.unit_id}", {"shift": shift.pk})


def _visible(actor: Actor, unit_id: int) -> Unit:
    """Give the unit if the actor's division or unit subtree holds it."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is not None and (
        guards.within(actor, unit.division)
        or any(unit.path.startswith(g.unit_path) for g in actor.scope.grants if g.unit_path)
    ):
        return unit
    raise NotFound("unit.unknown", zh="没有这个机构", en="no such unit", field="unit")


def rota(
    actor: Actor, unit_id: int, since: datetime, until: datetime, post: Post | None = None
) -> list[ShiftInfo]:
    """Give a unit's turns of duty that touch a span, by time. Raises NotFound outside of the scope."""
    unit = _visible(actor, unit_id)
    rows = DutyShift.objects.filter(
        unit=unit, cancelled_at__isnull=True, starts_at__lt=until, ends_at__gt=since
    )
    rows = (
        rows.filter(Q() if post is None else Q(post=post)).select_related("user").order_by("starts_at", "id")
    )
    return [
        ShiftInfo(s.pk, s.user.info(), s.unit_id, Post(s.post), s.starts_at, s.ends_at, s.covers_id)
        for s in rows
    ]


def duty_gaps(actor: Actor, unit_id: int, post: Post, since: datetime, until: datetime) -> list[Gap]:
    """Give the times within a span, nights among them, when nobody holds the post's duty in the unit."""
    gaps = []
    covered = since
    for shift in rota(actor, unit_id, since, until, post):
        if shift.starts_at > covered:
            gaps.append(Gap(covered, shift.starts_at))
        covered = max(covered, shift.ends_at)
    if covered < until:
        gaps.append(Gap(covered, until))
    return gaps
