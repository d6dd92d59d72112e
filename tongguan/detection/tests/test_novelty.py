# SPDX-License-Identifier: Apache-2.0
"""A rule may choose the self-calibrating detector: it raises, says why, lowers, and survives a restart."""

import numpy as np

from tongguan.detection import kinds
from tongguan.detection.contracts import Batch, Reason
from tongguan.detection.settings import ready
from tongguan.detection.spi import detectors
from tongguan.detection.states import packed, unpacked

QUARTER = 900_000
CHOSEN = {"memory": 1000.0, "yellow": 3.75}


def two_streams(count):
    at = np.arange(count) * QUARTER
    draw = np.random.default_rng(3)
    calm = 10 + np.sin(at / 86_400_000 * 2 * np.pi) + draw.normal(0, 0.05, (2, count))
    calm[1, 560:] += 6
    return at, calm


def said(cuts):
    detector = detectors.get("anomaly")
    chosen = ready(detector, CHOSEN)
    state, told = detector.begin(2, chosen), []
    at, value = two_streams(620)
    for begin, end in zip([0, *cuts], [*cuts, 620], strict=True):
        n = end - begin
        batch = Batch.of([0] * n + [1] * n, [*at[begin:end]] * 2, np.concatenate(value[:, begin:end]))
        state, verdicts = detector.step(chosen, unpacked(packed(state)), batch)
        told += [
            (int(s), int(a) // QUARTER, int(g), int(r))
            for s, a, g, r in zip(verdicts.slot, verdicts.at, verdicts.grade, verdicts.reason, strict=True)
        ]
    return sorted(told)


def test_it_raises_for_the_stream_that_left_its_ways_only_and_is_restored_from_bytes():
    whole = said([])

    assert any(one.code == "anomaly" for one in kinds.BUILT_IN)
    raised = [one for one in whole if one[2] == 2]
    assert {one[0] for one in raised if 560 <= one[1] <= 564} == {1}
    assert all(one[3] == Reason.ANOMALY for one in whole)
    assert said([97, 301, 561, 570]) == whole
