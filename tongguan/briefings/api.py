# SPDX-License-Identifier: Apache-2.0
"""Verbs on briefings: write one, word its sentences, remark, review, send back, sign, tell, withdraw."""

import json
from typing import Any, Final
from uuid import UUID

from tongguan.briefings import course, guards, register, telling, writing
from tongguan.briefings.contracts import BriefingInfo, NewBriefing, State
from tongguan.briefings.facts import BriefingSigned
from tongguan.briefings.keeping import plan, switch, word
from tongguan.briefings.models import Briefing, Wording
from tongguan.briefings.polishing import polish
from tongguan.briefings.queries import described
from tongguan.documents.api import wording
from tongguan.documents.contracts import Cadence
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post
from tongguan.places import queries as places
from tongguan.runtime import api as runtime
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

__all__ = [
    "cancel",
    "distribute",
    "plan",
    "polish",
    "preview",
    "remark",
    "review",
    "reword",
    "send_back",
    "sign",
    "switch",
    "withdraw",
    "word",
    "write",
]

_LONGEST: Final = 500
_FOCUS: Final = 20


def write(actor: Actor, asked: NewBriefing, *, schedule_id: int | None = None) -> BriefingInfo:
    """Begin a briefing: the engine writes it, with a percentage, cancellable. Audited.

    Raises Forbidden, NotFound, Invalid (the field named).
    """
    guards.may(actor, guards.MAKERS, asked.division, "编制研判报告")
    guards.readable(actor, asked.division)
    template = register.named(asked.template, asked.version)
    read = register.checked(template.text)
    if template.division and not asked.division.startswith(template.division):
        raise Invalid(
            "briefing.not_here", "这个模板不用于该区划", "not a template for this", field="template"
        )
    focus = dict(asked.focus)
    missing = [one for one in read.asks if not focus.get(one)]
    if missing or any(not value or len(value) > _FOCUS for value in focus.values()):
        raise Invalid("briefing.focus", "请选定专题对象", f"say which: {missing}", field="focus")
    period = writing.period_of(asked, read.cadence)
    place = places.division_name(asked.division)
    focus_zh = writing.focus_name(asked.division, focus)
    ranged = period.cadence is Cadence.RANGE
    with atomic():
        row = Briefing.objects.create(
            template=template.code, template_version=template.version, template_text=template.text,
            kind=template.kind, title=f"{place}{template.name}（{period.zh}）"[:300], division=asked.division,
            place=place[:120], cadence=Cadence.RANGE if ranged else read.cadence, since=period.since,
            until=period.until, period=period.zh, focus=focus, focus_zh=focus_zh[:200],
            schedule_id=schedule_id, made_by=actor.key, made_by_name=actor.name, made_at=clock.now(),
        )  # fmt: skip
        writing.start(row, lambda params, total: runtime.start_job(actor, writing.KIND, params, total))
        audit.record(actor, "briefing.write", f"briefing:{row.pk}", {"template": template.code})
    return described(row)


def cancel(actor: Actor, briefing_id: UUID) -> None:
    """Stop the writing of a briefing. Raises NotFound, Conflict, Forbidden."""
    row = course.found(actor, briefing_id)
    guards.may(actor, guards.MAKERS, row.division, "取消编制")
    if row.state != State.WRITING or row.job_id is None:
        raise Conflict("briefing.state", "报告不在编制中", "it is not being written", state=row.state)
    runtime.cancel_job(actor, row.job_id)


def reword(
    actor: Actor, briefing_id: UUID, key: str, text: str, reason: str, expected: int | None
) -> BriefingInfo:
    """Word a sentence of a draft otherwise; its numbers stay. Kept with what was there before. Audited.

    ``text`` holds a mark for each figure (``⟦f3⟧``). Raises Forbidden, NotFound, Stale, Conflict, Invalid.
    """
    with atomic():
        row = course.held(actor, briefing_id, expected, State.DRAFT)
        guards.may(actor, guards.MAKERS | guards.REVIEWERS, row.division, "修改文字")
        sentence = wording.sentence_of(json.loads(row.document), key)
        if sentence is None:
            raise Invalid("briefing.sentence", "没有这一句", "no such sentence", field="key")
        try:
            pieces = wording.reworded(text, sentence["pieces"])
        except wording.Unlocked as locked:
            raise Invalid("briefing.locked", locked.zh, locked.en, field="text") from locked
        kept = Wording.objects.filter(briefing=row, key=key).first()
        before = wording.marked(kept.pieces if kept else sentence["pieces"])
        Wording.objects.update_or_create(
            briefing=row, key=key, defaults={"pieces": pieces, "source": "official"}
        )
        course.write(
            row, actor, "wording", key=key, before=before, after=text.strip(), reason=_reason(reason)
        )
        audit.record(actor, "briefing.reword", f"briefing:{row.pk}", {"key": key})
    return described(row)


def remark(actor: Actor, briefing_id: UUID, text: str, key: str = "") -> BriefingInfo:
    """Remark on a briefing, or on one of its sentences. Raises Invalid, NotFound, Conflict."""
    with atomic():
        row = course.held(actor, briefing_id, None, State.DRAFT, State.REVIEWED, State.SIGNED)
        if key and wording.sentence_of(json.loads(row.document), key) is None:
            raise Invalid("briefing.sentence", "没有这一句", "no such sentence", field="key")
        course.write(row, actor, "remark", key=key, after=_needed(text, "text"))
    return described(row)


def review(actor: Actor, briefing_id: UUID, expected: int | None) -> BriefingInfo:
    """Find a draft right. Another person than who made it, unless the platform did. Audited."""
    with atomic():
        row = course.held(actor, briefing_id, expected, State.DRAFT)
        guards.may(actor, guards.REVIEWERS, row.division, "审核研判报告")
        if row.made_by == actor.key:
            raise Forbidden("briefing.own", "编制人不能审核自己的报告", "somebody else must review it")
        row.state, row.reviewed_by, row.reviewed_by_name = State.REVIEWED, actor.key, actor.name
        course.write(row, actor, "review")
        audit.record(actor, "briefing.review", f"briefing:{row.pk}", {"digest": row.digest})
        telling.tell(row, "briefing.reviewed", [Post.LEADER], by=actor.name)
    return described(row)


def send_back(actor: Actor, briefing_id: UUID, reason: str, expected: int | None) -> BriefingInfo:
    """Give a reviewed briefing back as a draft, with the reason. Audited."""
    with atomic():
        row = course.held(actor, briefing_id, expected, State.REVIEWED)
        guards.may(actor, guards.REVIEWERS | guards.SIGNERS, row.division, "退回研判报告")
        row.state, row.reviewed_by, row.reviewed_by_name = State.DRAFT, "", ""
        course.write(row, actor, "send_back", reason=_needed(reason, "reason"))
        audit.record(actor, "briefing.send_back", f"briefing:{row.pk}", {"reason": reason})
    return described(row)


def sign(actor: Actor, briefing_id: UUID, expected: int | None) -> BriefingInfo:
    """Sign a reviewed briefing; what it says stays as it is from now on. Told to its schedule's posts."""
    with atomic():
        row = course.held(actor, briefing_id, expected, State.REVIEWED)
        guards.may(actor, guards.SIGNERS, row.division, "签发研判报告")
        row.state, row.signed_by_name, row.signed_at = State.SIGNED, actor.name, clock.now()
        course.write(row, actor, "sign")
        audit.record(actor, "briefing.sign", f"briefing:{row.pk}", {"digest": row.digest})
        outbox.publish(BriefingSigned(briefing_id=row.pk, division=row.division))
        if row.schedule is not None:
            telling.tell(row, "briefing.signed", row.schedule.signed_posts, by=actor.name)
    return described(row)


def distribute(actor: Actor, briefing_id: UUID, posts: list[str]) -> int:
    """Tell a signed briefing to the holders of posts; give how many people. Audited."""
    if not posts or not {Post(one) for one in _posts(posts)} <= CENTRE_POSTS | {Post.DEPARTMENT}:
        raise Invalid("briefing.posts", "请选择各级中心的岗位或处置部门", "choose posts", field="posts")
    with atomic():
        row = course.held(actor, briefing_id, None, State.SIGNED)
        guards.may(actor, guards.MAKERS, row.division, "分发研判报告")
        course.write(row, actor, "distribute", after="、".join(posts))
        told = telling.tell(row, "briefing.signed", posts, by=row.signed_by_name)
        audit.record(actor, "briefing.distribute", f"briefing:{row.pk}", {"posts": posts, "told": told})
    return told


def withdraw(actor: Actor, briefing_id: UUID, reason: str, expected: int | None) -> BriefingInfo:
    """Declare a briefing void; it stays readable as such. Audited."""
    with atomic():
        row = course.held(
            actor, briefing_id, expected, State.DRAFT, State.REVIEWED, State.SIGNED, State.FAILED
        )
        posts = guards.SIGNERS if row.state == State.SIGNED else guards.MAKERS
        guards.may(actor, posts, row.division, "作废研判报告")
        row.state = State.WITHDRAWN
        course.write(row, actor, "withdraw", reason=_needed(reason, "reason"))
        audit.record(actor, "briefing.withdraw", f"briefing:{row.pk}", {"reason": reason})
    return described(row)


def preview(actor: Actor, text: str, asked: NewBriefing) -> dict[str, Any]:
    """Give the document that a template's text would make; nothing is stored. Raises as ``write``."""
    guards.may(actor, guards.KEEPERS, asked.division, "试编模板")
    read = register.checked(text)
    focus = dict(asked.focus)
    period = writing.period_of(asked, read.cadence)
    focus_zh = writing.focus_name(asked.division, focus)
    return writing.made(read, 0, asked.division, period, tuple(sorted(focus.items())), focus_zh)


def _posts(posts: list[str]) -> list[str]:
    known = {post.value for post in Post}
    if not set(posts) <= known:
        raise Invalid("briefing.posts", "没有这个岗位", "no such post", field="posts")
    return posts


def _reason(text: str) -> str:
    if len(text) > _LONGEST:
        raise Invalid("briefing.long_text", f"最长 {_LONGEST} 字", f"at most {_LONGEST}", field="reason")
    return text.strip()


def _needed(text: str, field: str) -> str:
    if not text.strip() or len(text) > _LONGEST:
        raise Invalid(
            "briefing.text", f"请填写，最长 {_LONGEST} 字", f"1 to {_LONGEST} characters", field=field
        )
    return text.strip()
