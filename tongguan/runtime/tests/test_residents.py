# SPDX-License-Identifier: Apache-2.0
"""Residents live in one engine at a time; a dead engine's are taken in at once, a lost lease ends one."""

import os
import socket

import pytest

from tongguan.runtime import leases, spi
from tongguan.runtime.residents import Residents

HERE = socket.gethostname()[:30]


class Guest:
    """Notes whether it lives."""

    living: list["Guest"] = []

    def __init__(self):
        self.living.append(self)

    def close(self):
        self.living.remove(self)


@pytest.fixture
def guest():
    Guest.living.clear()
    with spi.residents.temporarily("guest", Guest):
        for name in set(spi.residents.items()) - {"guest"}:
            leases.acquire(f"resident:{name}", "elsewhere-1-x/none", seconds=600)
        yield Guest.living


@pytest.mark.django_db
def test_a_resident_lives_in_one_engine_until_that_one_ends(guest, settings):
    one, two = (Residents(f"{HERE}-{os.getpid()}-{n}") for n in "ab")
    for engine in (one, two, one):
        engine.step()
    assert len(guest) == 1
    one.end()
    assert guest == []
    two.step()
    assert len(guest) == 1
    settings.LEASE_SECONDS = 0
    two.step()
    assert len(guest) == 1
    leases.release("resident:guest", f"{HERE}-{os.getpid()}-b/guest")
    two.step()
    assert guest == []


@pytest.mark.django_db
def test_a_killed_engines_resident_is_taken_in_at_once_another_machines_is_not(guest):
    engine = Residents(f"{HERE}-{os.getpid()}-a")
    leases.acquire("resident:guest", "elsewhere-999999999-b/guest", seconds=600)
    engine.step()
    assert guest == []
    leases.release("resident:guest", "elsewhere-999999999-b/guest")
    leases.acquire("resident:guest", f"{HERE}-999999999-b/guest", seconds=600)
    engine.step()
    assert len(guest) == 1
    engine.end()
