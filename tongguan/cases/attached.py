# SPDX-License-Identifier: Apache-2.0
"""Which attachments belong to a case, and which a person may hand in.

An identifier alone opens nothing: who hands in somebody else's file would otherwise make it visible to
everybody who sees the case.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from tongguan.cases.lifecycle import INPUTS
from tongguan.cases.models import TimelineEntry
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime import files
from tongguan.runtime.contracts import FileInfo

_FILES: Final = tuple(name for name, known in INPUTS.items() if known.kind == "files")
#: Under this key the first line of a case keeps what its reporter attached.
_TOLD: Final = "files"


def belongs(case_id: UUID, file_id: UUID) -> bool:
    """Tell whether a line of the case's history carries the file."""
    wanted = str(file_id)
    lines = TimelineEntry.objects.filter(case_id=case_id).values_list("inputs", "evidence")
    return any(wanted in _named(inputs, evidence) for inputs, evidence in lines.iterator())


def usable(
    actor: Actor,
    case_id: UUID | None,
    ids: Sequence[object],
    field: str,
    known: Mapping[UUID, FileInfo] | None = None,
) -> dict[UUID, FileInfo]:
    """Give the files a person may hand in: their own, the platform's, and what the case has already.

    One query while all are the person's own, none when the caller has looked them up (``known``). Raises
    Invalid ``file.unknown`` naming the field.
    """
    wanted = [_uuid(value, field) for value in ids]
    known = files.infos(wanted) if known is None else known
    for file_id in wanted:
        found = known.get(file_id)
        own = found is not None and found.actor_key in {actor.key, PLATFORM.key}
        if not own and (found is None or case_id is None or not belongs(case_id, file_id)):
            raise _unknown(field)
    return {file_id: known[file_id] for file_id in wanted}


def _named(inputs: Mapping[str, Any], evidence: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(map(str, (*_listed(inputs, _FILES), *_listed(evidence, (_TOLD,)))))


def _listed(values: Mapping[str, Any], names: Sequence[str]) -> Iterator[object]:
    for name in names:
        value = values.get(name)
        if isinstance(value, list):
            yield from value


def _uuid(value: object, field: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise _unknown(field) from None


def _unknown(field: str) -> Invalid:
    return Invalid("file.unknown", zh="没有这个附件", en="no such file", field=field)
