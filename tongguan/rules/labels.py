# SPDX-License-Identifier: Apache-2.0
"""Words of this package for officials."""

from typing import Final

from tongguan.rules.contracts import State

STATES: Final = [
    (State.DRAFT.value, "草稿"),
    (State.PUBLISHED.value, "已发布"),
    (State.SUPERSEDED.value, "已替换"),
]
