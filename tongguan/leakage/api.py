# SPDX-License-Identifier: Apache-2.0
"""Verbs of leak watches: begin one, end one, look at the days that are over."""

import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from django.db.models import Max

from tongguan.alarms import api as alarms
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.leakage import picture, watching
from tongguan.leakage.contracts import LOCAL, UNITS, Gauge, GaugeKind, WatchTold
from tongguan.leakage.models import LeakDay, LeakWatch
from tongguan.leakage.operator import Operator
from tongguan.leakage.watching import Answers, Course
from tongguan.leaks.api import Floats
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic
from tongguan.sensing import queries as readings
from tongguan.sensors import queries as sensors
from tongguan.series.contracts import HOUR_MS

#: Hours of the day that are judged: with more flow a leak shows more; so many must be read by every gauge.
_FROM, _TO, _FEWEST = 5, 23, 12
#: Readings come a little late: a day is looked at so long after its end.
_SETTLING: Final = timedelta(hours=1)
#: Days looked at in one turn, and how far back a new watch begins.
_AT_ONCE, _BACK = 31, 90


def begin(actor: Actor, told: WatchTold) -> int:
    """Watch a network, or watch it anew by another model; give the number of its junctions.

    The model is asked what a leak at each junction does, which takes seconds to minutes. Alarms of a watch
    before are cleared, the days are judged anew. Raises Forbidden (no system administrator of the division),
    Invalid naming ``file``, ``gauges`` or ``nodes``.
    """
    _keeper(actor, told.division)
    known = LeakWatch.objects.filter(code=told.code).first()
    if known is not None:
        _keeper(actor, known.division)
    gauges = _read_by(actor, told.gauges)
    answers = Answers.unpacked(told.answers) if told.answers else asked(told)
    lacking = [name for name in answers.names if name not in told.nodes]
    if lacking:
        raise Invalid(
            "leakage.nodes", f"节点 {lacking[0]!r} 没有位置：先用同一份模型导入管网",
            "a junction has no position", field="nodes",
        )  # fmt: skip
    with atomic():
        if known is not None:
            _clear(known)
        row, _ = LeakWatch.objects.update_or_create(
            code=told.code,
            defaults={
                "name": told.name, "division": told.division, "model": told.model, "gauges": gauges,
                "nodes": {name: list(told.nodes[name]) for name in answers.names},
                "answers": answers.packed(), "believed": None, "changed_at": clock.now(),
            },
        )  # fmt: skip
        row.days.all().delete()
        audit.record(actor, "leakage.begin", f"leakage:{told.code}", {"gauges": len(gauges)})
    return len(answers.names)


def end(actor: Actor, code: str) -> None:
    """End a watch; alarms that stand are cleared. Raises Forbidden, NotFound."""
    with atomic():
        row = _watched(actor, code)
        _clear(row)
        audit.record(actor, "leakage.end", f"leakage:{code}", {})
        row.delete()


def heard(actor: Actor, code: str, first: date, residuals: Sequence[list[float] | None]) -> None:
    """Take days from ``first`` on of which it is known already what gauges read less what the model says.

    Raises Forbidden, NotFound.
    """
    days = [first + timedelta(days=n) for n in range(len(residuals))]
    with atomic():
        _keep(_watched(actor, code), days, residuals)


def look() -> int:
    """Hear the days that are over and not yet heard, of every watch; tell alarms; give how many days.

    What is told follows from the days alone, so looking again tells the same, which alarms take once. Raises
    Unavailable when the owner of readings does not answer.
    """
    return sum(_look(row) for row in LeakWatch.objects.order_by("code"))


def _clear(row: LeakWatch) -> None:
    answers, course = judged(row)
    alarms.hear(watching.cleared(row, answers.names, course, int(clock.now().timestamp() * 1000)))


def judged(row: LeakWatch) -> tuple[Answers, Course]:
    """Give what a watch's model says and what its days say with it."""
    kept = list(row.days.filter(residual__isnull=False).order_by("day").values_list("day", "residual"))
    answers = _answers(row.pk, row.changed_at)
    return answers, watching.course_of(answers, [day for day, _ in kept], [np.array(one) for _, one in kept])


@lru_cache(maxsize=4)
def _answers(watch: int, _changed: datetime) -> Answers:
    return Answers.unpacked(bytes(LeakWatch.objects.values_list("answers", flat=True).get(pk=watch)))


def _look(row: LeakWatch) -> int:
    today = (clock.now() - _SETTLING).astimezone(LOCAL).date()
    newest = row.days.aggregate(day=Max("day"))["day"]
    first = newest + timedelta(days=1) if newest else today - timedelta(days=_BACK)
    days = [first + timedelta(days=n) for n in range(min((today - first).days, _AT_ONCE))]
    if not days:
        return 0
    found = _residuals(row, days)
    begun = row.days.filter(residual__isnull=False).exists()
    if not begun:  # a watch begins with the first day that was read; before, only the newest is remembered
        unread = next((n for n, one in enumerate(found) if one is not None), len(days) - 1)
        days, found = days[unread:], found[unread:]
    with atomic():
        if not begun:
            row.days.all().delete()
        _keep(row, days, found)
    return len(days)


def _keep(row: LeakWatch, days: Sequence[date], found: Sequence[list[float] | None]) -> None:
    """Keep days, what is believed with them, and tell it."""
    rows = [LeakDay(watch=row, day=day, residual=one) for day, one in zip(days, found, strict=True)]
    LeakDay.objects.bulk_create(rows, ignore_conflicts=True)
    answers, course = judged(row)
    believed = picture.kept(picture.picture_of(row, answers, course))
    LeakWatch.objects.filter(pk=row.pk).update(believed=believed)
    alarms.hear(watching.verdicts_of(row, answers.names, course))


def _watched(actor: Actor, code: str) -> LeakWatch:
    row = LeakWatch.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise NotFound("leakage.unknown", f"没有监视管网 {code!r}", "no such watch", field="code")
    _keeper(actor, row.division)
    return row


def _residuals(row: LeakWatch, days: Sequence[date]) -> list[list[float] | None]:
    begin, until = watching.begin_of(days[0]), watching.end_of(days[-1])
    read = _by_hour(row, begin, until)
    hours = np.arange(_FROM, _TO)
    tables = [read[n * 24 + hours] for n in range(len(days))]
    whole = [~np.isnan(table).any(axis=1) for table in tables]
    if all(one.sum() < _FEWEST for one in whole):  # what nobody read needs no model
        return [None] * len(days)
    found: list[list[float] | None] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        operator = Operator(_written(row.model, folder), _gauges(row), folder)
        try:
            for day, table, good in zip(days, tables, whole, strict=True):
                if good.sum() < _FEWEST:
                    found.append(None)
                else:
                    one = operator.residual(day.weekday(), hours[good].tolist(), table[good])
                    found.append([float(f"{value:.6g}") for value in one])
        finally:
            operator.close()
    return found


def _by_hour(row: LeakWatch, begin: int, until: int) -> Floats:
    """Give hourly means (hours × gauges) in the model's units; NaN: nothing usable was read."""
    streams = np.array([one[2] for one in row.gauges], np.int64)
    order = np.argsort(streams, kind="stable")
    rolled = readings.aggregate(np.unique(streams), begin, until)
    table = np.full(((until - begin) // HOUR_MS, len(streams)), np.nan)
    hour = (rolled.begin - begin) // HOUR_MS
    good = rolled.count > 0
    for place in order.tolist():
        _, _, stream, factor, offset = row.gauges[place]
        mine = good & (rolled.stream == stream)
        table[hour[mine], place] = rolled.mean[mine] * factor + offset
    return table


def _read_by(actor: Actor, gauges: Sequence[Gauge]) -> list[list[object]]:
    """Give gauges as they are kept: kind, place, stream, and what turns its unit into the model's."""
    known = sensors.datastreams_by_key({one.stream for one in gauges}, actor)
    found: list[list[object]] = []
    for n, one in enumerate(gauges):
        stream = known.get(one.stream)
        if stream is None:
            raise Invalid(
                "leakage.stream", f"第 {n + 1} 个测点：没有数据流 {one.stream!r}，或不在您的管辖范围",
                "no such stream", field=f"gauges[{n}].stream",
            )  # fmt: skip
        way = sensors.conversion(stream.unit, UNITS[one.kind])
        if way is None:
            raise Invalid(
                "leakage.unit", f"第 {n + 1} 个测点：{stream.unit} 不能换算为 {UNITS[one.kind]}",
                "no such conversion", field=f"gauges[{n}].stream",
            )  # fmt: skip
        found.append([one.kind.value, one.place, stream.id, *way])
    return found


def asked(told: WatchTold) -> Answers:
    """Give what a model says of leaks at its gauges. Raises Invalid naming ``file`` or ``gauges``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        operator = Operator(_written(told.model, folder), told.gauges, folder)
        try:
            own, common = operator.doubt()
            return Answers(operator.names, operator.signatures(), own, common, operator.metres())
        finally:
            operator.close()


def _gauges(row: LeakWatch) -> list[Gauge]:
    return [Gauge(GaugeKind(kind), place, str(stream)) for kind, place, stream, *_ in row.gauges]


def _written(model: str, folder: Path) -> Path:
    path = folder / "told.inp"
    path.write_text(model, encoding="utf-8")
    return path


def _keeper(actor: Actor, division: str) -> None:
    if not actor.scope.covers(division, Post.SYSADMIN, Post.SYSTEM):
        raise Forbidden(
            "leakage.not_keeper", "只有本区划的系统管理员可以设置漏损监视", "only a system administrator may"
        )
