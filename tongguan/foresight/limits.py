# SPDX-License-Identifier: Apache-2.0
"""Whether what is expected reaches a limit in force, or leaves the range a stream is declared for."""

from collections.abc import Iterator, Sequence
from typing import Final

from tongguan.foresight import telling
from tongguan.foresight.contracts import ForeseenHour, ForeseenStream
from tongguan.people.contracts import Actor
from tongguan.sensors import queries as sensors
from tongguan.watch import queries as watch
from tongguan.watch.contracts import RuleInfo, State

#: The worst first: of several limits of a rule that are reached the worst is told.
_COLOURS: Final = (("red", "红色"), ("orange", "橙色"), ("yellow", "黄色"), ("blue", "蓝色"))


def warnings(actor: Actor, about: ForeseenStream, ahead: Sequence[ForeseenHour], unit: str) -> Iterator[str]:
    """Say which limits the hourly means are expected to reach, or may within the interval.

    Looked at are rules of the method ``threshold`` over single streams, chosen by property, kind and
    division; and the range that the stream is declared for.
    """
    for rule in watch.rules(actor, state=State.IN_FORCE, detector="threshold"):
        if _watches(rule, about):
            told = _reached(rule, ahead, unit)
            if told:
                yield told
    declared = sensors.datastreams(actor).filter(pk=about.stream).values_list("low", "high").first()
    low, high = declared or (None, None)
    for limit, name, above in ((high, "登记量程上限", True), (low or None, "登记量程下限", False)):
        told = telling.beyond(ahead, limit, name, unit, above=above) if limit is not None else ""
        if told:
            yield told


def _watches(rule: RuleInfo, about: ForeseenStream) -> bool:
    scope = rule.scope
    return (
        scope.by == "stream"
        and not (scope.tags or scope.things)
        and (not scope.observed or about.observed in scope.observed)
        and (not scope.kinds or about.kind in scope.kinds)
        and about.division.startswith(rule.division)
    )


def _reached(rule: RuleInfo, ahead: Sequence[ForeseenHour], unit: str) -> str:
    """Give the worst limit expected to be reached, else the worst that may be; "" when none."""
    side = rule.settings.get("side")
    above = side is None or side.value != "below"
    may = ""
    for colour, word in _COLOURS:
        setting = rule.settings.get(colour)
        if setting is None or not isinstance(setting.value, int | float):
            continue
        told = telling.beyond(ahead, float(setting.value), f"“{rule.zh}”的{word}限值", unit, above=above)
        if told.startswith(telling.SURE):
            return told
        may = may or told
    return may
