# SPDX-License-Identifier: Apache-2.0
"""The detectors that come with the product; importing this registers them. Pure."""

from typing import Final

from tongguan.detection.spi import Detector, detectors
from tongguan.detection.threshold import Threshold

BUILT_IN: Final[tuple[Detector, ...]] = (Threshold(),)

for _one in BUILT_IN:
    detectors.register(_one.code, _one)
