# SPDX-License-Identifier: Apache-2.0
"""Recomputing from nothing: the oracle against which the kept sums are compared, and the repair."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Final
from uuid import UUID

from django.utils import timezone

from tongguan.indicators import counting
from tongguan.indicators.contracts import Checked, Difference, Step
from tongguan.indicators.models import Cell, CountedStep, SourceState
from tongguan.indicators.sources import Source
from tongguan.indicators.sums import Key, StepKey, differing, spread, united
from tongguan.kernel import clock
from tongguan.runtime.transactions import atomic, snapshot

_AT_ONCE: Final = 500
_SHOWN: Final = 200


def check(source: Source) -> Checked:
    """Compare what is kept of a source with a recomputation of everything, as of one moment.

    Facts that are not delivered yet show as differences: settle first, or read them as such.
    """
    zone = timezone.get_default_timezone()
    with snapshot():
        now = clock.now()
        computed: defaultdict[Key, int] = defaultdict(int)
        subjects = steps = 0
        for group in _groups(source):
            subjects += len(group)
            told = defaultdict[UUID, list[Step]](list)
            for step in source.rows.steps(group):
                told[step.subject].append(step)
            due = [one for given in told.values() for one in united(given).items() if one[0].at <= now]
            steps += len(due)
            for key, amount in spread(due, zone).items():
                computed[key] += amount
        names = [measure.code for measure in source.measures]
        ahead = CountedStep.objects.filter(measure__in=names, counted=False, at__lte=now)
        kept = defaultdict[Key, int](int)
        for *key, amount in Cell.objects.filter(measure__in=names).values_list(*Key._fields, "amount"):
            kept[Key(*key)] += amount
        waiting = ahead.values_list("measure", "item", "place", "at", "amount")
        for key, amount in spread(((StepKey(*row[:4]), row[4]) for row in waiting), zone).items():
            kept[key] += amount
    wrong = differing(kept, computed)
    told_of = tuple(
        Difference(
            key.measure,
            f"{key.place or '全域'} {key.item} {key.grain}/{key.slot}",
            kept.get(key, 0),
            computed.get(key, 0),
        )
        for key in islice(wrong, _SHOWN)
    )
    return Checked(subjects, steps, told_of)


def recompute(source: Source) -> int:
    """Throw away what is kept of a source and count everything anew, in one transaction; give subjects."""
    names = [measure.code for measure in source.measures]
    done = 0
    with atomic():
        counting.bring(source, ())
        Cell.objects.filter(measure__in=names).delete()
        CountedStep.objects.filter(measure__in=names).delete()
        for group in _groups(source):
            counting.bring(source, group)
            done += len(group)
        SourceState.objects.filter(pk=source.code).update(version=source.version, position=None, ready=True)
    return done


def _groups(source: Source) -> Iterator[list[UUID]]:
    after: UUID | None = None
    while group := source.rows.after(after, _AT_ONCE):
        yield group
        after = group[-1]
