# SPDX-License-Identifier: Apache-2.0
"""Shapes that bulk work gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPreview:
    """How many of the selected cases can make the move, and why the others cannot."""

    move: str
    total: int
    possible: int
    refused: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()
    undo: str = ""
