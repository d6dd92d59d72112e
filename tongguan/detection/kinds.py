# SPDX-License-Identifier: Apache-2.0
"""The detectors that come with the product; importing this registers them. Pure."""

from typing import Final

from tongguan.detection.balance import Balance
from tongguan.detection.compound import Compound
from tongguan.detection.cusum import Cusum
from tongguan.detection.flat_line import FlatLine
from tongguan.detection.neighbours import Neighbours
from tongguan.detection.no_data import NoData
from tongguan.detection.novelty import Novelty
from tongguan.detection.page_hinkley import PageHinkley
from tongguan.detection.rate import Rate
from tongguan.detection.season import Season
from tongguan.detection.spi import Detector, detectors
from tongguan.detection.threshold import Threshold

BUILT_IN: Final[tuple[Detector, ...]] = (
    Threshold(),
    Rate(),
    FlatLine(),
    NoData(),
    Balance(),
    Neighbours(),
    Season(),
    Cusum(),
    PageHinkley(),
    Novelty(),
    Compound(),
)

for _one in BUILT_IN:
    detectors.register(_one.code, _one)
