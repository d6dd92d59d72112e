# SPDX-License-Identifier: Apache-2.0
"""What is learned about units: who solved which words, from orders that units confirmed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.dispatch import queries as dispatch
from tongguan.learning import spi
from tongguan.learning.contracts import Example
from tongguan.learning.spi import Task
from tongguan.people.contracts import PLATFORM

UNIT: Final = "unit"
_MOST: Final = 200_000


def subject_of(case_id: UUID) -> str:
    """Give the name under which learning keeps a case."""
    return f"case:{case_id}"


def _examples() -> Iterator[Example]:
    for case_id, code, text in dispatch.solved(_MOST):
        yield Example(subject_of(case_id), text, code)


def _texts(subjects: Sequence[str]) -> Mapping[str, str]:
    found = cases.cases_by_id(PLATFORM, [UUID(s.partition(":")[2]) for s in subjects])
    return {subject_of(pk): f"{case.title}。{case.text}" for pk, case in found.items()}


spi.tasks.register(UNIT, Task("承办单位", _examples, texts=_texts, recipe="units"))
