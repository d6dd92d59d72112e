# SPDX-License-Identifier: Apache-2.0
"""Which rows each count takes, declared once. Pure.

A count is made of takes: from a base (see ``bases``), those rows for which ``when`` holds, at the moment
``at``, ``amount`` each. ``until_of(x)`` is the end of the period that ``x`` lies in, ``asof`` the moment up
to which facts were read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Take:
    """Rows of a base that a count takes."""

    base: str
    at: str
    when: str = "1 = 1"
    amount: str = "1"


@dataclass(frozen=True, slots=True)
class Count:
    """One count. ``persons`` are taken instead where people in posts are scored.

    ``timed``: an approved timeout appeal keeps its case out of it.
    """

    code: str
    takes: tuple[Take, ...]
    persons: tuple[Take, ...] = ()
    timed: bool = False


_PUBLIC: Final = (
    "told_source IN ('hotline', 'citizen', 'snap', 'open311', 'email', 'chat', 'mailbox', 'public')"
)
_VALID: Final = "case_id IS NOT NULL AND state NOT IN ('voided', 'not_accepted')"
_LEAD: Final = "role = 'lead'"
_STOOD: Final = f"{_LEAD} AND order_state = 'confirmed' AND confirmed_at IS NOT NULL"
_PENDING: Final = (
    f"{_LEAD} AND due_at < asof AND (confirmed_at IS NULL OR confirmed_at >= until_of(due_at))"
    " AND (ended_at IS NULL OR ended_at >= until_of(due_at))"
)
_WAITS: Final = "due_at < asof AND (stopped_at IS NULL OR stopped_at >= until_of(due_at))"


def _stage(stage: str, more: str = "") -> Take:
    return Take("clock", "stopped_at", f"clock_stage = '{stage}'{more}")


def _by(stage: str, more: str = "") -> tuple[Take, ...]:
    return (Take("act", "stopped_at", f"clock_stage = '{stage}'{more}"),)


_KEPT: Final = " AND state NOT IN ('voided', 'not_accepted')"


def _of_intake() -> Iterator[Count]:
    told, kept = "told", _KEPT
    first = Take("line", "line_at", "no = 1")
    yield Count("report", (Take(told, "received_at"),), (first,))
    yield Count(
        "valid_report", (Take(told, "received_at", _VALID),), (Take("line", "line_at", "no = 1" + kept),)
    )
    yield Count("public_report", (Take(told, "received_at", _PUBLIC),))
    yield Count("valid_public_report", (Take(told, "received_at", f"{_PUBLIC} AND {_VALID}"),))


def _of_the_centre() -> Iterator[Count]:
    case, in_time, kept = "case", " AND late = 0", _KEPT
    not_refused = " AND state <> 'not_accepted'"
    yield Count("accept", (_stage("accept", not_refused),), _by("accept", not_refused))
    yield Count(
        "in_time_accept", (_stage("accept", in_time + not_refused),), _by("accept", in_time + not_refused)
    )
    yield Count("accurate_accept", (_stage("accept", kept),), _by("accept", kept))
    for stage in ("verify", "check", "dispatch"):
        waits = Take("clock", "due_at", f"clock_stage = '{stage}' AND {_WAITS}")
        yield Count(f"need_{stage}", (_stage(stage), waits), _by(stage))
        yield Count(stage, (_stage(stage),), _by(stage))
        yield Count(f"in_time_{stage}", (_stage(stage, in_time),), _by(stage, in_time))
    filed, voided = Take("filed", "filed_at"), Take(case, "closed_at", "state = 'voided'")
    by_register = " AND move = 'register'"
    yield Count("register", (filed,), _by("register", by_register))
    yield Count(
        "in_time_register", (Take("filed", "filed_at", "late = 0"),), _by("register", in_time + by_register)
    )
    yield Count("cancel", (voided,), (Take("line", "line_at", "move = 'void'"),))
    taken = Take(case, "closed_at", "state = 'voided' AND filed_at IS NOT NULL", "-1")
    yield Count("accurate_register", (filed, taken), _by("register", by_register + kept))
    yield Count(
        "accurate_dispatch", (_stage("dispatch"), Take("line", "line_at", "reworked = 1", "-1")),
        _by("dispatch"),
    )  # fmt: skip


def _of_units() -> Iterator[Count]:
    case, ended, in_time = "case", "ended", " AND late = 0"
    reworked = Take("line", "line_at", "reworked = 1")
    disposed, waiting = Take("order", "confirmed_at", _STOOD), Take("order", "due_at", _PENDING)
    for code in ("need_dispose", "need_archive"):
        yield Count(code, (disposed, waiting), timed=True)
    yield Count("dispose", (disposed,), timed=True)
    yield Count("in_time_dispose", (Take("order", "confirmed_at", f"{_STOOD} AND late = 0"),), timed=True)
    yield Count("overtime_dispose", (Take("order", "confirmed_at", f"{_STOOD} AND late = 1"),), timed=True)
    yield Count("overtime_to_dispose", (waiting,), timed=True)
    yield Count("back", (Take("order", "ended_at", f"{_LEAD} AND order_state = 'returned'"),))
    yield Count("rework", (reworked,))
    yield Count("delay", (Take("line", "line_at", "extended = 1"),))
    yield Count("suspend", (Take("line", "line_at", "suspended = 1"),))
    yield Count("archive", (Take(ended, "closed_at"),), _by("close"), timed=True)
    yield Count("in_time_archive", (Take(ended, "closed_at", "late = 0"),), _by("close", in_time), timed=True)
    yield Count(
        "overtime_archived",
        (Take(ended, "closed_at", "late = 1"),),
        _by("close", " AND late = 1"),
        timed=True,
    )
    still = "(closed_at IS NULL OR closed_at >= until_of({0}))"
    yield Count("to_archive", (Take(case, "filed_at", still.format("filed_at")),))
    yield Count(
        "overtime_to_archive",
        (Take(case, "case_due", f"case_due < asof AND {still.format('case_due')}"),),
        timed=True,
    )
    yield Count(
        "self_handled",
        (Take("line", "line_at", "move = 'self_handle'"),),
        (Take("line", "line_at", "move = 'self_handle'"),),
    )
    yield Count("urgent", (Take(case, "opened_at", "urgency <> 'normal'"),))


def _of_answers() -> Iterator[Count]:
    ended = "ended"
    yield Count("return_visit", (Take("answer", "answered_at"),))
    yield Count("very_satisfied", (Take("answer", "answered_at", "satisfied = 'very_satisfied'"),))
    yield Count("satisfied", (Take("answer", "answered_at", "satisfied = 'satisfied'"),))
    yield Count("basic_satisfied", (Take("answer", "answered_at", "satisfied IN ('basic', 'mostly')"),))
    unsatisfied = "satisfied IN ('unsatisfied', 'very_unsatisfied')"
    yield Count("unsatisfied", (Take("answer", "answered_at", unsatisfied),))
    # Beside the standard's 44: what three rates and the cities' models are made of.
    yield Count("judged", (Take(ended, "closed_at"),))
    yield Count("visited", (Take(ended, "closed_at", "responded IS NOT NULL"),))
    yield Count("contacted", (Take(ended, "closed_at", "responded"),))
    yield Count("solved", (Take(ended, "closed_at", "solved"),))
    content = "satisfied IN ('very_satisfied', 'satisfied')"
    yield Count("content", (Take(ended, "closed_at", content),))
    yield Count("rework_cases", (Take(ended, "closed_at", "reworks > 0"),), timed=True)
    yield Count("delay_cases", (Take(ended, "closed_at", "extensions > 0"),), timed=True)
    minutes = Take("clock", "stopped_at", "clock_stage = 'handle' AND worked_minutes IS NOT NULL",
                   "CAST(floor(worked_minutes) AS BIGINT)")  # fmt: skip
    yield Count("handle_minutes", (minutes,), timed=True)
    yield Count("handled", (_stage("handle", " AND worked_minutes IS NOT NULL"),), timed=True)
    yield Count("spots", (Take("spot", "opened_at", "nth = 5"),))


COUNTS: Final[Mapping[str, Count]] = {
    one.code: one for made in (_of_intake, _of_the_centre, _of_units, _of_answers) for one in made()
}
