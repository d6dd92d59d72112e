# SPDX-License-Identifier: Apache-2.0
"""Verbs on rules: draft, publish, go back, try out, carry in and out."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import yaml
from django.db import IntegrityError
from django.db.models import Max

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.rules import authoring, queries
from tongguan.rules.contracts import Rule, RuleSetInfo, State, TryOut, TryOutLine
from tongguan.rules.evaluate import CompiledRules, compile_rules, decide
from tongguan.rules.facts import RulesPublished
from tongguan.rules.models import RuleSetVersion
from tongguan.rules.spi import vocabularies
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_CASES: Final = 10_000
MAX_LINES: Final = 200


class _Plain(yaml.SafeLoader):
    """Reads YAML as officials write it: only true and false are flags, so that ``no: R1`` is a number.

    YAML 1.1, which the library follows, takes no, yes, on and off for flags too.
    """


_BOOL: Final = "tag:yaml.org,2002:bool"
_Plain.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in known if tag != _BOOL]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver(_BOOL, re.compile("true|false|True|False"), list("tfTF"))


def save_draft(actor: Actor, kind: str, division: str, rules: Any, note: str = "") -> RuleSetInfo:
    """Store written rules (or Rule values) as the next version, not yet in force.

    Raises Forbidden, and Invalid ``rules.miswritten`` with ``params["problems"]`` (path, zh, en).
    """
    _may_write(actor, division)
    body = _checked(kind, rules)
    with atomic():
        latest = RuleSetVersion.objects.filter(kind=kind, division=division).aggregate(Max("version"))
        row = RuleSetVersion.objects.create(
            kind=kind,
            division=division,
            version=(latest["version__max"] or 0) + 1,
            body=body,
            size=len(body),
            digest=_digest(body),
            note=note[:500],
            author_key=actor.key,
            author_name=actor.name,
            created_at=clock.now(),
        )
        _record(actor, "rules.draft", row)
    return queries.info(row)


def change_draft(
    actor: Actor, ruleset_id: UUID, rules: Any, expected_digest: str, note: str | None = None
) -> RuleSetInfo:
    """Replace a draft's rules. Raises Conflict when it was published or changed by someone else."""
    row = _draft(actor, ruleset_id)
    body = _checked(row.kind, rules)
    changes: dict[str, Any] = {"body": body, "size": len(body), "digest": _digest(body)}
    if note is not None:
        changes["note"] = note[:500]
    with atomic():
        won = RuleSetVersion.objects.filter(pk=ruleset_id, state=State.DRAFT, digest=expected_digest).update(
            **changes
        )
        if not won:
            raise Conflict(
                "rules.draft_changed",
                zh="草稿已被他人修改或发布",
                en="the draft was changed or published meanwhile",
            )
        row.refresh_from_db()
        _record(actor, "rules.change", row)
    return queries.info(row)


def publish(actor: Actor, ruleset_id: UUID) -> RuleSetInfo:
    """Bring a draft into force in place of the version published before. Raises Forbidden, Conflict."""
    row = _draft(actor, ruleset_id)
    now = clock.now()
    with atomic():
        in_force = RuleSetVersion.objects.filter(kind=row.kind, division=row.division, state=State.PUBLISHED)
        # The row in force is taken first, so that two publishers queue here instead of colliding.
        list(in_force.select_for_update())
        in_force.update(state=State.SUPERSEDED, superseded_at=now)
        try:
            with atomic():
                won = RuleSetVersion.objects.filter(pk=ruleset_id, state=State.DRAFT).update(
                    state=State.PUBLISHED, published_by=actor.name, published_at=now
                )
        except IntegrityError:  # the very first versions of a place, published twice in one moment
            won = 0
        if not won:
            raise Conflict("rules.not_a_draft", zh="该版本已由他人发布", en="somebody else just published")
        row.refresh_from_db()
        _record(actor, "rules.publish", row)
        outbox.publish(
            RulesPublished(ruleset_id=row.pk, kind=row.kind, version=row.version, division=row.division)
        )
    return queries.info(row)


def publish_ruleset(actor: Actor, kind: str, rules: Any, division: str = "", note: str = "") -> RuleSetInfo:
    """Draft and publish in one step."""
    with atomic():
        return publish(actor, save_draft(actor, kind, division, rules, note).id)


def go_back(actor: Actor, ruleset_id: UUID) -> RuleSetInfo:
    """Publish an earlier version's rules again, as a new version that names the old one."""
    row = _row(ruleset_id)
    _may_write(actor, row.division)
    note = f"恢复第 {row.version} 版"
    return publish_ruleset(actor, row.kind, row.body, row.division, note)


def try_out(
    actor: Actor,
    rules: UUID | Sequence[Rule] | CompiledRules,
    cases: Sequence[Mapping[str, Any]],
    outcomes: Sequence[Mapping[str, Any] | None] | None = None,
    *,
    kind: str = "routing",
    read: Callable[[int, Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> TryOut:
    """Say what the rules would have done with past cases, compared with what was done then.

    ``cases`` are facts, ``outcomes`` what happened (None: unknown); only keys that a past outcome holds
    are compared. ``read`` puts what a rule answers for the n-th case into the terms of the outcomes. A
    case no rule matches is left to what comes after rules, and only counted. At most 10,000 cases; at
    most 200 differing lines come back.
    """
    if len(cases) > MAX_CASES:
        raise Invalid(
            "rules.too_many_cases", zh=f"一次最多试算 {MAX_CASES} 件", en=f"at most {MAX_CASES} at a time"
        )
    if outcomes is not None and len(outcomes) != len(cases):
        raise Invalid(
            "rules.outcomes_differ", zh="案件与结果数目不一致", en="cases and outcomes differ in number"
        )
    if isinstance(rules, UUID):
        queries.ruleset(actor, rules)
        rules = queries.compiled(rules)
    elif not isinstance(rules, CompiledRules):
        rules = compile_rules(rules, _vocabulary(kind), kind=kind)
    return _tried(rules, cases, outcomes or [None] * len(cases), read or (lambda _n, outcome: outcome))


def _tried(
    rules: CompiledRules,
    cases: Sequence[Mapping[str, Any]],
    outcomes: Sequence[Mapping[str, Any] | None],
    read: Callable[[int, Mapping[str, Any]], Mapping[str, Any]],
) -> TryOut:
    hits: Counter[str] = Counter({rule.no: 0 for rule in rules.rules})
    same: dict[str, list[int]] = {rule.no: [] for rule in rules.rules}
    different = 0
    lines: list[TryOutLine] = []
    for index, (facts, was) in enumerate(zip(cases, outcomes, strict=True)):
        decision = decide(rules, facts)
        if decision.matched is None:
            continue
        no = decision.matched.no
        hits[no] += 1
        if was is None:
            continue
        would = read(index, decision.outcome)
        differs = tuple(sorted(key for key, value in was.items() if would.get(key) != value))
        if not differs:
            same[no].append(index)
            continue
        different += 1
        if len(lines) < MAX_LINES:
            lines.append(TryOutLine(index, no, would, was, differs))
    matched = hits.total()
    return TryOut(
        cases=len(cases),
        matched=matched,
        same=sum(map(len, same.values())),
        different=different,
        unmatched=len(cases) - matched,
        hits=dict(hits),
        agreed={no: tuple(found) for no, found in same.items()},
        lines=tuple(lines),
    )


def export_rules(actor: Actor, ruleset_id: UUID, form: str = "yaml") -> str:
    """Write one version as YAML or JSON text."""
    found = queries.ruleset(actor, ruleset_id)
    written = {
        "kind": found.kind,
        "division": found.division,
        "rules": queries.written(actor, ruleset_id),
    }
    if form == "json":
        return json.dumps(written, ensure_ascii=False, indent=2)
    return yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=110)


def import_rules(actor: Actor, kind: str, division: str, text: str, note: str = "") -> RuleSetInfo:
    """Store rules written as JSON or YAML text as a draft. Raises Invalid, Forbidden."""
    if len(text) > MAX_BYTES:
        raise Invalid("rules.too_large", zh="文件过大", en="the file is too large", field="text")
    try:
        written = json.loads(text) if text.lstrip()[:1] in {"{", "["} else yaml.load(text, _Plain)  # noqa: S506 - a safe loader
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise Invalid(
            "rules.unreadable", zh=f"无法读取：{error}", en=f"cannot be read: {error}", field="text"
        ) from error
    return save_draft(actor, kind, division, written, note)


def _vocabulary(kind: str) -> Any:
    if kind not in vocabularies:
        raise Invalid(
            "rules.unknown_kind", zh=f"没有“{kind}”这类规则", en="no such kind of rules", field="kind"
        )
    return vocabularies.get(kind)


def _checked(kind: str, rules: Any) -> list[dict[str, Any]]:
    if isinstance(rules, list | tuple) and any(isinstance(rule, Rule) for rule in rules):
        rules = authoring.dump(rules)
    try:
        return authoring.dump(authoring.parse(rules, _vocabulary(kind)))
    except authoring.MiswrittenError as error:
        first = error.problems[0]
        raise Invalid(
            "rules.miswritten",
            zh=f"规则有 {len(error.problems)} 处错误；{first.path}：{first.zh}",
            en=f"{len(error.problems)} mistakes in the rules; {first.path}: {first.en}",
            field=first.path,
            problems=[{"path": p.path, "zh": p.zh, "en": p.en} for p in error.problems],
        ) from error


def _digest(body: list[dict[str, Any]]) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _record(actor: Actor, verb: str, row: RuleSetVersion) -> None:
    detail = {"id": str(row.pk), "version": row.version, "digest": row.digest, "note": row.note}
    audit.record(actor, verb, f"rules:{row.kind}:{row.division}", detail)


def _may_write(actor: Actor, division: str) -> None:
    if actor is PLATFORM or actor.scope.covers(division, Post.DUTY_CHIEF, Post.SYSADMIN):
        return
    raise Forbidden(
        "rules.forbidden",
        zh="只有本区划的值班长或系统管理员可以修改规则",
        en="only a duty chief or system administrator of the division may change rules",
    )


def _row(ruleset_id: UUID) -> RuleSetVersion:
    row = RuleSetVersion.objects.filter(pk=ruleset_id).first()
    if row is None:
        raise NotFound("rules.not_found", zh="没有这个规则版本", en="no such version of rules")
    return row


def _draft(actor: Actor, ruleset_id: UUID) -> RuleSetVersion:
    row = _row(ruleset_id)
    _may_write(actor, row.division)
    if row.state != State.DRAFT:
        raise Conflict("rules.not_a_draft", zh="该版本已发布过", en="that version was published before")
    return row
