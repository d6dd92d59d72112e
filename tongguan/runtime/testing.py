# SPDX-License-Identifier: Apache-2.0
"""The engine by hand, for tests: one call does what the running engine would do by itself."""

from dataclasses import dataclass

from tongguan.runtime import jobruns, relay
from tongguan.runtime.delivery import Delivery

_MOST_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Person:
    """An actor with only what the cellar asks for."""

    key: str
    name: str


def settle(*, jobs: bool = True) -> None:
    """Number and deliver all facts, and run all jobs, until nothing moves any more.

    Raises AssertionError when it never ends: two subscribers feeding each other.
    """
    delivery = Delivery()
    for _ in range(_MOST_ROUNDS):
        moved = relay.number_facts() > 0
        moved |= delivery.step()
        moved |= jobs and jobruns.run_next("test/jobs")
        if not moved:
            return
    message = f"the engine still moves after {_MOST_ROUNDS} rounds"
    raise AssertionError(message)
