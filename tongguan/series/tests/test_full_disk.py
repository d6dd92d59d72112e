# SPDX-License-Identifier: Apache-2.0
"""A full disk: appending is declined clearly, nothing is corrupt, and it goes on when there is room."""

import resource
import time
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from tongguan.kernel.frames import Frame
from tongguan.series import api
from tongguan.series.contracts import DAY_MS, NoRoom
from tongguan.series.testing import SMALL, numbers

BEGIN = 1_772_380_800_000
STREAMS = 4_000


@contextmanager
def no_file_longer_than(size):
    """Let the system refuse longer files, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def frame(number):
    draw = np.random.default_rng(number)
    return Frame.of(range(STREAMS), [BEGIN + number * 1000] * STREAMS, draw.random(STREAMS))


def until(store, refused):
    """Append until it is declined, or taken again; give how many frames were taken."""
    taken, deadline = 0, time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            store.append(frame(store.number()))
        except NoRoom as error:
            assert "the journal cannot be" in str(error)  # noqa: PT017 - any other reason is a defect
            if refused:
                return taken
        else:
            taken += 1
            if not refused:
                return taken
    raise AssertionError


def test_a_full_disk_declines_loses_nothing_and_goes_on_with_room(tmp_path, caplog):
    store = api.open_store(tmp_path / "store", replace(SMALL, apply_rows=8_000, apply_seconds=0.02))
    with no_file_longer_than(1_500_000):
        until(store, refused=True)
        until(store, refused=True)
        assert len(store.window(numbers(7), 0, BEGIN + DAY_MS)) == store.number()
    until(store, refused=False)
    store.settle()
    kept = store.number()
    store.close()
    again = api.open_store(tmp_path / "store", SMALL)
    assert again.number() == kept
    for number in (0, kept // 2, kept - 1):
        expected = frame(number)
        found = again.window(expected.stream, BEGIN + number * 1000, BEGIN + number * 1000 + 1)
        assert (found.value == expected.value).all()
    assert (
        again.aggregate(numbers(*range(STREAMS)), BEGIN, BEGIN + 1, DAY_MS).count.tolist() == [kept] * STREAMS
    )
    again.close()


def test_room_that_others_need_is_left_to_them(tmp_path):
    store = api.open_store(tmp_path / "store", replace(SMALL, reserve=1 << 60))
    with pytest.raises(NoRoom, match="are free"):
        store.append(frame(0))
    assert store.number() == 0
    store.close()
