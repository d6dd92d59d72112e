# SPDX-License-Identifier: Apache-2.0
"""The plain reading of rules: one by one, nothing compiled, nothing shared with the evaluator."""

from datetime import date, datetime, time, timedelta, timezone

CITY = timezone(timedelta(hours=8))


def _num(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124


def _eq(value, wanted):
    if isinstance(wanted, bool):
        return isinstance(value, bool) and value is wanted
    if isinstance(wanted, str):
        return isinstance(value, str) and value == wanted
    return _num(value) and value == wanted


def _when(value):
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime) and value.tzinfo:
        try:
            return value.astimezone(CITY)
        except (OverflowError, ValueError):
            return None
    return value


def _time(value):
    if isinstance(value, str) and len(value) <= 8:
        try:
            return time.fromisoformat(value)
        except ValueError:
            return None
    moment = _when(value)
    if isinstance(moment, datetime):
        return moment.time()
    return moment if isinstance(moment, time) else None


def condition(c, facts):  # noqa: PLR0911 - one line per operator
    value = facts.get(c.field)
    if c.operator == "exists":
        return (value is not None) == c.value
    if value is None:
        return False
    wanted = c.value
    listed = [wanted] if isinstance(wanted, str) else wanted
    if c.operator == "eq":
        return _eq(value, wanted)
    if c.operator == "ne":
        return not _eq(value, wanted)
    if c.operator == "in":
        return any(_eq(value, one) for one in wanted)
    if c.operator == "not_in":
        return not any(_eq(value, one) for one in wanted)
    if c.operator == "prefix":
        return isinstance(value, str) and any(value[: len(one)] == one for one in listed)
    if c.operator == "contains":
        if isinstance(value, str):
            return any(value.find(one) >= 0 for one in listed)
        return isinstance(value, list | tuple | set | frozenset) and any(
            isinstance(held, str) and held == one for held in value for one in listed
        )
    if c.operator == "weekday":
        if isinstance(value, int) and not isinstance(value, bool):
            return value in wanted
        moment = _when(value)
        return isinstance(moment, date) and moment.weekday() + 1 in wanted
    if c.operator == "time_of_day":
        at = _time(value)
        start, end = map(time.fromisoformat, wanted)
        if at is None:
            return False
        return (start <= at < end) if start < end else not (end <= at < start)
    if not _num(value):
        return False
    if c.operator == "between":
        return wanted[0] <= value <= wanted[1]
    return {"lt": value < wanted, "le": value <= wanted, "gt": value > wanted, "ge": value >= wanted}[
        c.operator
    ]


def holds(clause, facts):
    if hasattr(clause, "operator"):
        return condition(clause, facts)
    if not all(holds(one, facts) for one in clause.all):
        return False
    if clause.any and not any(holds(one, facts) for one in clause.any):
        return False
    return not any(holds(one, facts) for one in clause.none)


def matching(rules, facts, at):
    """Numbers of all matching rules, the deciding one first."""
    found = []
    for rule in sorted(rules, key=lambda rule: rule.priority):
        if not rule.enabled:
            continue
        if rule.valid_from or rule.valid_to:
            if at is None:
                continue
            if rule.valid_from and at < rule.valid_from:
                continue
            if rule.valid_to and at >= rule.valid_to:
                continue
        if holds(rule.when, facts):
            found.append(rule.no)
    return found
