# SPDX-License-Identifier: Apache-2.0
"""What others supply to sensing: listeners of what was kept, and what is declared of streams."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.kernel.registry import Registry
from tongguan.sensing.contracts import Declared

#: Called in the owner process with every frame once it is durable, in the order kept, one at a time.
#: A listener that raises is logged once and called again with the next frame; others are not harmed.
listeners: Registry[Callable[[Frame], None]] = Registry("listener of readings")


class Follower(Protocol):
    """A listener that misses nothing: it says how far it has come and goes on from there after a crash."""

    def position(self) -> int:
        """Give the number of the last frame whose effects are durable, 0: none."""

    def follow(self, number: int, frame: Frame) -> None:
        """Take one frame; numbers grow. After a crash frames behind ``position()`` come once more."""


followers: Registry[Follower] = Registry("follower of readings")


class OwnFollower(Follower, Protocol):
    """A follower made for one owner: the whole store's, or that of a part when workers share the streams."""

    def close(self) -> None:
        """Finish: its owner ends."""


#: Makes a follower for each owner, given the folder in which the owner's store lies.
following: Registry[Callable[[Path], OwnFollower]] = Registry("maker of followers")

#: Gives the streams, rising, that must be followed together although workers hold them in different parts.
together: Registry[Callable[[], NDArray[np.int64]]] = Registry("streams followed together")

#: Who declares streams. None registered: every stream is taken as it comes.
declarations: Registry[Callable[[], Declared]] = Registry("declaration of streams")
