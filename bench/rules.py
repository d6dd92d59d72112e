# SPDX-License-Identifier: Apache-2.0
"""Rules: decisions a second with 500 and 5,000 routing rules, and what explaining every rule costs.

Prints one JSON line per figure. Peers: the same compiled rules tried one by one in this run, and figures
measured on two shared cores for 500 rules (item, street, urgency, hour; first match): zen-engine 2.1
2,400–3,500 decisions/s of CPU, plain Python indexed by hand 1.1 million/s, linear 50,000/s.
``--database URL`` also times the look-up of the rules in force (one indexed query); the database is migrated.
"""

import argparse
import json
import os
import platform
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tongguan.rules.contracts import Condition, Group, Operator, Rule
from tongguan.rules.evaluate import CompiledRules, compile_rules, decide, explain
from tongguan.rules.spi import ROUTING

ZEN = (2_400, 3_500)


def routing_rules(count: int, seed: int) -> list[Rule]:
    """Give rules such as a city writes: item and street, some with urgency, hours, words; one catch-all."""
    draw = random.Random(seed)
    rules = []
    for n in range(count - 1):
        conditions = [
            Condition("item", Operator.EQ, f"{draw.randrange(120):05}"),
            Condition(
                "division", Operator.PREFIX, f"9901{draw.randrange(1, 9):02}{draw.randrange(1, 10):03}"
            ),
        ]
        if n % 3 == 0:
            conditions.append(Condition("urgency", Operator.EQ, draw.choice(["normal", "urgent"])))
        if n % 5 == 0:
            conditions.append(Condition("hour", Operator.BETWEEN, (8, 18)))
        if n % 7 == 0:
            conditions.append(Condition("text", Operator.CONTAINS, ("积水", "内涝")))
        rules.append(
            Rule(f"R{n}", f"规则{n}", Group(all=tuple(conditions)), {"lead_duty": "排水"}, priority=n % 10)
        )
    return [*rules, Rule("R0兜底", "兜底", Group(), {"lead_duty": "属地"}, priority=999)]


def cases(count: int, seed: int) -> list[dict[str, Any]]:
    """Give facts of cases as dispatch gives them."""
    draw = random.Random(seed)
    return [
        {
            "item": f"{draw.randrange(120):05}",
            "division": f"9901{draw.randrange(1, 9):02}{draw.randrange(1, 10):03}001",
            "kind": "event",
            "source": "12345",
            "urgency": draw.choice(["normal", "urgent"]),
            "hour": draw.randrange(24),
            "text": draw.choice(["道路积水严重", "井盖丢失", "路灯不亮"]),
            "at": datetime(2026, 11, 23, 1, tzinfo=UTC),
        }
        for _ in range(count)
    ]


def linear(compiled: CompiledRules, facts: dict[str, Any]) -> Rule | None:
    """Try one by one: the peer."""
    for order, rule in enumerate(compiled.rules):
        if compiled.holds(order, facts):
            return rule
    return None


def rate(work: Callable[[Any], Any], inputs: list[Any], rounds: int = 5) -> tuple[float, float]:
    """Give the best rate per second of CPU over some rounds, and of wall time."""
    cpu = wall = 0.0
    for _ in range(rounds):
        began, began_cpu = time.perf_counter(), time.process_time()
        for one in inputs:
            work(one)
        wall = max(wall, len(inputs) / (time.perf_counter() - began))
        cpu = max(cpu, len(inputs) / (time.process_time() - began_cpu))
    return cpu, wall


def tell(figure: str, value: float, unit: str, **more: Any) -> None:
    """Print one figure."""
    print(json.dumps({"figure": figure, "value": round(value, 1), "unit": unit, **more}, ensure_ascii=False))


def _agree(compiled: CompiledRules, few: list[dict[str, Any]]) -> None:
    for facts in few:
        if decide(compiled, facts).matched != linear(compiled, facts):
            sys.exit(f"the index and the peer disagree on {facts}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    tell(
        "machine", os.cpu_count() or 0, "cores", python=platform.python_version(), system=platform.platform()
    )
    many = cases(given.cases, seed=7)
    for count in (500, 5000):
        rules = routing_rules(count, seed=11)
        began = time.perf_counter()
        compiled = compile_rules(rules, ROUTING)
        tell(f"rules.{count}.compile", (time.perf_counter() - began) * 1000, "ms")
        few = many[:200]
        _agree(compiled, few)
        first = rate(partial(CompiledRules.first, compiled, at=None), many)
        tell(
            f"rules.{count}.match", first[0], "decisions/s CPU", wall=round(first[1]), peer="1.1 M/s by hand"
        )
        indexed = rate(partial(decide, compiled), many)
        slow = rate(partial(linear, compiled), few, rounds=3)
        tell(
            f"rules.{count}.decide",
            indexed[0],
            "decisions/s CPU",
            wall=round(indexed[1]),
            linear=round(slow[0]),
            zen_engine_500=ZEN,
        )
        told = rate(partial(explain, compiled), many[:20], rounds=2)
        tell(f"rules.{count}.explain", 1000 / told[0], "ms CPU per full trace")
    if given.database:
        _in_force(given.database)


def _in_force(url: str) -> None:
    os.environ["TONGGUAN_DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    import django
    from django.core.management import call_command
    from django.db import transaction

    django.setup()
    call_command("migrate", verbosity=0)
    from tongguan.people.contracts import PLATFORM
    from tongguan.rules import api, queries
    from tongguan.runtime.transactions import atomic

    with atomic():
        api.publish_ruleset(PLATFORM, "routing", routing_rules(500, seed=11), "9901")
        found = rate(partial(queries.active, "routing"), ["990101001001"] * 500)
        tell(
            "rules.active",
            1000 / found[0],
            "ms CPU a look-up",
            wall_per_second=round(found[1]),
            database=url.split(":", maxsplit=1)[0],
        )
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
