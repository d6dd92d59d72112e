# SPDX-License-Identifier: Apache-2.0
"""Evaluation over HTTP (考核): sets, scores, the cases behind, closings, corrections, tables to take along.

Part of the desk's interface (F45, F46, F47).
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.document import VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import expected_version, reply
from tongguan.doors.scoring import sheet
from tongguan.doors.scoring.shapes import (
    ClosingTold,
    ExemptionTold,
    HoldsShown,
    ScoreEntry,
    ScoreReason,
    ScoreRehearsal,
    ScoresCompared,
    ScoreTableShown,
    SetHistory,
    SetsShown,
    SetTold,
    SetVersionShown,
    WhichMarks,
    WhichTable,
)
from tongguan.evaluation import api as evaluation
from tongguan.evaluation import queries as reads
from tongguan.evaluation.contracts import ClosingInfo, Correction, ExemptionInfo, Explained

router = Router(tags=["考核 evaluation"])
_CODE = Path(..., max_length=40, pattern=r"^[a-z][a-z0-9_]*$")
_NUMBER = Path(..., ge=1, le=1_000_000)


@router.get("/evaluation/sets", response=answers(SetsShown), operation_id="evaluation_sets")
def sets(request: HttpRequest) -> HttpResponse:
    """Give every indicator set in force, every count and rate with source and confidence."""
    actor = actor_of(request)
    return reply(
        {
            "sets": reads.set_list(actor),
            "counts": list(reads.counts().values()),
            "rates": list(reads.rates().values()),
            "keeps": reads.keeps(actor),
            "approves": reads.approves(actor),
        }
    )


@router.get("/evaluation/sets/{code}", response=answers(SetHistory), operation_id="evaluation_set")
def show(request: HttpRequest, code: str = _CODE) -> HttpResponse:
    """Give every version of a set with what it changed; the ETag is the newest version."""
    versions = reads.versions(actor_of(request), code)
    told = {"versions": versions, "changes": reads.changes(versions)}
    return reply(told, version=versions[0].set.version)


@router.post("/evaluation/sets", response=answers(SetVersionShown, 201), operation_id="new_evaluation_set")
def begin(request: HttpRequest, told: SetTold) -> HttpResponse:
    """Write a new set as a draft (the city's evaluators)."""
    actor = actor_of(request)
    return once(request, actor, lambda: evaluation.draft(actor, told.body, told.reason, 0))


@router.post(
    "/evaluation/sets/{code}/versions",
    response=answers(SetVersionShown, 201),
    operation_id="draft_evaluation_set",
    openapi_extra=VERSIONED,
)
def draft(request: HttpRequest, told: SetTold, code: str = _CODE) -> HttpResponse:
    """Write the next version of a set as a draft, on the newest one seen (``If-Match``)."""
    actor, seen = actor_of(request), expected_version(request)
    body = told.body | {"code": code}
    return once(request, actor, lambda: evaluation.draft(actor, body, told.reason, seen))


@router.post(
    "/evaluation/sets/{code}/versions/{number}/approval",
    response=answers(SetVersionShown, 200),
    operation_id="approve_evaluation_set",
)
def approve(request: HttpRequest, code: str = _CODE, number: int = _NUMBER) -> HttpResponse:
    """Bring a draft into force; somebody else than its writer."""
    actor = actor_of(request)
    return once(request, actor, lambda: evaluation.approve(actor, code, number), 200)


@router.post(
    "/evaluation/sets/{code}/versions/{number}/removal",
    response=answers(None, 200),
    operation_id="drop_evaluation_set",
)
def drop(request: HttpRequest, told: ScoreReason, code: str = _CODE, number: int = _NUMBER) -> HttpResponse:
    """Drop a draft; it is kept as dropped."""
    actor = actor_of(request)
    return once(request, actor, lambda: evaluation.drop(actor, code, number, told.reason), 200)


@router.post("/evaluation/rehearsal", response=answers(ScoreTableShown), operation_id="try_evaluation_set")
def rehearse(request: HttpRequest, told: ScoreRehearsal) -> HttpResponse:
    """Say what a wording would score for a past period; nothing is kept."""
    return reply(evaluation.rehearse(actor_of(request), told.body, told.period))


@router.get("/evaluation/table", response=answers(ScoreTableShown), operation_id="score_table")
def table(request: HttpRequest, which: Query[WhichTable]) -> HttpResponse:
    """Give the scores of a set for a period: own and watched lines whole, of peers what the set allows."""
    return reply(reads.table(actor_of(request), which.set, which.period, version=which.version))


@router.get("/evaluation/marks", response=answers(Explained), operation_id="score_marks")
def marks(request: HttpRequest, which: Query[WhichMarks]) -> HttpResponse:
    """Give the cases behind one count of one subject, counted ones or those left out, with reasons."""
    found = reads.explain(
        actor_of(request), which.set, which.period, which.key, which.count, version=which.version,
        left_out=which.left_out, after=which.after, limit=which.limit,
    )  # fmt: skip
    return reply(found)


@router.get("/evaluation/compared", response=answers(list[ScoresCompared]), operation_id="scores_compared")
def compared(request: HttpRequest, which: Query[WhichTable]) -> HttpResponse:
    """Give each named subject's total and rank beside those of the period before."""
    return reply(reads.compared(actor_of(request), which.set, which.period))


@router.get("/evaluation/corrections", response=answers(list[Correction]), operation_id="score_corrections")
def corrections(request: HttpRequest, which: Query[WhichTable]) -> HttpResponse:
    """Give what became known of a closed period afterwards; its scores do not move."""
    return reply(reads.corrections(actor_of(request), which.set, which.period))


@router.get("/evaluation/export.csv", response=answers(None), operation_id="score_csv")
def as_csv(request: HttpRequest, which: Query[WhichTable]) -> HttpResponse:
    """Give the table as CSV; what would be a formula in a spreadsheet is text; audited."""
    return sheet.answer(actor_of(request), which.set, which.period, which.version, "csv")


@router.get("/evaluation/export.xlsx", response=answers(None), operation_id="score_xlsx")
def as_xlsx(request: HttpRequest, which: Query[WhichTable]) -> HttpResponse:
    """Give the table as an Excel workbook; what would be a formula is text; audited."""
    return sheet.answer(actor_of(request), which.set, which.period, which.version, "xlsx")


@router.get("/evaluation/closings", response=answers(list[ClosingInfo]), operation_id="evaluation_closings")
def closings(request: HttpRequest, code: str = Query("", max_length=40)) -> HttpResponse:
    """Give the closed periods, of one set or all, the newest first."""
    return reply(reads.closings(actor_of(request), code))


@router.post("/evaluation/closings", response=answers(ClosingInfo, 201), operation_id="close_evaluation")
def close(request: HttpRequest, told: ClosingTold) -> HttpResponse:
    """Close a period of a set: its marks are frozen, its scores kept."""
    actor = actor_of(request)
    return once(request, actor, lambda: evaluation.close(actor, told.set, told.period))


@router.get("/evaluation/holds", response=answers(HoldsShown), operation_id="evaluation_holds")
def holds(request: HttpRequest, which: Query[WhichTable]) -> HttpResponse:
    """Compute a closed period anew from what was frozen and say whether it gives what was kept."""
    return reply({"holds": reads.holds(actor_of(request), which.set, which.period)})


@router.get("/evaluation/exemptions", response=answers(list[ExemptionInfo]), operation_id="exemptions")
def exemptions(request: HttpRequest, case_id: UUID | None = None) -> HttpResponse:
    """Give the cases of the person's divisions that are kept out of scores, taken back ones too."""
    return reply(reads.exemptions(actor_of(request), case_id))


@router.post("/evaluation/exemptions", response=answers(ExemptionInfo, 201), operation_id="exempt_case")
def exempt(request: HttpRequest, told: ExemptionTold) -> HttpResponse:
    """Keep a case out of scores; the case itself stays as it is (evaluators)."""
    actor = actor_of(request)
    return once(request, actor, lambda: evaluation.exempt(actor, told.case_id, told.kind, told.reason))


@router.post(
    "/evaluation/exemptions/{exemption}/removal",
    response=answers(ExemptionInfo, 200),
    operation_id="take_exemption_back",
)
def take_back(request: HttpRequest, exemption: UUID, told: ScoreReason) -> HttpResponse:
    """Take an exemption back; both are kept."""
    actor = actor_of(request)
    return once(request, actor, lambda: evaluation.take_back(actor, exemption, told.reason), 200)


@router.post("/evaluation/entries", response=answers(None, 201), operation_id="enter_score")
def enter(request: HttpRequest, told: ScoreEntry) -> HttpResponse:
    """Enter a number that a set asks of people for a subject and period; the newest counts."""
    actor = actor_of(request)
    return once(
        request,
        actor,
        lambda: evaluation.enter(actor, told.set, told.period, told.key, told.name, told.value, told.reason),
    )
