# SPDX-License-Identifier: Apache-2.0
"""What officials call the states of a rule and the sureness of a source."""

from typing import Final

from tongguan.watch.contracts import Confidence, State

STATES: Final = (
    (State.DRAFT, "草稿"),
    (State.REHEARSED, "已试算"),
    (State.IN_FORCE, "在用"),
    (State.RETIRED, "停用"),
)
CONFIDENCES: Final = {
    Confidence.HIGH: "可信度高",
    Confidence.MEDIUM: "可信度中",
    Confidence.LOW: "可信度低",
    Confidence.OWN: "自定",
    Confidence.UNKNOWN: "可信度未知",
}
