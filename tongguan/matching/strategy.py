# SPDX-License-Identifier: Apache-2.0
"""How two tellings are judged: one frozen, numbered object, stored with every decision. Pure.

Evidence is counted in log-odds: each part says by how much it makes "the same matter" likelier (above zero)
or less likely (below), and the parts add up. So every part can be read, and replayed, on its own.
"""

import hashlib
from typing import Final

import msgspec


class Reach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far and how long two tellings of one item may be the same matter.

    ``metres`` between points; ``hours`` between tellings; ``closed_days``: how long after closing a
    telling still asks whether the case was closed falsely (F41).
    """

    metres: float = 150.0
    hours: float = 168.0
    closed_days: float = 15.0


class Strategy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a decision depends on, but for the rarity table, which ``rarity`` names.

    ``reaches`` go by item code, the longest known beginning of the code first. ``join`` and ``suggest``
    are probabilities: from the first on a telling joins, from the second on a person is asked.
    """

    version: str
    rarity: str = ""
    #: One in fifty of the pairs that the indexes bring together is one matter.
    base: float = -3.9
    #: Learned on marked pairs of 3,000 citizens' messages; see docs/adr/0013.
    text_base: float = -2.72
    text: tuple[float, float, float, float] = (10.88, 17.25, 5.60, 1.945)
    text_least: float = -2.5
    text_most: float = 8.0
    near: float = 4.0
    beyond: float = -3.0
    far: float = -7.0
    elsewhere: float = -3.0
    unplaced: float = -1.0
    soon: float = 1.0
    late: float = -3.0
    #: So long an open case may be told of again without being late.
    open_days: float = 60.0
    same_item: float = 1.5
    other_item: float = -3.0
    same_name: float = 1.0
    other_name: float = -1.0
    same_picture: float = 6.0
    like_picture: float = 3.0
    same_bits: int = 6
    like_bits: int = 12
    join: float = 0.95
    suggest: float = 0.5
    #: So many people make a crowd (群诉).
    crowd: int = 5
    reach: Reach = Reach()
    reaches: dict[str, Reach] = {}

    def reach_of(self, item_code: str) -> Reach:
        """Give the reach of an item."""
        for length in range(len(item_code), 0, -1):
            found = self.reaches.get(item_code[:length])
            if found is not None:
                return found
        return self.reach

    def widest(self) -> float:
        """Give the metres beyond which no item looks."""
        return max(self.reach.metres, *(reach.metres for reach in self.reaches.values()), 0.0)

    def digest(self) -> str:
        """Give what tells this wording from any other."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


#: What a new city begins with. A later wording gets another version; this one never changes.
FIRST: Final = Strategy(version="1")


def read(body: str) -> Strategy:
    """Read a stored strategy. Raises msgspec.ValidationError for a wrong one."""
    return msgspec.json.decode(body, type=Strategy)


def written(strategy: Strategy) -> str:
    """Give the strategy as it is stored."""
    return msgspec.json.encode(strategy, order="deterministic").decode()
