# SPDX-License-Identifier: Apache-2.0
"""Deliveries may come in any order and any number of times: the matters are the same."""

import random

import hypothesis
import pytest
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import strategies as st

from tongguan.catalog import api as catalog
from tongguan.intake.testing import delivered, tellings
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    forget_caches()
    square_city()
    catalog.load_standards(PLATFORM)
    yield cast()
    forget_caches()


def outcome(reports, size):
    """Give where deliveries lead, and leave nothing behind."""
    with transaction.atomic():
        found = delivered(reports, size)
        transaction.set_rollback(True)
    return found


@hypothesis.settings(
    max_examples=3, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@hypothesis.given(seed=st.integers(0, 2**32), size=st.integers(1, 40))
def test_shuffled_and_repeated_deliveries_end_as_in_order_once(city, seed, size):
    told = tellings(matters=8, voices=4)
    dice = random.Random(seed)
    again = told + dice.choices(told, k=3 * len(told))
    dice.shuffle(again)
    once = outcome(told, 500)
    assert len(once.matters) == 8
    assert outcome(again, size) == once
