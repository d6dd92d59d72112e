# SPDX-License-Identifier: Apache-2.0
"""Words officials read for the stored codes of the catalogue: (Chinese, English)."""

from typing import Final

from tongguan.catalog.contracts import ListDiff

Label = tuple[str, str]

KINDS: Final[dict[str, Label]] = {
    "component": ("部件", "component"),
    "event": ("事件", "event"),
    "appeal": ("诉求", "appeal"),
}
URGENCIES: Final[dict[str, Label]] = {
    "normal": ("一般", "normal"),
    "urgent": ("紧急", "urgent"),
    "critical": ("特急", "critical"),
}
CONFIDENCES: Final[dict[str, Label]] = {
    "high": ("高", "high"), "medium_high": ("中高", "medium to high"), "medium": ("中", "medium"),
    "low": ("低", "low"), "unknown": ("不明", "unknown"),
}  # fmt: skip
BOOK_STATES: Final[dict[str, Label]] = {
    "active": ("在用", "in use"), "superseded": ("已被替代", "superseded"),
}  # fmt: skip
VERSION_STATES: Final[dict[str, Label]] = {
    "draft": ("草案", "draft"), "applied": ("生效", "applied"), "superseded": ("已被替代", "superseded"),
    "discarded": ("已放弃", "discarded"),
}  # fmt: skip
STAGES: Final[dict[str, Label]] = {
    "accept": ("受理", "accepting"), "register": ("立案", "filing"),
    "verify": ("核实", "verification before filing"), "dispatch": ("派遣", "dispatching"),
    "handle": ("处置", "handling"), "check": ("核查", "check before closing"), "close": ("结案", "closing"),
}  # fmt: skip
LIMIT_UNITS: Final[dict[str, Label]] = {
    "work_hour": ("工作时", "working hours"), "work_day": ("工作日", "working days"),
    "urgent_work_hour": ("紧急工作时", "urgent working hours"),
    "urgent_work_day": ("紧急工作日", "urgent working days"),
    "natural_hour": ("自然小时", "hours"), "natural_day": ("自然日", "days"),
}  # fmt: skip


def diff_lines(diff: ListDiff) -> list[str]:
    """Give a difference as officials read it, one line for each row."""
    counts = (len(diff.added), len(diff.removed), len(diff.changed), diff.unchanged)
    return [
        "新增 {} 行，删除 {} 行，变更 {} 行，不变 {} 行".format(*counts),
        *(f"+ {row.item_code} {row.division} {row.lead()}" for row in diff.added),
        *(f"- {row.item_code} {row.division} {row.lead()}" for row in diff.removed),
        *(
            f"* {change.new.item_code} {change.new.division} {field.label}：{field.old} → {field.new}"
            for change in diff.changed
            for field in change.fields
        ),
    ]
