# SPDX-License-Identifier: Apache-2.0
"""A runner of its own for each story, in a folder of its own."""

import pytest

from tongguan.places.testing import square_city
from tongguan.watch.runner import Runner


@pytest.fixture
def city(db):
    """The square city with its register of what is observed."""
    square_city()


@pytest.fixture
def runner(city, tmp_path):
    """A runner that keeps a checkpoint with every frame."""
    return Runner(tmp_path / "watch", keep_every=0.0, first=0.0)
