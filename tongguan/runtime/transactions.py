# SPDX-License-Identifier: Apache-2.0
"""The one way to open a transaction."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# SQLite lets one writer in and the others poll; queueing them here, in order, keeps the tail of
# waiting times short (measured: p99 of 32 writers 646 -> 128 ms). PostgreSQL needs no such lock.
_sqlite_writers = threading.RLock()


@contextmanager
def atomic() -> Iterator[None]:
    """Run the block in one transaction, nested blocks in savepoints."""
    if connection.vendor == "sqlite":
        with _sqlite_writers, transaction.atomic():
            yield
    else:
        with transaction.atomic():
            yield


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything in the block as of one moment, without holding up writers."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # A deferred transaction: it only reads, so WAL lets the writer go on.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def in_transaction() -> bool:
    """Tell whether a transaction is open on this thread's connection."""
    return connection.in_atomic_block


def single_statement() -> bool:
    """Tell whether one write may go without an own transaction: none is open, no queue is needed."""
    return connection.vendor != "sqlite" and not connection.in_atomic_block
