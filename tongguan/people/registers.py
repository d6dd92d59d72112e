# SPDX-License-Identifier: Apache-2.0
"""Units held in memory: by id, by code, by duty and division, as a tree."""

from collections.abc import Iterable
from typing import Final

from tongguan.people import stamps
from tongguan.people.contracts import UnitInfo
from tongguan.people.models import Unit

#: Which kind of unit is named first when several of one division carry the same duty.
_KIND_ORDER: Final = {"department": 0, "company": 1, "street": 2, "community": 3, "centre": 4}
_TERRITORIAL: Final = frozenset({"community", "street"})
SEGMENT: Final = 4


def prefixes(code: str) -> Iterable[str]:
    """Give the code and every shorter prefix down to the empty one, the longest first."""
    return (code[:n] for n in range(len(code), -1, -1))


class Units:
    """All units at one version of the register."""

    def __init__(self, rows: Iterable[tuple[UnitInfo, int | None]]) -> None:
        """Index units given with the id of their own work calendar, if any."""
        self.by_id: dict[int, UnitInfo] = {}
        self.by_code: dict[str, UnitInfo] = {}
        self.by_path: dict[str, UnitInfo] = {}
        self.calendar_ids: dict[int, int] = {}
        self._duties: dict[tuple[str, str], list[UnitInfo]] = {}
        self._centres: dict[str, UnitInfo] = {}
        self._territorial: dict[str, list[UnitInfo]] = {}
        for info, calendar_id in rows:
            self.by_id[info.id] = info
            self.by_code[info.code] = info
            self.by_path[info.path] = info
            if calendar_id is not None:
                self.calendar_ids[info.id] = calendar_id
            if not info.active:
                continue
            for duty in info.duties:
                self._duties.setdefault((duty, info.division), []).append(info)
            if info.kind in _TERRITORIAL:
                self._territorial.setdefault(info.division, []).append(info)
            # Of several centres of one division the uppermost in the tree is the centre.
            known = self._centres.get(info.division)
            if info.kind == "centre" and (known is None or len(info.path) < len(known.path)):
                self._centres[info.division] = info
        for units in self._duties.values():
            units.sort(key=lambda u: (_KIND_ORDER.get(u.kind, 9), u.path))

    def with_duty(self, duty: str, division: str) -> list[UnitInfo]:
        """Give active units with the duty that serve the division, the nearest division first."""
        return [unit for prefix in prefixes(division) for unit in self._duties.get((duty, prefix), ())]

    def territorial(self, division: str) -> list[UnitInfo]:
        """Give active community and street units of the division, the nearest division first."""
        return [unit for prefix in prefixes(division) for unit in self._territorial.get(prefix, ())]

    def centre(self, division: str) -> UnitInfo | None:
        """Give the operations centre of exactly this division."""
        return self._centres.get(division)

    def nearest_centre(self, division: str) -> UnitInfo | None:
        """Give the centre of the division or of its nearest ancestor that has one."""
        return next((self._centres[p] for p in prefixes(division) if p in self._centres), None)

    def upwards(self, unit_id: int) -> Iterable[UnitInfo]:
        """Give the unit and its superiors, itself first; nothing for an unknown id."""
        info = self.by_id.get(unit_id)
        while info is not None:
            yield info
            info = self.by_path.get(info.path[:-SEGMENT])

    def calendar_id(self, unit_id: int) -> int | None:
        """Give the work calendar of the unit or of its nearest superior that has one."""
        return next(
            (self.calendar_ids[u.id] for u in self.upwards(unit_id) if u.id in self.calendar_ids), None
        )


def _load() -> Units:
    return Units((row.info(), row.calendar_id) for row in Unit.objects.order_by("path").iterator(2000))


_units = stamps.copy_of(_load, stamps.UNITS)


def units() -> Units:
    """Give the current units."""
    return _units.get()
