# SPDX-License-Identifier: Apache-2.0
"""Finding answers. They are public words: everybody at work reads those that hold at their place."""

from datetime import date
from typing import Final

from tongguan.kernel.errors import NotFound
from tongguan.knowledge.contracts import Answer, EntryInfo
from tongguan.knowledge.models import Entry
from tongguan.knowledge.shelf import FIELDS, info, shelf

#: Below this an answer has little to do with the question (chosen on ``tests/test_search.py``).
LEAST: Final = 0.22
_MOST: Final = 50
_MORE: Final = 4


def search(text: str, day: date, *, division: str = "", item_code: str = "", limit: int = 5) -> list[Answer]:
    """Give the answers that fit what is asked and hold on that day, the best first.

    ``division``: where it is asked; answers for other places are left out. ``item_code`` narrows. No
    statement while the copy in memory is fresh.
    """
    held = shelf.get()
    found: list[Answer] = []
    for hit in held.index.search(text, _MOST * _MORE, LEAST):
        entry = held.by_code[hit.key]
        fits = entry.holds_on(day) and (not item_code or entry.item_code == item_code)
        if fits and division.startswith(entry.division):
            found.append(Answer(entry, hit.score))
            if len(found) >= min(limit, _MOST):
                break
    return found


def entry(code: str) -> EntryInfo:
    """Give the version that counts. Raises NotFound."""
    found = shelf.get().by_code.get(code)
    if found is None:
        raise NotFound("knowledge.unknown", zh=f"没有知识条目 {code[:40]}", en="no such answer", field="code")
    return found


def versions(code: str) -> list[EntryInfo]:
    """Give every version of an answer, the newest first. Raises NotFound."""
    rows = [info(row) for row in Entry.objects.filter(code=code).order_by("-number").values(*FIELDS)]
    if not rows:
        raise NotFound("knowledge.unknown", zh=f"没有知识条目 {code[:40]}", en="no such answer", field="code")
    return rows
