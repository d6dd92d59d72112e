# SPDX-License-Identifier: Apache-2.0
"""Keys of the gazetteer: how a name is folded and cut into the suffixes it is found by. Pure."""

import unicodedata
from collections.abc import Iterable
from typing import Final

#: Longest key stored; a longer search text is cut to it and the rest compared with the name.
KEY_LENGTH: Final = 24
_SHORTEST: Final = 2


def fold(text: str) -> str:
    """Give the form in which names are compared: NFKC, case folded, without spaces and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(ch for ch in plain if ch.isalnum())


def keys(names: Iterable[str]) -> list[tuple[str, int]]:
    """Give (suffix, where it starts) for every suffix of two or more letters of every name."""
    found: dict[str, int] = {}
    for name in names:
        folded = fold(name)
        for start in range(max(1, len(folded) - _SHORTEST + 1)):
            suffix = folded[start : start + KEY_LENGTH]
            if suffix:
                found[suffix] = min(start, found.get(suffix, start))
    return list(found.items())
