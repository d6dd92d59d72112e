# SPDX-License-Identifier: Apache-2.0
"""Polishing a draft's sentences by the assistant: each is proved against its source before it is shown."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from tongguan.briefings import assistant, course, guards
from tongguan.briefings.contracts import BriefingInfo, State
from tongguan.briefings.models import Briefing, Line, Wording
from tongguan.briefings.queries import described
from tongguan.documents.api import proof, wording
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.places import queries as places
from tongguan.runtime import api as runtime
from tongguan.runtime import audit
from tongguan.runtime.contracts import JobInfo
from tongguan.runtime.spi import Progress
from tongguan.runtime.transactions import atomic

KIND: Final = "briefings.polish"
_DIGITS: Final = (4, 6, 9)


def polish(actor: Actor, briefing_id: UUID, expected: int | None) -> BriefingInfo:
    """Ask the assistant to polish a draft; the engine does, sentence by sentence. Audited.

    Raises Conflict where no assistant is set up, Forbidden, NotFound, Stale.
    """
    guards.may(actor, guards.MAKERS | guards.REVIEWERS, course.found(actor, briefing_id).division, "润色文字")
    if assistant.endpoint() is None:
        raise Conflict(
            "briefing.no_assistant", "未启用文字润色（TONGGUAN_ASSISTANT_URL）", "no assistant is set up"
        )
    with atomic():
        row = course.held(actor, briefing_id, expected, State.DRAFT)
        total = len(_open_sentences(row))
        runtime.start_job(actor, KIND, {"briefing": str(row.pk)}, total)
        audit.record(actor, "briefing.polish", f"briefing:{row.pk}", {"sentences": total})
    return described(row)


def run(job: JobInfo, progress: Progress) -> dict[str, Any]:
    """Polish what nobody has worded yet; a sentence that fails its proof keeps its words, with the reason."""
    briefing_id = UUID(job.params["briefing"])
    where = assistant.endpoint()
    row = Briefing.objects.get(pk=briefing_id)
    counts = {"polished": 0, "kept": 0}
    if where is None or row.state != State.DRAFT:
        return counts
    figures = json.loads(row.document)["figures"]
    texts = {key: str(one["text"]) for key, one in figures.items()}
    names = _names(row, figures)
    done = set(progress.position or ())
    for sentence in _open_sentences(row):
        if sentence["key"] in done:
            continue
        source = wording.plain(sentence["pieces"], figures)
        told, reason = _asked(where, source, names)
        made = proof.pieces(told, sentence["pieces"], texts) if not reason else None
        if not reason and made is None:
            reason = "找不到原句的数字"
        done.add(sentence["key"])
        with progress.step(1, sorted(done)):
            counts["polished" if made else "kept"] += _keep(briefing_id, sentence, source, told, made, reason)
    return counts


def _asked(where: assistant.Endpoint, source: str, names: set[str]) -> tuple[str, str]:
    """Give what the assistant made of a sentence, and why it may not be shown ("" when it may)."""
    try:
        told = assistant.polished(where, source)
    except assistant.Silent as silent:
        return "", str(silent)
    return told, proof.refusal(source, told, names)


def _keep(
    briefing_id: UUID,
    sentence: Mapping[str, Any],
    source: str,
    told: str,
    made: list[Any] | None,
    reason: str,
) -> int:
    """Keep a polished sentence, or why it was not taken; in the open transaction."""
    row = Briefing.objects.select_for_update().get(pk=briefing_id)
    taken = Wording.objects.filter(briefing=row, key=sentence["key"]).exists()
    if row.state != State.DRAFT or taken or (made is not None and told == source):
        return 0
    if made is not None:
        Wording.objects.create(briefing=row, key=sentence["key"], pieces=made, source="assistant")
        before, after = wording.marked(sentence["pieces"]), wording.marked(made)
        course.write(row, PLATFORM, "polish", key=sentence["key"], before=before, after=after)
        return 1
    row.line_no += 1
    row.save(update_fields=["line_no"])
    Line.objects.create(
        briefing=row, no=row.line_no, kind="kept", key=sentence["key"], before=source, after=_safe(told),
        reason=reason[:500], by=PLATFORM.key, by_name="文字助手", at=clock.now(),
    )  # fmt: skip
    return 1


def _safe(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[: wording.LONGEST]


def _open_sentences(row: Briefing) -> list[dict[str, Any]]:
    worded = set(row.wordings.values_list("key", flat=True))
    blocks = json.loads(row.document)["blocks"]
    return [one for block in blocks for one in block.get("sentences", ()) if one["key"] not in worded]


def _names(row: Briefing, figures: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Give the names that may not come or go: places of the division, and what figures are split by."""
    found = {one.name for digits in _DIGITS for one in places.within(row.division[:4], digits)}
    found |= {part for one in figures.values() if one["by"] for part in str(one["zh"]).split(" · ")[1:2]}
    return found | {row.place}
