# SPDX-License-Identifier: Apache-2.0
"""Verbs on templates and schedules: officials word the next version, plan what is written by itself."""

from typing import Final

from django.db import IntegrityError

from tongguan.briefings import guards, register
from tongguan.briefings.contracts import ScheduleInfo, TemplateInfo
from tongguan.briefings.models import Schedule, TemplateVersion
from tongguan.briefings.queries import planned
from tongguan.documents.contracts import Cadence
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid, NotFound, Stale
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

_NOTE: Final = 200
_DAY: Final = 24 * 60


def word(actor: Actor, text: str, note: str, expected: int, division: str = "") -> TemplateInfo:
    """Write a new template (``expected`` 0) or the next version of one; its code stands in the text. Audited.

    ``division``: whose a new one is, ``""``: everybody's. Raises Forbidden, Invalid with the place in the
    text, Stale for an outdated version, Conflict for a taken code.
    """
    read = register.checked(text)
    if not note.strip() or len(note) > _NOTE:
        raise Invalid("briefing.note", f"请写明改动，最长 {_NOTE} 字", "say what changed", field="note")
    try:
        newest = register.named(read.code)
    except NotFound:
        newest = None
    guards.keeps_templates(actor, newest.division if newest else division)
    current = newest.version if newest else 0
    if expected != current:
        if not expected:
            raise Conflict("briefing.code_taken", "已有这个代码的模板", "the code is taken", field="text")
        raise Stale("version.stale", "模板已被他人更新，请刷新", "it was changed meanwhile", field="If-Match")
    try:
        with atomic():
            row = TemplateVersion.objects.create(
                code=read.code, version=current + 1, name=read.name, kind=read.kind,
                cadence=read.cadence.value, division=newest.division if newest else division, text=text,
                note=note.strip(), by=actor.key, by_name=actor.name, at=clock.now(),
            )  # fmt: skip
            audit.record(actor, "briefing.word_template", f"template:{read.code}", {"version": row.version})
    except IntegrityError as error:
        raise Stale("version.stale", "模板已被他人更新，请刷新", "it was changed meanwhile") from error
    return register.info(row)


def plan(
    actor: Actor,
    template: str,
    division: str,
    minute: int,
    *,
    workdays: bool,
    posts: list[str],
    signed_posts: list[str],
) -> ScheduleInfo:
    """Have a template written by itself for a division, or change how. Audited. Raises as ``word``."""
    guards.may(actor, guards.KEEPERS, division, "安排定时报告")
    guards.readable(actor, division)
    info = register.named(template)
    if info.cadence == Cadence.RANGE or info.asks:
        raise Invalid(
            "briefing.not_regular", "专题与复盘不能定时", "only daily, weekly, monthly", field="template"
        )
    if not 0 <= minute < _DAY:
        raise Invalid("briefing.minute", "时刻为当天 0 到 1439 分", "minute of the day", field="minute")
    told = [*posts, *signed_posts]
    if not set(told) <= {post.value for post in CENTRE_POSTS | {Post.DEPARTMENT}}:
        raise Invalid("briefing.posts", "没有这个岗位", "no such post", field="posts")
    with atomic():
        row, _ = Schedule.objects.update_or_create(
            template=template, division=division,
            defaults={
                "minute": minute, "workdays": workdays, "active": True, "posts": posts,
                "signed_posts": signed_posts, "by": actor.key, "by_name": actor.name, "at": clock.now(),
            },
        )  # fmt: skip
        audit.record(actor, "briefing.plan", f"schedule:{row.pk}", {"template": template, "minute": minute})
    return planned([row])[0]


def switch(actor: Actor, schedule_id: int, *, active: bool) -> ScheduleInfo:
    """Stop or resume a schedule; what was missed meanwhile is not written. Audited. Raises NotFound."""
    with atomic():
        row = Schedule.objects.select_for_update().filter(pk=schedule_id).first()
        if row is None or not actor.scope.covers(row.division, *guards.KEEPERS):
            raise NotFound("briefing.no_schedule", "没有这项安排", "no such schedule")
        row.active = active
        row.save(update_fields=["active"])
        audit.record(actor, "briefing.switch", f"schedule:{row.pk}", {"active": active})
    return planned([row])[0]
