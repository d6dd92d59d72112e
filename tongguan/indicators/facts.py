# SPDX-License-Identifier: Apache-2.0
"""What indicators announce."""

from tongguan.kernel.facts import Fact


class IndicatorDefined(Fact, frozen=True, kw_only=True):
    """A vital sign was defined, altered or retired; screens that show it read it anew."""

    code: str
    version: int
