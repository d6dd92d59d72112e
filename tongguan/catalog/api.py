# SPDX-License-Identifier: Apache-2.0
"""Changing the catalogue: loading standards, importing and applying responsibility lists."""

from tongguan.catalog import loading, stamps
from tongguan.catalog.facts import CatalogueLoaded
from tongguan.catalog.upserts import Upserted
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic

#: Who keeps the catalogue (load, import, draft).
KEEPERS = (Post.DISPATCHER, Post.DUTY_CHIEF, Post.SYSADMIN, Post.SYSTEM)


def load_standards(actor: Actor) -> Upserted:
    """Load the shipped classes, rules and stage limits, or bring them up to date, in place.

    Safe to repeat: a second run changes nothing. Raises Forbidden ``catalog.keepers_only``.
    """
    _allow(actor, "", *KEEPERS)
    with atomic():
        stamps.bump(stamps.ITEMS, stamps.RULES, stamps.STAGE_LIMITS)
        count = loading.load_items()
        count += loading.load_rules(actor.name, clock.now())
        count += loading.load_stage_limits()
        if count != Upserted(0, 0):
            outbox.publish(CatalogueLoaded(created=count.created, updated=count.updated))
    return count


def _allow(actor: Actor, division: str, *posts: Post) -> None:
    """Refuse actors who hold none of the posts over the division."""
    if not actor.scope.covers(division, *posts):
        raise Forbidden(
            "catalog.keepers_only",
            zh="您的岗位或管辖范围不能维护事项与权责清单",
            en="your posts or divisions do not include keeping the catalogue",
        )
