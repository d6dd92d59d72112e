# SPDX-License-Identifier: Apache-2.0
"""Shapes of the catalogue that others receive: items, filing rules, responsibilities, import reports."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from tongguan.kernel.tables import RowError
from tongguan.kernel.worktime import Limit


class ItemKind(StrEnum):
    """Kinds of items: 部件 (something is wrong with a component), 事件 (behaviour), 诉求 (an appeal)."""

    COMPONENT = "component"
    EVENT = "event"
    APPEAL = "appeal"


class ItemInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An item (事项). ``legacy_codes`` are the 2013 codes; ``process`` names the lifecycle variant."""

    code: str
    name: str
    kind: ItemKind
    major_code: str
    major_name: str
    urgency: str
    process: str
    parent_code: str = ""
    component_name: str = ""
    aliases: tuple[str, ...] = ()
    legacy_codes: tuple[str, ...] = ()
    needs_photo: bool = True
    needs_place: bool = True
    local: bool = False
    example: bool = False
    active_from: date | None = None
    active_to: date | None = None
    standard: str = ""
    source: str = ""
    confidence: str = ""

    def active_on(self, day: date) -> bool:
        """Tell whether new cases may use the item on that day (both dates are included)."""
        return (self.active_from is None or self.active_from <= day) and (
            self.active_to is None or day <= self.active_to
        )


class FilingRule(msgspec.Struct, frozen=True, kw_only=True):
    """A filing condition with its closing condition, limit (None: no clock) and duties, of one source."""

    id: int
    item_code: str
    condition_no: int
    filing_condition: str
    closing_condition: str
    limit: Limit | None
    duties: tuple[str, ...]
    supervising: tuple[str, ...] = ()
    rule_key: str = ""
    source: str = ""
    book_number: int = 1
    local_name: str = ""
    limit_note: str = ""
    confidence: str = ""


class StageKey(NamedTuple):
    """What a stage limit is for; an empty word: every kind, the whole territory, any urgency."""

    stage: str
    kind: str
    division: str
    urgency: str


class Responsibility(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whose duty an item is in a division on a day; exactly one of lead unit and lead duty is set.

    ``explanation`` says in Chinese which row answered, why it goes before others, and by what law.
    """

    id: int
    version: int
    version_id: int
    item_code: str
    division_prefix: str
    lead_unit_code: str | None
    lead_duty: str | None
    co_unit_codes: tuple[str, ...]
    co_duties: tuple[str, ...]
    legal_basis: str
    clause: str
    note: str
    row_no: int
    valid_from: date
    valid_to: date | None
    explanation: tuple[str, ...]


class ListRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of a responsibility list as written: in a file, a version, an index."""

    row_no: int
    item_code: str
    division: str
    lead_unit_code: str = ""
    lead_duty: str = ""
    co_unit_codes: tuple[str, ...] = ()
    co_duties: tuple[str, ...] = ()
    legal_basis: str = ""
    clause: str = ""
    valid_from: date
    valid_to: date | None = None
    note: str = ""
    id: int = 0

    def lead(self) -> str:
        """Say in Chinese who leads and who helps."""
        lead = f"单位 {self.lead_unit_code} " if self.lead_unit_code else f"“{self.lead_duty}”职责单位"
        helpers = "、".join((*self.co_unit_codes, *self.co_duties))
        return f"由{lead}主办" + (f"，协办：{helpers}" if helpers else "")


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import found. With errors nothing was stored and ``version_id`` is None."""

    rows: int
    errors: tuple[RowError, ...] = ()
    errors_total: int = 0
    version_id: int | None = None
    number: int | None = None
    created: int = 0
    updated: int = 0
    warnings: tuple[str, ...] = ()


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a changed line: its Chinese label, the old and the new text."""

    field: str
    label: str
    old: str
    new: str


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is in both lists with different content."""

    old: ListRow
    new: ListRow
    fields: tuple[FieldChange, ...]


class ListDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What would change: lines added, removed and changed."""

    added: tuple[ListRow, ...]
    removed: tuple[ListRow, ...]
    changed: tuple[RowChange, ...]
    unchanged: int

    def empty(self) -> bool:
        """Tell whether both lists say the same."""
        return not (self.added or self.removed or self.changed)


class VersionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a responsibility list."""

    id: int
    division: str
    number: int
    title: str
    state: str
    rows_count: int
    derived: bool
    copied_from_id: int | None
    created_by: str
    applied_by: str
    reason: str


class RequestTypeInfo(msgspec.Struct, frozen=True):
    """What a citizen wants with an appeal (诉求类型)."""

    code: str
    name: str
    example: bool
    source: str
