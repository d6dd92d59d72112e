# SPDX-License-Identifier: Apache-2.0
"""Pure: how urgent a due time is, as a colour's name and in words."""

from datetime import datetime, timedelta
from typing import Final

from tongguan.cases.contracts import SOON

_NEAR: Final = timedelta(hours=24)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def due_mark(due_at: datetime | None, now: datetime) -> tuple[str, str]:
    """Give (``none | calm | near | soon | late``, words such as 剩 3 小时), in plain, not working time."""
    if due_at is None:
        return "none", "无时限"
    left = due_at - now
    if left < timedelta(0):
        return "late", f"超 {_span(-left)}"
    colour = "soon" if left < SOON else "near" if left <= _NEAR else "calm"
    return colour, f"剩 {_span(left)}"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < _HOUR:
        return f"{max(1, seconds // _MINUTE)} 分钟"
    if seconds < _DAY:
        return f"{seconds // _HOUR} 小时"
    return f"{seconds // _DAY} 天"
