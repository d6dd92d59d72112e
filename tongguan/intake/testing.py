# SPDX-License-Identifier: Apache-2.0
"""For tests of the floors above: what was told, a gauge that looks again, tellings of few matters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tongguan.intake import api
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.intake.models import Report
from tongguan.intake.pressure import gauge
from tongguan.people.contracts import Actor, Grant, Post, Scope


def told() -> list[Report]:
    """Give every report, the oldest first."""
    return list(Report.objects.order_by("id"))


def forget_pressure() -> None:
    """Let the next telling look how many wait."""
    gauge.forget()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where tellings led: which numbers are one matter, how many voices each counts, how many have a case."""

    matters: frozenset[frozenset[str]]
    voices: tuple[tuple[str, int], ...]
    settled: int


def tellings(matters: int, voices: int) -> list[ReportIn]:
    """Give what people tell of lids far apart, in turn: each lid by several people in their own words."""
    words = ("井盖破损，晚上有人绊倒", "的井盖坏了，很危险", "井盖缺了一块，请来修", "窨井盖破损，车过有响声")
    return [
        ReportIn(
            source="hotline",
            external_id=f"M{matter:05d}-{voice:02d}",
            title="井盖破损",
            text=f"兴业路{matter * 20 + 1}号门口{words[voice % len(words)]}",
            item_code="01001",
            lon=122.0 + 0.02 * (matter % 100),
            lat=30.5 + 0.02 * (matter // 100),
            division="990101001001",
            reporter=ReporterIn(f"第{voice}人", f"138{matter:05d}{voice:03d}"),
        )
        for voice in range(voices)
        for matter in range(matters)
    ]


def delivered(reports: Sequence[ReportIn], size: int) -> Outcome:
    """Deliver in this order, triage after every ``size``; give where it led."""
    sender = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
    for begin in range(0, len(reports), size):
        for part in range(begin, min(begin + size, len(reports)), api.MAX_BATCH):
            api.receive_many(sender, reports[part : min(part + api.MAX_BATCH, begin + size)])
        while api.triage_batch(500):
            pass
    found: dict[Any, set[str]] = {}
    counts: dict[Any, int] = {}
    rows = Report.objects.filter(case__isnull=False).order_by("id")
    for number, case_id, count in rows.values_list("external_id", "case_id", "case__reporter_count"):
        found.setdefault(case_id, set()).add(number)
        counts[case_id] = count
    told = sorted((min(numbers), counts[case_id]) for case_id, numbers in found.items())
    return Outcome(frozenset(map(frozenset, found.values())), tuple(told), rows.count())
