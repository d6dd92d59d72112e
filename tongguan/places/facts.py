# SPDX-License-Identifier: Apache-2.0
"""Facts of places."""

from tongguan.kernel.facts import Fact


class DivisionsChanged(Fact):
    """Divisions were imported or edited."""

    count: int


class GridsChanged(Fact):
    """Unit grids were imported or edited."""

    count: int


class DutyGridsChanged(Fact):
    """Duty grids or their people changed."""

    count: int


class GazetteerChanged(Fact):
    """Named places were imported."""

    count: int
