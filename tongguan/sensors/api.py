# SPDX-License-Identifier: Apache-2.0
"""Verbs of the register of sensors."""

from tongguan.people.contracts import Actor
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic
from tongguan.sensors.altering import change, create, remove
from tongguan.sensors.declaring import declare, require_keeper
from tongguan.sensors.importing import import_file
from tongguan.sensors.refused import MOST as MOST_REFUSED
from tongguan.sensors.refused import keep
from tongguan.sensors.stamp import bump
from tongguan.sensors.vocabulary import add_shipped, shipped

__all__ = ["MOST_REFUSED", "change", "create", "declare", "import_file", "keep", "load_properties", "remove"]


def load_properties(actor: Actor) -> int:
    """Store the shipped observed properties that are not stored yet; give how many those are.

    Raises Forbidden.
    """
    require_keeper(actor)
    with atomic():
        bump()
        added = add_shipped(shipped().keys())
        if added:
            audit.record(actor, "sensors.load_properties", "sensors:register", {"added": added})
    return added
