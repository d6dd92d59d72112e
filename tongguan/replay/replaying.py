# SPDX-License-Identifier: Apache-2.0
"""A replay from mapping to report."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import connection

from tongguan.catalog.contracts import FilingRule
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.replay import city, mapping, records, summary
from tongguan.replay.checking import Check
from tongguan.replay.door import Door
from tongguan.replay.living import Run
from tongguan.replay.mapping import Source
from tongguan.replay.records import BEIJING, Record, Unusable, draws

#: Records made from filing rules are told over the year whose holidays are densest: 2024.
_FIRST: Final = datetime(2024, 1, 20, tzinfo=BEIJING)
_SPREAD: Final = timedelta(days=280)


def replay(
    name: str,
    folder: Path,
    *,
    limit: int | None = None,
    seed: int = 1,
    tick: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Replay a source within this process on simulated time; give the report.

    ``folder`` holds the data folders; a source without one is shipped. Raises Refusal when it cannot begin.
    """
    source = mapping.load(name)
    path = path_of(source, folder)
    with clock.using(clock.ManualClock(clock.now())):
        staff = city.prepare(source)
        told, unusable = _records(source, path, seed, limit)
        token = city.token_of(source)
        photos = city.photos()
    door = Door(source, token)
    began = time.monotonic()
    try:
        run = Run(source, door, staff, photos, seed, tick)
        lives = run.play(told)
    finally:
        door.close()
    lived = time.monotonic() - began
    findings = Check(source).all(lives)
    ran = {
        "database": connection.vendor,
        "seed": seed,
        "rows": len(told),
        "moves": run.moves,
        "seconds": round(lived, 3),
        "check_seconds": round(time.monotonic() - began - lived, 3),
    }
    return summary.summary(source, findings, unusable, ran)


def path_of(source: Source, folder: Path) -> Path:
    """Give the source's file."""
    return (folder / source.folder if source.folder else mapping.SHIPPED) / source.file


def _records(source: Source, path: Path, seed: int, limit: int | None) -> tuple[list[Record], list[Unusable]]:
    if source.rows == "rules":
        city.import_standard(source, path)
        made = [_from_rule(source, rule, seed) for rule in city.rules_of(source)]
        return sorted(made[:limit], key=lambda r: (r.told_at, r.external_id)), []
    told, unusable = records.read(source, path, seed)
    told = told[:limit]
    if not told:
        raise Invalid("replay.empty", zh=f"{path} 中没有可用的记录", en="no usable records", field="file")
    if source.limits == "record":
        rules = city.standard_from(source, records.read(source, path, seed)[0])
        told = [records.with_rule(r, rules[r.item_code, r.days]) if r.item_code else r for r in told]
    return told, unusable


def _from_rule(source: Source, rule: FilingRule, seed: int) -> Record:
    """Make a record that meets one filing condition; its moment and life are drawn by seed."""
    key = f"{rule.item_code}-{rule.rule_key or rule.condition_no}"
    rng = draws(seed, key)
    told = _FIRST + timedelta(seconds=int(rng.integers(int(_SPREAD.total_seconds()))))
    life = timedelta(minutes=1 + round(60 * source.times.takes_hours * float(rng.lognormal(0.0, 1.0))))
    divisions = sorted(set(source.city.divisions) - {source.city.code, source.city.code[:2]})
    return Record(
        external_id=key,
        told_at=told,
        closed_at=told + life,
        due_at=None,
        ending=source.ending.of({}),
        item_code=rule.item_code,
        division=divisions[int(rng.integers(len(divisions)))],
        unit=sorted(source.city.units)[int(rng.integers(len(source.city.units)))],
        channel=source.channel.of({}),
        title=rule.filing_condition[:100],
        text=f"{rule.filing_condition}（结案条件：{rule.closing_condition}）",
        rule_id=rule.id,
    )
