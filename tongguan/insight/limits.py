# SPDX-License-Identifier: Apache-2.0
"""Looking at every limit in force: what history speaks for is kept as proposals. Callers hold rights."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tongguan.casebook.queries import Book, open_book
from tongguan.catalog import queries as catalog
from tongguan.insight import evidence, histories, terms
from tongguan.insight.contracts import Considered
from tongguan.insight.facts import LimitProposed
from tongguan.insight.histories import HANDLE, Key
from tongguan.insight.models import Look, Proposal
from tongguan.insight.proposing import Bound, History, Said, Terms, consider, minutes_of, moved
from tongguan.insight.whatif import WhatIf, what_if
from tongguan.kernel.limits import limit_of
from tongguan.kernel.worktime import Calendar, Limit
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic

#: Whose history is looked at.
SPAN: Final = timedelta(days=365)
RULE: Final = "limits-1"
_MOST_CONSIDERED: Final = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """A limit in force: whose clocks show it, what it is called, and the longest that is allowed."""

    key: Key
    subject: str
    name: str
    bound: Bound


@dataclass(frozen=True, slots=True)
class _Past:
    """What was proposed before: open by ``_identity``, the last decision by that and the limit proposed."""

    open: dict[tuple[Any, ...], Proposal]
    decided: dict[tuple[Any, ...], Proposal]


def look(actor: Actor, now: datetime) -> Look:
    """Look at all limits over the last year; make, renew and withdraw proposals. Give the look's row."""
    told, version = terms.in_force()
    calendar = people.calendar_for()
    since = now - SPAN
    with open_book(PLATFORM, since=since, until=now) as book:
        found = list(_considered(book, told, calendar))
        read_at = book.read_at
    considered: list[Considered] = []
    made = 0
    with atomic():
        past = _past()
        for subject, said, played in found:
            words, new = _kept(subject, said, played, told, calendar, (since, now), past)
            made += new
            considered.append(words)
        considered.sort(key=lambda one: (_ORDER.get(one.verdict, 9), -one.cases, one.item_code))
        return Look.objects.create(
            at=now, by_name=actor.name[:60], period_from=since, period_to=now, read_at=read_at, terms=version,
            proposed=made, considered=[asdict(one) for one in considered[:_MOST_CONSIDERED]],
        )  # fmt: skip


_ORDER: Final = {"tighter": 0, "looser": 1, "bound": 2, "refused": 3, "keep": 4, "few": 5}


def _considered(book: Book, told: Terms, calendar: Calendar) -> Iterator[tuple[Subject, Said, WhatIf | None]]:
    shipped = catalog.shipped_sources()
    for key, history in histories.item_histories(book, calendar).items():
        subject = _item(key, shipped, calendar)
        if subject is not None:
            yield _said(book, subject, history, told, calendar)
    for one, limit in catalog.stage_limits():
        # What is urgent has its limit because it is urgent, not by what was usual.
        if limit is None or one.stage == HANDLE or one.urgency:
            continue
        key = Key(one.stage, limit, kind=one.kind, division=one.division)
        subject = Subject(key, "stage", "", Bound(None, ""))
        clocks, classes = histories.clocks_of(book, key, calendar)
        history = histories.history_of(clocks, classes, limit)
        yield _said(book, subject, history, told, calendar)


def _said(
    book: Book, subject: Subject, history: History, told: Terms, calendar: Calendar
) -> tuple[Subject, Said, WhatIf | None]:
    said = consider(history, told, subject.bound, calendar)
    if said.proposed is None:
        return subject, said, None
    clocks, _ = histories.clocks_of(book, subject.key, calendar)
    limit = subject.key.limit
    return subject, said, what_if(clocks, minutes_of(limit, calendar), minutes_of(said.proposed, calendar))


def _item(key: Key, shipped: dict[str, str], calendar: Calendar) -> Subject | None:
    """Give the subject of an item's limit; None when no filing condition in force has it any more."""
    info = catalog.items((key.item,)).get(key.item)
    rules = [one for one in catalog.filing_rules(key.item) if one.limit is not None]
    if info is None or not any(same(one.limit, key.limit) for one in rules):
        return None
    return Subject(key, "item", info.name, bound_of(key.item, shipped, calendar))


def bound_of(item: str, shipped: dict[str, str], calendar: Calendar) -> Bound:
    """Give the longest limit that the standards of the platform have for an item, with the clause."""
    found = [
        (minutes_of(rule.limit, calendar), rule.limit, f"{shipped[source]} {rule.rule_key}")
        for source in catalog.rule_sources(item) if source in shipped
        for rule in catalog.filing_rules(item, source) if rule.limit is not None
    ]  # fmt: skip
    if not found:
        return Bound(None, "")
    _, limit, clause = max(found, key=lambda one: one[0])
    return Bound(limit, clause)


def same(one: Limit | None, other: Limit) -> bool:
    """Tell whether two limits are the same as written."""
    return one is not None and one.unit is other.unit and Decimal(str(one.value)) == Decimal(str(other.value))


def _kept(
    subject: Subject,
    said: Said,
    played: WhatIf | None,
    told: Terms,
    calendar: Calendar,
    period: tuple[datetime, datetime],
    past: _Past,
) -> tuple[Considered, int]:
    """Keep what was said of a limit (proposal new, renewed, withdrawn). Give the words, and 1 if new."""
    whose = tuple(_identity(subject).values())
    current = past.open.get(whose)
    verdict, reasons = said.verdict, said.reasons
    if said.proposed is None or played is None:
        _withdraw(current, period[1], said)
        return _words(subject, said.curve.cases, verdict, reasons), 0
    before = past.decided.get((*whose, Decimal(str(said.proposed.value))))
    if before is not None and before.state == "approved":
        settled = ("已批准的新时限正在实行", "the new limit was approved and is in force")
        return _words(subject, said.curve.cases, "keep", (settled,)), 0
    if before is not None and not moved(evidence.played_of(before.evidence), played.then, told):
        _withdraw(current, period[1], said)
        day = before.decided_at.date().isoformat() if before.decided_at else ""
        refused = (
            (
                f"{day} 已被否决（{before.reason}），此后情况没有明显变化",
                f"rejected on {day} ({before.reason}); history has hardly changed since",
            ),
        )
        return _words(subject, said.curve.cases, "refused", (*refused, *reasons)), 0
    values = _values(subject, said, evidence.evidence_of(said, played, told, subject.key.limit, calendar))
    values |= {"period_from": period[0], "period_to": period[1]}
    if current is not None and same(limit_of(current.to_value, current.unit), said.proposed):
        Proposal.objects.filter(pk=current.pk).update(**values)
        return _words(subject, said.curve.cases, verdict, reasons), 0
    _withdraw(current, period[1], said)
    row = Proposal.objects.create(**_identity(subject), **values, made_at=period[1])
    outbox.publish(
        LimitProposed(
            division=row.division, proposal_id=row.pk, stage=row.stage, item_code=row.item_code,
            direction=row.direction,
        )
    )  # fmt: skip
    return _words(subject, said.curve.cases, verdict, reasons), 1


def _past() -> _Past:
    """Read it in one query for all limits; open ones are held until the look is kept."""
    rows = Proposal.objects.select_for_update().exclude(state="withdrawn").order_by("decided_at")
    past = _Past({}, {})
    for row in rows:
        whose = (row.subject, row.stage, row.item_code, row.kind, row.division, row.from_value, row.unit)
        if row.state == "open":
            past.open[whose] = row
        else:
            past.decided[*whose, row.to_value] = row
    return past


def _identity(subject: Subject) -> dict[str, Any]:
    key = subject.key
    return {
        "subject": subject.subject, "stage": key.stage, "item_code": key.item, "kind": key.kind,
        "division": key.division, "from_value": Decimal(str(key.limit.value)), "unit": key.limit.unit.value,
    }  # fmt: skip


def _values(subject: Subject, said: Said, kept: dict[str, Any]) -> dict[str, Any]:
    share, low, high = said.done_then or said.done_now
    proposed = said.proposed or subject.key.limit
    return {
        "item_name": subject.name[:100], "direction": said.verdict,
        "to_value": Decimal(str(proposed.value)), "cases": said.curve.cases, "ends": said.curve.ends,
        "share_now": said.done_now[0], "share_then": share, "share_low": low, "share_high": high,
        "rule_version": RULE, "clause": subject.bound.clause[:500],
        "reasons": [list(one) for one in said.reasons], "evidence": kept,
    }  # fmt: skip


def _withdraw(current: Proposal | None, at: datetime, said: Said) -> None:
    """History no longer speaks for it: the proposal stays readable, with why."""
    if current is not None:
        why = said.reasons[0][0] if said.reasons else ""
        Proposal.objects.filter(pk=current.pk, state="open").update(
            state="withdrawn", decided_at=at, reason=why[:500]
        )


def _words(subject: Subject, cases: int, verdict: str, reasons: tuple[tuple[str, str], ...]) -> Considered:
    key = subject.key
    return Considered(
        subject=subject.subject, stage=key.stage, item_code=key.item, item_name=subject.name,
        limit_zh=key.limit.zh(), cases=cases, verdict=verdict, reasons=reasons,
    )  # fmt: skip
