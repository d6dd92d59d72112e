# SPDX-License-Identifier: Apache-2.0
"""For tests of other rooms: a case whose handling is timed."""

from uuid import UUID

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.dispatch import clocks
from tongguan.kernel import clock
from tongguan.kernel.worktime import Limit
from tongguan.people.contracts import Actor
from tongguan.runtime.transactions import atomic


def timed(actor: Actor, limit: Limit, division: str = "990101001001") -> UUID:
    """Open a case and let the city's clock of handling run with this limit; gives its id."""
    new = NewCase(item_code="06001", title="路面积水", text="深约20厘米", division=division, source="hotline")
    (case,) = cases.open_cases(actor, [new])
    with atomic():
        clocks.turn(clocks.Change(case, start=(clocks.Start(clocks.HANDLE, limit=limit),)), at=clock.now())
    return case.id
