# SPDX-License-Identifier: Apache-2.0
"""From tellings to decisions: prints, candidates, scores, settling. Reads the database, writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np
from django.db.models import Count, Q

from tongguan.kernel.geometry import cells_of, distance_m
from tongguan.matching import candidates
from tongguan.matching.candidates import KEYS, Asking
from tongguan.matching.contracts import Alike, Beside, Decision, Told, Trace, Voice
from tongguan.matching.known import Known
from tongguan.matching.likeness import Prints, joined, prints, unpacked
from tongguan.matching.models import Fingerprint, NeverPair
from tongguan.matching.scoring import PARTS, PICTURES_KEPT, Features, Scored, score, words_of
from tongguan.matching.settling import Node, Verdict, no_pairs, settle
from tongguan.matching.strategy import Strategy
from tongguan.texts.grams import Ints, Rarity
from tongguan.texts.names import name_bag, names_in

_DISTRICT = 6
_HOUR = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A batch ready to be compared, by a strategy."""

    strategy: Strategy
    rarity: Rarity
    told: list[Told]
    prints: Prints
    traces: list[Trace]
    asking: list[Asking]


def prepare(told: Sequence[Told], strategy: Strategy, rarity: Rarity) -> Prepared:
    """Take prints, names, cells and keys of a batch."""
    taken = prints([t.title for t in told], [t.text for t in told], rarity)
    keys = taken.keys(rarity, KEYS)
    placed = [n for n, t in enumerate(told) if t.lon is not None and t.lat is not None]
    cells: dict[int, int] = {}
    if placed:
        found = cells_of([told[n].lon or 0.0 for n in placed], [told[n].lat or 0.0 for n in placed])
        cells = dict(zip(placed, found.tolist(), strict=True))
    traces = [
        Trace(t, taken.packed(n), tuple(keys[n]), names_in(f"{t.title}。{t.text}"), cells.get(n))
        for n, t in enumerate(told)
    ]
    asking = [
        Asking(cells.get(n), strategy.reach_of(t.item_code).metres, t.division[:_DISTRICT], tuple(keys[n]))
        for n, t in enumerate(told)
    ]
    return Prepared(strategy, rarity, list(told), taken, traces, asking)


def decide(batch: Prepared) -> list[Decision]:
    """Give the decision on every telling of the batch."""
    if not batch.told:
        return []
    strategy, rarity = batch.strategy, batch.rarity
    since = min(t.told_at for t in batch.told)
    rows, mine, theirs = candidates.found(batch.asking, since)
    both_left, both_right = candidates.among(batch.asking)
    count = len(batch.told)
    left, right = np.concatenate([mine, both_left]), np.concatenate([theirs + count, both_right])
    known = features(batch, rows)
    left, right = _within_reach(known, left, right)
    scored = score(known, left, right, strategy, rarity) if left.size else no_pairs()
    nodes = [Node(t.report_id, t.told_at.timestamp()) for t in batch.told]
    nodes += [Node(r.report_id, r.told, r.case_id, r.matter, r.closed) for r in rows]
    verdicts = settle(nodes, scored, strategy, forbidden(_meeting(scored, rows, count, strategy)))
    return _decisions(batch, rows, scored, verdicts, strategy)


def _meeting(scored: Scored, rows: Sequence[Known], count: int, strategy: Strategy) -> set[UUID]:
    """Give the matters that a join of the batch could bring together: only those may be forbidden to meet."""
    likely = scored.score >= strategy.join
    ends = np.unique(np.concatenate([scored.left[likely], scored.right[likely]]))
    return {rows[n - count].matter for n in ends.tolist() if n >= count}


def features(batch: Prepared, rows: Sequence[Known]) -> Features:
    """Give the batch and, after it, its candidates as columns."""
    told, strategy = batch.told, batch.strategy
    items = {
        code: n for n, code in enumerate(sorted({t.item_code for t in told} | {r.item_code for r in rows}))
    }
    items[""] = -1
    places = {
        code: n
        for n, code in enumerate(
            sorted({*(t.division[:_DISTRICT] for t in told), *(r.district for r in rows)})
        )
    }
    places[""] = -1
    codes = [*(t.item_code for t in told), *(r.item_code for r in rows)]
    reaches = [strategy.reach_of(code) for code in codes]
    lasting = timedelta(days=strategy.open_days).total_seconds()
    pictures = [list(t.pictures[:PICTURES_KEPT]) for t in told]
    pictures += [np.frombuffer(r.pictures, "<u8").tolist() if r.pictures else [] for r in rows]
    table = np.zeros((len(codes), PICTURES_KEPT), np.uint64)
    pictured = np.zeros((len(codes), PICTURES_KEPT), bool)
    for n, hashes in enumerate(pictures):
        table[n, : len(hashes)] = hashes
        pictured[n, : len(hashes)] = True
    return Features(
        prints=joined(batch.prints, unpacked([r.text_print for r in rows])),
        lon=_degrees([*(t.lon for t in told), *(r.lon for r in rows)]),
        lat=_degrees([*(t.lat for t in told), *(r.lat for r in rows)]),
        hours=_hours([*(t.told_at.timestamp() for t in told), *(r.told for r in rows)]),
        until=_hours([*(t.told_at.timestamp() + lasting for t in told), *(r.lasted for r in rows)]),
        item=np.array([items[code] for code in codes], np.int64),
        metres=np.array([r.metres for r in reaches]),
        span=np.array([r.hours for r in reaches]),
        district=np.array(
            [*(places[t.division[:_DISTRICT]] for t in told), *(places[r.district] for r in rows)]
        ),
        names=name_bag([*(t.names for t in batch.traces), *(r.names for r in rows)]),
        pictures=table,
        pictured=pictured,
    )


def forbidden(matters: set[UUID]) -> frozenset[tuple[UUID, UUID]]:
    """Give the pairs of these matters that people said are not one."""
    if len(matters) < 2:  # noqa: PLR2004  # a pair takes two
        return frozenset()
    return frozenset(
        NeverPair.objects.filter(low__among=matters, high__among=matters).values_list("low", "high")
    )


def _degrees(values: list[float | None]) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], np.float64)


def _hours(seconds: list[float]) -> np.ndarray:
    return np.array(seconds) / _HOUR


def _within_reach(known: Features, left: Ints, right: Ints) -> tuple[Ints, Ints]:
    away = distance_m(known.lon[left], known.lat[left], known.lon[right], known.lat[right])
    kept = np.isnan(away) | (away <= np.minimum(known.metres[left], known.metres[right]))
    return left[kept], right[kept]


def _decisions(
    batch: Prepared,
    rows: Sequence[Known],
    scored: Scored,
    verdicts: dict[int, Verdict],
    strategy: Strategy,
) -> list[Decision]:
    case_matter = {row.case_id: row for row in rows}
    homes = {n: _home(v, case_matter) for n, v in verdicts.items()}
    matters = {row.matter for row in homes.values() if row is not None}
    crowds = _Crowds(batch, matters)
    order = sorted(verdicts, key=lambda n: (batch.told[n].told_at, batch.told[n].report_id))
    made: dict[int, Decision] = {}
    for n in order:
        verdict, told = verdicts[n], batch.told[n]
        row = homes[n]
        voice, people = crowds.add(
            row.matter if row else verdict.leader, told.person, first=n_opens(verdict, told)
        )
        other = int(scored.left[verdict.pair] + scored.right[verdict.pair]) - n if verdict.pair >= 0 else -1
        made[n] = Decision(
            report_id=told.report_id,
            zone=str(verdict.zone),
            case_id=verdict.case_id,
            leader=verdict.leader,
            score=float(scored.score[verdict.pair]) if verdict.pair >= 0 else 0.0,
            words=_words(batch, rows, scored, verdict.pair) if verdict.pair >= 0 else "未发现同一事项",
            voice=voice,
            people=people,
            crowd=people >= strategy.crowd,
            strategy=strategy.version,
            parts=_parts(scored, verdict.pair),
            compared_with=_report_at(batch, rows, other) if other >= 0 else None,
            suggestions=_suggestions(batch, rows, scored, n, verdict),
            beside=_beside(batch, rows, scored, n, verdict),
            again=verdict.again,
            matter=row.matter if row else None,
            unites=verdict.unites,
            trace=batch.traces[n],
        )
    return [made[n] for n in range(len(batch.told))]


def _home(verdict: Verdict, known: Mapping[UUID, Known]) -> Known | None:
    case_id = verdict.case_id or verdict.again
    return None if case_id is None else known.get(case_id)


def n_opens(verdict: Verdict, told: Told) -> bool:
    """Tell whether this telling opens a case of its own."""
    return verdict.case_id is None and verdict.leader == told.report_id


def _parts(scored: Scored, pair: int) -> dict[str, float]:
    if pair < 0:
        return {}
    return {name: round(float(v), 3) for name, v in zip(PARTS, scored.parts[pair].tolist(), strict=True)}


def _names_at(batch: Prepared, rows: Sequence[Known], n: int) -> set[str]:
    count = len(batch.told)
    return set(batch.traces[n].names if n < count else rows[n - count].names)


def _report_at(batch: Prepared, rows: Sequence[Known], n: int) -> UUID:
    count = len(batch.told)
    return batch.told[n].report_id if n < count else rows[n - count].report_id


def _words(batch: Prepared, rows: Sequence[Known], scored: Scored, pair: int) -> str:
    one, other = int(scored.left[pair]), int(scored.right[pair])
    shared = sorted(_names_at(batch, rows, one) & _names_at(batch, rows, other))
    return words_of(scored, pair, shared[:2])


def _suggestions(
    batch: Prepared, rows: Sequence[Known], scored: Scored, n: int, verdict: Verdict
) -> tuple[Alike, ...]:
    found: dict[UUID, Alike] = {}
    for pair, at in _others(scored, n, verdict):
        if at < len(batch.told):
            continue
        row = rows[at - len(batch.told)]
        score_ = float(scored.score[pair])
        found.setdefault(
            row.case_id, Alike(row.case_id, row.report_id, score_, _words(batch, rows, scored, pair))
        )
    return tuple(found.values())


def _beside(
    batch: Prepared, rows: Sequence[Known], scored: Scored, n: int, verdict: Verdict
) -> tuple[Beside, ...]:
    return tuple(
        Beside(batch.told[at].report_id, float(scored.score[pair]), _words(batch, rows, scored, pair))
        for pair, at in _others(scored, n, verdict)
        if at < len(batch.told)
    )


def _others(scored: Scored, n: int, verdict: Verdict) -> list[tuple[int, int]]:
    return [(pair, int(scored.left[pair] + scored.right[pair]) - n) for pair in verdict.suggested]


class _Crowds:
    """Who has told of each matter: what the database knows, and the batch as it goes on."""

    def __init__(self, batch: Prepared, matters: set[UUID]) -> None:
        self._known: set[tuple[UUID, str]] = set()
        self._people: dict[UUID, int] = {}
        if not matters:
            return
        mine = Fingerprint.objects.filter(matter__among=matters)
        asked = {t.person for t in batch.told} - {""}
        if asked:
            self._known = set(mine.filter(person__in=asked).values_list("matter", "person"))
        counted = mine.values("matter").annotate(
            named=Count("person", distinct=True, filter=~Q(person="")),
            nameless=Count("pk", filter=Q(person="")),
        )
        self._people = {row["matter"]: row["named"] + row["nameless"] for row in counted}

    def add(self, matter: UUID, person: str, *, first: bool) -> tuple[Voice, int]:
        """Count one more telling; give what it adds and how many people there are with it."""
        if person and (matter, person) in self._known:
            return Voice.REMINDER, self._people.get(matter, 1)
        if person:
            self._known.add((matter, person))
        self._people[matter] = self._people.get(matter, 0) + 1
        return (Voice.FIRST if first else Voice.FURTHER), self._people[matter]


def first_pair() -> tuple[Ints, Ints]:
    """Give the one pair of two tellings."""
    return np.array([0], np.int64), np.array([1], np.int64)
