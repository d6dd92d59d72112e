# SPDX-License-Identifier: Apache-2.0
"""Who is meant by a word of a ladder or a rule: worker, unit, acceptor … as people of this case."""

from collections.abc import Iterable
from typing import Final

from tongguan.cases.contracts import CaseInfo
from tongguan.people import queries as people
from tongguan.people.contracts import Post

#: Who works on a stage of the centre's own.
_STAGE_POSTS: Final = {
    "accept": Post.ACCEPTOR,
    "register": Post.ACCEPTOR,
    "dispatch": Post.DISPATCHER,
    "close": Post.ACCEPTOR,
    "verify": Post.ACCEPTOR,
    "check": Post.ACCEPTOR,
}
_COLLECTED: Final = frozenset({"verify", "check"})


class Receivers:
    """Resolves words to user ids, each (post, place) asked once: make one per batch."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._known: dict[tuple[Post, int | str], tuple[int, ...]] = {}

    def holders(self, post: Post, where: int | str) -> tuple[int, ...]:
        """Give who holds the post in a unit (id) or for a division (code, else its nearest superior)."""
        key = (post, where)
        if key not in self._known:
            self._known[key] = tuple(person.id for person in people.holders(post, where))
        return self._known[key]

    def heads(self, unit_ids: Iterable[int]) -> tuple[int, ...]:
        """Give the heads of units; a unit without one is answered for by its nearest superior's."""
        found: dict[int, None] = {}
        for unit_id in unit_ids:
            here = self.holders(Post.DEPARTMENT, unit_id)
            if not here:
                here = tuple(p.id for p in people.superior_holders(Post.DEPARTMENT, unit_id))
                self._known[Post.DEPARTMENT, unit_id] = here
            found.update(dict.fromkeys(here))
        return tuple(found)

    def resolve(
        self, word: str, case: CaseInfo, stage: str, *, units: Iterable[int], handler_id: int | None
    ) -> tuple[int, ...]:
        """Give the people a ladder's word means for a clock; ``units`` and ``handler_id`` are its own.

        Handling without a handler is the unit's; a check without a collector is the acceptor's.
        """
        if word == "nobody":
            return ()
        if word == "unit":
            return self.heads(units)
        if word == "worker":
            return self._workers(case, stage, units, handler_id)
        return self.holders(Post(word), case.hub or case.division)

    def _workers(
        self, case: CaseInfo, stage: str, units: Iterable[int], handler_id: int | None
    ) -> tuple[int, ...]:
        if stage in _COLLECTED and case.collector_id is not None:
            return (case.collector_id,)
        if stage in _STAGE_POSTS:
            return self.holders(_STAGE_POSTS[stage], case.hub or case.division)
        return (handler_id,) if handler_id is not None else self.heads(units)
