# SPDX-License-Identifier: Apache-2.0
"""What tests of other packages may see of the cellar: the audit and the published facts, oldest first."""

from dataclasses import dataclass
from typing import Any

from tongguan.runtime.models import AuditEntry, FactRecord


@dataclass(frozen=True, slots=True)
class Act:
    """One audit entry."""

    verb: str
    subject: str
    actor_key: str
    detail: dict[str, Any]


def audited(verb: str | None = None) -> list[Act]:
    """Give the audit's entries, of one verb or all."""
    rows = AuditEntry.objects.order_by("id")
    if verb is not None:
        rows = rows.filter(verb=verb)
    return [Act(row.verb, row.subject, row.actor_key, row.detail) for row in rows]


def published(name: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Give (name, fields) of the facts published, of one name or all."""
    rows = FactRecord.objects.order_by("id")
    if name is not None:
        rows = rows.filter(name=name)
    return list(rows.values_list("name", "payload"))
