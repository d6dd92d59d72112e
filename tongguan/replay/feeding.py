# SPDX-License-Identifier: Apache-2.0
"""Telling a source's records to a running platform over HTTP, and waiting until it has triaged them."""

import time
from pathlib import Path
from typing import Any, Final

from tongguan.kernel.errors import Invalid
from tongguan.replay import mapping, records, summary
from tongguan.replay.checking import Findings, Mismatch
from tongguan.replay.door import MOST_AT_ONCE, Answered, Door
from tongguan.replay.records import Record
from tongguan.replay.replaying import path_of

_PATIENCE: Final = 120.0
_PAUSE: Final = 0.5


def feed(
    name: str, folder: Path, *, url: str, token: str, limit: int | None = None, seed: int = 1
) -> dict[str, Any]:
    """Tell the records to the platform at ``url``; every one must become a case or be quarantined.

    Moves are not simulated: the platform's people and clocks are real. Raises Refusal.
    """
    source = mapping.load(name)
    if source.rows != "file":
        raise Invalid(
            "replay.no_records",
            zh=f"来源 {name} 的记录出自目录，只能在本机回放",
            en="this source's records come from the catalogue",
            field="source",
        )
    told, unusable = records.read(source, path_of(source, folder), seed)
    told = told[:limit]
    door = Door(source, token, url)
    findings = Findings()
    began = time.monotonic()
    try:
        waiting: list[tuple[Record, Answered]] = []
        for first in range(0, len(told), MOST_AT_ONCE):
            batch = told[first : first + MOST_AT_ONCE]
            waiting += zip(batch, door.tell(batch), strict=True)
        seconds = time.monotonic() - began
        _settle(door, waiting, findings)
    finally:
        door.close()
    ran = {"database": url, "seed": seed, "rows": len(told), "moves": 0, "seconds": round(seconds, 3)}
    return summary.summary(source, findings, unusable, ran)


def _settle(door: Door, waiting: list[tuple[Record, Answered]], findings: Findings) -> None:
    until = time.monotonic() + _PATIENCE
    for record, answer in waiting:
        if not answer.ok:
            findings.refused[answer.why] += 1
            findings.mismatches.append(Mismatch(record.external_id, "未受理上报", "已接收", answer.why))
            continue
        findings.repeated += answer.repeated
        standing = door.standing(answer.tracking)
        while standing.state == "waiting" and time.monotonic() < until:
            time.sleep(_PAUSE)
            standing = door.standing(answer.tracking)
        findings.states[standing.state] += 1
        if standing.state == "quarantined":
            findings.quarantined[standing.why] += 1
        if standing.state == "waiting":
            findings.mismatches.append(Mismatch(record.external_id, "状态", "已分诊", "待分诊"))
