# SPDX-License-Identifier: Apache-2.0
"""Readings in, from any process: durable when the verb returns.

Gates call these with streams they have looked up in the register; who may send for which stream is theirs to
check. In the owner process frames are taken directly, elsewhere over the owner's local socket.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from django.conf import settings
from django.db import transaction

from tongguan.kernel.errors import Refusal
from tongguan.kernel.frames import Frame
from tongguan.runtime.transactions import in_transaction
from tongguan.sensing import owning, parts
from tongguan.sensing.contracts import Receipt
from tongguan.series.contracts import Mark

PATIENCE = 60.0
_log = logging.getLogger(__name__)


def take(frame: Frame, mark: Mark | None = None) -> Receipt:
    """Keep the readings; durable when this returns. ``mark``: how far the source has been read with them.

    The same frame may be sent again after a refusal or a lost answer: each reading is kept once. Raises
    Invalid for what is no frame, TooMany and Unavailable with ``retry_after`` seconds. Where workers share
    the readings they are durable on the bus: the receipt counts them as kept, their worker judges them later.
    """
    owner = owning.here()
    if owner is not None:
        return owner.take(frame, mark)
    if settings.READINGS_PARTS:
        return parts.spreader().send(frame).result()
    return _receipt(owning.ask("take", frame, _plain(mark)))


def take_within(frame: Frame) -> Receipt:
    """Keep readings of streams that the open transaction may have made itself; durable when this returns.

    Nobody else knows such a stream until the transaction stands: its readings wait aside and are let in right
    after the commit, by their owner later when it cannot be asked then. Taken back, it leaves them aside, of
    a stream that never was. Raises like ``take``.
    """
    receipt = take(frame)
    if in_transaction() and (receipt.aside or settings.READINGS_PARTS):
        transaction.on_commit(partial(_let_in, np.unique(frame.stream).tolist()))
    return receipt


def _let_in(streams: Sequence[int]) -> None:
    try:
        readmit(streams)
    except Refusal as refusal:
        # Their owner looks at them itself, when it begins and once an hour.
        _log.warning("readings of %d new streams stay aside for now: %s", len(streams), refusal)


def send(frame: Frame, mark: Mark | None = None) -> "Future[Receipt]":
    """Hand the readings in without waiting: many frames may be under way, they are committed together.

    The future gives the receipt once they are durable, or raises the refusal. Raises like ``take``.
    """
    owner = owning.here()
    if owner is not None:
        return owner.send(frame, mark)
    if settings.READINGS_PARTS:
        return parts.spreader().send(frame)
    future: Future[Receipt] = Future()

    def told(done: "Future[object]") -> None:
        error = done.exception()
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(_receipt(done.result()))

    owning.elsewhere().send("take", frame, _plain(mark)).add_done_callback(told)
    return future


def readmit(streams: Sequence[int]) -> Receipt:
    """Take in what was kept aside of streams that were not known then. Raises TooMany, Unavailable."""
    wanted = np.asarray(streams, np.int64)
    owner = owning.here()
    if owner is not None:
        return owner.readmit(wanted)
    ask = parts.ask if settings.READINGS_PARTS else owning.ask
    return _receipt(ask("readmit", wanted))


def backup(folder: Path) -> None:
    """Copy the store to a new folder, while running; in the owner process.

    Raises StoreError, Unavailable; the latter where workers share the readings.
    """
    owner = owning.here()
    if owner is not None:
        owner.store.backup(folder)
    else:
        ask = parts.ask if settings.READINGS_PARTS else owning.ask
        ask("backup", str(folder))


def _plain(mark: Mark | None) -> list[object] | None:
    return [mark.source, mark.offset] if mark else None


def _receipt(told: object) -> Receipt:
    return msgspec.convert(told, Receipt)
