# SPDX-License-Identifier: Apache-2.0
"""The stage for stories of insight: the cast, the shipped catalogue, a folder for the case book."""

import pytest

from tongguan.catalog import api as catalog
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import Cast, cast


@pytest.fixture
def home(settings, tmp_path):
    """Where the book of this story lies."""
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def town(db) -> Cast:
    """The standing cast over the shipped catalogue: 供水井盖 破损超过25 cm² has 4 工作时."""
    found = cast()
    catalog.load_standards(PLATFORM)
    return found
