# SPDX-License-Identifier: Apache-2.0
"""A catalogue for other packages' tests."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tongguan.catalog import api
from tongguan.catalog.contracts import ListRow, VersionInfo
from tongguan.people.contracts import PLATFORM


def row(
    item_code: str, division: str, lead: str = "", *, duty: str = "", no: int = 2, **more: Any
) -> ListRow:
    """Make a line of a responsibility list, valid since 2004."""
    values = {"valid_from": date(2004, 1, 1), **more}
    return ListRow(
        row_no=no, item_code=item_code, division=division, lead_unit_code=lead, lead_duty=duty, **values
    )


def in_force(rows: Iterable[ListRow], division: str = "9901") -> VersionInfo:
    """Put a responsibility list in force."""
    version = api.draft_responsibilities(PLATFORM, division, list(rows), title="权责清单")
    return api.apply_responsibilities(PLATFORM, version.id, reason="测试")
