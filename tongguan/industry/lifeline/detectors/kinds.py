# SPDX-License-Identifier: Apache-2.0
"""The lifeline's own detectors; importing this registers them. Pure."""

from typing import Final

from tongguan.detection.spi import Detector, detectors
from tongguan.industry.lifeline.detectors.balance import Loss, Replay
from tongguan.industry.lifeline.detectors.bridges import Drift, HourlyStep, Overload, RestDrift
from tongguan.industry.lifeline.detectors.gas import Seepage, Spikes
from tongguan.industry.lifeline.detectors.water import Burst, NightFlow, Standing

OWN: Final[tuple[Detector, ...]] = (
    Seepage(),
    Spikes(),
    Burst(),
    NightFlow(),
    Standing(),
    Overload(),
    HourlyStep(),
    Drift(),
    RestDrift(),
    Loss(),
    Replay(),
)

for _one in OWN:
    detectors.register(_one.code, _one)
