# SPDX-License-Identifier: Apache-2.0
"""The loud week and the clock at its end."""

import pytest

from tongguan.briefings.testing import END, write_city
from tongguan.kernel.clock import ManualClock, using
from tongguan.people.testing import cast
from tongguan.places.testing import square_city


@pytest.fixture
def book(settings, tmp_path):
    """The book of the loud week, in a home of its own."""
    settings.HOME = tmp_path
    write_city(tmp_path)
    return tmp_path


@pytest.fixture
def clock():
    """The moment the loud week is over."""
    with using(ManualClock(END)) as manual:
        yield manual


@pytest.fixture
def city(db, book, clock):
    """The cast in the city of squares, with its book."""
    square_city()
    return cast()
