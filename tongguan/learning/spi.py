# SPDX-License-Identifier: Apache-2.0
"""What upper floors supply: what there is to learn, and from which texts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.kernel.registry import Registry
from tongguan.learning.contracts import Example


def _nothing() -> Iterable[tuple[str, str]]:
    return ()


def _no_texts(_subjects: Sequence[str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Task:
    """One question that texts are asked, e.g. which item a report is about.

    ``examples`` gives history with people's answers. ``words`` gives (class, words) from the registers
    themselves: names, filing conditions; with no history a model starts from these alone. ``texts`` gives
    the texts of subjects that were corrected: this room keeps the correction, never the text.
    ``precision`` is what a decision without a person must keep; ``recipe`` names how to learn
    (``recipes.NAMED``).
    """

    zh: str
    examples: Callable[[], Iterable[Example]]
    words: Callable[[], Iterable[tuple[str, str]]] = _nothing
    texts: Callable[[Sequence[str]], Mapping[str, str]] = _no_texts
    precision: float = 0.95
    recipe: str = "fields"


#: Tasks by name (``item``, ``request_kind``, ``unit``).
tasks: Final[Registry[Task]] = Registry("learning task")
