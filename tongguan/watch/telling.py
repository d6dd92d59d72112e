# SPDX-License-Identifier: Apache-2.0
"""From a detector's changes of grade to the verdicts alarms hear: places, words, evidence."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tongguan.alarms.contracts import Verdict
from tongguan.detection import compound
from tongguan.detection.contracts import COLOURS, Verdicts
from tongguan.sensors import queries as sensors
from tongguan.sensors.contracts import Place
from tongguan.watch.running import Running
from tongguan.watch.words import Change, sentence, unit_words

_MOST_STREAMS: Final = 1_000


def told(pairs: Sequence[tuple[Running, Verdicts]]) -> list[Verdict]:
    """Give what alarms hear of the changes of several rules; one look-up of places for all of them."""
    streams = {
        stream
        for running, said in pairs
        for slot in said.slot.tolist()
        for stream in running.subjects.members(slot)[:_MOST_STREAMS]
    }
    places = sensors.at(streams)
    return [one for running, said in pairs for one in _of_rule(running, said, places)]


def _of_rule(running: Running, said: Verdicts, places: dict[int, Place]) -> Iterator[Verdict]:
    rows = zip(
        said.slot.tolist(), said.at.tolist(), said.grade.tolist(), said.before.tolist(),
        said.measured.tolist(), said.limit.tolist(), said.since.tolist(), said.reason.tolist(), strict=True,
    )  # fmt: skip
    for slot, at, grade, before, measured, limit, since, reason in rows:
        streams = running.subjects.members(slot)[:_MOST_STREAMS]
        known = [places[stream] for stream in streams if stream in places]
        source, sure = running.source(max(grade, before))
        change = Change(
            _name(running, slot, known), _quantity(running, known),
            unit_words(known[0].unit) if known else "",
            reason, grade, before, measured, limit, since, at, source, sure,
            _explained(running, slot, max(grade, before), known),
        )  # fmt: skip
        lon, lat = next(((one.lon, one.lat) for one in known if one.lon is not None), (None, None))
        yield Verdict(
            rule=running.rule.code,
            version=running.rule.version,
            matter=running.subjects.matter(slot),
            grade=grade,
            at=at,
            streams=streams,
            words=sentence(change),
            evidence=_evidence(running, change, known),
            division=known[0].division if known else running.rule.division,
            lon=lon,
            lat=lat,
        )


def _name(running: Running, slot: int, known: Sequence[Place]) -> str:
    matter = running.subjects.matter(slot)
    if matter.startswith("group:"):
        return matter.removeprefix("group:")
    return known[0].thing_name if known else matter


def _quantity(running: Running, known: Sequence[Place]) -> str:
    if running.rule.scope.by in {"stream", "near"} and known:
        return known[0].observed_name
    return ""


def _explained(running: Running, slot: int, grade: int, known: Sequence[Place]) -> str:
    setting = running.rule.settings.get(COLOURS[grade - 1]) if grade else None
    if running.rule.detector != compound.Compound.code or setting is None:
        return ""
    names = running.settings[compound.NAMES]
    values = dict(zip(names, running.state["earlier"][slot].tolist(), strict=True))
    words = {name: place.observed_name for name, place in zip(names, known, strict=False)}
    return compound.explained(str(setting.value), values, words)


def _evidence(running: Running, change: Change, known: Sequence[Place]) -> dict[str, Any]:
    return {
        "name": running.rule.zh,
        "place": change.place,
        "things": sorted({one.thing for one in known}),
        "detector": running.rule.detector,
        "measured": _plain(change.measured),
        "limit": _plain(change.limit),
        "unit": change.unit,
        "since": change.since if change.since >= 0 else None,
        "before": change.before,
        "source": change.source,
        "confidence": change.confidence,
    }


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
