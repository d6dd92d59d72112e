# SPDX-License-Identifier: Apache-2.0
"""Facts of sensors."""

from tongguan.kernel.facts import Fact


class SensorsDeclared(Fact, frozen=True, kw_only=True):
    """Things, sensors or streams were declared, altered or taken away; counts, one fact per verb."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    refused: int = 0
