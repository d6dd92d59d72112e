# SPDX-License-Identifier: Apache-2.0
"""The casebook's tables: their columns and kinds as DuckDB writes them, and what a reader is shown.

Pure. Columns that begin with ``_`` carry scope, month and when a subject was written, and are shown to
nobody. Times are UTC, without a zone.
"""

from dataclasses import dataclass
from typing import Final

#: Grows when a column changes its meaning; a book of another version is built anew.
VERSION: Final = 3
#: Two kinds of subject: a case with all that hangs on it, and a telling, which may have no case yet.
CASE: Final = "case"
TELLING: Final = "telling"
SUBJECTS: Final = (CASE, TELLING)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: which kind of subject it hangs on, the column naming it, columns, the order in files."""

    name: str
    subject: str
    key: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """Give the columns that readers see."""
        return tuple(name for name, _ in self.columns if not name.startswith("_"))

    @property
    def names(self) -> tuple[str, ...]:
        """Give all columns."""
        return tuple(name for name, _ in self.columns)


def _columns(text: str) -> tuple[tuple[str, str], ...]:
    kinds = {"s": "VARCHAR", "u": "UUID", "t": "TIMESTAMP", "i": "INTEGER", "b": "BOOLEAN", "f": "DOUBLE"}
    kinds |= {"n": "BIGINT", "l": "VARCHAR[]"}
    found = [part.split(":") for part in text.split()]
    return tuple((name, kinds[kind]) for name, kind in found)


#: What every table of a case repeats of it: its division for scope, its opening for months.
_HUNG: Final = "_division:s _opened:t"

TABLES: Final = {
    table.name: table
    for table in (
        Table(
            "cases",
            CASE,
            "id",
            _columns(
                "id:u number:s item:s item_name:s family:s kind:s division:s district:s street:s hub:s grid:s"
                " lon:f lat:f cell:n component:s source:s urgency:s state:s stage:s final:b process:s"
                # ``due_at``: of what runs now. ``limited``: some stage has or had a limit; ``overdue_at``:
                # when the first of its stages was late, those that an appeal leaves out aside.
                " opened_at:t filed_at:t closed_at:t due_at:t limited:b overdue_at:t lead_unit:i lead_path:s"
                " returns:i reworks:i extensions:i suspensions:i urges:i reopens:i voices:i excused:b"
                " recurs_of:u"
                " _collector:i _reporter:i _division:s _opened:t _no:n"
            ),
            ("_division", "_opened", "id"),
        ),
        Table(
            "lines",
            CASE,
            "case_id",
            _columns(
                "case_id:u no:i at:t move:s frm:s to:s stage:s final:b counts:l actor_key:s post:s"
                " unit_name:s " + _HUNG
            ),
            ("_division", "_opened", "case_id", "no"),
        ),
        Table(
            "orders",
            CASE,
            "case_id",
            _columns(
                "id:u case_id:u no:i unit:i unit_path:s role:s division:s state:s dispatched_at:t signed_at:t"
                " assigned_at:t submitted_at:t confirmed_at:t ended_at:t due_at:t limit_value:f limit_unit:s"
                " reworks:i " + _HUNG
            ),
            ("_division", "_opened", "case_id", "no"),
        ),
        Table(
            "clocks",
            CASE,
            "case_id",
            _columns(
                "id:n case_id:u order_id:u stage:s round:i division:s unit:i started_at:t stopped_at:t"
                " due_at:t overdue_at:t limit_value:f limit_unit:s extensions:i excluded:b worked_minutes:f"
                " paused_minutes:f " + _HUNG
            ),
            ("_division", "_opened", "case_id", "id"),
        ),
        Table(
            "answers",
            CASE,
            "case_id",
            _columns("case_id:u report_id:u how:s round:i at:t responded:b solved:b satisfied:s " + _HUNG),
            ("_division", "_opened", "case_id", "at", "how", "report_id", "round"),
        ),
        Table(
            "parts",
            CASE,
            "case_id",
            _columns("case_id:u unit_path:s _division:s _opened:t"),
            ("unit_path", "case_id"),
        ),
        Table(
            "tellings",
            TELLING,
            "id",
            _columns(
                "id:u case_id:u source:s kind:s received_at:t division:s item:s outcome:s voice:s"
                " _division:s _opened:t _no:n"
            ),
            ("_division", "_opened", "id"),
        ),
    )
}
#: Registers as they are now, for everybody.
DIMENSIONS: Final = {
    "units": _columns("id:i name:s path:s kind:s"),
    "divisions": _columns("code:s name:s level:s parent:s"),
    "items": _columns("code:s name:s family:s kind:s"),
}
#: The number of the group in which a subject was written, in its head table; merged groups keep it.
WRITTEN: Final = "_no"
#: The table whose rows name the subjects of a kind, each once.
HEADS: Final = {CASE: "cases", TELLING: "tellings"}


def tables_of(subject: str) -> tuple[Table, ...]:
    """Give the tables that hang on a kind of subject."""
    return tuple(table for table in TABLES.values() if table.subject == subject)
