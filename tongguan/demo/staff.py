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
    _held: dict[tuple[Post, str | int], list[int]] = field(default_factory=dict)

    def actor(self, user_id: int) -> Actor:
        """Give a person as an actor."""
        if user_id not in self._actors:
            self._actors[user_id] = people.actor_of(get_user_model().objects.get(pk=user_id))
        return self._actors[user_id]

    def at_centre(self, post: Post, hub: str) -> Actor:
        """Give one of those who hold a post at the centre of a division."""
        return self._one(self._holders(post, hub), post, hub)

    def of_unit(self, post: Post, unit_id: int) -> Actor:
        """Give one of those who hold a post in a unit, or in its nearest superior."""
        return self._one(self._holders(post, unit_id), post, str(unit_id))

    def _holders(self, post: Post, where: str | int) -> list[int]:
        """Give who holds a post there; in ninety days nobody of the demo city changes it."""
        if (post, where) not in self._held:
            found = people.holders(post, where)
            if not found and isinstance(where, int):
                found = people.superior_holders(post, where)
            self._held[post, where] = [person.id for person in found]
        return self._held[post, where]

    def _one(self, ids: list[int], post: Post, where: str) -> Actor:
        if not ids:
            message = f"the demo city has no {post} at {where}"
            raise LookupError(message)
        return self.actor(int(self.rng.choice(sorted(ids))))
