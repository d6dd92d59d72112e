# SPDX-License-Identifier: Apache-2.0
"""The cast of the cellar's tests, and what they share."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import connections

from tongguan.kernel import clock
from tongguan.kernel.clock import ManualClock
from tongguan.kernel.registry import Registry
from tongguan.runtime.subscribers import subscriptions
from tongguan.runtime.testing import Person

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def dispatcher() -> Person:
    """Give 李派遣."""
    return Person("user:2", "李派遣")


@pytest.fixture
def outsider() -> Person:
    """Give 外区人."""
    return Person("user:9", "外区人")


@pytest.fixture
def time() -> Iterator[ManualClock]:
    """Let time stand still at noon (Beijing), 23 November 2026."""
    with clock.using(ManualClock(NOON)) as manual:
        yield manual


@pytest.fixture
def only_mine(monkeypatch: pytest.MonkeyPatch) -> Registry[object]:
    """Start without subscribers, so that other packages' do not react."""
    monkeypatch.setattr(subscriptions, "_entries", {})
    return subscriptions  # type: ignore[return-value]


def together(*acts: Callable[[], None]) -> None:
    """Run the acts at the same moment, each on a database connection of its own; raise what one raised."""
    start = threading.Barrier(len(acts))
    errors: list[BaseException] = []

    def play(act: Callable[[], None]) -> None:
        try:
            start.wait(240)
            act()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=play, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
        assert not thread.is_alive()
    if errors:
        raise errors[0]
