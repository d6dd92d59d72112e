# SPDX-License-Identifier: Apache-2.0
"""Which streams rules over groups need followed together, because workers hold them in several parts."""

import logging
import threading
import time
from typing import Final

import numpy as np
from django.db import DatabaseError, InterfaceError
from numpy.typing import NDArray

from tongguan.sensors import queries as sensors
from tongguan.watch.queries import in_force, version_of
from tongguan.watch.subjects import SEVERAL, Parting, subjects_of

_log = logging.getLogger(__name__)
#: Seconds between two looks at the register of streams, and how much rarer than its own cost a look is.
_LOOK_S: Final = 60.0
_RARER: Final = 20.0
_ONE: Final = "stream"
_NONE: Final = np.empty(0, np.int64)


class Together:
    """Keeps the answer until rules are switched on or off or the register of streams has changed."""

    def __init__(self, part_of: Parting) -> None:
        """Know nothing; ``part_of`` gives the part of each stream."""
        self._part_of = part_of
        self._lock = threading.Lock()
        self._streams: NDArray[np.int64] = _NONE
        self._versions: dict[str, int] = {}
        self._stamp = ""
        self._look_at = 0.0

    def streams(self) -> NDArray[np.int64]:
        """Give the streams, rising; what was known last while the database does not answer."""
        with self._lock:
            try:
                self._look()
            except (DatabaseError, InterfaceError) as error:
                _log.warning("groups over several parts of the readings cannot be looked up: %s", error)
            return self._streams

    def _look(self) -> None:
        versions, began = in_force(), time.monotonic()
        if versions == self._versions and began < self._look_at:
            return
        stamp = sensors.stamp()
        if versions != self._versions or stamp != self._stamp:
            self._streams = np.unique(np.concatenate([_NONE, *map(self._of, versions.items())]))
        self._versions, self._stamp = versions, stamp
        self._look_at = began + max(_LOOK_S, _RARER * (time.monotonic() - began))

    def _of(self, entry: tuple[str, int]) -> NDArray[np.int64]:
        """Give the streams of a rule's subjects that have no part to themselves."""
        rule = version_of(*entry)
        if rule is None or rule.scope.by == _ONE:
            return _NONE
        subjects = subjects_of(rule.scope, rule.division)
        over = subjects.homes(self._part_of) == SEVERAL
        return subjects.streams[np.repeat(over, np.diff(subjects.starts))]
