# SPDX-License-Identifier: Apache-2.0
"""States as bytes, and moved to other subjects: a stream comes, another goes. Pure."""

import io
import zipfile
from typing import Final

import numpy as np

from tongguan.detection.contracts import Places, Settings, State
from tongguan.detection.spi import Detector

_LARGEST: Final = 1 << 33


def packed(state: State) -> bytes:
    """Give the state as bytes; ``unpacked`` gives it back exactly. The same state gives the same bytes."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(state):
            column = io.BytesIO()
            np.lib.format.write_array(column, state[name], allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), column.getvalue(), zipfile.ZIP_DEFLATED, 1)
    return kept.getvalue()


def unpacked(kept: bytes) -> State:
    """Give the state of such bytes. Raises ValueError when they are none."""
    try:
        with zipfile.ZipFile(io.BytesIO(kept)) as archive:
            if sum(one.file_size for one in archive.infolist()) > _LARGEST:
                raise ValueError("the state is larger than any rule's")
            return {
                one.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(archive.read(one)), allow_pickle=False
                )
                for one in archive.namelist()
            }
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ValueError("these bytes are no state") from error


def moved(detector: Detector, settings: Settings, state: State, came_from: Places) -> State:
    """Give a state whose slot ``s`` is the old slot ``came_from[s]``, or a new beginning where that is −1.

    Arrays that a state of this detector no longer has, or has in another form, begin anew.
    """
    new = detector.begin(len(came_from), settings)
    kept = np.flatnonzero(came_from >= 0)
    for name, column in new.items():
        old = state.get(name)
        if old is not None and old.dtype == column.dtype and old.shape[1:] == column.shape[1:]:
            column[kept] = old[came_from[kept]]
    return new
