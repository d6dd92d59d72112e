# SPDX-License-Identifier: Apache-2.0
"""Looking at closings with every detector, and keeping what is found, each finding once per closing.

Findings above a detector's threshold wait for a supervisor; those of a paused detector are held.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.utils import timezone

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.kernel import clock
from tongguan.kernel.geometry import cells_within, distance_m
from tongguan.people.contracts import PLATFORM
from tongguan.revisits import bars, detect
from tongguan.revisits.columns import Closing, Shot, closings, floats, hours, shots, used_before
from tongguan.revisits.contracts import SuspicionState
from tongguan.revisits.declared import looking, looking_version
from tongguan.revisits.facts import SuspicionRaised
from tongguan.revisits.models import Duration, Pace, Suspicion, Task
from tongguan.revisits.precision import Standing
from tongguan.runtime import outbox

_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding: about which case, how strong, in words, with its evidence as plain JSON."""

    case: CaseInfo
    detector: str
    score: float
    words: str
    evidence: dict[str, Any] = field(default_factory=dict)


def look(case_ids: Collection[UUID]) -> int:
    """Look at cases that were closed just now; give how many suspicions were kept."""
    rows = closings(case_ids)
    _remember(rows)
    pictures = shots(rows)
    return keep([*_reused(pictures), *_elsewhere(pictures), *_untimely(pictures), *_fast(rows)])


def _remember(rows: Sequence[Closing]) -> None:
    Duration.objects.bulk_create(
        (
            Duration(
                case_id=row.case.id,
                round=row.case.reopens,
                item_code=row.case.item_code,
                minutes=row.minutes,
                at=row.case.closed_at or row.case.opened_at,
            )
            for row in rows
            if row.minutes > 0
        ),
        ignore_conflicts=True,
    )


def _reused(pictures: Sequence[Shot]) -> Iterable[Found]:
    """Find photos that were kept before for another matter, to the byte or edited."""
    earlier = used_before(pictures)
    scores = detect.reuse(
        np.array([like.bits for _, like in earlier], np.int64),
        np.array([like.exact for _, like in earlier], bool),
    )
    for (one, like), score in zip(earlier, scores.tolist(), strict=True):
        how = (
            "完全相同"
            if like.exact
            else f"是同一张，仅经缩放、压缩或调色（图像指纹 64 位相差 {like.bits} 位）"
        )
        yield Found(
            case=one.closing.case,
            detector="reused_photo",
            score=score,
            words=f"处置后照片与 {_day(like.file.at)} 上传的照片{how}",
            evidence={"photo": str(one.file.id), "earlier": str(like.file.id), "bits": like.bits}
            | {"exact": like.exact},
        )


def _elsewhere(pictures: Sequence[Shot]) -> Iterable[Found]:
    located = [one for one in pictures if one.file.lon is not None and one.closing.case.lon is not None]
    allowed = floats(_settings(one.closing.case)["photo_distance_m"] for one in located)
    score, metres = detect.elsewhere(
        floats(one.file.lon for one in located),
        floats(one.file.lat for one in located),
        floats(one.closing.case.lon for one in located),
        floats(one.closing.case.lat for one in located),
        allowed,
    )
    for one, value, far, most in zip(located, score.tolist(), metres.tolist(), allowed.tolist(), strict=True):
        if value > 0:
            yield Found(
                case=one.closing.case,
                detector="photo_elsewhere",
                score=value,
                words=f"处置后照片拍摄点距案发点 {far:.0f} 米，超过允许的 {most:.0f} 米",
                evidence={"photo": str(one.file.id), "metres": round(far), "allowed": most}
                | {"lon": one.file.lon, "lat": one.file.lat},
            )


def _settings(info: CaseInfo) -> Mapping[str, Any]:
    return cases.process_of(info).settings


def _untimely(pictures: Sequence[Shot]) -> Iterable[Found]:
    timed = [one for one in pictures if one.file.taken_at is not None and one.closing.order is not None]
    slack = looking().detectors["photo_untimely"].settings["slack_minutes"] / 60
    score, outside = detect.untimely(
        hours(one.file.taken_at for one in timed),
        hours(one.closing.order.dispatched_at for one in timed if one.closing.order),
        hours(one.closing.order.submitted_at for one in timed if one.closing.order),
        slack,
    )
    for one, value, far in zip(timed, score.tolist(), outside.tolist(), strict=True):
        order = one.closing.order
        if value > 0 and order is not None:
            begin, end = _moment(order.dispatched_at), _moment(order.submitted_at)
            yield Found(
                case=one.closing.case,
                detector="photo_untimely",
                score=value,
                words=f"处置后照片拍摄于 {_moment(one.file.taken_at)}，"
                f"在派遣至提交（{begin} 至 {end}）之外 {far:.1f} 小时",
                evidence={"photo": str(one.file.id), "hours": round(far, 1)},
            )


def _fast(rows: Sequence[Closing]) -> Iterable[Found]:
    timed = [row for row in rows if not np.isnan(row.minutes)]
    known = {
        pace.item_code: pace for pace in Pace.objects.filter(item_code__in={r.case.item_code for r in timed})
    }
    limits = floats(known[r.case.item_code].limit if r.case.item_code in known else None for r in timed)
    score = detect.hurry(floats(row.minutes for row in timed), limits)
    for row, value in zip(timed, score.tolist(), strict=True):
        if value > 0:
            pace = known[row.case.item_code]
            yield Found(
                case=row.case,
                detector="too_fast",
                score=value,
                words=f"派遣到提交 {row.minutes:.0f} 分钟；该事项 {pace.count} 件历史"
                f"中位 {pace.median:.0f} 分钟，下限 {pace.limit:.0f} 分钟",
                evidence={"minutes": round(row.minutes, 1), "median": pace.median, "limit": pace.limit},
            )


def look_again(new_ids: Collection[UUID], same: Mapping[UUID, UUID] | None = None) -> int:
    """Look whether new cases tell again of what was closed near by; ``same``: new case → closed case.

    ``same`` is what matching found to be one matter. Gives how many suspicions were kept.
    """
    settings = looking().detectors["recomplaint"].settings
    matched = dict(same or {})
    new = cases.cases_by_id(PLATFORM, {*new_ids, *matched})
    placed = [one for one in new.values() if one.lon is not None and one.cell is not None]
    old = _closed_around(placed, settings["metres"], settings["days"], set(matched.values()))
    pairs = _pairs(list(old.values()), placed, settings["metres"], settings["days"])
    pairs |= {(b, a): True for a, b in matched.items() if a in new and b in old}
    return keep(_again([(old[a], new[b], one) for (a, b), one in pairs.items() if a != b], settings))


def _closed_around(
    placed: Sequence[CaseInfo], metres: float, days: float, also: set[UUID]
) -> dict[UUID, CaseInfo]:
    """Give what was closed near and before these, and the named ones, in two statements."""
    if not placed and not also:
        return {}
    cells = {cell for one in placed for cell in cells_within(one.cell or 0, metres)}
    since = min((one.opened_at for one in placed), default=clock.now()) - timedelta(days=days)
    near = cases.visible(PLATFORM).filter(
        cell__among=sorted(cells), closed_at__gte=since, item_code__in={one.item_code for one in placed}
    )
    found = set(near.values_list("id", flat=True)) if cells else set()
    return {row.case.id: row.case for row in closings(found | also)}


def _pairs(
    old: list[CaseInfo], new: list[CaseInfo], metres: float, days: float
) -> dict[tuple[UUID, UUID], bool]:
    old = [one for one in old if one.lon is not None]
    if not old or not new:
        return {}
    items = {code: n for n, code in enumerate({one.item_code for one in (*old, *new)})}

    def columns(rows: list[CaseInfo], moment: str) -> tuple[Any, ...]:
        return (
            floats(one.lon for one in rows),
            floats(one.lat for one in rows),
            floats(getattr(one, moment).timestamp() / _DAY for one in rows),
            np.array([items[one.item_code] for one in rows], np.int64),
        )

    left, right, _, _ = detect.pairs_near(
        columns(old, "closed_at"),
        columns(new, "opened_at"),
        metres,
        days,
    )
    return {(old[a].id, new[b].id): False for a, b in zip(left.tolist(), right.tolist(), strict=True)}


def _again(told: Sequence[tuple[CaseInfo, CaseInfo, bool]], settings: Mapping[str, float]) -> Iterable[Found]:
    metres = distance_m(
        floats(a.lon for a, _, _ in told), floats(a.lat for a, _, _ in told),
        floats(b.lon for _, b, _ in told), floats(b.lat for _, b, _ in told),
    )  # fmt: skip
    days = floats((b.opened_at - (a.closed_at or b.opened_at)).total_seconds() / _DAY for a, b, _ in told)
    score = detect.closeness(
        np.nan_to_num(metres, nan=settings["metres"]), days, settings["metres"], settings["days"],
        np.array([one for _, _, one in told], bool),
    )  # fmt: skip
    for (a, b, one), value, far, later in zip(
        told, score.tolist(), metres.tolist(), days.tolist(), strict=True
    ):
        known = not np.isnan(far)
        where = f"相距 {far:.0f} 米，" if known else ""
        judged = "归并判为同一事项" if one else "事项相同"
        yield Found(
            case=a,
            detector="recomplaint",
            score=value,
            words=f"结案 {later:.1f} 天后再次诉求（{b.number}），{where}{judged}",
            evidence={"again": str(b.id), "number": b.number, "metres": round(far) if known else None}
            | {"days": round(later, 1), "same": one, "lon": b.lon, "lat": b.lat},
        )


def hear_unsolved(case_ids: Collection[UUID]) -> int:
    """Suspect closings whose reporter says, called back, that the matter is not solved."""
    rows = Task.objects.filter(case_id__in=list(case_ids), state="answered", solved=False)
    told = {row.case_id: row for row in rows.order_by("answered_at", "id")}
    return keep(
        Found(
            case=one.case,
            detector="unsolved",
            score=1.0,
            words=f"{_moment(told[one.case.id].answered_at)} 独立回访，诉求人说没有解决"
            + (f"：{told[one.case.id].comment}" if told[one.case.id].comment else ""),
            evidence={"task": str(told[one.case.id].pk)},
        )
        for one in closings(told)
    )


def keep(found: Iterable[Found]) -> int:
    """Keep findings above their threshold, the strongest per closing and detector; give how many are new."""
    best: dict[tuple[UUID, str], Found] = {}
    for one in found:
        key = (one.case.id, one.detector)
        if key not in best or one.score > best[key].score:
            best[key] = one
    standing = bars.standings() if best else {}
    rows = [
        _row(one, standing[one.detector])
        for one in best.values()
        if one.score >= standing[one.detector].threshold
    ]
    there = set(
        Suspicion.objects.filter(case_id__in={row.case_id for row in rows}).values_list(
            "case_id", "round", "detector"
        )
    )
    fresh = [row for row in rows if (row.case_id, row.round, row.detector) not in there]
    Suspicion.objects.bulk_create(fresh)
    facts = [
        SuspicionRaised(
            division=row.division, suspicion_id=row.pk, case_id=row.case_id, detector=row.detector
        )
        for row in fresh
        if row.state == SuspicionState.WAITING
    ]
    if facts:
        outbox.publish(*facts)
    return len(fresh)


def _row(one: Found, standing: Standing) -> Suspicion:
    info = one.case
    return Suspicion(
        case_id=info.id, round=info.reopens, detector=one.detector, score=round(one.score, 4),
        version=f"{detect.VERSION}/{looking_version()}", threshold=standing.threshold, words=one.words,
        evidence=one.evidence, division=info.division, unit_id=info.lead_unit_id or 0,
        item_code=info.item_code, closed_at=info.closed_at or info.opened_at, found_at=clock.now(),
        state=SuspicionState.HELD if standing.paused else SuspicionState.WAITING,
    )  # fmt: skip


def _day(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}"


def _moment(at: datetime | None) -> str:
    return "—" if at is None else f"{timezone.localtime(at):%m-%d %H:%M}"
