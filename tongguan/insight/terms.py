# SPDX-License-Identifier: Apache-2.0
"""When a limit is proposed, as the city has set it; the platform's suggestion until somebody does."""

from dataclasses import asdict, fields, replace
from typing import Any, Final

from tongguan.insight.models import TermsVersion
from tongguan.insight.proposing import Terms
from tongguan.kernel.errors import Invalid

#: Field -> (least, most).
RANGES: Final[dict[str, tuple[float, float]]] = {
    "cases": (30, 1_000_000),
    "class_cases": (10, 100_000),
    "weeks": (1, 52),
    "target": (0.5, 1.0),
    "loss": (0.0, 0.5),
    "hopeless": (0.0, 0.95),
    "reachable": (0.1, 1.0),
    "change": (0.001, 1.0),
    "more_cases": (0.0, 100.0),
}
_WHOLE: Final = frozenset({"cases", "class_cases", "weeks"})


def in_force() -> tuple[Terms, int]:
    """Give the terms and their version; version 0 is the platform's suggestion, set by nobody."""
    row = TermsVersion.objects.order_by("-version").first()
    return (Terms(), 0) if row is None else (altered(row.body), row.version)


def altered(given: dict[str, Any]) -> Terms:
    """Give the suggestion with some figures set. Raises Invalid naming the field."""
    names = {one.name for one in fields(Terms)}
    for name, value in given.items():
        if name not in names:
            raise Invalid("insight.terms", zh=f"没有参数 {name[:30]}", en="no such term", field=name[:30])
        low, high = RANGES[name]
        whole = name not in _WHOLE or (isinstance(value, int) or float(value).is_integer())
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
            or not whole
        ):
            raise Invalid("insight.terms", zh=f"应在 {low:g} 与 {high:g} 之间", en="out of range", field=name)
    found: dict[str, Any] = {
        name: int(value) if name in _WHOLE else float(value) for name, value in given.items()
    }
    return replace(Terms(), **found)


def body_of(given: Terms) -> dict[str, Any]:
    """Give terms as they are stored."""
    return asdict(given)
