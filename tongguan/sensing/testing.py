# SPDX-License-Identifier: Apache-2.0
"""For tests of all rooms: an owner of readings in this process, with a real store in a folder."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings

from tongguan.sensing import owning, parts, spi
from tongguan.sensing.contracts import Declared, Policy
from tongguan.sensing.owner import Owner
from tongguan.series.contracts import Plan


@contextmanager
def owned(
    folder: Path | None = None,
    *,
    declared: Declared | None = None,
    policy: Policy | None = None,
    plan: Plan | None = None,
    threads: bool = False,
) -> Iterator[Owner]:
    """Own the readings within the block: ``api.take`` returns after all listeners have heard the frame.

    Everything runs in the caller's thread and so within a test's transaction. ``folder``: default HOME's.
    ``declared``: instead of what is registered.
    """
    with ExitStack() as stack:
        if declared is not None:
            for name in list(spi.declarations.items()):
                stack.enter_context(spi.declarations.temporarily(name, lambda: declared))
            if not spi.declarations.items():
                stack.enter_context(spi.declarations.temporarily("test", lambda: declared))
        owner = owning.opened(folder or owning.folder(), policy, plan, threads=threads)
        owning.enter(owner)
        try:
            yield owner
        finally:
            owning.leave(owner)
            owner.close()


def let_go() -> None:
    """End what this process holds of the parts' owners and of the bus to them."""
    for part in range(settings.READINGS_PARTS):
        owning.elsewhere(owning.part_folder(part)).close()
    parts.spreader().close()
