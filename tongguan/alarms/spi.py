# SPDX-License-Identifier: Apache-2.0
"""What others supply to alarms: the terms of their rules, and what lies near along their networks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from tongguan.alarms.contracts import Terms, Where
from tongguan.kernel.registry import Registry


class RuleBook(Protocol):
    """Knows what some rules' alarms are to people."""

    def __call__(self, rules: Collection[str]) -> Mapping[str, Terms]:
        """Give the terms of those rules that it knows."""


#: Whoever keeps rules registers its book; officials' own terms go before all of them.
rule_books: Registry[RuleBook] = Registry("rule book")


class Network(Protocol):
    """Knows how far places are from each other along pipes, cables or roads."""

    def __call__(self, places: Sequence[Where], metres: float) -> Iterable[tuple[int, int]]:
        """Give the pairs (by their places in the list) that lie within ``metres`` along the network."""


networks: Registry[Network] = Registry("network")
