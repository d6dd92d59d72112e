# SPDX-License-Identifier: Apache-2.0
"""Verbs of analysis: decide about projects, keep boards, look for projects and forecast now."""

from datetime import date
from typing import Final
from uuid import UUID

from tongguan.analysis import boards, outlook, projects, queries
from tongguan.analysis.asking import LOCAL
from tongguan.analysis.contracts import ANALYSTS, Project, ProjectState
from tongguan.analysis.models import Decided
from tongguan.casebook.queries import open_book
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, Stale
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.people.queries import POST_NAMES
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

__all__ = ["decide", "drop_board", "find_projects", "foretell", "keep_board"]

keep_board = boards.keep
drop_board = boards.drop
_LONGEST_REASON: Final = 500


def decide(
    actor: Actor, project_id: UUID, state: ProjectState, reason: str, expected_version: int
) -> Project:
    """Accept or reject a project, with a reason; decisions are kept and teach what is proposed later.

    Raises Forbidden (not an analyst of the division), NotFound, Invalid (reason, state), Stale, Conflict (it
    stands so already).
    """
    if actor.scope.posts().isdisjoint(ANALYSTS):
        posts = "、".join(POST_NAMES[post] for post in ANALYSTS)
        raise Forbidden("project.post", f"需要{posts}岗位", "needs an analyst's post")
    if state is ProjectState.PROPOSED:
        raise Invalid("project.state", "只能采纳或退回", "accept or reject", field="state")
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise Invalid("project.reason", f"请写明理由，{_LONGEST_REASON} 字以内", "say why", field="reason")
    with atomic():
        row = queries.project_row(actor, project_id, lock=True)
        if not actor.scope.covers(row.division, *ANALYSTS):
            raise Forbidden("project.division", "不在您的研判辖区", "not a division of yours")
        if row.version != expected_version:
            raise Stale("project.stale", "项目已更新，请刷新", "it was changed meanwhile", field="If-Match")
        if row.state == state:
            raise Conflict("project.decided", "已经是这个状态", "it stands so already")
        row.state, row.version = state, row.version + 1
        row.save(update_fields=["state", "version"])
        Decided.objects.create(
            project=row, state=state, reason=reason.strip(), by=actor.key, by_name=actor.name, at=clock.now()
        )
        audit.record(actor, f"project.{state}", f"project:{row.id}", {"reason": reason.strip()})
    return queries.project(actor, project_id)


def today() -> date:
    """Give the local day."""
    return clock.now().astimezone(LOCAL).date()


def find_projects() -> int:
    """Look for matters that come back, in all divisions; give how many projects were found or refreshed."""
    with open_book(PLATFORM) as book:
        return projects.find(book, today())


def foretell() -> int:
    """Settle forecasts whose day is over and make today's; give how many were settled or made."""
    with open_book(PLATFORM) as book:
        return outlook.settle(book, today()) + outlook.foretell(book, today())
