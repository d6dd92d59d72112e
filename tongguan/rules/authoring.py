# SPDX-License-Identifier: Apache-2.0
"""Reading rules that people wrote: every mistake at once, each with its path. Pure.

The written form is plain JSON (or YAML): a list of rules, or an object with ``rules``. Unknown keys,
unknown fields and values of the wrong type are refused, never guessed at.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any, Final

from tongguan.rules.contracts import (
    Clause,
    Condition,
    FieldKind,
    FieldSpec,
    Group,
    Operator,
    Problem,
    Rule,
    Vocabulary,
)
from tongguan.rules.evaluate import CITY_ZONE

MAX_RULES: Final = 10_000
MAX_DEPTH: Final = 8
MAX_VALUES: Final = 5_000
MAX_TEXT: Final = 2_000
MAX_PROBLEMS: Final = 200

_RULE_KEYS: Final = {
    "no": True,
    "name": True,
    "when": True,
    "then": True,
    "priority": False,
    "valid_from": False,
    "valid_to": False,
    "reason": False,
    "legal_basis": False,
    "enabled": False,
}
_GROUP_KEYS: Final = ("all", "any", "none")
_ORDERED: Final = frozenset({Operator.LT, Operator.LE, Operator.GT, Operator.GE})
_ASKS: Final = {
    FieldKind.TEXT: frozenset(
        {Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN, Operator.PREFIX, Operator.CONTAINS}
    ),
    FieldKind.NUMBER: frozenset({Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN, Operator.BETWEEN})
    | _ORDERED,
    FieldKind.FLAG: frozenset({Operator.EQ, Operator.NE}),
    FieldKind.MOMENT: frozenset({Operator.TIME_OF_DAY, Operator.WEEKDAY}),
    FieldKind.WORDS: frozenset({Operator.CONTAINS}),
}


class MiswrittenError(ValueError):
    """The rules cannot be read; ``problems`` says where and why, in the order found (at most 200)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems."""
        super().__init__("; ".join(f"{p.path}: {p.en}" for p in problems[:5]))
        self.problems = tuple(problems)


def parse(written: Any, vocabulary: Vocabulary | None = None, zone: tzinfo = CITY_ZONE) -> tuple[Rule, ...]:
    """Read written rules. Raises MiswrittenError with every mistake found."""
    reader = _Reader(vocabulary, zone)
    rules = reader.rules(written)
    if reader.problems:
        raise MiswrittenError(reader.problems)
    return rules


def dump(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Give rules in the written form; ``parse(dump(rules)) == rules``."""
    return [_dump_rule(rule) for rule in rules]


def _dump_rule(rule: Rule) -> dict[str, Any]:
    written: dict[str, Any] = {
        "no": rule.no,
        "name": rule.name,
        "priority": rule.priority,
        "when": _dump_clause(rule.when),
        "then": dict(rule.then),
    }
    for key in ("valid_from", "valid_to"):
        moment = getattr(rule, key)
        if moment is not None:
            written[key] = moment.isoformat()
    for key in ("reason", "legal_basis"):
        if getattr(rule, key):
            written[key] = getattr(rule, key)
    if not rule.enabled:
        written["enabled"] = False
    return written


def _dump_clause(clause: Clause) -> dict[str, Any]:
    if isinstance(clause, Condition):
        value = list(clause.value) if isinstance(clause.value, tuple) else clause.value
        return {"field": clause.field, "operator": str(clause.operator), "value": value}
    return {
        key: [_dump_clause(one) for one in getattr(clause, key)]
        for key in _GROUP_KEYS
        if getattr(clause, key)
    }


class _Reader:
    """One reading: collects problems while it builds."""

    def __init__(self, vocabulary: Vocabulary | None, zone: tzinfo) -> None:
        self.vocabulary = vocabulary
        self.zone = zone
        self.problems: list[Problem] = []

    def wrong(self, path: str, zh: str, en: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(path, zh, en))

    def rules(self, written: Any) -> tuple[Rule, ...]:
        if isinstance(written, Mapping):
            for key in written:
                if key not in {"rules", "kind", "division", "note"}:
                    self.wrong(str(key), "没有这个字段", "unknown field")
            written = written.get("rules")
        if not isinstance(written, list | tuple):
            self.wrong("rules", "应为规则列表", "must be a list of rules")
            return ()
        if len(written) > MAX_RULES:
            self.wrong("rules", f"最多 {MAX_RULES} 条规则", f"at most {MAX_RULES} rules")
            return ()
        seen: dict[str, int] = {}
        built = []
        for n, one in enumerate(written):
            rule = self.rule(one, f"rules[{n}]")
            if rule is None:
                continue
            if rule.no in seen:
                self.wrong(
                    f"rules[{n}].no",
                    f"编号 {rule.no} 与第 {seen[rule.no] + 1} 条重复",
                    f"the same number as rules[{seen[rule.no]}]",
                )
            seen.setdefault(rule.no, n)
            built.append(rule)
        return tuple(built)

    def rule(self, written: Any, path: str) -> Rule | None:
        if not isinstance(written, Mapping):
            self.wrong(path, "应为一条规则（对象）", "must be an object")
            return None
        before = len(self.problems)
        for key in written:
            if key not in _RULE_KEYS:
                self.wrong(f"{path}.{key}", "没有这个字段", "unknown field")
        for key, needed in _RULE_KEYS.items():
            if needed and key not in written:
                self.wrong(f"{path}.{key}", "必填", "is required")
        no = self.text(written.get("no", "-"), f"{path}.no", limit=40, empty=False)
        name = self.text(written.get("name", "-"), f"{path}.name", limit=200, empty=False)
        when = self.group(written.get("when", {}), f"{path}.when", 1)
        then = self.outcome(written.get("then", {}), f"{path}.then")
        priority = written.get("priority", 100)
        if type(priority) is not int or not 0 <= priority <= 1_000_000:  # noqa: PLR2004
            self.wrong(
                f"{path}.priority", "应为 0 到 1000000 的整数，小者优先", "must be a whole number 0–1000000"
            )
        start = self.moment(written.get("valid_from"), f"{path}.valid_from")
        end = self.moment(written.get("valid_to"), f"{path}.valid_to")
        if start and end and end <= start:
            self.wrong(f"{path}.valid_to", "失效时间应晚于生效时间", "must be after valid_from")
        reason = self.text(written.get("reason", ""), f"{path}.reason")
        basis = self.text(written.get("legal_basis", ""), f"{path}.legal_basis")
        enabled = written.get("enabled", True)
        if type(enabled) is not bool:
            self.wrong(f"{path}.enabled", "应为 true 或 false", "must be true or false")
        if len(self.problems) > before:
            return None
        return Rule(no, name, when, then, priority, start, end, reason, basis, enabled)

    def text(self, value: Any, path: str, *, limit: int = MAX_TEXT, empty: bool = True) -> str:
        if not isinstance(value, str) or (not empty and not value.strip()):
            self.wrong(path, "应为文字" if empty else "应为非空文字", "must be text")
            return ""
        if len(value) > limit:
            self.wrong(path, f"最多 {limit} 字", f"at most {limit} characters")
        if "\x00" in value or not _storable(value):
            self.wrong(path, "含有不可存储的字符", "holds characters that cannot be stored")
        return value

    def moment(self, value: Any, path: str) -> datetime | None:
        if value is None:
            return None
        try:
            if isinstance(value, str):
                value = datetime.fromisoformat(value)
            elif isinstance(value, date) and not isinstance(value, datetime):
                value = datetime.combine(value, time())
            if isinstance(value, datetime):
                return value if value.tzinfo else value.replace(tzinfo=self.zone)
        except ValueError:
            pass
        self.wrong(path, "应为日期或时间，如 2026-05-01", "must be an ISO date or moment")
        return None

    def outcome(self, value: Any, path: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.wrong(path, "应为结果（对象）", "must be an object")
            return {}
        for key, one in value.items():
            where = f"{path}.{key}"
            if not isinstance(key, str) or (self.vocabulary and key not in self.vocabulary.outcomes):
                self.wrong(where, "没有这个结果项", "unknown outcome")
            elif isinstance(one, list | tuple):
                for n, item in enumerate(one):
                    self.scalar(item, f"{where}[{n}]")
            elif one is not None:
                self.scalar(one, where)
        return dict(value)

    def group(self, written: Any, path: str, depth: int) -> Group:
        if not isinstance(written, Mapping):
            self.wrong(path, "应为条件组（all、any、none）", "must be an object with all, any or none")
            return Group()
        if depth > MAX_DEPTH:
            self.wrong(path, f"条件最多嵌套 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH}")
            return Group()
        if "field" in written or "operator" in written:
            return Group(all=self.one(written, path, depth))
        for key in written:
            if key not in _GROUP_KEYS:
                self.wrong(f"{path}.{key}", "没有这个字段", "unknown field")
        built: dict[str, tuple[Clause, ...]] = {}
        for key in _GROUP_KEYS:
            listed = written.get(key, [])
            if not isinstance(listed, list | tuple) or len(listed) > MAX_VALUES:
                self.wrong(f"{path}.{key}", "应为条件列表", "must be a list of conditions")
                continue
            built[key] = tuple(
                clause
                for n, one in enumerate(listed)
                for clause in self.one(one, f"{path}.{key}[{n}]", depth)
            )
        return Group(**built)

    def one(self, written: Any, path: str, depth: int) -> tuple[Clause, ...]:
        if isinstance(written, Mapping) and not {"field", "operator", "value"} & set(written):
            return (self.group(written, path, depth + 1),)
        condition = self.condition(written, path)
        return () if condition is None else (condition,)

    def condition(self, written: Any, path: str) -> Condition | None:
        if not isinstance(written, Mapping):
            self.wrong(path, "应为条件（对象）", "must be an object")
            return None
        for key in written:
            if key not in {"field", "operator", "value"}:
                self.wrong(f"{path}.{key}", "没有这个字段", "unknown field")
        for key in ("field", "operator", "value"):
            if key not in written:
                self.wrong(f"{path}.{key}", "必填", "is required")
                return None
        field = self.text(written["field"], f"{path}.field", limit=80, empty=False)
        spec = self.known(field, f"{path}.field")
        try:
            operator = Operator(written["operator"])
        except ValueError:
            known = "、".join(Operator)
            self.wrong(f"{path}.operator", f"应为其中之一：{known}", f"must be one of {', '.join(Operator)}")
            return None
        if spec and operator is not Operator.EXISTS and operator not in _ASKS[spec.kind]:
            self.wrong(
                f"{path}.operator", f"“{spec.zh}”不能这样比较", f"does not apply to a {spec.kind} field"
            )
            return None
        return Condition(field, operator, self.value(operator, written["value"], f"{path}.value", spec))

    def known(self, field: str, path: str) -> FieldSpec | None:
        if self.vocabulary is None or field.startswith(self.vocabulary.free_prefix):
            return None
        spec = self.vocabulary.fields.get(field)
        if spec is None:
            self.wrong(path, f"没有“{field}”这个判断项", "unknown field to ask about")
        return spec

    def value(self, operator: Operator, value: Any, path: str, spec: FieldSpec | None) -> Any:
        match operator:
            case Operator.EQ | Operator.NE:
                return self.scalar(value, path, spec)
            case Operator.IN | Operator.NOT_IN:
                return self.listed(value, path, spec)
            case Operator.PREFIX | Operator.CONTAINS:
                return self.word_or_words(value, path)
            case Operator.BETWEEN:
                return self.span(value, path)
            case Operator.EXISTS:
                if type(value) is not bool:
                    self.wrong(path, "应为 true 或 false", "must be true or false")
                return value
            case Operator.TIME_OF_DAY:
                return self.hours(value, path)
            case Operator.WEEKDAY:
                return self.days(value, path)
            case _:
                return self.numeric(value, path)

    def scalar(self, value: Any, path: str, spec: FieldSpec | None = None) -> Any:
        kinds: dict[FieldKind, tuple[type, ...]] = {
            FieldKind.TEXT: (str,),
            FieldKind.NUMBER: (int, float),
            FieldKind.FLAG: (bool,),
        }
        wanted = kinds.get(spec.kind, (str, int, float, bool)) if spec else (str, int, float, bool)
        if type(value) not in wanted:
            names = {str: "文字", int: "数", float: "数", bool: "是否"}
            zh = "或".join(dict.fromkeys(names[one] for one in wanted))
            self.wrong(path, f"应为{zh}", f"must be {' or '.join(one.__name__ for one in wanted)}")
        elif isinstance(value, str):
            return self.text(value, path)
        elif not isinstance(value, bool):
            return self.numeric(value, path)
        return value

    def numeric(self, value: Any, path: str) -> Any:
        if type(value) not in (int, float) or not abs(value) <= 1e15:  # noqa: PLR2004 - also not-a-number
            self.wrong(path, "应为数", "must be a number")
        return value

    def listed(self, value: Any, path: str, spec: FieldSpec | None = None) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_VALUES:
            self.wrong(path, f"应为 1 到 {MAX_VALUES} 个值的列表", "must be a list of values")
            return ()
        return tuple(self.scalar(one, f"{path}[{n}]", spec) for n, one in enumerate(value))

    def word_or_words(self, value: Any, path: str) -> str | tuple[str, ...]:
        if isinstance(value, str):
            return self.text(value, path, empty=False)
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_VALUES:
            self.wrong(path, "应为文字或文字列表", "must be text or a list of texts")
            return ()
        return tuple(self.text(one, f"{path}[{n}]", empty=False) for n, one in enumerate(value))

    def span(self, value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - low and high
            self.wrong(path, "应为 [下限, 上限]", "must be [low, high]")
            return ()
        before = len(self.problems)
        low, high = (self.numeric(one, f"{path}[{n}]") for n, one in enumerate(value))
        if len(self.problems) == before and low > high:
            self.wrong(path, "下限大于上限", "low is above high")
        return (low, high)

    def hours(self, value: Any, path: str) -> tuple[Any, ...]:
        edges = value if isinstance(value, list | tuple) else ()
        try:
            start, end = (time.fromisoformat(edge) for edge in edges)
        except (ValueError, TypeError):
            start = end = time()
        if start == end or start.tzinfo or end.tzinfo:
            self.wrong(
                path, '应为两个不同的时刻，如 ["22:00", "06:00"]', 'must be two times: ["22:00", "06:00"]'
            )
        return tuple(edges)

    def days(self, value: Any, path: str) -> tuple[Any, ...]:
        days = value if isinstance(value, list | tuple) else ()
        if not days or any(type(day) is not int or not 1 <= day <= 7 for day in days):  # noqa: PLR2004
            self.wrong(path, "应为 1（星期一）到 7（星期日）的列表", "must be a list of 1 (Monday) to 7")
        return tuple(days)


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
