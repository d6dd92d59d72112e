# SPDX-License-Identifier: Apache-2.0
"""What is due by time: hand-overs that still wait are told up the ladder."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from tongguan.cases import queries as casebook
from tongguan.handover import noticing, telling, words
from tongguan.handover.facts import HandoverOverdue
from tongguan.handover.models import Handover
from tongguan.kernel import clock
from tongguan.messaging import spi as messages
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import outbox
from tongguan.runtime.spi import every
from tongguan.runtime.transactions import atomic

messages.add_templates(Path(__file__).parent / "texts.yaml")
BATCH: Final = 200


@every(5, "handover.ladder")
def tell_overdue() -> int:
    """Tell every rung that has come, each once; give how many hand-overs were told of."""
    total = 0
    while done := _batch():
        total += done
        if done < BATCH:
            break
    return total


def _batch() -> int:
    now = clock.now()
    with atomic():
        rows = list(
            Handover.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_at__lte=now)
            .order_by("next_at", "id")[:BATCH]
        )
        if not rows:
            return 0
        rules = words.rules()
        told, facts = [], []
        for row in rows:
            since = (row.noticed_at if row.state == "open" else row.handed_at) or row.noticed_at
            rungs = rules.ladder.get(row.state, ())
            passed = [
                n for n in range(row.rung, len(rungs)) if since + timedelta(minutes=rungs[n].minutes) <= now
            ]
            row.rung = passed[-1] + 1 if passed else len(rungs)
            row.next_at = noticing.after(rules, row.state, row.rung, since)
            if not passed:
                continue  # the city's file has fewer rungs than when this one began
            noticing.add_step(PLATFORM, row, "overdue", now, note=f"第 {passed[-1] + 1} 级提醒")
            told.append((row, passed[-1], tuple(dict.fromkeys(p for n in passed for p in rungs[n].to))))
            facts.append(
                HandoverOverdue(
                    handover_id=row.id, case_id=row.case_id, step=passed[-1], division=row.division
                )
            )
        Handover.objects.bulk_update(rows, ["rung", "next_at", "line_no"])
        if facts:
            outbox.publish(*facts)
        known = casebook.cases_by_id(PLATFORM, {row.case_id for row in rows if row.case_id is not None})
        telling.tell_overdue(told, known, rules, now)
    return len(rows)
