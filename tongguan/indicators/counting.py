# SPDX-License-Identifier: Apache-2.0
"""Counting: replaces the steps of subjects that facts tell of, and moves the sums by the difference.

All runs in one transaction that holds the lock of the source, together with the cursor of its subscriber:
a fact is counted exactly once however often it is tried.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tongguan.indicators.models import Cell, CountedStep, SourceState
from tongguan.indicators.sources import Source
from tongguan.indicators.sums import Key, StepKey, spread, united
from tongguan.kernel import clock
from tongguan.runtime import queries as runtime
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

_AT_ONCE: Final = 500
_FOLDED_AT_ONCE: Final = 5000
_LOOKED_AT_ONCE: Final = 2000
_FIELDS: Final = ("place", "grain", "slot", "measure", "item", "amount")


def bring(source: Source, subjects: Collection[UUID], *, seq: int = 0) -> int:
    """Count these subjects as they are now, in place of what was counted of them; give changed steps.

    ``seq``: the last fact that is counted with this. Runs in the caller's transaction.
    """
    state = _locked(source.code)
    changed = _replace(source, subjects) if subjects else 0
    if seq > state.seq:
        SourceState.objects.filter(pk=state.pk).update(seq=seq)
    return changed


def _locked(code: str) -> SourceState:
    SourceState.objects.bulk_create([SourceState(code=code)], ignore_conflicts=True)
    return SourceState.objects.select_for_update().get(pk=code)


def _replace(source: Source, subjects: Collection[UUID]) -> int:
    now = clock.now()
    names = [measure.code for measure in source.measures]
    told = defaultdict(list)
    for step in source.rows.steps(subjects):
        told[step.subject].append(step)
    wanted = {(subject, key): n for subject, steps in told.items() for key, n in united(steps).items()}
    deltas: list[tuple[StepKey, int]] = []
    gone: list[int] = []
    rows = CountedStep.objects.filter(subject__among=list(subjects), measure__in=names)
    for pk, subject, measure, item, place, at, amount, counted in rows.values_list(
        "pk", "subject", "measure", "item", "place", "at", "amount", "counted"
    ):
        key = StepKey(measure, item, place, at)
        if wanted.get((subject, key)) == amount:
            del wanted[subject, key]
            continue
        gone.append(pk)
        if counted:
            deltas.append((key, -amount))
    deltas += [(key, n) for (_, key), n in wanted.items() if key.at <= now]
    for begin in range(0, len(gone), _AT_ONCE):
        CountedStep.objects.filter(pk__in=gone[begin : begin + _AT_ONCE]).delete()
    tables.insert(
        [
            tables.fresh(CountedStep, subject=subject, **key._asdict(), amount=n, counted=key.at <= now)
            for (subject, key), n in wanted.items()
        ]
    )
    add(spread(deltas, timezone.get_default_timezone()))
    return len(gone) + len(wanted)


def fold() -> int:
    """Move the sums by the steps whose time has come; give how many there were."""
    now = clock.now()
    due = CountedStep.objects.filter(counted=False, at__lte=now)
    if not due.exists():
        return 0
    with atomic():
        # Whoever counts waits, so that no step is added and taken away in one moment.
        list(SourceState.objects.select_for_update().order_by("pk"))
        rows = list(
            due.order_by("at").values_list("pk", "measure", "item", "place", "at", "amount")[:_FOLDED_AT_ONCE]
        )
        ids = [row[0] for row in rows]
        for begin in range(0, len(ids), _AT_ONCE):
            CountedStep.objects.filter(pk__in=ids[begin : begin + _AT_ONCE]).update(counted=True)
        add(
            spread(
                ((StepKey(measure, item, place, at), n) for _, measure, item, place, at, n in rows),
                timezone.get_default_timezone(),
            )
        )
    return len(rows)


def catch_up(source: Source) -> int:
    """Count the next subjects that the source's present version has not counted; give how many.

    Runs beside the facts: both replace, so it does not matter which of them comes first.
    """
    state = SourceState.objects.filter(pk=source.code).first()
    if state is not None and state.ready and state.version == source.version:
        return 0
    with atomic():
        state = _locked(source.code)
        if state.version != source.version:
            state.version, state.position, state.ready = source.version, None, False
        subjects = source.rows.after(state.position, _AT_ONCE)
        if subjects:
            _replace(source, subjects)
            state.position = subjects[-1]
        state.ready = len(subjects) < _AT_ONCE
        state.save(update_fields=["version", "position", "ready"])
    return len(subjects)


def look(source: Source) -> datetime | None:
    """Note that everything the source tells is counted up to now, where it is; give that time.

    Facts that are not numbered yet are younger than the relay's round; when no engine runs, nobody looks
    and the noted time grows old by itself.
    """
    wanted = {fact.name for fact in source.facts}
    state = SourceState.objects.filter(pk=source.code).first()
    if state is None or not state.ready:
        return None
    now, seq = clock.now(), state.seq
    while facts := runtime.facts_after(seq, _LOOKED_AT_ONCE):
        if any(fact.name in wanted for fact in facts):
            return state.seen_at
        seq = facts[-1].seq
    # Where facts were counted meanwhile, the next look will say so.
    SourceState.objects.filter(pk=source.code, seq=state.seq).update(seen_at=now, seq=seq)
    return now


def add(deltas: dict[Key, int]) -> None:
    """Add to the sums, in one statement (PostgreSQL) or one prepared one (SQLite)."""
    if not deltas:
        return
    table = Cell._meta.db_table  # noqa: SLF001 - its own table
    names = ", ".join(f'"{name}"' for name in _FIELDS)
    clash = (
        ' ON CONFLICT ("place", "grain", "slot", "measure", "item")'
        f' DO UPDATE SET "amount" = "{table}"."amount" + excluded."amount"'
    )
    rows = sorted((*key, n) for key, n in deltas.items())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            kinds = ("text", "int2", "int4", "text", "text", "int8")
            arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
            sql = f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({arrays}){clash}'  # noqa: S608
            cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        else:
            sql = f'INSERT INTO "{table}" ({names}) VALUES (%s, %s, %s, %s, %s, %s){clash}'  # noqa: S608
            cursor.executemany(sql, rows)
