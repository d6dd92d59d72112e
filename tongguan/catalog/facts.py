# SPDX-License-Identifier: Apache-2.0
"""What happened to the catalogue."""

from tongguan.kernel.facts import Fact


class CatalogueLoaded(Fact, frozen=True, kw_only=True):
    """The shipped classes and rules were loaded or brought up to date."""

    created: int
    updated: int


class FilingStandardImported(Fact, frozen=True, kw_only=True):
    """A city's filing and closing standard came into use as a version of its source."""

    book_id: int
    source: str
    number: int
    rules: int


class ItemsImported(Fact, frozen=True, kw_only=True):
    """A city's own items (categories of appeals, local classes) were imported."""

    created: int
    updated: int


class ResponsibilitiesApplied(Fact, frozen=True, kw_only=True):
    """A version of a division's responsibility list took effect."""

    version_id: int
    number: int
    superseded_id: int | None
    added: int
    removed: int
    changed: int
    rollback: bool = False


class StageLimitChanged(Fact, frozen=True, kw_only=True):
    """The limit of a stage was set or cleared."""

    stage: str
    kind: str
    urgency: str = ""
