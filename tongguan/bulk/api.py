# SPDX-License-Identifier: Apache-2.0
"""One move on many selected cases: previewed, run as a job, undone where the table allows."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import get_user_model

from tongguan.bulk.contracts import BulkPreview
from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.dispatch.api import perform
from tongguan.dispatch.contracts import OrderInfo
from tongguan.dispatch.queries import allowed_moves, running_orders
from tongguan.kernel.errors import Conflict, Invalid, NotFound, Refusal
from tongguan.people import queries as people
from tongguan.people.contracts import Actor
from tongguan.runtime import api as jobs
from tongguan.runtime import audit
from tongguan.runtime.contracts import JobInfo
from tongguan.runtime.spi import Progress
from tongguan.runtime.transactions import atomic

KIND: Final = "dispatch.bulk"
LASTING_KIND: Final = "dispatch.bulk_lasting"
MOST: Final = 10_000
_STEP: Final = 25
_EXAMPLES: Final = 20


def preview_bulk(actor: Actor, case_ids: Sequence[UUID], move_id: str) -> BulkPreview:
    """Tell how many of the cases can make the move now, and why the others cannot; two statements.

    Raises Invalid for no case or too many.
    """
    wanted = _checked(case_ids)
    known = cases.cases_by_id(actor, wanted)
    orders = running_orders(known)
    refused: Counter[str] = Counter()
    examples: list[Mapping[str, Any]] = []
    undo = ""
    for case_id in wanted:
        case = known.get(case_id)
        words = "没有这个案件" if case is None else _hindrance(actor, case, move_id, orders.get(case_id, ()))
        if case is not None and not words:
            undo = undo or _way_back(actor, case, move_id)
        elif words:
            refused[words] += 1
            if len(examples) < _EXAMPLES:
                examples.append({"case_id": str(case_id), "reason": words})
    return BulkPreview(
        move=move_id,
        total=len(wanted),
        possible=len(wanted) - sum(refused.values()),
        refused=dict(refused),
        examples=tuple(examples),
        undo=undo,
    )


def _way_back(actor: Actor, case: CaseInfo, move_id: str) -> str:
    """Give the move that takes this one back where the actor holds a post that makes it, else ""."""
    process = cases.process_of(case)
    back = process.moves[move_id].undo
    return back if back and set(process.moves[back].by) & {str(post) for post in actor.scope.posts()} else ""


def _hindrance(actor: Actor, case: CaseInfo, move_id: str, orders: Sequence[OrderInfo]) -> str:
    """Give why the actor cannot make the move on a case now; "" when nothing is in the way."""
    process = cases.process_of(case)
    line = process.moves.get(move_id)
    if line is None:
        return "本流程没有这一操作"
    if any(move.id == move_id for move in allowed_moves(actor, case, orders)):
        return ""
    if case.state not in line.frm:
        return f"案件处于「{process.states[case.state].name}」"
    return "您的岗位不能对本案操作"


def start_bulk(actor: Actor, case_ids: Sequence[UUID], move_id: str, inputs: Mapping[str, Any]) -> UUID:
    """Queue the move for every case as one audited job; give the job's id.

    Raises Invalid for no case or too many, and for inputs that no case's process takes.
    """
    wanted = _checked(case_ids)
    told = preview_bulk(actor, wanted, move_id)
    for case in cases.cases_by_id(actor, wanted[:_EXAMPLES]).values():
        cases.check_inputs(cases.process_of(case).move(move_id), inputs)
    kind = KIND if told.undo else LASTING_KIND
    params = {"move": move_id, "inputs": dict(inputs), "cases": [str(i) for i in wanted], "undo": told.undo}
    with atomic():
        job_id = jobs.start_job(actor, kind, params, len(wanted))
        audit.record(actor, "bulk.start", f"job:{job_id}", {"move": move_id, "cases": len(wanted)})
    return job_id


def _checked(case_ids: Sequence[UUID]) -> list[UUID]:
    """Give the cases once each, in the one order in which all jobs lock them."""
    wanted = sorted(set(case_ids))
    if not 1 <= len(wanted) <= MOST:
        raise Invalid("bulk.size", f"一次 1 到 {MOST} 件", f"1 to {MOST} cases at once", field="case_ids")
    return wanted


def run(job: JobInfo, progress: Progress) -> dict[str, Any]:
    """Make the move case by case in small transactions; refusals are recorded, the others stand."""
    move, inputs = job.params["move"], job.params["inputs"]
    ids = [UUID(text) for text in job.params["cases"]]
    return _each(job, ids, progress, lambda actor, case_id: perform(actor, case_id, move, inputs))


def undo(job: JobInfo, progress: Progress) -> dict[str, Any]:
    """Take the move back on every case whose newest line is still the one this job wrote."""
    move, back = job.params["move"], job.params["undo"]
    never = {failure.row for failure in job.failures}  # what was not moved is not taken back
    ids = [UUID(text) for text in job.params["cases"] if text not in never]

    def take_back(actor: Actor, case_id: UUID) -> object:
        newest = cases.timeline(actor, case_id)[-1]
        begun = job.started_at or job.created_at
        if newest.move != move or newest.actor_key != job.actor_key or newest.at < begun:
            raise Conflict("bulk.moved_on", "案件此后已有新的流转，不能撤销", "the case has moved on")
        return perform(actor, case_id, back, {"reason": f"撤销批量操作（任务 {job.id}）"})

    return _each(job, ids, progress, take_back)


def _each(
    job: JobInfo, ids: Sequence[UUID], progress: Progress, act: Callable[[Actor, UUID], object]
) -> dict[str, Any]:
    position = int(progress.position or 0)
    while position < len(ids):
        chunk = ids[position : position + _STEP]
        position += len(chunk)
        with progress.step(rows=len(chunk), position=position) as step:
            actor = _actor(job.actor_key)  # asked anew: an appointment may have ended meanwhile
            for case_id in chunk:
                try:
                    with atomic():
                        act(actor, case_id)
                except Refusal as refusal:
                    step.fail(str(case_id), refusal)
    return {"move": job.params["move"], "cases": len(ids)}


def _actor(key: str) -> Actor:
    kind, _, number = key.partition(":")
    user = get_user_model().objects.filter(pk=number).first() if kind == "user" else None
    if user is None:
        raise NotFound("bulk.nobody", "发起人已不在册", "who started this is no longer known")
    return people.actor_of(user)
