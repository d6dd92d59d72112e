# SPDX-License-Identifier: Apache-2.0
"""Reading cases and tellings whole, many at once: a fixed number of statements whatever their number."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from tongguan.casebook.contracts import Rows
from tongguan.casebook.schema import CASE, TABLES, TELLING
from tongguan.casebook.values import plain
from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import ItemInfo
from tongguan.dispatch import queries as dispatch
from tongguan.intake import queries as intake
from tongguan.matching import queries as matching
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.places import queries as places
from tongguan.replies import queries as replies
from tongguan.revisits import queries as revisits
from tongguan.runtime.transactions import snapshot
from tongguan.tellings.wants import table as words_of_wants

_DIGITS: Final = (2, 4, 6, 9, 12)
_NOTES: Final = {"urge": ["urges"]}
_OTHER_NAMES: Final = {
    "item": "item_code",
    "component": "component_code",
    "process": "process_code",
    "lead_unit": "lead_unit_id",
    "lead_path": "lead_unit_path",
    "voices": "reporter_count",
    "_collector": "collector_id",
    "_reporter": "reporter_user_id",
    "_division": "division",
    "_opened": "opened_at",
}
_SAME: Final = tuple(
    (name, _OTHER_NAMES.get(name, name))
    for name in TABLES["cases"].names
    if _OTHER_NAMES.get(name, name) in CaseInfo.__dataclass_fields__
)


def gathered(subject: str, keys: Collection[UUID]) -> Rows:
    """Give everything of these cases, or tellings, as of one moment."""
    with snapshot():
        return _cases(keys) if subject == CASE else _tellings(keys)


def after(subject: str, key: UUID | None, limit: int) -> list[UUID]:
    """Give the cases, or tellings, that follow one by id."""
    if subject == TELLING:
        return intake.triaged_after(key, limit)
    rows = cases.visible(PLATFORM).order_by("pk")
    rows = rows if key is None else rows.filter(pk__gt=key)
    return list(rows.values_list("pk", flat=True)[:limit])


def _cases(keys: Collection[UUID]) -> Rows:
    known = cases.cases_by_id(PLATFORM, keys)
    ids = list(known)
    clocks = dispatch.clock_marks(ids)
    heads = _heads(known, dispatch.excused(ids), _limits(clocks))
    told: dict[str, list[dict[str, Any]]] = {
        "lines": _lines(known),
        "orders": [row | {"unit": row["unit_id"]} for row in dispatch.order_marks(ids)],
        "clocks": [row | {"unit": row["unit_id"], "excluded": row["excluded_from_score"]} for row in clocks],
        "answers": _answers(ids),
        "parts": _parts(ids),
    }
    tables: dict[str, list[dict[str, object]]] = {"cases": heads}
    for name, rows in told.items():
        columns = TABLES[name].names
        tables[name] = [plain(row | _hung(known[row["case_id"]]), columns) for row in rows]
    return Rows(CASE, tables)


def _hung(case: CaseInfo) -> dict[str, Any]:
    return {"_division": case.division, "_opened": case.opened_at}


def _limits(clocks: Iterable[Mapping[str, Any]]) -> dict[UUID, datetime | None]:
    """Give the cases of which a stage has or had a limit, with when the first of them was late."""
    found: dict[UUID, datetime | None] = {}
    for one in clocks:
        if one["order_id"] is not None or one["due_at"] is None:
            continue
        late = None if one["excluded_from_score"] else one["overdue_at"]
        before = found.setdefault(one["case_id"], late)
        if late is not None and (before is None or late < before):
            found[one["case_id"]] = late
    return found


def _heads(
    known: Mapping[UUID, CaseInfo], excused: Collection[UUID], limits: Mapping[UUID, datetime | None]
) -> list[dict[str, object]]:
    wants, again = intake.wants_of(known), matching.recurrences(known)
    items = catalog.items({case.item_code for case in known.values()})
    kinds = words_of_wants().keys()
    columns = TABLES["cases"].names
    found = []
    for case in known.values():
        row = {name: getattr(case, theirs) for name, theirs in _SAME}
        item = items.get(case.item_code)
        state = cases.process_of(case).states.get(case.state)
        row |= {
            "item_name": item.name if item else "",
            "family": item.major_name if item else "",
            "kind": wants.get(case.id) or (case.kind if case.kind in kinds else ""),
            "district": case.division[:6],
            "street": case.division[:9],
            "final": bool(state and state.final),
            "excused": case.id in excused,
            "limited": case.id in limits,
            "overdue_at": limits.get(case.id),
            "recurs_of": again.get(case.id),
        }
        found.append(plain(row, columns))
    return found


def _lines(known: Mapping[UUID, CaseInfo]) -> list[dict[str, Any]]:
    rows = cases.visible(PLATFORM).filter(id__among=list(known), timeline__no__gt=0)
    names = ("no", "at", "move", "frm", "to", "actor_key", "post", "unit_name")
    columns = ("pk", *(f"timeline__{name}" for name in names))
    found = []
    for case_id, *values in rows.order_by("pk", "timeline__no").values_list(*columns):
        row: dict[str, Any] = dict(zip(names, values, strict=True)) | {"case_id": case_id}
        process = cases.process_of(known[case_id])
        state, move = process.states.get(row["to"]), process.moves.get(row["move"])
        row["stage"], row["final"] = (state.stage, state.final) if state else ("", False)
        row["counts"] = list(move.counts) if move else _NOTES.get(row["move"], [])
        found.append(row)
    return found


def _answers(ids: Collection[UUID]) -> list[dict[str, Any]]:
    names = ("case_id", "report_id", "round", "at", "responded", "solved", "satisfied")
    found = [
        {name: getattr(one, name) for name in names} | {"how": "survey"} for one in replies.answered(ids)
    ]
    rounds: Counter[UUID] = Counter()
    for call in revisits.answers_of(ids):
        rounds[call.case_id] += 1
        row = {name: getattr(call, name) for name in names if name != "round"}
        found.append(row | {"how": "callback", "round": rounds[call.case_id]})
    return found


def _parts(ids: Collection[UUID]) -> list[dict[str, Any]]:
    rows = cases.visible(PLATFORM).filter(id__among=list(ids), involvements__isnull=False)
    pairs = rows.values_list("pk", "involvements__unit_path").distinct()
    return [{"case_id": case_id, "unit_path": path} for case_id, path in pairs]


def _tellings(keys: Collection[UUID]) -> Rows:
    told = intake.tellings(keys)
    voices = matching.voices([one.id for one in told])
    columns = TABLES["tellings"].names
    rows = []
    for one in told:
        row = {
            "id": one.id,
            "case_id": one.case_id,
            "source": one.source,
            "kind": one.want,
            "received_at": one.received_at,
            "division": one.division,
            "item": one.item_code,
            "outcome": one.state,
            "voice": voices.get(one.id, ""),
            "_division": one.division,
            "_opened": one.received_at,
        }
        rows.append(plain(row, columns))
    return Rows(TELLING, {"tellings": rows})


def registers() -> dict[str, list[dict[str, object]]]:
    """Give the registers of units, divisions and items as they are now; seven statements at most."""
    divisions = [one for digits in _DIGITS for one in places.within("", digits)]
    return {
        "units": [
            {"id": one.id, "name": one.name, "path": one.path, "kind": one.kind}
            for one in people.units_table()
        ],
        "divisions": [
            {"code": one.code, "name": one.name, "level": one.level, "parent": one.parent}
            for one in divisions
        ],
        "items": [_item(one) for one in catalog.items_table()],
    }


def _item(one: ItemInfo) -> dict[str, object]:
    return {"code": one.code, "name": one.name, "family": one.major_name, "kind": str(one.kind)}


def items_stamp() -> str:
    """Give the print of the items' words as they are now."""
    return stamp([_item(one) for one in catalog.items_table()])


def stamp(rows: Iterable[Mapping[str, object]]) -> str:
    """Give a short print of a register, by which a change of its words is noticed."""
    return sha256(repr([sorted(row.items()) for row in rows]).encode()).hexdigest()[:16]
