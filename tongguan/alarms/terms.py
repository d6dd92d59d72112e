# SPDX-License-Identifier: Apache-2.0
"""What rules' alarms are to people: officials' terms before those of the rules' keepers before defaults."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.db.models import Max

from tongguan.alarms import spi
from tongguan.alarms.contracts import Terms
from tongguan.alarms.models import RuleTerms

_FILE: Final = Path(__file__).parent / "defaults.yaml"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where nobody has said anything; see ``defaults.yaml``."""

    tells_from: int
    minutes: dict[int, int]
    step: timedelta
    storm_metres: float
    storm_span: timedelta
    kept: timedelta


@lru_cache(maxsize=1)
def defaults() -> Defaults:
    """Give the shipped defaults, read once."""
    body: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return Defaults(
        tells_from=int(body["tells_from"]),
        minutes={int(k): int(v) for k, v in body["minutes"].items()},
        step=timedelta(minutes=body["step_minutes"]),
        storm_metres=float(body["storm"]["metres"]),
        storm_span=timedelta(minutes=body["storm"]["minutes"]),
        kept=timedelta(days=body["kept_days"]),
    )


def terms_of(rules: Collection[str]) -> dict[str, Terms]:
    """Give the terms of each rule; one statement besides what the rules' keepers ask."""
    wanted = set(rules)
    found = {rule: _default(rule) for rule in wanted}
    for book in spi.rule_books.items().values():
        found.update({rule: told for rule, told in book(wanted).items() if rule in wanted})
    newest = RuleTerms.objects.filter(rule__in=wanted).values("rule").annotate(last=Max("id")).values("last")
    for row in RuleTerms.objects.filter(pk__in=newest):
        found[row.rule] = replace(
            found[row.rule],
            item_code=row.item_code or found[row.rule].item_code,
            tells_from=row.tells_from,
            minutes={int(grade): int(minutes) for grade, minutes in row.minutes.items()},
            source=row.source,
        )
    return found


def _default(rule: str) -> Terms:
    own = defaults()
    return Terms(
        rule=rule,
        name=rule,
        family=rule.split(".", 1)[0],
        tells_from=own.tells_from,
        minutes=own.minutes,
        source="平台缺省",
    )
