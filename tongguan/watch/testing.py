# SPDX-License-Identifier: Apache-2.0
"""Rules for stories: a methane limit over manholes, drafted, rehearsed and switched on."""

from typing import Any

from tongguan.people.contracts import PLATFORM, Actor
from tongguan.sensors import queries as sensors
from tongguan.sensors.testing import declare, told
from tongguan.watch import api, queries
from tongguan.watch.contracts import Confidence, Draft, Part, RuleInfo, Scope, Setting

GAS = "gas.ch4_conc_lel"


def own(
    value: float | str | None, source: str = "本市安全专班", sure: Confidence = Confidence.OWN
) -> Setting:
    """Give a value somebody set."""
    return Setting(value, source, sure)


def methane(**changes: Any) -> Draft:
    """Give a rule: methane in manholes of 江北, orange at 20 for two minutes, red at 50."""
    limits = {
        "orange": own(20.0), "red": own(50.0), "orange_after": own(120.0), "band": own(2.0),
    }  # fmt: skip
    values: dict[str, Any] = {
        "code": "gas.methane", "zh": "井室甲烷超限", "detector": "threshold", "settings": limits,
        "scope": Scope(observed=(GAS,), kinds=("well",)), "division": "990101", "family": "gas",
        "reason": "初次设定",
    }  # fmt: skip
    return Draft(**(values | changes))


def fan(**changes: Any) -> Draft:
    """Give a rule of two quantities of one thing: methane while the water is high."""
    parts = (Part("ch4", GAS), Part("level", "drainage.level"))
    values: dict[str, Any] = {
        "code": "gas.flooded", "zh": "积水井室甲烷", "detector": "compound",
        "settings": {"red": own("ch4 >= 10 and level > 1"), "every": own(60.0), "stale": own(600.0)},
        "scope": Scope(by="thing", parts=parts), "division": "9901",
    }  # fmt: skip
    return Draft(**(values | changes))


def in_force(draft: Draft, actor: Actor = PLATFORM) -> RuleInfo:
    """Write the next version of a rule and bring it in force, its rehearsal taken as seen."""
    versions = [one.version for one in _versions(draft.code)]
    made = api.draft(actor, draft, max(versions, default=0))
    api.rehearsed(made.code, made.version, {"alarms": 0})
    return api.switch_on(actor, made.code, made.version, "例会同意")


def _versions(code: str) -> list[RuleInfo]:
    return [one for one in queries.rules(PLATFORM) if one.code == code]


def wells(count: int, **changes: Any) -> list[int]:
    """Declare manholes with methane sensors; give the numbers of their streams."""
    declare(*(told(n, thing=f"W-{n}", thing_name=f"{n} 号井", **changes) for n in range(1, count + 1)))
    keys = [(f"W-{n}", changes.get("observed", GAS)) for n in range(1, count + 1)]
    found = sensors.datastreams_by_key(keys)
    return [found[key].id for key in keys]
