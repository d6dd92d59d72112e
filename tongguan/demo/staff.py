# SPDX-License-Identifier: Apache-2.0
"""The demo city's staff as actors: who stands where, found by post and place."""

from dataclasses import dataclass, field

import numpy as np
from django.contrib.auth import get_user_model

from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post
from tongguan.people.seed import SeededPeople


@dataclass(slots=True)
class Staff:
    """Actors by post and place; the same rng draws who acts."""

    seeded: SeededPeople
    rng: np.random.Generator
    _actors: dict[int, Actor] = field(default_factory=dict)

    def actor(self, user_id: int) -> Actor:
        """Give a person as an actor."""
        if not self._actors:
            self._actors = {user.pk: people.actor_of(user) for user in get_user_model().objects.all()}
        return self._actors[user_id]

    def at_centre(self, post: Post, hub: str) -> Actor:
        """Give one of those who hold a post at the centre of a division."""
        return self._one([person.id for person in people.holders(post, hub)], post, hub)

    def of_unit(self, post: Post, unit_id: int) -> Actor:
        """Give one of those who hold a post in a unit, or in its nearest superior."""
        found = people.holders(post, unit_id) or people.superior_holders(post, unit_id)
        return self._one([person.id for person in found], post, str(unit_id))

    def _one(self, ids: list[int], post: Post, where: str) -> Actor:
        if not ids:
            message = f"the demo city has no {post} at {where}"
            raise LookupError(message)
        return self.actor(int(self.rng.choice(sorted(ids))))
