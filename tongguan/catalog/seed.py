# SPDX-License-Identifier: Apache-2.0
"""The demo city's responsibility list, derived from the shipped filing rules and marked as derived."""

from datetime import date
from typing import Final

from tongguan.catalog import api, lists, queries
from tongguan.catalog.contracts import ListRow, VersionInfo
from tongguan.people.contracts import PLATFORM

BASIS: Final = "演示数据：由立结案标准的处置职责推导，非正式权责"
_SINCE: Final = date(2020, 1, 1)
#: Owners of components are not one unit of a place: they help, and lead only where nobody else is named.
#: The other duties that a rule names are who else may be the one (whose lorry, whose road), not helpers.
_OWNERS: Final = frozenset({"权属单位", "线缆权属"})
#: Who leads when no rule names a duty (演示用兜底).
_FALLBACK: Final = "街道办事处"


def seed_responsibilities(division: str = "9901") -> VersionInfo:
    """Put a derived list in force for the division; lead = first duty of the item's rules, owners help.

    One row for each component and event item, one fallback row for each major class (also of appeals).
    Needs the standards. A second run gives the list already in force.
    """
    current = lists.applied(division)
    if current is not None:
        return queries.version_info(current)
    rows: list[ListRow] = []
    for info in queries.items_table():
        rules = queries.filing_rules(info.code)
        if rules:
            duties = list(dict.fromkeys(duty for rule in rules for duty in rule.duties))
            law = f"{BASIS}（来源 {rules[0].source} 规则 {rules[0].rule_key}）"
            rows.append(_row(len(rows) + 1, info.code, division, duties, law))
    majors = {info.major_code for info in queries.items_table()}
    for major in sorted(majors):
        lead = _MAJOR_LEADS.get(major, _FALLBACK)
        rows.append(_row(len(rows) + 1, major, division, [lead], f"{BASIS}（大类兜底）"))
    draft = api.draft_responsibilities(
        PLATFORM, division, rows, title="演示权责清单（由立结案标准推导）", derived=True
    )
    return api.apply_responsibilities(PLATFORM, draft.id, reason="演示数据初始化")


_MAJOR_LEADS: Final = {
    "01": "市政公用", "02": "市政公用", "03": "环卫", "04": "园林绿化", "06": "综合执法", "07": "综合执法",
    "08": "综合执法", "09": "综合执法", "A01": "市政公用", "A02": "综合执法", "A03": "环卫",
    "A04": "综合执法",
}  # fmt: skip


def _row(row_no: int, item_code: str, division: str, duties: list[str], law: str) -> ListRow:
    named = list(dict.fromkeys(duties)) or [_FALLBACK]
    lead = next((duty for duty in named if duty not in _OWNERS), named[0])
    others = [duty for duty in named if duty not in _OWNERS and duty != lead]
    return ListRow(
        row_no=row_no,
        item_code=item_code,
        division=division,
        lead_duty=lead,
        co_duties=tuple(duty for duty in named if duty in _OWNERS and duty != lead),
        legal_basis=f"{law}；依规则也可能由{'、'.join(others)}承担" if others else law,
        valid_from=_SINCE,
    )
