# SPDX-License-Identifier: Apache-2.0
"""From which score each detector's findings count, and the book of how right it was; learned by judgement."""

from collections import defaultdict
from datetime import timedelta

from django.db.models import Count

from tongguan.kernel import clock
from tongguan.kernel.certainty import wilson
from tongguan.people.contracts import Actor
from tongguan.revisits.contracts import BookLine, SuspicionState
from tongguan.revisits.declared import Looking, looking, looking_version
from tongguan.revisits.detect import VERSION
from tongguan.revisits.models import Bar, Suspicion
from tongguan.revisits.precision import Standing, Terms, learned

_JUDGED = (SuspicionState.CONFIRMED, SuspicionState.REJECTED)
_START = "尚未学习，用城市文件所定的起点"


def standings() -> dict[str, Standing]:
    """Give where each detector stands now; a city's narrower bounds hold at once."""
    newest = {row.detector: row for row in Bar.objects.order_by("id")}
    found = {}
    for name, one in looking().detectors.items():
        row = newest.get(name)
        if row is None:
            found[name] = Standing(one.start, paused=False, words=_START)
        else:
            found[name] = Standing(min(max(row.threshold, one.low), one.high), row.paused, row.words)
    return found


def terms_of(known: Looking, detector: str) -> Terms:
    """Give how a detector learns."""
    one = known.detectors[detector]
    return Terms(low=one.low, high=one.high, least=known.least, aim=known.aim, pause=known.pause)


def learn(actor: Actor, detector: str) -> None:
    """Set a detector's threshold, or pause it, by the judgements so far; what does not change is not kept.

    One that a person resumed is paused again only by judgements made after that.
    """
    known, now = looking(), standings()[detector]
    since = clock.now() - timedelta(days=known.book_days)
    resumed = Bar.objects.filter(detector=detector, words__startswith=RESUMED).order_by("-id").first()
    rows = Suspicion.objects.filter(detector=detector, state__in=_JUDGED, judged_at__gte=since)
    if resumed is not None:
        rows = rows.filter(judged_at__gt=resumed.at)
    judged = [
        (score, state == SuspicionState.CONFIRMED) for score, state in rows.values_list("score", "state")
    ]
    found = learned(judged, now.threshold, terms_of(known, detector))
    if (found.threshold, found.paused) != (now.threshold, now.paused):
        store(actor, detector, found)


RESUMED = "人工恢复"


def store(actor: Actor, detector: str, standing: Standing) -> None:
    """Keep where a detector stands from now on."""
    Bar.objects.create(
        detector=detector, threshold=standing.threshold, paused=standing.paused, words=standing.words[:500],
        by_name=actor.name, at=clock.now(),
    )  # fmt: skip


def book() -> list[BookLine]:
    """Give how right each detector was within the book's days, with its standing; two statements."""
    known, now = looking(), standings()
    since = clock.now() - timedelta(days=known.book_days)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Suspicion.objects.filter(found_at__gte=since).order_by().values_list("detector", "state")
    for detector, state, n in rows.annotate(n=Count("id")):
        counts[detector][state] = n
    lines = []
    for name, one in known.detectors.items():
        right, wrong, waiting, held = (
            counts[name].get(state, 0) for state in (*_JUDGED, SuspicionState.WAITING, SuspicionState.HELD)
        )
        low, high = wilson(right, right + wrong)
        lines.append(
            BookLine(
                detector=name, name=one.zh, meaning=one.meaning, version=f"{VERSION}/{looking_version()}",
                confirmed=right, rejected=wrong, waiting=waiting, held=held, low=low, high=high,
                precision=right / (right + wrong) if right + wrong else None,
                threshold=now[name].threshold, bounds=(one.low, one.high), paused=now[name].paused,
                words=now[name].words,
            )
        )  # fmt: skip
    return lines
