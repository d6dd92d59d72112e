# SPDX-License-Identifier: Apache-2.0
"""What rules over readings announce."""

from tongguan.kernel.facts import Fact


class WatchRuleSwitchedOn(Fact, frozen=True, kw_only=True):
    """A version of a rule is in force."""

    code: str
    version: int


class WatchRuleRetired(Fact, frozen=True, kw_only=True):
    """A rule is no longer in force."""

    code: str
    version: int
