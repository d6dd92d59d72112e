# SPDX-License-Identifier: Apache-2.0
"""CAP out: what was confirmed is issued, updated with its grade, cancelled when it is over or was false."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from tongguan.alarms import queries as alarms
from tongguan.alarms.contracts import GRADES, AlarmInfo, Grade
from tongguan.alarms.facts import AlarmCleared, AlarmConfirmed, AlarmEvaluated, AlarmGraded, AlarmRejected
from tongguan.runtime.contracts import Delivered
from tongguan.warnings import cap
from tongguan.warnings.models import Issued

#: emergency.yaml levels: cap_severity_suggestion.
_SEVERITY: Final = {
    Grade.BLUE: "Minor",
    Grade.YELLOW: "Moderate",
    Grade.ORANGE: "Severe",
    Grade.RED: "Extreme",
}
_OVER: Final = (AlarmCleared, AlarmRejected, AlarmEvaluated)
_RESTRICTION: Final = "限行业主管部门、权属单位与属地使用"
#: Metres round the sensor; a point alone is no area in CAP.
_RADIUS_KM: Final = 0.5


def issue(batch: Sequence[Delivered]) -> int:
    """Issue what a batch of facts means for those outside; give how many messages.

    An alarm that nobody confirmed is not issued, so neither is its change or end.
    """
    known = alarms.alarms_by_id(pk for one in batch if (pk := getattr(one.fact, "alarm_id", None)))
    count = 0
    for one in batch:
        info = known.get(getattr(one.fact, "alarm_id", UUID(int=0)))
        if info is not None and info.head_id == info.id:
            count += _issue(one, info)
    return count


def _issue(one: Delivered, info: AlarmInfo) -> int:
    before = list(Issued.objects.filter(alarm_id=info.id).order_by("no"))
    last = before[-1] if before else None
    if isinstance(one.fact, AlarmConfirmed):
        kind = "" if last is not None and last.msg_type != "Cancel" else "Alert"
    elif last is None or last.msg_type == "Cancel":
        return 0
    else:
        kind = (
            "Cancel" if isinstance(one.fact, _OVER) else "Update" if isinstance(one.fact, AlarmGraded) else ""
        )
    if not kind:
        return 0
    number = 1 + (Issued.objects.filter(alarm_id=info.id).aggregate(last=Max("no"))["last"] or 0)
    message = message_of(
        info, kind, number, one.at.replace(microsecond=0), [(r.identifier, r.sent) for r in before]
    )
    Issued.objects.create(
        alarm_id=info.id, no=number, identifier=message.identifier, msg_type=kind, sent=message.sent,
        title=message.infos[0].headline[:200], division=info.division, body=cap.write(message).decode(),
    )  # fmt: skip
    return 1


def message_of(
    info: AlarmInfo, kind: str, number: int, sent: datetime, before: Sequence[tuple[str, datetime]]
) -> cap.Message:
    """Give the message about an alarm; ``before``: identifiers and times of those already sent of it."""
    sender = str(settings.CAP_SENDER)
    local = timezone.localtime(sent)
    grade = Grade(info.grade)
    over = kind == "Cancel"
    words = "预警解除" if over else f"{GRADES[grade]}预警"
    circle = () if info.lon is None or info.lat is None else ((info.lat, info.lon, _RADIUS_KM),)
    return cap.Message(
        identifier=f"{sender}-{info.id}-{number}",
        sender=sender,
        sent=local,
        status="Actual",
        msg_type=kind,
        scope="Restricted",
        restriction=_RESTRICTION,
        references=tuple(cap.Reference(sender, name, timezone.localtime(at)) for name, at in before),
        infos=(
            cap.Info(
                event=info.name,
                categories=("Infra",),
                urgency="Past" if over else "Immediate",
                severity=_SEVERITY[grade],
                certainty="Observed",
                language="zh-CN",
                responses=("AllClear",) if over else ("Assess",),
                onset=timezone.localtime(info.raised_at).replace(microsecond=0),
                headline=f"{words}：{info.name} {info.place}".strip(),
                description=info.words,
                parameters=(("grade", str(int(grade))), ("rule", info.rule)),
                areas=(cap.Area(info.place or info.division, (), circle, (("division", info.division),)),),
            ),
        ),
    )
