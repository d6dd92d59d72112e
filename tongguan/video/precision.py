# SPDX-License-Identifier: Apache-2.0
"""Pure: how sure one may be of a camera's findings, and whether they may go through by themselves."""

from math import sqrt
from typing import Final

#: Two-sided 95 %.
_Z: Final = 1.959964


def lower_bound(right: int, reviewed: int) -> float:
    """Give Wilson's lower bound of the share of right ones; 0 when none was reviewed.

    With few reviews it lies far below the share itself: nine of nine prove no 95 %.
    """
    if not reviewed:
        return 0.0
    share, z2 = right / reviewed, _Z * _Z
    middle = share + z2 / (2 * reviewed)
    spread = _Z * sqrt(share * (1 - share) / reviewed + z2 / (4 * reviewed * reviewed))
    return max(0.0, (middle - spread) / (1 + z2 / reviewed))


def judged(
    right: int, reviewed: int, target: float | None, least: int, *, switched_off: bool
) -> tuple[bool, str]:
    """Tell whether further findings may go through by themselves, and why, in an official's words."""
    found = f"已人工复核 {reviewed} 条，属实 {right} 条，准确率下限 {lower_bound(right, reviewed):.1%}"
    if switched_off:
        return False, f"{found}；值班长已关闭自动通过"
    if target is None:
        return False, f"{found}；此类发现一律人工复核"
    if reviewed < least:
        return False, f"{found}；复核不足 {least} 条，须人工复核"
    if lower_bound(right, reviewed) < target:
        return False, f"{found}，低于要求的 {target:.0%}，须人工复核"
    return True, f"{found}，达到要求的 {target:.0%}，自动通过"
