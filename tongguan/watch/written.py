# SPDX-License-Identifier: Apache-2.0
"""Rules as plain JSON and back: how versions are kept."""

from typing import Any, cast

import msgspec

from tongguan.watch.checking import unset
from tongguan.watch.contracts import Draft, RuleInfo, Scope, Setting, State
from tongguan.watch.models import WatchRule

_PLAIN = ("code", "zh", "en", "detector", "division", "family", "item_code", "tells_from", "source", "reason")


def row_of(draft: Draft) -> WatchRule:
    """Give an unsaved row of a draft: version, state and writer not yet set."""
    return WatchRule(
        **{name: getattr(draft, name) for name in _PLAIN},
        owners=list(draft.owners),
        settings=msgspec.to_builtins(dict(draft.settings)),
        scope=msgspec.to_builtins(draft.scope),
    )


def draft_of(row: WatchRule) -> Draft:
    """Give what was written."""
    return Draft(
        **{name: getattr(row, name) for name in _PLAIN},
        owners=tuple(row.owners),
        settings=settings_of(row.settings),
        scope=scope_of(row.scope),
    )


def scope_of(told: Any) -> Scope:
    """Read a scope of plain JSON. Raises ValidationError naming the field."""
    return msgspec.convert(told, Scope)


def settings_of(told: Any) -> dict[str, Setting]:
    """Read settings of plain JSON. Raises ValidationError naming the field."""
    return msgspec.convert(told, dict[str, Setting])


def info_of(row: WatchRule) -> RuleInfo:
    """Give a version whole."""
    draft = draft_of(row)
    plain = {name: getattr(draft, name) for name in cast("dict[str, Any]", Draft.__dataclass_fields__)}
    return RuleInfo(
        **plain, version=row.version, state=State(row.state), unset=unset(draft), by_name=row.by_name,
        at=row.at, since=row.since, until=row.until, rehearsal=row.rehearsal,
    )  # fmt: skip
