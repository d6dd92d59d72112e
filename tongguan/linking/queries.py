# SPDX-License-Identifier: Apache-2.0
"""Reads of component links: a case's choices, and how each kind's turned out."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Q

from tongguan.cases import queries as casebook
from tongguan.catalog import queries as catalog
from tongguan.kernel import clock
from tongguan.linking import declared
from tongguan.linking.contracts import KindCount, LinkInfo, LinkState, Nearby
from tongguan.linking.judging import Taught
from tongguan.linking.models import ComponentLink
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.things import queries as things

checked_file = declared.FILE.checked
_RIGHT: Final = Count("id", filter=Q(right=True))


def of_case(actor: Actor, case_id: UUID) -> list[LinkInfo]:
    """Give the choices of a visible case's component, the newest first. Raises NotFound.

    Components that the actor may not see are left out of what is near.
    """
    casebook.case(actor, case_id)
    rows = list(ComponentLink.objects.filter(case_id=case_id).order_by("-id"))
    seen = set(things.components({code for row in rows for code, *_ in row.near}, actor))
    return [info(row, seen) for row in rows]


def info(row: ComponentLink, seen: Collection[str] | None = None) -> LinkInfo:
    """Give the frozen shape of a choice, with those near that are ``seen``."""
    return LinkInfo(
        at=row.at,
        class_code=row.class_code,
        state=row.state,
        component_code=row.component_code,
        near=tuple(Nearby(*one) for one in row.near if seen is None or one[0] in seen),
        count=row.count,
        confidence=row.confidence,
        strategy=row.strategy,
        words=row.words,
        by_person=row.actor_key != PLATFORM.key,
        actor_name=row.actor_name,
    )


def taught(class_codes: Collection[str], days: int) -> dict[str, Taught]:
    """Give what people found of each kind's sure choices in the last days; one statement, none for none."""
    if not class_codes:
        return {}
    # The last word on each case counts.
    last = (
        ComponentLink.objects.filter(
            class_code__in=sorted(class_codes),
            right__isnull=False,
            at__gte=clock.now() - timedelta(days=days),
        )
        .order_by()
        .values("case")
        .annotate(last=Max("id"))
        .values("last")
    )
    rows = ComponentLink.objects.filter(pk__in=last).order_by().values("class_code")
    found = rows.annotate(judged=Count("id"), right_ones=_RIGHT)
    return {row["class_code"]: Taught(row["judged"], row["right_ones"]) for row in found}


def precision(actor: Actor) -> list[KindCount]:
    """Give how the links of each kind turned out in the cases the actor sees, in the strategy's days."""
    strategy = declared.FILE.counting()
    since = clock.now() - timedelta(days=strategy.days)
    mine = ComponentLink.objects.filter(case__in=casebook.visible(actor), at__gte=since)
    made: Counter[tuple[str, str]] = Counter()
    by_machine = mine.filter(actor_key=PLATFORM.key).order_by().values("class_code", "state")
    for row in by_machine.annotate(rows=Count("id")):
        made[row["class_code"], row["state"]] = row["rows"]
    last = mine.filter(right__isnull=False).order_by().values("case").annotate(last=Max("id")).values("last")
    people = ComponentLink.objects.filter(pk__in=last).order_by().values("class_code")
    seen = {row["class_code"]: row for row in people.annotate(judged=Count("id"), right_ones=_RIGHT)}
    kinds = sorted({code for code, _ in made} | seen.keys())
    counts = taught(kinds, strategy.days)
    names = catalog.items(kinds)
    return [
        KindCount(
            class_code=kind,
            name=(names[kind].component_name or names[kind].name) if kind in names else kind,
            linked=made[kind, LinkState.LINKED],
            suggested=made[kind, LinkState.SUGGESTED],
            judged=seen[kind]["judged"] if kind in seen else 0,
            right=seen[kind]["right_ones"] if kind in seen else 0,
            stopped=kind in counts and strategy.slipped(counts[kind]),
        )
        for kind in kinds
    ]
