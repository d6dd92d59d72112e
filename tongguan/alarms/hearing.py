# SPDX-License-Identifier: Apache-2.0
"""Hearing verdicts: set-based, in one transaction, the same alarms whatever the order and whoever tells.

The rows of the matters are locked, then every verdict is added to what was told of its matter, and the
occurrences are folded anew. A unique index makes sure that of a matter one alarm at most is active.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from tongguan.alarms import calming, grouping, history
from tongguan.alarms.checks import check_verdicts
from tongguan.alarms.contracts import GRADES, Heard, Terms, Verdict
from tongguan.alarms.facts import AlarmCleared, AlarmGraded, AlarmRaised, AlarmSnoozed
from tongguan.alarms.lifecycle import State
from tongguan.alarms.models import Alarm, Line, Matter, Stream, Told
from tongguan.alarms.occurring import Occurrence, fold, ordered
from tongguan.alarms.terms import defaults, terms_of
from tongguan.kernel import clock
from tongguan.kernel.facts import Fact
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_TOLD: Final = ("matter", "at", "grade", "version", "words", "evidence", "streams", "division", "lon", "lat")
#: What readings may change of an alarm; people's own columns are left alone, but for a return or a wake-up.
_READ: Final = (
    "state", "grade", "peak", "raised_at", "graded_at", "cleared_at", "words", "evidence", "streams",
    "things", "rule_version", "snoozed_until", "due_at", "level", "version", "line_no", "line_hash",
)  # fmt: skip


@dataclass(slots=True)
class _Work:
    """What one batch comes to before it is written."""

    now: datetime
    terms: Mapping[str, Terms]
    fresh: list[Alarm] = field(default_factory=list)
    changed: dict[UUID, Alarm] = field(default_factory=dict)
    moved: set[UUID] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    streams: set[tuple[UUID, int]] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)
    graded: list[UUID] = field(default_factory=list)
    cleared: list[UUID] = field(default_factory=list)


def hear(verdicts: Sequence[Verdict]) -> Heard:
    """Take verdicts; durable when it returns. Raises Invalid naming the verdict and its field."""
    check_verdicts(verdicts)
    if not verdicts:
        return Heard()
    with atomic():
        return _heard(verdicts, clock.now())


def moment(ms: int) -> datetime:
    """Give milliseconds since 1970 as an aware time."""
    return _EPOCH + ms * _MS


def millis(at: datetime) -> int:
    """Give an aware time as whole milliseconds since 1970."""
    return (at - _EPOCH) // _MS


def _heard(verdicts: Sequence[Verdict], now: datetime) -> Heard:
    by_key: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for one in verdicts:
        by_key[one.rule, one.matter].append(one)
    matters = _locked(by_key)
    fresh, past = _fresh(matters, by_key)
    if not fresh:
        return Heard(repeated=len(verdicts) - past, late=past)
    tables.insert_values(Told, _TOLD, [_row(pk, one) for pk, many in fresh.items() for one in many])
    by_id = {matter.pk: matter for matter in matters.values()}
    late = {pk for pk, many in fresh.items() if min(one.at for one in many) <= by_id[pk].last_at}
    late_count = past + sum(one.at <= by_id[pk].last_at for pk in late for one in fresh[pk])
    work = _Work(now, terms_of({by_id[pk].rule for pk in fresh}))
    for pk, (told, rows, going) in _folded(fresh, late).items():
        _settle(work, by_id[pk], fold(told, going), rows)
    _newest(by_id, fresh)
    _write(work)
    told_count = sum(len(many) for many in fresh.values())
    return Heard(
        raised=tuple(row.pk for row in work.fresh),
        graded=tuple(work.graded),
        cleared=tuple(work.cleared),
        repeated=len(verdicts) - told_count - past,
        late=late_count,
    )


def _locked(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Matter]:
    """Lock the matters in one order for all, making those that are new first: nobody waits in a circle."""
    wanted = set(keys)
    rules, names = {rule for rule, _ in wanted}, {name for _, name in wanted}
    rows = Matter.objects.filter(rule__in=rules, matter__among=names)
    known = set(rows.values_list("rule", "matter"))
    missing = [Matter(rule=rule, matter=name) for rule, name in sorted(wanted - known)]
    Matter.objects.bulk_create(missing, ignore_conflicts=True, batch_size=1_000)
    found = rows.order_by("id").select_for_update()
    return {(row.rule, row.matter): row for row in found if (row.rule, row.matter) in wanted}


def _fresh(
    matters: Mapping[tuple[str, str], Matter],
    by_key: Mapping[tuple[str, str], list[Verdict]],
) -> tuple[dict[int, list[Verdict]], int]:
    """Give what was not told before, by matter and in order, and how many are older than is kept."""
    kept = round(defaults().kept / _MS)
    times = {one.at for many in by_key.values() for one in many}
    ids = [matters[key].pk for key in by_key]
    known = set(Told.objects.filter(matter__in=ids, at__among=times).values_list("matter_id", "at", "grade"))
    found: dict[int, list[Verdict]] = {}
    past = 0
    for key, many in by_key.items():
        pk, horizon = matters[key].pk, matters[key].last_at - kept
        past += sum(one.at < horizon for one in many)
        new = [one for one in ordered(many) if one.at >= horizon and (pk, one.at, one.grade) not in known]
        if new:
            found[pk] = new
    return found, past


def _row(pk: int, one: Verdict) -> tuple[Any, ...]:
    return (
        pk, one.at, one.grade, one.version, one.words, dict(one.evidence), list(one.streams), one.division,
        one.lon, one.lat,
    )  # fmt: skip


def _folded(
    fresh: Mapping[int, list[Verdict]], late: set[int]
) -> dict[int, tuple[list[Verdict], list[Alarm], Occurrence | None]]:
    """Give for each matter what is folded, its alarms, and the occurrence with which the fold goes on.

    Matters whose verdicts are all newer than the last go on from their active alarm; the others are folded
    from all that was kept.
    """
    wanted = Q(matter__in=fresh.keys() - late, cleared_at__isnull=True) | Q(matter__in=late)
    rows: dict[int, list[Alarm]] = defaultdict(list)
    for row in Alarm.objects.filter(wanted).order_by("id").select_for_update():
        rows[row.matter_id].append(row)
    kept: dict[int, list[Verdict]] = defaultdict(list)
    if late:
        for told in Told.objects.filter(matter__in=late).select_related("matter").order_by("at", "grade"):
            kept[told.matter_id].append(_verdict(told))
    return {
        pk: (kept[pk], rows[pk], None) if pk in late else (many, rows[pk], _going(rows[pk]))
        for pk, many in fresh.items()
    }


def _verdict(row: Told) -> Verdict:
    return Verdict(
        row.matter.rule, row.version, row.matter.matter, row.grade, row.at, tuple(row.streams), row.words,
        row.evidence, row.division, row.lon, row.lat,
    )  # fmt: skip


def _going(rows: Sequence[Alarm]) -> Occurrence | None:
    """Give the active alarm as the occurrence it is."""
    if not rows:
        return None
    (row,) = rows
    newest = Verdict(
        row.rule, row.rule_version, "", row.grade, millis(row.graded_at), tuple(row.streams), row.words,
        row.evidence, row.division, row.lon, row.lat,
    )  # fmt: skip
    begin = millis(row.raised_at)
    return Occurrence(begin, None, row.grade, row.peak, newest.at, newest, frozenset(row.streams))


def _settle(work: _Work, matter: Matter, found: Sequence[Occurrence], rows: Sequence[Alarm]) -> None:
    """Bring the alarms of a matter to its occurrences: each keeps the one in which it began."""
    began = {millis(row.raised_at): row for row in rows}
    for one in found:
        mine = next((row for at, row in began.items() if one.holds(at)), None)
        if mine is None:
            _raise(work, matter, one)
        else:
            _follow(work, mine, one)


def _raise(work: _Work, matter: Matter, one: Occurrence) -> None:
    terms, newest = work.terms[matter.rule], one.newest
    row = tables.fresh(
        Alarm,
        matter_id=matter.pk,
        about=matter.matter,
        rule=matter.rule,
        rule_version=newest.version,
        family=terms.family[:40],
        name=str(newest.evidence.get("name") or terms.name)[:100],
        place=str(newest.evidence.get("place") or "")[:200],
        item_code=terms.item_code,
        tells_from=terms.tells_from,
        minutes={str(grade): minutes for grade, minutes in terms.minutes.items()},
        grade=one.grade,
        peak=one.peak,
        raised_at=moment(one.begin),
        graded_at=moment(one.graded_at),
        cleared_at=None if one.end is None else moment(one.end),
        heard_at=work.now,
        words=newest.words,
        evidence=dict(newest.evidence),
        streams=sorted(one.streams),
        things=_things(newest),
        division=newest.division,
        lon=newest.lon,
        lat=newest.lat,
    )
    last, row.grade = row.grade, one.steps[0][1] if one.steps else row.grade
    told = {"matter": matter.matter, "streams": row.streams, "version": row.rule_version}
    work.lines.append(
        history.line(row, "raise", at=row.raised_at, written_at=work.now, words=row.words, inputs=told)
    )
    _steps(work, row, one, one.begin)
    row.grade = last
    if row.cleared_at is not None:
        _cleared(work, row, one)
    work.fresh.append(row)
    work.streams.update((row.pk, stream) for stream in one.streams)


def _follow(work: _Work, row: Alarm, one: Occurrence) -> None:
    """Let an alarm follow its occurrence; nothing is written where nothing changed."""
    before = (row.grade, row.peak, row.raised_at, row.graded_at, row.cleared_at, row.words, row.streams)
    end = None if one.end is None else moment(one.end)
    was, since = row.grade, millis(row.graded_at)
    if (begin := moment(one.begin)) != row.raised_at:
        row.raised_at = begin
        work.moved.add(row.pk)
        work.lines.append(
            history.line(
                row, "late", at=begin, written_at=work.now, words="补记：更早的判断后到，发生时间提前"
            )
        )
    _steps(work, row, one, since)
    row.grade, row.peak, row.graded_at = one.grade, one.peak, moment(one.graded_at)
    row.words, row.evidence, row.rule_version = (
        one.newest.words,
        dict(one.newest.evidence),
        one.newest.version,
    )
    row.things = _things(one.newest) or row.things
    row.streams = sorted(one.streams)
    work.streams.update((row.pk, stream) for stream in one.streams)
    if was != row.grade:
        work.graded.append(row.pk)
        work.facts.append(AlarmGraded(alarm_id=row.pk, frm=was, to=row.grade, division=row.division))
        if row.grade > was:
            _graver(work, row)
    if end != row.cleared_at:
        row.cleared_at = end
        _cleared(work, row, one)
    if before != (row.grade, row.peak, row.raised_at, row.graded_at, row.cleared_at, row.words, row.streams):
        row.version += 1
        work.changed[row.pk] = row


def _steps(work: _Work, row: Alarm, one: Occurrence, since: int) -> None:
    """Write a line for every change of grade after a moment."""
    for at, frm, to in one.steps:
        if at > since:
            row.grade = to
            words = f"{GRADES[frm]} → {GRADES[to]}" + (f"：{one.newest.words}" if at == one.graded_at else "")  # type: ignore[index]
            told = {"from": frm, "to": to}
            work.lines.append(
                history.line(row, "grade", at=moment(at), written_at=work.now, words=words, inputs=told)
            )


def _graver(work: _Work, row: Alarm) -> None:
    """Answer a graver grade: a snooze ends, what was called false is looked at again, time is shorter."""
    if row.snoozed_until is not None:
        row.snoozed_until = None
        work.lines.append(
            history.line(row, "wake", at=row.graded_at, written_at=work.now, words="级别上升，恢复提醒")
        )
        work.facts.append(AlarmSnoozed(alarm_id=row.pk, awake=True, division=row.division))
    if row.state == State.REJECTED and row.grade > row.rejected_grade:
        frm, row.state, row.level = str(row.state), State.RAISED.value, 0
        words = "判为误报后级别上升，恢复待确认"
        work.lines.append(
            history.line(row, "return", at=row.graded_at, written_at=work.now, frm=frm, words=words)
        )
    set_due(row, work.now)


def set_due(row: Alarm, now: datetime) -> None:
    """Say until when somebody must confirm it: never later than before; never for what is quiet or over."""
    if row.state != State.RAISED or row.quiet or row.cleared_at is not None:
        row.due_at = None
        return
    minutes = row.minutes.get(str(int(row.grade)))
    if minutes is not None:
        due = now + timedelta(minutes=minutes)
        row.due_at = due if row.due_at is None else min(row.due_at, due)


def _cleared(work: _Work, row: Alarm, one: Occurrence) -> None:
    assert one.end is not None  # noqa: S101 - an occurrence that was over never goes on
    row.due_at = row.snoozed_until = None
    work.cleared.append(row.pk)
    work.lines.append(
        history.line(row, "clear", at=moment(one.end), written_at=work.now, words="读数恢复正常")
    )
    work.facts.append(AlarmCleared(alarm_id=row.pk, division=row.division))


def _things(one: Verdict) -> list[str]:
    told = one.evidence.get("things")
    return [str(code)[:40] for code in told[:50]] if isinstance(told, list | tuple) else []


def _newest(by_id: Mapping[int, Matter], fresh: Mapping[int, list[Verdict]]) -> None:
    changed = []
    for pk, many in fresh.items():
        if many[-1].at > by_id[pk].last_at:
            by_id[pk].last_at = many[-1].at
            changed.append(by_id[pk])
    tables.update(changed, ["last_at"])


def _write(work: _Work) -> None:
    """Write it all: what ends before what begins, for there is one active alarm of a matter."""
    tables.update(list(work.changed.values()), _READ)
    calming.hold(work.fresh)
    for row in work.fresh:
        set_due(row, work.now)
    tables.insert(work.fresh)
    tables.insert_values(
        Line, _LINE, [tuple(getattr(line, name) for name in _LINE_VALUES) for line in work.lines]
    )
    judged = [tables.fresh(Stream, alarm_id=pk, stream=stream) for pk, stream in sorted(work.streams)]
    tables.insert(judged, ignore=True)
    moved = [row for row in work.changed.values() if row.pk in work.moved]
    heads = grouping.group([*work.fresh, *moved], work.now)
    raised = [
        AlarmRaised(
            alarm_id=row.pk, rule=row.rule, grade=row.grade, head_id=heads.get(row.pk, row.pk),
            quiet=row.quiet, division=row.division,
        )
        for row in work.fresh
    ]  # fmt: skip
    outbox.publish(*raised, *work.facts)


_LINE: Final = tuple(f.name for f in Line._meta.concrete_fields if f.name != "id")  # noqa: SLF001 - own table
_LINE_VALUES: Final = tuple("alarm_id" if name == "alarm" else name for name in _LINE)
