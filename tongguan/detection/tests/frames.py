# SPDX-License-Identifier: Apache-2.0
"""Readings drawn for property tests, cut and run in any way."""

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from tongguan.detection.batches import Index, arranged, batch_of
from tongguan.detection.contracts import Verdicts
from tongguan.detection.settings import ready
from tongguan.detection.spi import detectors
from tongguan.kernel.frames import Frame

STREAMS = (3, 5, 8)

readings = st.lists(
    st.tuples(st.sampled_from((*STREAMS, 9)), st.integers(-3, 40), st.integers(-2, 12)), max_size=60
)
cuts = st.lists(st.integers(0, 60), max_size=5)


def timed(drawn: list, step: int = 1000) -> list:
    """Give (stream, at, value), each stream going forward by the drawn gaps; some go back in time."""
    clock: dict[int, int] = {}
    told = []
    for stream, gap, value in drawn:
        clock[stream] = max(0, clock.get(stream, 1_000_000) + gap * step)
        told.append((stream, clock[stream], float(value)))
    return told


def run(code: str, settings: dict, told: list, cut: list[int], index: Index | None = None) -> list:
    """Give the changes of grade when the readings come in frames cut at those places."""
    detector = detectors.get(code)
    index = index or Index.of_streams(STREAMS)
    checked = dict(ready(detector, settings))
    state = detector.begin(index.slots, checked)
    edges = sorted({0, len(told), *(min(one, len(told)) for one in cut)})
    said = []
    for begin, end in pairwise(edges):
        piece = told[begin:end]
        frame = Frame.of([one[0] for one in piece], [one[1] for one in piece], [one[2] for one in piece])
        state, verdicts = detector.step(checked, state, batch_of(arranged(frame), index))
        said += listed(verdicts)
    return sorted(said)


def listed(verdicts: Verdicts) -> list:
    """Give verdicts as tuples."""
    return list(
        zip(
            verdicts.slot.tolist(), verdicts.at.tolist(), verdicts.grade.tolist(), verdicts.before.tolist(),
            np.round(verdicts.measured, 9).tolist(), strict=True,
        )
    )  # fmt: skip
