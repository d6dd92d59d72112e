# SPDX-License-Identifier: Apache-2.0
"""Facts of things."""

from tongguan.kernel.facts import Fact


class ComponentsImported(Fact, frozen=True, kw_only=True):
    """An import of components ended."""

    run_id: int
    created: int
    updated: int
    refused: int
