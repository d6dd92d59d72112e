# SPDX-License-Identifier: Apache-2.0
"""Counts every fact by its number: a lost one has no row, a doubled one has 2."""

import time

from tongguan.kernel.facts import Fact
from tongguan.runtime import sequences
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


class BellRang(Fact, frozen=True, kw_only=True):
    """A bell rang; ``to_user`` alone may hear it when set."""

    bell: int
    to_user: int | None = None


@subscribe(BellRang, name="ledger.count", batch=20)
def count(batch: list[Delivered]) -> None:
    """Count each fact, slowly enough to be killed in the middle."""
    for item in batch:
        sequences.take(f"bell:{item.fact.bell}")
        time.sleep(0.001)
