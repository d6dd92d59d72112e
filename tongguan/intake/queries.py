# SPDX-License-Identifier: Apache-2.0
"""Reads of intake: reports within the actor's scope, and the citizen's own progress."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from tongguan.cases import queries as cases
from tongguan.intake import sealing
from tongguan.intake.contracts import (
    ReportInfo,
    ReportState,
    Said,
    Teller,
    TellingInfo,
    TriageInfo,
    UnreadInfo,
    UnreadState,
)
from tongguan.intake.models import Report, TriageDecision, Unread
from tongguan.intake.receipts import hash_of, matches, tracking_form
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q
from tongguan.tracking import queries as progress
from tongguan.tracking.contracts import Progress

#: Who looks after reports that could not be placed or classified.
REVIEWERS = frozenset({Post.ACCEPTOR, Post.DUTY_CHIEF})
_MAX_PAGE = 200
_NO_SECRET = hash_of("no such report")


def visible(actor: Actor) -> Q:
    """Give the filter of reports an actor may see: their own, and for reviewers those of their divisions.

    A report without any division is seen by every reviewer: somebody must take it.
    """
    if actor == PLATFORM:
        return Q()
    own = Q(client=actor.key)
    if not reviews(actor):
        return own
    return own | Q(placed="") | division_q(actor.scope, "placed", *REVIEWERS)


def reviews(actor: Actor) -> bool:
    """Tell whether the actor looks after reports that could not be placed."""
    return actor == PLATFORM or bool(actor.scope.posts() & REVIEWERS)


def report(actor: Actor, report_id: UUID) -> ReportInfo:
    """Give one report. Raises NotFound when there is none within scope."""
    return info(report_row(actor, report_id), whom=actor)


def report_row(actor: Actor, report_id: UUID, *, lock: bool = False) -> Report:
    """Give one row within scope, locked for change if asked. Raises NotFound."""
    rows = Report.objects.filter(visible(actor), pk=report_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotFound("report.not_found", zh="没有这条上报", en="no such report")
    return row


def quarantined(actor: Actor, *, before: UUID | None = None, limit: int = 50) -> list[ReportInfo]:
    """List quarantined reports within scope, newest first, older than ``before``. Raises Forbidden."""
    _must_review(actor)
    rows = Report.objects.filter(visible(actor), state=ReportState.QUARANTINED).defer("payload")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [info(row, whom=actor) for row in rows.order_by("-id")[: min(limit, _MAX_PAGE)]]


def caller_key(phone: str) -> str:
    """Give the letters by which one telephone number's reports are found; "" for none. Not reversible."""
    return sealing.caller_key(phone)


def of_caller(
    actor: Actor, caller_key: str, *, before: UUID | None = None, limit: int = 20
) -> list[ReportInfo]:
    """List what the same telephone number told, newest first, earlier than ``before``, within scope.

    ``caller_key`` is a report's own; "" finds nothing. Raises Forbidden for others than reviewers.
    """
    _must_review(actor)
    if not caller_key:
        return []
    rows = Report.objects.filter(visible(actor), caller_key=caller_key, caller_key__gt="").defer("payload")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [info(row, whom=actor) for row in rows.order_by("-id")[: min(limit, _MAX_PAGE)]]


def earlier(actor: Actor, report_id: UUID, limit: int = 20) -> list[ReportInfo]:
    """List what the caller of a report told before it. Raises NotFound, Forbidden."""
    row = report_row(actor, report_id)
    return of_caller(actor, row.caller_key, before=row.id, limit=limit)


def unread(
    actor: Actor, *, channel: str = "", before: UUID | None = None, limit: int = 50
) -> list[UnreadInfo]:
    """List kept parts that could not be read, newest first, older than ``before``. Raises Forbidden.

    They have no place yet, so every reviewer sees them: somebody must take them.
    """
    _must_review(actor)
    rows = Unread.objects.filter(state=UnreadState.KEPT).defer("sealed", "headers")
    if channel:
        rows = rows.filter(channel=channel)
    if before is not None:
        rows = rows.filter(id__lt=before)
    fields = tuple(UnreadInfo.__dataclass_fields__)
    return [UnreadInfo(**row) for row in rows.order_by("-id").values(*fields)[: min(limit, _MAX_PAGE)]]


def unread_count(actor: Actor, channel: str = "", code: str = "") -> int:
    """Count kept parts, of a channel or with a fault if given. Raises Forbidden."""
    return len(unread_after(actor, None, channel, code, limit=None))


def unread_after(actor: Actor, after: UUID | None, channel: str, code: str, limit: int | None) -> list[UUID]:
    """Give the numbers of kept parts, oldest first, younger than ``after``. Raises Forbidden."""
    _must_review(actor)
    rows = Unread.objects.filter(state=UnreadState.KEPT)
    if channel:
        rows = rows.filter(channel=channel)
    if code:
        rows = rows.filter(code=code)
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def unread_row(actor: Actor, unread_id: UUID, *, lock: bool = False) -> Unread:
    """Give one kept part, locked for change if asked. Raises NotFound, Forbidden."""
    _must_review(actor)
    rows = Unread.objects.filter(pk=unread_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotFound("unread.not_found", zh="没有这份来件", en="no such parcel")
    return row


def _must_review(actor: Actor) -> None:
    if not reviews(actor):
        raise Forbidden(
            "report.not_reviewer",
            zh="您的岗位不能查看隔离上报",
            en="your posts may not see quarantined reports",
        )


def of_case(actor: Actor, case_id: UUID) -> list[ReportInfo]:
    """List the reports of a case the actor may see. Raises NotFound when the case is out of scope."""
    cases.case(actor, case_id)
    rows = Report.objects.filter(case_id=case_id).defer("payload")
    return [info(row, whom=actor) for row in rows.order_by("id")[:_MAX_PAGE]]


def open_attachments(case_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Give what was attached to cases' tellings, but not by reporters who stay secret; one statement."""
    rows = Report.objects.filter(case_id__in=list(case_ids), reporter_secret=False).exclude(attachments=[])
    found: dict[UUID, list[UUID]] = {}
    for case_id, ids in rows.order_by("id").values_list("case_id", "attachments"):
        found.setdefault(case_id, []).extend(map(UUID, ids))
    return found


def said(report_ids: Iterable[UUID]) -> dict[UUID, Said]:
    """Give what these reports say and where, without who told them; one statement. For rooms above."""
    rows = Report.objects.filter(pk__in=list(report_ids)).values_list(*Said.__dataclass_fields__)
    return {one.id: one for one in (Said(*row) for row in rows)}


def cases_of(report_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give the cases of those of these reports that have one; for rooms above, which know the reports."""
    rows = Report.objects.filter(pk__in=list(report_ids), case_id__isnull=False)
    return dict(rows.values_list("id", "case_id"))


def decisions(actor: Actor, report_id: UUID) -> list[TriageInfo]:
    """Tell what each triage of a report decided, in order. Raises NotFound."""
    rows = report_row(actor, report_id).decisions.order_by("id")
    return [TriageInfo(**row) for row in rows.values(*TriageInfo.__dataclass_fields__)]


def tellings(report_ids: Iterable[UUID]) -> list[TellingInfo]:
    """Give where these reports led, those that wait for triage left out; two statements. For the platform."""
    rows = Report.objects.filter(pk__among=list(report_ids)).exclude(state=ReportState.WAITING).order_by("id")
    columns = ("id", "case_id", "source", "received_at", "placed", "division", "item_code", "state")
    found = list(rows.values_list(*columns))
    told = TriageDecision.objects.filter(report__pk__among=[row[0] for row in found]).order_by("id")
    read = {pk: (item, want) for pk, item, want in told.values_list("report_id", "item_code", "want")}
    return [
        TellingInfo(
            id=pk,
            case_id=case_id,
            source=source,
            want=read.get(pk, ("", ""))[1],
            received_at=received_at,
            division=placed or division,
            item_code=read.get(pk, ("", ""))[0] or item,
            state=state,
        )
        for pk, case_id, source, received_at, placed, division, item, state in found
    ]


def triaged_after(report_id: UUID | None, limit: int) -> list[UUID]:
    """Give the reports that follow one by id, those that wait for triage left out. For the platform."""
    rows = Report.objects.exclude(state=ReportState.WAITING).order_by("pk")
    rows = rows if report_id is None else rows.filter(pk__gt=report_id)
    return list(rows.values_list("pk", flat=True)[:limit])


def wants_of(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give what the telling that opened each case wanted, as its last triage read it; one statement."""
    rows = TriageDecision.objects.filter(report__case__pk__among=list(case_ids), report__state="opened")
    return dict(rows.order_by("id").values_list("report__case_id", "want"))


def opened_as(case_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, str, float, float]]:
    """Give per case (report, item, how sure of item, of place) of the triage that opened it."""
    wanted = list(case_ids)
    found = TriageDecision.objects.filter(report__case_id__in=wanted, report__state="opened")
    names = ("report__case_id", "report_id", "item_code", "item_confidence", "place_confidence")
    return {case_id: told for case_id, *told in found.order_by("id").values_list(*names)}


def by_tracking(actor: Actor, tracking: str) -> ReportInfo:
    """Give one report by its tracking code, within scope. Raises NotFound."""
    row = Report.objects.filter(visible(actor), tracking=tracking_form(tracking)).first()
    if row is None:
        raise NotFound("report.not_found", zh="没有这条上报", en="no such report")
    return info(row, whom=actor)


def tracked(tracking: str, secret: str) -> Progress:
    """Tell a citizen how far it is. A wrong code and a wrong secret get the same answer. Raises NotFound."""
    row = _own(tracking, secret)
    if row.case_id is None:
        reply = _reply(row) if row.state == ReportState.CONSULTED else ""
        return progress.before_case(row.tracking, row.told_at, row.received_at, ReportState(row.state), reply)
    case = cases.case(PLATFORM, row.case_id)
    lines = cases.timeline(PLATFORM, row.case_id)
    return progress.of_case(row.tracking, row.told_at, row.received_at, case, lines)


def own(tracking: str, secret: str) -> UUID:
    """Give the report that code and secret open. Raises NotFound in the same words for either."""
    return _own(tracking, secret).id


def _own(tracking: str, secret: str) -> Report:
    row = Report.objects.filter(tracking=tracking_form(tracking)).first()
    if not matches(secret, row.secret_hash if row is not None else _NO_SECRET) or row is None:
        raise NotFound(
            "track.not_found",
            zh="查询码或查询密码不对",
            en="the tracking code or the secret is wrong",
            field="tracking",
        )
    return row


def tellers(case_ids: Iterable[UUID]) -> list[Teller]:
    """Give who told the reports that count on cases, by report, in one statement; for the platform."""
    rows = Report.objects.filter(case_id__in=list(case_ids)).order_by("id")
    names = ("id", "case_id", "tracking", "contact_seal", "caller_key", "client")
    return [
        Teller(pk, case_id, tracking, bool(seal), bool(key), _user(client))
        for pk, case_id, tracking, seal, key, client in rows.values_list(*names)
    ]


def _user(client: str) -> int | None:
    kind, _, number = client.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None


def _reply(row: Report) -> str:
    given = row.corrections.order_by("-id").values_list("changes", flat=True).first() or {}
    return str(given.get("reply", ""))


def counts() -> dict[str, int]:
    """Count reports by state; for the operator's console, not for hot paths."""
    rows: Iterable[tuple[str, int]] = Report.objects.values_list("state").annotate(n=Count("id")).order_by()
    return dict(rows)


def info(row: Report, *, whom: Actor) -> ReportInfo:
    """Give the row as ``whom`` may see it: without payload; reviewers see who told, shortened."""
    return ReportInfo(
        id=row.id,
        source=row.source,
        external_id=row.external_id,
        client=row.client,
        tracking=row.tracking,
        state=str(row.state),
        title=row.title,
        text=row.text,
        item_code=row.item_code,
        lon=row.lon,
        lat=row.lat,
        system=row.system,
        address=row.address,
        division=row.division,
        placed=row.placed,
        grid=row.grid,
        told_at=row.told_at,
        received_at=row.received_at,
        triaged_at=row.triaged_at,
        attachments=tuple(row.attachments),
        case_id=row.case_id,
        error_code=row.error_code,
        error=row.error,
        attempts=row.attempts,
        reporter_secret=row.reporter_secret,
        reporter=sealing.shown(row) if reviews(whom) else None,
    )


def number_of(tracking: str) -> str | None:
    """Give the case number of a telling, "" while there is none; None for an unknown tracking code."""
    row = Report.objects.filter(tracking=tracking_form(tracking)).values("case__number").first()
    return None if row is None else row["case__number"] or ""


def own_words(whom: Actor, case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give what ``whom`` told of these cases, the first telling of each."""
    rows = Report.objects.filter(case_id__in=list(case_ids), client=whom.key).order_by("-id")
    return dict(rows.values_list("case_id", "text"))


def any_secret() -> Exists:
    """Give the condition on cases "one of its reporters asked to stay secret"."""
    return Exists(Report.objects.filter(case_id=OuterRef("pk"), reporter_secret=True))


def reachable() -> Exists:
    """Give the condition on cases "one of its reporters left a telephone number"."""
    return Exists(Report.objects.filter(case_id=OuterRef("pk"), contact_seal__gt="", caller_key__gt=""))


def told_by(caller_keys: Iterable[str]) -> Exists:
    """Give the condition on cases "one of these telephone numbers told of it", by their blind indexes."""
    return Exists(Report.objects.filter(case_id=OuterRef("pk"), caller_key__among=sorted(caller_keys)))


def caller_of(report_id: UUID) -> str:
    """Give the blind index of the telephone number that told a report; "" for none."""
    return Report.objects.filter(pk=report_id).values_list("caller_key", flat=True).first() or ""
