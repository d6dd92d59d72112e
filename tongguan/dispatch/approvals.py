# SPDX-License-Identifier: Apache-2.0
"""Approval rules as data: who may apply for what, when, and through which levels. Pure.

依据 workflow.yaml approvals（延期、挂账、超时申诉）；城市可改。
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tongguan.kernel.errors import Conflict, Invalid, Refusal
from tongguan.people.contracts import Post

EFFECTS: Final = frozenset({"extend", "suspend", "exclude"})
NEEDS: Final = {"text": "申请说明", "reason": "事由类别", "until": "挂账期限", "attachments": "盖章申请附件"}
PLACES: Final = frozenset({"unit", "centre"})


@dataclass(frozen=True, slots=True)
class Level:
    """One approval: by a post, at the applicant's unit or at the centre that runs the case."""

    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Way:
    """A sequence of levels and its condition; without one it holds always."""

    levels: tuple[Level, ...]
    approved_before: int = 0
    reasons: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()

    def holds(self, approved: int, reason: str) -> bool:
        """Tell whether this way is meant for an application."""
        return approved >= self.approved_before and (not self.reasons or reason in self.reasons)


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """The rule of one kind of application. A limit of None does not limit."""

    code: str
    name: str
    effect: str
    applicants: frozenset[str]
    states: frozenset[str]
    preconditions: tuple[str, ...]
    ways: tuple[Way, ...]
    needs: frozenset[str]
    reasons: tuple[str, ...]
    max_approved: int | None
    max_filed: int | None
    max_days: int | None
    distinct: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of the case when somebody applies. ``limited``: its handling has a limit at all."""

    state: str
    limited: bool
    overdue: bool
    suspended: bool
    filed: int
    approved: int
    pending: bool


_Check = Callable[[Situation], bool]
#: Words a rule may use as preconditions: what must hold, and the refusal in zh and en.
PRECONDITIONS: Final[Mapping[str, tuple[_Check, str, str]]] = {
    "limited": (lambda s: s.limited, "本案没有处置时限，无需{name}", "the case has no limit"),
    "not_overdue": (lambda s: not s.overdue, "处置已超时，不能申请{name}", "handling is already overdue"),
    "not_suspended": (lambda s: not s.suspended, "案件已挂账，不能申请{name}", "the case is suspended"),
    "overdue": (lambda s: s.overdue, "处置没有超时，无须{name}", "handling was not overdue"),
}
_KEYS: Final = frozenset(
    {
        "name",
        "effect",
        "applicants",
        "states",
        "preconditions",
        "ways",
        "needs",
        "reasons",
        "max_approved",
        "max_filed",
        "max_days",
        "distinct",
    }
)


def parse(body: Mapping[str, Any], states: frozenset[str]) -> dict[str, ApprovalRule]:
    """Check a file of rules; ``states`` are the process's. Raises ValueError naming rule and fault."""
    rules: dict[str, ApprovalRule] = {}
    for code, row in body.items():
        if not isinstance(row, Mapping) or set(row) - _KEYS:
            raise ValueError(f"{code}: unknown keys {sorted(set(row) - _KEYS)}")
        rule = _rule(code, row)
        _check_rule(rule, states)
        rules[code] = rule
    return rules


def _rule(code: str, row: Mapping[str, Any]) -> ApprovalRule:
    return ApprovalRule(
        code=code,
        name=str(row.get("name", "")),
        effect=str(row.get("effect", "")),
        applicants=frozenset(row.get("applicants", ())),
        states=frozenset(row.get("states", ())),
        preconditions=tuple(row.get("preconditions", ())),
        ways=tuple(_way(code, way) for way in row.get("ways", ())),
        needs=frozenset(row.get("needs", ())),
        reasons=tuple(row.get("reasons", ())),
        max_approved=_count(code, row, "max_approved"),
        max_filed=_count(code, row, "max_filed"),
        max_days=_count(code, row, "max_days"),
        distinct=bool(row.get("distinct")),
    )


def _way(code: str, way: Mapping[str, Any]) -> Way:
    when = way.get("when", {})
    if set(way) - {"when", "needs", "levels"} or set(when) - {"approved_before", "reasons"}:
        raise ValueError(f"{code}: a way has only when, needs, levels")
    return Way(
        levels=tuple(Level(str(x.get("by")), str(x.get("at"))) for x in way.get("levels", ())),
        approved_before=int(when.get("approved_before", 0)),
        reasons=frozenset(when.get("reasons", ())),
        needs=frozenset(way.get("needs", ())),
    )


def _count(code: str, row: Mapping[str, Any], key: str) -> int | None:
    value = row.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise ValueError(f"{code}: {key} must be a whole number above zero")
    return value


def _check_rule(rule: ApprovalRule, states: frozenset[str]) -> None:
    posts = frozenset(Post)
    levels = [level for way in rule.ways for level in way.levels]
    faults = {
        "has no name": not rule.name,
        f"unknown effect {rule.effect!r}": rule.effect not in EFFECTS,
        "needs applicants that are posts": not rule.applicants or not rule.applicants <= posts,
        "names unknown states": not rule.states or not rule.states <= states,
        "names unknown preconditions": not set(rule.preconditions) <= PRECONDITIONS.keys(),
        "needs unknown inputs": not rule.needs.union(*(w.needs for w in rule.ways)) <= NEEDS.keys(),
        "has a level without post or place": any(x.by not in posts or x.at not in PLACES for x in levels),
        "has a way without levels": not rule.ways or any(not way.levels for way in rule.ways),
        "its last way must be unconditional": bool(rule.ways)
        and bool(rule.ways[-1].reasons or rule.ways[-1].approved_before),
        "suspends without a longest duration": rule.effect == "suspend" and rule.max_days is None,
        "asks for a reason but lists none": "reason" in rule.needs and not rule.reasons,
    }
    for fault, there in faults.items():
        if there:
            raise ValueError(f"{rule.code}: {fault}")


def refusal(rule: ApprovalRule, situation: Situation) -> Refusal | None:
    """Give why nobody may apply now, or None."""
    if situation.state not in rule.states:
        return Conflict(
            "application.wrong_state", f"案件现状不能申请{rule.name}", f"no {rule.code} in {situation.state}"
        )
    if situation.pending:
        return Conflict(
            "application.pending", f"已有{rule.name}申请在审批中", f"another {rule.code} is in flight"
        )
    for word in rule.preconditions:
        holds, zh, en = PRECONDITIONS[word]
        if not holds(situation):
            return Conflict(f"application.{word}", zh.format(name=rule.name), en)
    if rule.max_approved is not None and situation.approved >= rule.max_approved:
        return Conflict(
            "application.too_many",
            f"{rule.name}最多批准 {rule.max_approved} 次",
            f"{rule.code} was approved {situation.approved} times already",
        )
    if rule.max_filed is not None and situation.filed >= rule.max_filed:
        return Conflict(
            "application.once", f"{rule.name}只能提出 {rule.max_filed} 次", f"{rule.code} was filed already"
        )
    return None


def choose_way(rule: ApprovalRule, approved: int, reason: str) -> Way:
    """Give the first way that holds; the last always does."""
    return next(way for way in rule.ways if way.holds(approved, reason))


def levels_for(way: Way, applicant_post: str) -> tuple[Level, ...]:
    """Give the levels an application passes: those above the applicant's own."""
    for no, level in enumerate(way.levels):
        if level.by == applicant_post:
            return way.levels[no + 1 :]
    return way.levels


def check_inputs(
    rule: ApprovalRule,
    way: Way,
    *,
    text: str,
    reason: str,
    until: datetime | None,
    attachments: Sequence[str],
    now: datetime,
) -> None:
    """Check what was filled in. Raises Invalid with the field's name."""
    given = {"text": bool(text.strip()), "reason": bool(reason), "until": until is not None}
    given["attachments"] = bool(attachments)
    for field in sorted(rule.needs | way.needs):
        if not given[field]:
            raise Invalid(
                "application.needs", f"{rule.name}须填写{NEEDS[field]}", f"needs {field}", field=field
            )
    if reason and rule.reasons and reason not in rule.reasons:
        raise Invalid(
            "application.reason",
            f"事由类别应为：{'、'.join(rule.reasons)}",
            f"reason must be one of {rule.reasons}",
            field="reason",
        )
    if until is None:
        return
    if until <= now:
        raise Invalid("application.until_past", "期限须晚于现在", "until must lie ahead", field="until")
    if rule.max_days is not None and (until - now).total_seconds() > rule.max_days * 86400:
        raise Invalid(
            "application.until_far",
            f"期限最长 {rule.max_days} 天",
            f"at most {rule.max_days} days",
            field="until",
        )
