# SPDX-License-Identifier: Apache-2.0
"""Writing a briefing: the book is counted scan by scan, the document composed, kept and told of."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

import shapely
from django.utils import timezone

from tongguan.briefings import counting, measures, naming, register, telling
from tongguan.briefings.contracts import NewBriefing, State
from tongguan.briefings.facts import BriefingWritten
from tongguan.briefings.guards import eyes
from tongguan.briefings.models import Briefing
from tongguan.casebook import queries as casebook
from tongguan.documents.api import Map, Template, composing, needing, periods
from tongguan.documents.contracts import AREAS, Cadence, Counted, Filters, Period, Shape, Stage
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.people import queries as people
from tongguan.places import queries as places
from tongguan.runtime import outbox
from tongguan.runtime.contracts import JobInfo
from tongguan.runtime.spi import Progress
from tongguan.runtime.transactions import atomic

KIND: Final = "briefings.write"
_WHOLE: Final = 100
#: Outlines are drawn about 700 points wide: finer than this share of their width is not seen.
_COARSE: Final = 1 / 500
_SPOTS: Final = 400


def zone() -> tzinfo:
    """Give the city's time zone."""
    return timezone.get_default_timezone()


def period_of(asked: NewBriefing, cadence: Cadence) -> Period:
    """Give the period that is asked for. Raises Invalid, the field named."""
    if asked.since is not None or asked.until is not None or cadence is Cadence.RANGE:
        if asked.since is None or asked.until is None or not asked.since < asked.until:
            raise Invalid(
                "briefing.period",
                "请给出起止时间，起在止前",
                "give since and until, since first",
                field="since",
            )
        if asked.until - asked.since > periods.LONGEST:
            raise Invalid("briefing.long", "时段最长两年", "two years at most", field="until")
        return periods.between(asked.since, asked.until, zone())
    try:
        day = (
            date.fromisoformat(asked.day)
            if asked.day
            else periods.finished(cadence, timezone.localdate(clock.now()))
        )
        return periods.containing(cadence, day, zone())
    except (ValueError, OverflowError) as error:
        raise Invalid("briefing.day", "日期有误", "no such day", field="day") from error


def kept_period(row: Briefing) -> Period:
    """Give a stored briefing's period again."""
    since = row.since.astimezone(zone())
    if row.cadence == Cadence.RANGE:
        return periods.between(row.since, row.until, zone())
    return periods.containing(Cadence(row.cadence), since.date(), zone())


def stage_of(
    template: Template, division: str, period: Period, focus: Filters, focus_zh: str, read_at: datetime | None
) -> Stage:
    """Give where and when a briefing plays. Raises NotFound for an unknown division."""
    info = places.division(division)
    if info is None:
        raise NotFound("briefing.division", "没有这个区划", "no such division", field="division")
    centre = people.centre_for(division)
    drawn = [part for section in template.sections for part in section.parts if isinstance(part, Map)]
    shapes = {level: _shapes(division, level) for level in sorted({one.level for one in drawn})}
    return Stage(
        division=division,
        place=info.name,
        period=period,
        data_until=min(period.until, read_at or period.until).astimezone(zone()),
        issuer=centre.name if centre else f"{info.name}城市运行管理中心",
        areas=AREAS.get(len(division), "各地"),
        focus=focus,
        focus_zh=focus_zh,
        shapes=shapes,
    )


def _shapes(division: str, level: str) -> tuple[Shape, ...]:
    found = places.outlines(division, counting.digits(level, division))
    if not found:
        return ()
    bounds = shapely.total_bounds([one for _, one in found])
    coarse = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) * _COARSE
    return tuple(
        Shape(info.code, info.name, _rings(shapely.simplify(outline, coarse))) for info, outline in found
    )


def _rings(outline: Any) -> tuple[tuple[tuple[float, float], ...], ...]:
    parts = [outline] if outline.geom_type == "Polygon" else list(getattr(outline, "geoms", ()))
    rings = [tuple(map(tuple, one.exterior.coords)) for one in parts if one.geom_type == "Polygon"]
    return tuple(sorted(rings, key=len, reverse=True)[:_SPOTS])


@contextmanager
def _opened(division: str) -> Iterator[casebook.Book]:
    with casebook.open_book(eyes(division)) as book:
        yield book


def focus_name(division: str, focus: Mapping[str, str]) -> str:
    """Give a focus in words: the names of what it filters by. Raises Invalid for what the book has not."""
    if not focus:
        return ""
    with _opened(division) as book:
        names = naming.read(book)
    return "、".join(names.of(name, value) for name, value in sorted(focus.items()))


def made(
    template: Template,
    version: int,
    division: str,
    period: Period,
    focus: Filters,
    focus_zh: str,
    step: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, Any]:
    """Count and compose a document. ``step`` hears how many of how many scans are done."""
    known = measures.known()
    needs = needing.needs(template, focus, known)
    total = len(counting.scans(needs, known)) + 1
    done = 0

    def counted_one() -> None:
        nonlocal done
        done += 1
        step(done, total)

    with _opened(division) as book:
        names = naming.read(book)
        counted: Counted = counting.count(book, needs, period, division, known, names, counted_one)
        read_at = book.read_at
    stage = stage_of(template, division, period, focus, focus_zh, read_at)
    return composing.compose(template, version, stage, counted, known)


def run(job: JobInfo, progress: Progress) -> dict[str, Any]:
    """Write the briefing that a job names; a step per scan, cancelled between two."""
    briefing_id = UUID(job.params["briefing"])
    row = Briefing.objects.get(pk=briefing_id)
    template = register.checked(row.template_text)

    def step(done: int, total: int) -> None:
        with progress.step(1, None):
            Briefing.objects.filter(pk=briefing_id).update(percent=min(_WHOLE - 1, done * _WHOLE // total))

    focus: Filters = tuple(sorted(row.focus.items()))
    document = made(template, row.template_version, row.division, kept_period(row), focus, row.focus_zh, step)
    text = composing.canonical(document).decode()
    with progress.step(1, None):
        written = Briefing.objects.filter(pk=briefing_id, state=State.WRITING).update(
            document=text, digest=composing.digest(document), title=str(document["title"])[:300],
            state=State.DRAFT, percent=_WHOLE,
        )  # fmt: skip
        if written:
            outbox.publish(BriefingWritten(briefing_id=briefing_id, division=row.division))
            telling.ready(Briefing.objects.select_related("schedule").get(pk=briefing_id))
    return {"briefing": str(briefing_id)}


def ended(job_id: UUID, state: str) -> None:
    """Note that a job ended without a document; in the open transaction."""
    words = "已取消" if state == "cancelled" else "编制时出错，见任务记录"
    Briefing.objects.filter(job_id=job_id, state=State.WRITING).update(state=State.FAILED, error=words)


def again(document: Mapping[str, Any], row: Briefing) -> dict[str, Any]:
    """Write a stored briefing anew from the book as it is now, for comparison; nothing is stored."""
    template = register.checked(row.template_text)
    focus: Filters = tuple(sorted(row.focus.items()))
    period = replace(kept_period(row))
    return made(template, int(document["template"]["version"]), row.division, period, focus, row.focus_zh)


def start(row: Briefing, start_job: Callable[[dict[str, Any], int], UUID]) -> None:
    """Queue the writing of a stored row; in the open transaction."""
    template = register.checked(row.template_text)
    known = measures.known()
    needs = needing.needs(template, tuple(sorted(row.focus.items())), known)
    total = len(counting.scans(needs, known)) + 1
    with atomic():
        row.job_id = start_job({"briefing": str(row.pk)}, total)
        row.save(update_fields=["job_id"])
