# SPDX-License-Identifier: Apache-2.0
"""Filing conditions: which one a telling meets, and what filing by it freezes. Pure."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tongguan.catalog.contracts import FilingRule, ItemInfo


@dataclass(frozen=True, slots=True)
class FilingMet:
    """The condition a telling meets best, how sure (0 to 1), and why in words."""

    rule: FilingRule | None
    confidence: float
    words: str


def meets(text: str, rules: Sequence[FilingRule]) -> FilingMet:
    """Give the condition of an item that the text meets; the only one is met whatever the text says.

    Of several, each counts by the share of its own pairs of characters that the text holds, those that few
    of the conditions have weighing more; the lead over the second is the confidence.
    """
    if not rules:
        return FilingMet(None, 0.0, "该事项没有立案条件")
    if len(rules) == 1:
        return FilingMet(rules[0], 1.0, f"该事项只有一条立案条件：{rules[0].filing_condition}")
    said = _pairs(text)
    wanted = [_pairs(rule.filing_condition) for rule in rules]
    known = Counter(pair for pairs in wanted for pair in pairs)
    shares = [_share(pairs, said, known, len(rules)) for pairs in wanted]
    order = sorted(range(len(rules)), key=lambda n: (-shares[n], n))
    best, second = shares[order[0]], shares[order[1]]
    if not best:
        return FilingMet(None, 0.0, f"{len(rules)} 条立案条件都与描述不符，须人工选定")
    rule = rules[order[0]]
    return FilingMet(rule, best - second, f"描述最符合立案条件：{rule.filing_condition}")


def _pairs(text: str) -> set[str]:
    kept = "".join(c for c in text if c.isalnum())
    return {kept[n : n + 2] for n in range(len(kept) - 1)}


def _share(pairs: set[str], said: set[str], known: Counter[str], count: int) -> float:
    weights = {pair: math.log(1 + count / known[pair]) for pair in pairs}
    whole = sum(weights.values())
    return sum(weight for pair, weight in weights.items() if pair in said) / whole if whole else 0.0


def frozen(rule: FilingRule, item: ItemInfo) -> dict[str, Any]:
    """Give the columns of a case that filing by a condition sets: its limit and closing condition stay."""
    limit = rule.limit
    return {
        "filing_rule_id": rule.id,
        "item_code": item.code,
        "kind": str(item.kind),
        "filing": {
            "rule_id": rule.id,
            "rule_key": rule.rule_key,
            "source": rule.source,
            "condition_no": rule.condition_no,
            "filing_condition": rule.filing_condition,
            "closing_condition": rule.closing_condition,
            "limit": None if limit is None else {"value": str(limit.value), "unit": limit.unit.value},
            "limit_zh": "" if limit is None else limit.zh(),
            "duties": list(rule.duties),
        },
    }
