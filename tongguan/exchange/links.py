# SPDX-License-Identifier: Apache-2.0
"""Verbs on links to departments' systems: make, change, stop, give a new secret, send again, pass over."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from tongguan.exchange import credentials, mapping
from tongguan.exchange.contracts import NewLink
from tongguan.exchange.models import CaseQueue, Link, OutgoingEvent
from tongguan.handover import queries as handovers
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.messaging import api as messaging
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post, UnitInfo
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

#: How long the old secret holds beside the new one, unless told otherwise.
BOTH_HOLD: Final = timedelta(days=7)
_MOST_HOURS: Final = 24 * 90
_LONGEST_CODE, _LONGEST_NAME, _LONGEST_URL, _MOST_ITEMS = 40, 60, 500, 200
_LONGEST_DIVISION: Final = 12


def link(actor: Actor, new: NewLink) -> str:
    """Link a unit, or a service for a division, to its own system, audited; give the secret, shown this once.

    Raises Forbidden, NotFound (unit, division or handler), Invalid, Conflict (the code is taken, or the
    service has a system in the division).
    """
    columns = _checked(new, _whose(actor, new))
    secret = messaging.new_secret()
    with atomic():
        if Link.objects.filter(code=new.code).exists():
            raise Conflict("link.code_taken", zh="编码已被使用", en="the code is taken", field="code")
        same = Link.objects.filter(service=new.service, division=new.division)
        if new.service and same.exists():
            raise Conflict(
                "link.service_taken",
                zh="该部门在此区划已有对接",
                en="the service has a system in this division",
                field="division",
            )
        Link.objects.create(
            code=new.code,
            secret=credentials.closed(new.code, secret),
            created_at=clock.now(),
            created_by=actor.name,
            **columns,
        )
        audit.record(actor, "link.create", f"link:{new.code}", _told(columns))
    return secret


def change(actor: Actor, new: NewLink, expected_version: int | None = None) -> int:
    """Put another address, filter, handler or mapping in place, audited; give the new version.

    Events written before keep their wording. Raises NotFound, Forbidden, Invalid, Conflict (another
    version, or another unit or service: what it knows belongs to the old one).
    """
    with atomic():
        row = held(actor, new.code)
        columns = _checked(new, _whose(actor, new))
        if columns["unit_id"] != row.unit_id:
            raise Conflict(
                "link.unit", zh="不能改换单位，请另建对接", en="a link keeps its unit", field="unit"
            )
        if row.service and (columns["service"], columns["division"]) != (row.service, row.division):
            raise Conflict(
                "link.service",
                zh="不能改换移交部门和区划，请另建对接",
                en="a link keeps its service and division",
                field="service",
            )
        if expected_version is not None and expected_version != row.version:
            raise Conflict("link.version", zh="对接已被他人修改，请刷新", en="changed by somebody else")
        for name, value in columns.items():
            setattr(row, name, value)
        row.version += 1
        row.save(update_fields=[*columns, "version"])
        audit.record(actor, "link.change", f"link:{row.code}", {"version": row.version, **_told(columns)})
    return row.version


def switch(actor: Actor, code: str, *, active: bool) -> None:
    """Stop or resume a link, audited: what happens meanwhile is written and sent later."""
    with atomic():
        row = held(actor, code)
        row.active = active
        row.version += 1
        row.save(update_fields=["active", "version"])
        audit.record(actor, "link.switch", f"link:{code}", {"active": active})


def rotate(actor: Actor, code: str, hours: int | None = None) -> str:
    """Give a link a new secret, audited, and give it, shown this once.

    For so many hours (7 days) the old one holds too: we sign with both and take either. 0: at once.
    """
    kept = BOTH_HOLD if hours is None else timedelta(hours=_hours(hours))
    secret = messaging.new_secret()
    with atomic():
        row = held(actor, code)
        row.old_secret, row.old_until = row.secret, clock.now() + kept
        row.secret = credentials.closed(code, secret)
        row.version += 1
        row.save(update_fields=["secret", "old_secret", "old_until", "version"])
        audit.record(actor, "link.rotate", f"link:{code}", {"old_until": row.old_until.isoformat()})
    return secret


def _hours(hours: int) -> int:
    if not 0 <= hours <= _MOST_HOURS:
        raise Invalid("link.hours", zh=f"0 到 {_MOST_HOURS} 小时", en="0 to 2160 hours", field="hours")
    return hours


def replay(actor: Actor, code: str, from_seq: int) -> int:
    """Send everything from a number on again, case by case in order, audited; give how many cases.

    The events are the same, with the same ids: what the department has already, it can tell.
    """
    with atomic():
        row = held(actor, code)
        count = rewind(row, from_seq)
        audit.record(actor, "link.replay", f"link:{code}", {"from": from_seq, "cases": count})
    return count


def rewind(row: Link, from_seq: int) -> int:
    """Set back the queues of every case that has events from a number on; within a transaction."""
    if from_seq < 1:
        raise Invalid("link.seq", zh="序号从 1 开始", en="numbers begin with 1", field="from")
    cases = OutgoingEvent.objects.filter(link=row, seq__gte=from_seq).values("case_id")
    queues = CaseQueue.objects.filter(link=row, case_id__in=cases)
    back = {"due_at": clock.now(), "claim": None, "attempts": 0, "stuck": False, "error": ""}
    count = queues.filter(sent_seq__lt=from_seq).update(**back)
    return count + queues.filter(sent_seq__gte=from_seq).update(sent_seq=from_seq - 1, **back)


def retry(actor: Actor, code: str, case_id: UUID | None = None) -> int:
    """Try the stuck cases of a link again, or one of them, audited; give how many. Raises NotFound."""
    with atomic():
        row = held(actor, code)
        stuck = CaseQueue.objects.filter(Q() if case_id is None else Q(case_id=case_id), link=row, stuck=True)
        count = stuck.update(stuck=False, attempts=0, due_at=clock.now(), claim=None)
        if not count:
            raise NotFound("link.none_stuck", zh="没有卡住的案件", en="no case is stuck")
        audit.record(
            actor, "link.retry", f"link:{code}", {"case": str(case_id) if case_id else "", "cases": count}
        )
    return count


def skip(actor: Actor, code: str, case_id: UUID, reason: str) -> int:
    """Pass over the event at which a case is stuck, audited with the reason; give its number."""
    if not reason.strip():
        raise Invalid("link.reason", zh="请写明原因", en="say why", field="reason")
    with atomic():
        row = held(actor, code)
        queue = CaseQueue.objects.select_for_update().filter(link=row, case_id=case_id, stuck=True).first()
        later = OutgoingEvent.objects.filter(link=row, case_id=case_id).order_by("seq")
        passed = None if queue is None else later.filter(seq__gt=queue.sent_seq).first()
        if queue is None or passed is None:
            raise NotFound("link.none_stuck", zh="没有卡住的案件", en="no case is stuck")
        queue.sent_seq, queue.stuck, queue.attempts, queue.error = passed.seq, False, 0, ""
        queue.due_at = clock.now() if later.filter(seq__gt=passed.seq).exists() else None
        queue.claim = None
        queue.save()
        told = {"case": str(case_id), "seq": passed.seq, "reason": reason.strip()}
        audit.record(actor, "link.skip", f"link:{code}", told)
    return passed.seq


def held(actor: Actor, code: str) -> Link:
    """Lock a link of the actor's divisions. Raises Forbidden, NotFound."""
    may_operate(actor)
    row = Link.objects.select_for_update().filter(code=code).first()
    if row is None or not covers(actor, row.division):
        raise NotFound("link.unknown", zh="没有这个部门对接", en="no such link", field="code")
    return row


def may_operate(actor: Actor) -> None:
    """Raise Forbidden unless the actor is a system administrator somewhere, or the platform."""
    if actor != PLATFORM and Post.SYSADMIN not in actor.scope.posts():
        raise Forbidden("link.forbidden", zh="只有系统管理员可以操作", en="only a system administrator may")


def covers(actor: Actor, division: str) -> bool:
    """Tell whether a link's division is the actor's to operate."""
    return actor == PLATFORM or actor.scope.covers(division, Post.SYSADMIN)


def _unit(actor: Actor, code: str) -> UnitInfo:
    may_operate(actor)
    unit = people.unit_by_code(code)
    if unit is None or not unit.active or not covers(actor, unit.division):
        raise NotFound("unit.unknown", zh="没有这个机构", en="no such unit", field="unit")
    return unit


def _whose(actor: Actor, new: NewLink) -> dict[str, Any]:
    """Give the columns that say whose system it is: a unit's, or a service's for a division.

    Raises Forbidden, NotFound (not there, or not the actor's), Invalid naming what does not go together.
    """
    if bool(new.unit) == bool(new.service):
        raise Invalid("link.whose", zh="应为机构或移交部门之一", en="of a unit or of a service", field="unit")
    alien = ("division", "contact") if new.unit else ("handler", "items")
    given = next((name for name in alien if getattr(new, name)), "")
    if given:
        raise Invalid(
            "link.whose", zh="此类对接没有这一项", en="links of this kind have no such thing", field=given
        )
    if new.unit:
        unit = _unit(actor, new.unit)
        return {"unit_id": unit.id, "service": "", "contact": False, "division": unit.division}
    may_operate(actor)
    known = handovers.services()
    if new.service not in known:
        raise Invalid(
            "link.service",
            zh=f"移交部门应为 {'、'.join(known)}",
            en=f"one of {', '.join(known)}",
            field="service",
        )
    good = new.division.isascii() and new.division.isdigit() and len(new.division) <= _LONGEST_DIVISION
    if not good or not covers(actor, new.division):
        raise NotFound("division.unknown", zh="没有这个区划", en="no such division", field="division")
    return {"unit_id": None, "service": new.service, "contact": new.contact, "division": new.division}


def _checked(new: NewLink, whose: dict[str, Any]) -> dict[str, Any]:
    """Give the columns of a link. Raises Invalid."""
    good = new.code.isascii() and new.code.replace("-", "").replace("_", "").isalnum()
    if not good or len(new.code) > _LONGEST_CODE:
        raise Invalid(
            "link.code", zh="编码只能用字母、数字、-、_", en="letters, digits, - and _", field="code"
        )
    if not new.name.strip() or len(new.name) > _LONGEST_NAME or "\x00" in new.name:
        raise Invalid("link.name", zh=f"名称 1 到 {_LONGEST_NAME} 字", en="1 to 60 letters", field="name")
    wrong = messaging.check_url(new.url)
    if wrong or len(new.url) > _LONGEST_URL:
        raise Invalid("link.url", zh=wrong or "地址过长", en=wrong or "too long", field="url")
    if len(new.items) > _MOST_ITEMS or not all(one.isascii() and one.isalnum() for one in new.items):
        raise Invalid("link.items", zh="事项应为编码前缀", en="items are prefixes of codes", field="items")
    mapping.read(new.mapping)
    return {
        "name": new.name.strip(),
        **whose,
        "url": new.url,
        "handler_id": _handler(new.handler),
        "items": list(new.items),
        "mapping": dict(new.mapping),
    }


def _handler(username: str) -> int | None:
    if not username:
        return None
    found = people.user_named(username)
    return found.id


def _told(columns: dict[str, Any]) -> dict[str, Any]:
    names = ("url", "unit_id", "service", "division", "contact", "handler_id", "items", "mapping")
    return {name: columns[name] for name in names}
