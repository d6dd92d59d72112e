# SPDX-License-Identifier: Apache-2.0
"""Killed at any moment: what was acknowledged is there exactly once; damage is told from a torn end."""

import random

import pytest

from tongguan.kernel.frames import Frame
from tongguan.series import api
from tongguan.series.contracts import Damaged
from tongguan.series.journal import Journal
from tongguan.series.testing import SMALL, rows
from tongguan.series.tests import appender


def test_a_killed_store_has_every_acknowledged_reading_once_and_right_sums(tmp_path):
    for acknowledged in appender.until_killed(tmp_path / "store", 3, random.Random(5)):
        assert appender.proved(tmp_path / "store", acknowledged) > 0


def _written(folder, count=3):
    journal = Journal(folder)
    for number in range(1, count + 1):
        journal.write(number, Frame.of([number], [number], [1.0]), None)
    journal.close()
    (path,) = folder.glob("*.journal")
    return path


@pytest.mark.parametrize("cut", [1, 10, 40, 60])
def test_an_unfinished_record_at_the_end_is_cut_off_and_writing_goes_on(tmp_path, cut):
    path = _written(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    left = list(Journal(tmp_path).records(0, mend=True))
    assert [record.number for record in left] == [1, 2][: 2 if cut < 56 else 1]
    journal = Journal(tmp_path)
    journal.write(9, Frame.of([9], [9], [9.0]), None)
    journal.close()
    again = list(Journal(tmp_path).records(0, mend=True))
    assert [record.number for record in again] == [record.number for record in left] + [9]


def test_damage_in_the_middle_is_told_and_nothing_is_opened(tmp_path):
    path = _written(tmp_path / "journal")
    body = bytearray(path.read_bytes())
    body[50] ^= 1
    path.write_bytes(body)
    with pytest.raises(Damaged, match="not what was written, from byte 0"):
        api.open_store(tmp_path, SMALL)
    assert path.read_bytes() == body


def test_what_is_applied_leaves_the_journal(tmp_path):
    journal = Journal(tmp_path)
    for number in range(1, 5):
        journal.write(number, Frame.of([number], [number], [1.0]), None)
        journal.close()
    journal.forget(2)
    assert [record.number for record in journal.records(0)] == [3, 4]
    assert rows(next(iter(journal.records(3))).frame) == [(4, 4, 1.0, 0)]
