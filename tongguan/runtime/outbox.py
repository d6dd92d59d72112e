# SPDX-License-Identifier: Apache-2.0
"""Publishing facts: in the same transaction as the change they tell of."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.db import transaction

from tongguan.kernel import clock
from tongguan.kernel.facts import Fact, to_payload
from tongguan.runtime.models import FactRecord
from tongguan.tables import api as tables

_GATHERED: Final[ContextVar[list[tuple[Any, ...]] | None]] = ContextVar("gathered", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Store what is published in the block at its end, in one statement; in the open transaction.

    For a block that ends with its transaction when it fails: no part of it is rolled back alone.
    """
    rows: list[tuple[Any, ...]] = []
    token = _GATHERED.set(rows)
    try:
        yield
    finally:
        _GATHERED.reset(token)
    _store(rows)


def publish(*facts: Fact) -> None:
    """Store the facts with the change that caused them; the engine delivers them after commit.

    Raises RuntimeError outside a transaction: a fact that could survive a rolled-back change, or be
    lost with a crash between two commits, is worse than none.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish() needs an open transaction")
    rows = [(f.name, to_payload(f), f.division, clock.now()) for f in facts]
    waiting = _GATHERED.get()
    if waiting is None:
        _store(rows)
    else:
        waiting += rows


def _store(rows: list[tuple[Any, ...]]) -> None:
    tables.insert_values(FactRecord, ("name", "payload", "division", "at"), rows)
