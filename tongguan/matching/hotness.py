# SPDX-License-Identifier: Apache-2.0
"""Finding hot matters: cases of one district that speak of one thing, ranked by heat (F53).

Looser than "one case": a plant that smells, roars and has no permit is one hot matter of many cases. The
same comparison and grouping as in ``bench/quality/hot.py``, whose weights these are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from tongguan.cases import queries as cases
from tongguan.kernel import clock
from tongguan.kernel.geometry import distance_m
from tongguan.matching.clustering import average_link
from tongguan.matching.comparing import Telling, figures, rarities
from tongguan.matching.heat import HeatRule, Voice, heat_of
from tongguan.matching.learning import TextWeights, chance
from tongguan.matching.models import Fingerprint, HotMatter
from tongguan.matching.scoring import shared_names
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.transactions import atomic
from tongguan.texts.grams import Bools, Floats, Ints, Rarity
from tongguan.texts.names import name_bag, names_in

WINDOW: Final = timedelta(days=60)
#: Of a district the latest so many cases are compared all with all.
MOST_CASES: Final = 2_000
#: Rarity is learned from the city's latest texts.
MOST_TEXTS: Final = 5_000
LEAST_TELLINGS: Final = 3
#: Learned from 14 marked issues; figures in the order of ``comparing.FIGURES``.
WEIGHTS: Final = TextWeights(-5.841, (20.49, 63.55, 36.49, 0.9038, -0.6224))
CUT: Final = 0.08
_LEAST: Final = 0.002
_EVIDENCE: Final = 20
_KEPT: Final = 50
_DAY: Final = 86_400.0
_FAR_M: Final = 2_000.0


@dataclass(frozen=True, slots=True)
class Row:
    """One case as the ranking reads it."""

    id: UUID
    title: str
    text: str
    division: str
    opened_at: datetime
    lon: float | None = None
    lat: float | None = None


def find_all() -> int:
    """Rank the hot matters of every district that heard something new; give how many districts."""
    now = clock.now()
    since = now - WINDOW
    last = dict(HotMatter.objects.values_list("division", "found_at").order_by("found_at"))
    latest = dict(
        Fingerprint.objects.filter(told_at__gte=since).values_list("district", "told_at").order_by("told_at")
    )
    due = [d for d in sorted({*latest, *last}) if d not in last or d not in latest or latest[d] > last[d]]
    if not due:
        return 0
    texts = cases.visible(PLATFORM).order_by("-opened_at").values_list("title", "text")[:MOST_TEXTS]
    known = rarities([f"{title} {text}" for title, text in texts])
    for district in due:
        found = hot_matters(_rows(district, since), now, known)
        with atomic():
            HotMatter.objects.filter(division=district).delete()
            HotMatter.objects.bulk_create(found)
    return len(due)


def _rows(district: str, since: datetime) -> list[Row]:
    chosen = cases.visible(PLATFORM).filter(district=district, opened_at__gte=since)
    values = chosen.order_by("-opened_at", "-id").values_list(
        "id", "title", "text", "division", "opened_at", "lon", "lat"
    )
    return [Row(*row) for row in values[:MOST_CASES]]


def hot_matters(rows: Sequence[Row], now: datetime, known: tuple[Rarity, Rarity]) -> list[HotMatter]:
    """Group the cases of one district and weigh the groups of three tellings or more."""
    if not rows:
        return []
    tellings = [Telling(r.title, r.text, r.opened_at.timestamp() / _DAY) for r in rows]
    left, right, table = figures(tellings, *known)
    likely = chance(WEIGHTS.log_odds(table))
    near = likely > _LEAST
    near[near] = ~_strangers(rows, left[near], right[near])
    groups = average_link(len(rows), left[near], right[near], likely[near], CUT)
    within = groups[left] == groups[right]
    like = np.zeros((len(rows), len(rows)))
    like[left[within], right[within]] = like[right[within], left[within]] = likely[within]
    voices = _voices(rows)
    found = []
    for group in np.unique(groups).tolist():
        members = np.flatnonzero(groups == group).tolist()
        heard = [one for m in members for one in voices.get(rows[m].id, [])]
        if len(heard) >= LEAST_TELLINGS:
            found.append(_matter([rows[m] for m in members], heard, like[np.ix_(members, members)], now))
    found.sort(key=lambda matter: (-matter.heat, matter.id))
    return found[:_KEPT]


def _strangers(rows: Sequence[Row], left: Ints, right: Ints) -> Bools:
    """Tell which pairs lie far apart and name nothing in common: the same words, but two matters.

    The marked issues have no coordinates, so the distance is our own choice, not learned.
    """
    lon = np.array([np.nan if row.lon is None else row.lon for row in rows])
    lat = np.array([np.nan if row.lat is None else row.lat for row in rows])
    far = distance_m(lon[left], lat[left], lon[right], lat[right]) > _FAR_M
    at = np.flatnonzero(far)
    names = name_bag([names_in(f"{row.title}。{row.text}") for row in rows])
    far[at[shared_names(names, left[at], right[at]) > 0]] = False
    return far


def _voices(rows: Sequence[Row]) -> dict[UUID, list[tuple[Voice, UUID, UUID]]]:
    found: dict[UUID, list[tuple[Voice, UUID, UUID]]] = {}
    prints = Fingerprint.objects.filter(case_id__in=[r.id for r in rows]).order_by("told_at", "report_id")
    for case_id, report_id, person, told_at in prints.values_list(
        "case_id", "report_id", "person", "told_at"
    ):
        voice = Voice(person or str(report_id), told_at.timestamp() / _DAY)
        found.setdefault(case_id, []).append((voice, report_id, case_id))
    return found


def _matter(
    rows: Sequence[Row], heard: Sequence[tuple[Voice, UUID, UUID]], like: Floats, now: datetime
) -> HotMatter:
    pairs = len(rows) * (len(rows) - 1)
    cohesion = float(like.sum() / pairs) if pairs else 1.0
    heat = heat_of([voice for voice, _, _ in heard], now.timestamp() / _DAY, HeatRule(), cohesion)
    central = rows[int(like.sum(axis=1).argmax())]
    first = min(rows, key=lambda row: (row.opened_at, row.id))
    names = Counter(name for row in rows for name in set(names_in(f"{row.title}。{row.text}")))
    common = sorted(names, key=lambda name: (-names[name], name))[:2]
    place = [name for name in common if names[name] * 2 >= len(rows)]
    latest = sorted(heard, key=lambda one: (-one[0].day, one[1]))[:_EVIDENCE]
    return HotMatter(
        id=first.id,
        name=central.title,
        division=central.division[:6],
        place="、".join(place)[:200],
        heat=heat.heat,
        people=heat.people,
        tellings=heat.tellings,
        busiest=heat.busiest,
        words=heat.words(),
        first_at=datetime.fromtimestamp(heat.first_day * _DAY, tz=now.tzinfo),
        last_at=datetime.fromtimestamp(heat.last_day * _DAY, tz=now.tzinfo),
        found_at=now,
        evidence=[[str(report), str(case)] for _, report, case in latest],
    )
