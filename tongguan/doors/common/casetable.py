# SPDX-License-Identifier: Apache-2.0
"""Cases as a table for a spreadsheet: streamed, in the city's time, safe to open."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db.models import CharField, Func
from django.http import StreamingHttpResponse
from django.utils import timezone

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter
from tongguan.catalog import queries as catalog
from tongguan.doors.common.sheets import KINDS, safe
from tongguan.kernel import clock
from tongguan.people import queries as people
from tongguan.people.contracts import Actor
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

_COLUMNS: Final = (
    ("number", "案件编号"),
    ("title", "标题"),
    ("item_code", "事项代码"),
    ("item_code", "事项"),
    ("state", "状态"),
    ("division", "区划"),
    ("address", "地址"),
    ("lon", "经度"),
    ("lat", "纬度"),
    ("urgency", "紧急程度"),
    ("source", "来源"),
    ("lead_unit_id", "主办单位"),
    ("opened_at", "上报时间"),
    ("filed_at", "立案时间"),
    ("due_at", "到期时间"),
    ("closed_at", "结案时间"),
    ("returns", "回退"),
    ("reworks", "返工"),
)
_TIMES: Final = frozenset({"opened_at", "filed_at", "due_at", "closed_at"})
_FIELDS: Final = tuple(dict.fromkeys(f"{name}_local" if name in _TIMES else name for name, _ in _COLUMNS))
_CHUNK: Final = 2_000
_MOST: Final = 500_000


class LocalTime(Func):
    """A moment in the city's time as text, written by the database, which is many times quicker."""

    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Write it with PostgreSQL."""
        zone = str(timezone.get_current_timezone())
        template = f"to_char(%(expressions)s AT TIME ZONE '{zone}', 'YYYY-MM-DD HH24:MI:SS')"
        return self.as_sql(compiler, connection, template=template)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Write it with SQLite, which knows no zones: by today's offset."""
        offset = timezone.localtime(clock.now()).utcoffset() or timedelta()
        minutes = int(offset.total_seconds() // 60)
        template = f"strftime('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%S', %(expressions)s, '{minutes:+d} minutes')"
        return self.as_sql(compiler, connection, template=template)


class _Lines:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        """Give the line."""
        return line


def answer(actor: Actor, narrow: CaseFilter) -> StreamingHttpResponse:
    """Stream the actor's cases as CSV, newest first, at most half a million; audited."""
    with atomic():
        audit.record(actor, "case.export", f"actor:{actor.key}", {"division": narrow.division})
    response = StreamingHttpResponse(_rows(actor, narrow), content_type=KINDS["csv"])
    day = timezone.localtime(clock.now()).strftime("%Y%m%d-%H%M")
    response["Content-Disposition"] = f'attachment; filename="cases-{day}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _rows(actor: Actor, narrow: CaseFilter) -> Iterator[bytes]:
    writer = csv.writer(_Lines())
    yield ("\ufeff" + writer.writerow([title for _, title in _COLUMNS])).encode()
    found = cases.visible(actor).filter(cases.filter_q(narrow)).order_by("-opened_at", "-id")
    found = found.annotate(**{f"{name}_local": LocalTime(name) for name in _TIMES})
    cells = _Cells()
    block: list[str] = []
    for values in found.values_list(*_FIELDS)[:_MOST].iterator(chunk_size=_CHUNK):
        block.append(writer.writerow(cells.row(values)))
        if len(block) >= _CHUNK:
            yield "".join(block).encode()
            block.clear()
    yield "".join(block).encode()


class _Cells:
    """Turns a row of values into cells; names are looked up once each."""

    def __init__(self) -> None:
        self._items: dict[str, str] = {}
        self._units: dict[int | None, str] = {None: ""}

    def row(self, values: tuple[Any, ...]) -> list[Any]:
        (
            number, title, item, state, division, address, lon, lat, urgency, source, unit,
            opened, filed, due, closed, returns, reworks,
        ) = values  # fmt: skip
        return [
            number, safe(title), item, self._item(item), state, division, safe(address),
            lon, lat, urgency, safe(source), self._unit(unit),
            opened, filed, due, closed, returns, reworks,
        ]  # fmt: skip

    def _item(self, code: str) -> str:
        if code not in self._items:
            found = catalog.items((code,)).get(code)
            self._items[code] = found.name if found else ""
        return self._items[code]

    def _unit(self, unit_id: int | None) -> str:
        if unit_id not in self._units and unit_id is not None:
            found = people.units((unit_id,)).get(unit_id)
            self._units[unit_id] = found.name if found else ""
        return self._units[unit_id]
