# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of saved views."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NewView:
    """A list under a name. ``line``: the search line as typed; ``narrow``: what it means as filters.

    ``shared``: everybody of the owner's unit has it, too.
    """

    name: str
    line: str
    narrow: Mapping[str, Any]
    order: str = "newest"
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewInfo:
    """A view as somebody has it: ``mine``, or of a colleague of the own unit."""

    id: UUID
    name: str
    line: str
    narrow: dict[str, Any]
    order: str
    shared: bool
    mine: bool
    owner_name: str
