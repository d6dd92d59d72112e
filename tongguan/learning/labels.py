# SPDX-License-Identifier: Apache-2.0
"""Words of this package for officials."""

from typing import Final

from tongguan.learning.contracts import State

STATES: Final = [
    (State.CANDIDATE.value, "候选"),
    (State.SHADOW.value, "影子运行"),
    (State.ACTIVE.value, "在用"),
    (State.RETIRED.value, "停用"),
]
