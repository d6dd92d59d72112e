# SPDX-License-Identifier: Apache-2.0
"""Publishing facts: in the same transaction as the change they tell of."""

from django.db import transaction

from tongguan.kernel import clock
from tongguan.kernel.facts import Fact, to_payload
from tongguan.runtime.models import FactRecord
from tongguan.tables import api as tables


def publish(*facts: Fact) -> None:
    """Store the facts with the change that caused them; the engine delivers them after commit.

    Raises RuntimeError outside a transaction: a fact that could survive a rolled-back change, or be
    lost with a crash between two commits, is worse than none.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish() needs an open transaction")
    rows = [(f.name, to_payload(f), f.division, clock.now()) for f in facts]
    tables.insert_values(FactRecord, ("name", "payload", "division", "at"), rows)
