# SPDX-License-Identifier: Apache-2.0
"""Changing the catalogue: loading standards, importing and applying responsibility lists.

Drafts are made by those who keep the catalogue; that a list takes effect is decided by the duty chief or
a leader of its division.
"""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, BinaryIO, Final

from tongguan.catalog import checking, facts, importers, lists, loading, own_items, shelves, stamps
from tongguan.catalog.contracts import ImportReport, ItemInfo, ItemKind, ListRow, VersionInfo
from tongguan.catalog.labels import STAGES, URGENCIES
from tongguan.catalog.models import Item, ResponsibilityVersion, StageLimit
from tongguan.catalog.queries import item, version_info
from tongguan.catalog.standards import OLD_STANDARD
from tongguan.catalog.upserts import Upserted
from tongguan.kernel import clock, tables
from tongguan.kernel.codes import DIVISION_LENGTHS
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.kernel.limits import parse_limit
from tongguan.kernel.tables import RowError
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

#: Who keeps the catalogue (load, import, draft).
KEEPERS: Final = (Post.DISPATCHER, Post.DUTY_CHIEF, Post.SYSADMIN, Post.SYSTEM)
#: Who decides that a responsibility list takes effect.
DECIDERS: Final = (Post.DUTY_CHIEF, Post.LEADER, Post.SYSTEM)
#: What a city sets for an item; the rest comes from the standard.
CITY_FIELDS: Final = frozenset(
    {"urgency", "process", "needs_photo", "needs_place", "active_from", "active_to", "note"}
)
MOST_ERRORS: Final = 1000
_CITY: Final = 4  # digits of a city's division code


def load_standards(actor: Actor) -> Upserted:
    """Load the shipped classes, rules and stage limits, or bring them up to date, in place.

    Safe to repeat: a second run changes nothing. Raises Forbidden ``catalog.not_yours``.
    """
    _allow(actor, None, KEEPERS)
    with atomic():
        stamps.bump(stamps.ITEMS, stamps.RULES, stamps.STAGE_LIMITS, stamps.RESPONSIBILITIES)
        count = loading.load_items()
        count += loading.load_rules(actor.name, clock.now())
        count += loading.load_stage_limits()
        if count != Upserted(0, 0):
            audit.record(actor, "catalog.load_standards", "catalog", count._asdict())
            outbox.publish(facts.CatalogueLoaded(**count._asdict()))
    return count


def import_responsibilities(
    actor: Actor,
    stream: BinaryIO,
    *,
    file_name: str = "",
    division: str | None = None,
    title: str = "",
    dry_run: bool = False,
    merge: bool = False,
) -> ImportReport:
    """Read a responsibility list (.xlsx or CSV) into a draft, or tell every mistake and store nothing.

    ``division`` is whose list it is; without it the smallest division that holds all lines. ``merge``: the
    file speaks of some items and divisions only, the rest is taken from the list in force. Raises Forbidden
    and Invalid ``file.*``.
    """
    body = stream.read(tables.MOST_BYTES + 1)
    table = tables.read_table(body, checking.COLUMNS, checking.REQUIRED)
    scope = checking.common_division(table.lines) if division is None else division
    _allow(actor, scope, KEEPERS)
    if not table.lines:
        raise Invalid("file.empty", zh="文件中没有任何权责清单行", en="the file has no lines", field="file")
    with atomic():
        checked = checking.check(table.lines, lists.known_for(table.lines), scope)
        remarks = [*(f"忽略的列：{word}" for word in table.ignored), *checked.warnings]
        if checked.errors or dry_run:
            return _report(len(table.lines), checked.errors, remarks + lists.duty_warnings(checked.rows))
        rows: Sequence[ListRow] = checked.rows
        current = lists.applied(scope)
        if merge and current is not None:
            rows = lists.merged(shelves.version_rows(current.id), rows)
        about = {"title": title[:200] or f"{scope} 权责清单", "file_name": file_name[:200]}
        version = _draft(actor, scope, rows, sha256=hashlib.sha256(body).hexdigest(), **about)
        remarks += lists.duty_warnings(checked.rows)
    return _report(len(table.lines), [], remarks, version)


def draft_responsibilities(
    actor: Actor, division: str, rows: Sequence[ListRow], *, title: str, derived: bool = False
) -> VersionInfo:
    """Store a list made by a program (seeds, other systems) as a draft; the caller vouches for its codes."""
    _allow(actor, division, KEEPERS)
    with atomic():
        return version_info(_draft(actor, division, rows, title=title[:200], derived=derived))


def apply_responsibilities(
    actor: Actor, version_id: int, *, reason: str = "", expected_applied: int | None = None
) -> VersionInfo:
    """Make a draft the list in force; the former one is superseded and kept.

    ``expected_applied`` is the id of the version the difference was read against (0: none). Raises
    NotFound, Forbidden, Conflict ``version.not_a_draft``, Stale ``version.base_changed``.
    """
    with atomic():
        stamps.bump(stamps.RESPONSIBILITIES)  # first: its row lock lets one decider in at a time
        version = lists.find(version_id)
        _allow(actor, version.division, DECIDERS)
        return version_info(_apply(actor, version, reason, expected_applied))


def rollback_responsibilities(actor: Actor, division: str, number: int, *, reason: str) -> VersionInfo:
    """Put an earlier version's rows in force again, as a new version; history stays as it was.

    Raises NotFound, Forbidden, Invalid ``rollback.no_reason`` or ``rollback.draft``, Conflict
    ``rollback.in_force``.
    """
    _allow(actor, division, DECIDERS)
    if not reason.strip():
        raise Invalid(
            "rollback.no_reason", zh="回退须填写事由", en="going back needs a reason", field="reason"
        )
    with atomic():
        stamps.bump(stamps.RESPONSIBILITIES)
        earlier = lists.find_number(division, number)
        if earlier.state == "applied":
            raise Conflict(
                "rollback.in_force", zh=f"第 {number} 版正在生效", en=f"version {number} is in force"
            )
        if earlier.state != "superseded":
            raise Invalid(
                "rollback.draft", zh=f"第 {number} 版未曾生效", en=f"version {number} was never in force"
            )
        about = {"title": earlier.title, "derived": earlier.derived, "reason": reason[:300]}
        version = _draft(actor, division, shelves.version_rows(earlier.id), copied_from=earlier, **about)
        return version_info(_apply(actor, version, reason, None))


def discard_responsibilities(actor: Actor, version_id: int) -> None:
    """Give a draft up. Raises NotFound, Forbidden, Conflict ``version.not_a_draft``."""
    with atomic():
        version = lists.find(version_id)
        _allow(actor, version.division, KEEPERS)
        drafts = ResponsibilityVersion.objects.filter(pk=version.pk, state="draft")
        if drafts.update(state="discarded") != 1:
            raise Conflict("version.not_a_draft", zh="该版本不是草案", en="the version is not a draft")
        detail = {"number": version.number}
        audit.record(actor, "responsibilities.discard", _subject(version.division), detail)


def import_filing_standard(
    actor: Actor,
    stream: BinaryIO,
    *,
    source: str,
    title: str,
    standard: str = OLD_STANDARD,
    dry_run: bool = False,
) -> ImportReport:
    """Load a city's filing and closing standard as a version of its source, or tell every mistake.

    ``standard`` is the classification its codes follow. Classes that no item stands for become local items.
    The same file again changes nothing. Raises Forbidden, Invalid ``file.*``, ``source.shipped``,
    ``standard.unknown``.
    """
    _allow(actor, None, KEEPERS)
    body = stream.read(tables.MOST_BYTES + 1)
    with atomic():
        stamps.bump(stamps.ITEMS, stamps.RULES, stamps.RESPONSIBILITIES)
        read = importers.read_filing_standard(body, source, standard)
        if read.errors or dry_run:
            return _report(read.lines, read.errors, [])
        digest = hashlib.sha256(body).hexdigest()
        report = importers.store_filing_standard(read, source, title, digest, actor.name, clock.now())
        if report.created and report.version_id and report.number:
            done: dict[str, Any] = {"number": report.number, "rules": report.created}
            audit.record(
                actor, "catalog.import_filing_standard", f"rulebook:{source}", done | {"sha256": digest}
            )
            outbox.publish(facts.FilingStandardImported(book_id=report.version_id, source=source, **done))
    return report


def import_items(actor: Actor, stream: BinaryIO, *, source: str, dry_run: bool = False) -> ImportReport:
    """Load a city's own items (categories of appeals, local classes) in place, or tell every mistake."""
    _allow(actor, None, KEEPERS)
    with atomic():
        stamps.bump(stamps.ITEMS, stamps.RULES, stamps.RESPONSIBILITIES)
        read = own_items.read_items(stream.read(tables.MOST_BYTES + 1), source)
        if read.errors or dry_run:
            return _report(read.lines, read.errors, [])
        count = own_items.store_items(read)
        audit.record(actor, "catalog.import_items", "catalog", count._asdict())
        outbox.publish(facts.ItemsImported(**count._asdict()))
    return ImportReport(rows=read.lines, **count._asdict())


def change_item(actor: Actor, code: str, **settings: Any) -> ItemInfo:
    """Set what a city decides about an item: urgency, process, photo and place needs, dates, note.

    Raises Forbidden, NotFound ``item.unknown``, Invalid ``item.fixed`` for fields of the standard or
    ``item.urgency_unknown``.
    """
    _allow(actor, None, KEEPERS)
    before = item(code)
    for field in settings:
        if field not in CITY_FIELDS:
            raise Invalid(
                "item.fixed", zh=f"{field} 由标准规定，不能修改", en=f"{field} is fixed", field=field
            )
    if settings.get("urgency", "normal") not in URGENCIES:
        raise Invalid("item.urgency_unknown", zh="没有这个紧急程度", en="no such urgency", field="urgency")
    with atomic():
        stamps.bump(stamps.ITEMS)
        Item.objects.filter(code=before.code).update(**settings)
        detail = {name: str(new) for name, new in settings.items()}
        audit.record(actor, "catalog.change_item", f"item:{code}", detail)
    return item(code)


def set_stage_limit(
    actor: Actor,
    stage: str,
    text: str,
    *,
    kind: str = "",
    division: str = "",
    urgency: str = "",
    source: str = "city",
) -> None:
    """Set how long a stage may take (``24自然小时``); an empty text switches its clock off.

    Raises Forbidden, Invalid naming the field (``stage``, ``kind``, ``urgency``, ``division``, the limit).
    """
    _allow(actor, division, DECIDERS)
    if stage not in STAGES:
        raise Invalid("stage.unknown", f"没有环节 {stage[:20]}", f"no stage {stage[:20]!r}", field="stage")
    if kind and kind not in {known.value for known in ItemKind}:
        raise Invalid("kind.unknown", zh=f"没有类型 {kind[:20]}", en=f"no kind {kind[:20]!r}", field="kind")
    if urgency and urgency not in URGENCIES:
        raise Invalid("urgency.level", "没有这个紧急程度", "no such urgency", field="urgency")
    if division and not (division.isascii() and division.isdigit() and len(division) in DIVISION_LENGTHS):
        raise Invalid("division.code", zh="不是行政区划代码", en="not a division code", field="division")
    parsed = parse_limit(text)
    where: dict[str, Any] = {"kind": kind, "division": division, "urgency": urgency}
    with atomic():
        stamps.bump(stamps.STAGE_LIMITS)
        StageLimit.objects.update_or_create(
            stage=stage,
            **where,
            defaults={
                "limit_value": None if parsed is None else Decimal(str(parsed.limit.value)),
                "limit_unit": "" if parsed is None else parsed.limit.unit.value,
                "source": source,
                "confidence": "high",
            },
        )
        audit.record(actor, "catalog.set_stage_limit", f"stage:{stage}", where | {"limit": text})
        outbox.publish(facts.StageLimitChanged(stage=stage, **where))


def _draft(actor: Actor, division: str, rows: Sequence[ListRow], **about: Any) -> ResponsibilityVersion:
    version = lists.store_draft(actor, division, rows, clock.now(), **about)
    detail = {"number": version.number, "rows": len(rows), "file": version.file_name}
    audit.record(actor, "responsibilities.draft", _subject(division), detail | {"sha256": version.sha256})
    return version


def _apply(
    actor: Actor, version: ResponsibilityVersion, reason: str, expected: int | None
) -> ResponsibilityVersion:
    diff, former = lists.put_in_force(actor, version, reason=reason, at=clock.now(), expected=expected)
    counts = {"added": len(diff.added), "removed": len(diff.removed), "changed": len(diff.changed)}
    rollback = version.copied_from_id is not None
    detail = {
        "number": version.number,
        "superseded": former.number if former else None,
        "copied_from": version.copied_from.number if version.copied_from else None,
        "reason": reason,
    }
    verb = "responsibilities.rollback" if rollback else "responsibilities.apply"
    audit.record(actor, verb, _subject(version.division), detail | counts)
    outbox.publish(
        facts.ResponsibilitiesApplied(
            division=version.division,
            version_id=version.id,
            number=version.number,
            superseded_id=former.id if former else None,
            rollback=rollback,
            **counts,
        )
    )
    return version


def _subject(division: str) -> str:
    return f"responsibilities:{division}"


def _report(
    lines: int,
    errors: Sequence[RowError],
    warnings: Sequence[str],
    version: ResponsibilityVersion | None = None,
) -> ImportReport:
    """Make the report; of very many mistakes the first thousand are told."""
    return ImportReport(
        rows=lines,
        errors=tuple(errors[:MOST_ERRORS]),
        errors_total=len(errors),
        version_id=version.id if version else None,
        number=version.number if version else None,
        created=version.rows_count if version else 0,
        warnings=tuple(warnings[:MOST_ERRORS]),
    )


def _allow(actor: Actor, division: str | None, posts: Sequence[Post]) -> None:
    """Refuse actors who hold none of the posts over the division (None: over a whole city or more)."""
    if division is None:
        may = any(len(held) <= _CITY for held in actor.scope.divisions(*posts))
    else:
        may = actor.scope.covers(division, *posts)
    if not may:
        raise Forbidden(
            "catalog.not_yours",
            zh="您的岗位或管辖范围不能维护该区划的事项与权责清单",
            en="your posts or divisions do not include keeping this catalogue",
        )
