# SPDX-License-Identifier: Apache-2.0
"""Pure: how sure one may be of a camera's findings, and whether they may go through by themselves."""

from tongguan.kernel.certainty import wilson


def judged(
    right: int, reviewed: int, target: float | None, least: int, *, switched_off: bool
) -> tuple[bool, str]:
    """Tell whether further findings may go through by themselves, and why, in an official's words."""
    lower, _ = wilson(right, reviewed)
    found = f"已人工复核 {reviewed} 条，属实 {right} 条，准确率下限 {lower:.1%}"
    if switched_off:
        return False, f"{found}；值班长已关闭自动通过"
    if target is None:
        return False, f"{found}；此类发现一律人工复核"
    if reviewed < least:
        return False, f"{found}；复核不足 {least} 条，须人工复核"
    if lower < target:
        return False, f"{found}，低于要求的 {target:.0%}，须人工复核"
    return True, f"{found}，达到要求的 {target:.0%}，自动通过"
