# SPDX-License-Identifier: Apache-2.0
"""Who reacts to which facts."""

from collections.abc import Callable
from dataclasses import dataclass

from tongguan.kernel.facts import Fact
from tongguan.kernel.registry import Registry
from tongguan.runtime.contracts import Delivered

Reaction = Callable[[list[Delivered]], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One reaction, the facts it wants (none named: all of them), and how many at most at once."""

    name: str
    facts: frozenset[str]
    react: Reaction
    batch: int


subscriptions: Registry[Subscription] = Registry("subscriber")


def subscribe(*facts: type[Fact], name: str, batch: int = 100) -> Callable[[Reaction], Reaction]:
    """Register the decorated function for these facts (all, if none is named), under a lasting name.

    It gets lists of ``Delivered`` in stream order, inside a transaction in which the cursor moves too:
    what it writes happens exactly once. It must not talk to the network; store what is to be sent.
    A new name starts with the oldest fact that is kept.
    """

    def register(react: Reaction) -> Reaction:
        wanted = frozenset(fact.name for fact in facts)
        subscriptions.register(name, Subscription(name, wanted, react, batch))
        return react

    return register
