# SPDX-License-Identifier: Apache-2.0
"""Declared streams for stories."""

import time
from typing import Any

from tongguan.people.contracts import PLATFORM, Actor
from tongguan.sensors import api, declarations
from tongguan.sensors.contracts import Declaration, Import

#: The square city's first community of 江北 (see places.testing).
HERE = ("121.005", "30.805")


def told(place: int = 1, **values: Any) -> Declaration:
    """Give a row: a manhole with a methane sensor of 江北 unless told otherwise."""
    base = {
        "thing": "W-1",
        "thing_name": "一号井",
        "kind": "well",
        "lon": HERE[0],
        "lat": HERE[1],
        "division": "990101001001",
        "observed": "gas.ch4_conc_lel",
    }
    return Declaration(place, base | {name: str(value) for name, value in values.items()})


def declare(*rows: Declaration, actor: Actor = PLATFORM, **more: Any) -> Import:
    """Declare rows as the platform; give the report."""
    return api.declare(actor, rows, **more)


def declare_elsewhere(*rows: Declaration) -> Import:
    """Declare rows as another process would: here nobody is told to look again before a second is over."""
    done = declare(*rows)
    declarations._copy._checked = time.monotonic()  # noqa: SLF001 - what a look a moment ago leaves behind
    return done
