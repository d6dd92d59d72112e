# SPDX-License-Identifier: Apache-2.0
"""Facts of places."""

from tongguan.kernel.facts import Fact


class DivisionsChanged(Fact, frozen=True, kw_only=True):
    """Divisions were imported or edited."""

    count: int


class GridsChanged(Fact, frozen=True, kw_only=True):
    """Unit grids were imported or edited."""

    count: int


class DutyGridsChanged(Fact, frozen=True, kw_only=True):
    """Duty grids or their people changed."""

    count: int


class GazetteerChanged(Fact, frozen=True, kw_only=True):
    """Named places were imported."""

    count: int
