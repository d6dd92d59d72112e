# SPDX-License-Identifier: Apache-2.0
"""Code arithmetic: prefixes as index ranges.

Division codes and unit paths are strings of digits whose prefixes are their parents, so a subtree
is the half-open range ``[prefix, next_prefix(prefix))`` in every database and collation.
"""

from typing import Final

#: Length of a division code by level (省 市 区县 街镇 社区).
DIVISION_LENGTHS: Final = {2: "province", 4: "city", 6: "district", 9: "street", 12: "community"}


def next_prefix(prefix: str) -> str | None:
    """Give the least digit string above every string that starts with ``prefix``.

    None when there is none (all nines, or empty: the whole country). Raises ValueError for non-digits.
    """
    if not prefix:
        return None
    if not (prefix.isascii() and prefix.isdigit()):
        message = f"not a string of digits: {prefix!r}"
        raise ValueError(message)
    stripped = prefix.rstrip("9")
    if not stripped:
        return None
    return stripped[:-1] + str(int(stripped[-1]) + 1)


def ancestors(division: str) -> list[str]:
    """Give the division's own code and all its parents, the longest first."""
    return [division[:n] for n in sorted(DIVISION_LENGTHS, reverse=True) if n <= len(division)]
