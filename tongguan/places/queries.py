# SPDX-License-Identifier: Apache-2.0
"""Reads of places. Divisions and grids are public registers; the gazetteer is scoped by division."""

from collections.abc import Iterable

import numpy as np

from tongguan.kernel.codes import ancestors
from tongguan.kernel.coordinates import Floats, checked
from tongguan.places import layers
from tongguan.places.contracts import DivisionInfo, DutyGridInfo, Located
from tongguan.places.models import Division, DutyGrid, DutyGridPerson, UnitGrid

_COMMUNITY_DIGITS = 12


def locate(lons: Floats, lats: Floats) -> Located:
    """Give community and unit grid of n points (WGS-84 degrees), ``""`` when outside; no query per point.

    A point in a unit grid takes its community from the grid's code. Raises Invalid for bad coordinates.
    """
    x, y = checked(lons, lats)
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    grid = layers.index_of(layers.GRID).find(x, y).tolist()
    community = [code[:_COMMUNITY_DIGITS] for code in grid]
    missing = [i for i, code in enumerate(community) if not code]
    if missing:
        found = layers.index_of(layers.COMMUNITY).find(x[missing], y[missing]).tolist()
        for i, code in zip(missing, found, strict=True):
            community[i] = code
    return Located(community, grid)


def locate_one(lon: float, lat: float) -> tuple[str, str]:
    """Give (community, unit grid) of one point, ``""`` for what is not known."""
    located = locate(np.array([lon]), np.array([lat]))
    return located.community[0], located.grid[0]


def division(code: str) -> DivisionInfo | None:
    """Give one division, None when the register has no such code."""
    return divisions([code]).get(code)


def divisions(codes: Iterable[str]) -> dict[str, DivisionInfo]:
    """Give the divisions of these codes; unknown codes are left out."""
    rows = Division.objects.filter(pk__in=set(codes)).defer("boundary")
    return {r.code: DivisionInfo(r.code, r.name, r.level, r.parent, r.lon, r.lat) for r in rows}


def children(code: str) -> list[DivisionInfo]:
    """Give the divisions right below a code, in code order; ``""`` gives the provinces."""
    rows = Division.objects.filter(parent=code).defer("boundary").order_by("code")
    return [DivisionInfo(r.code, r.name, r.level, r.parent, r.lon, r.lat) for r in rows]


def division_name(code: str) -> str:
    """Give the full name from the province or city down (江州市江北区…); ``""`` when nothing is known."""
    return division_names([code]).get(code, "")


def division_names(codes: Iterable[str]) -> dict[str, str]:
    """Give full names of many divisions in one query."""
    wanted = set(codes)
    rows = Division.objects.filter(pk__in={a for code in wanted for a in ancestors(code)})
    names = dict(rows.values_list("code", "name"))
    return {code: "".join(names.get(a, "") for a in reversed(ancestors(code))) for code in wanted}


def grid_exists(code: str) -> bool:
    """Tell whether a unit grid is registered."""
    return UnitGrid.objects.filter(pk=code).exists()


def duty_grid_of(grid_code: str, kind: str | None = None) -> DutyGridInfo | None:
    """Give the active duty grid that a unit grid belongs to (the lowest code, when several do)."""
    rows = DutyGrid.objects.filter(cells__grid_id=grid_code, active=True).order_by("code")
    row = (rows if kind is None else rows.filter(kind=kind)).first()
    if row is None:
        return None
    people: dict[str, tuple[int, ...]] = {}
    for role, user in row.people.order_by("role", "user_id").values_list("role", "user_id"):
        people[role] = (*people.get(role, ()), user)
    return DutyGridInfo(row.pk, row.code, row.name, row.division, people)


def collectors_of(code: str, role: str = "collector") -> list[int]:
    """Give ids of the people with a role in the duty grids of a unit grid (15 digits) or division prefix."""
    rows = DutyGridPerson.objects.filter(role=role, duty_grid__active=True)
    if len(code) > _COMMUNITY_DIGITS:
        rows = rows.filter(duty_grid__cells__grid_id=code)
    else:
        rows = rows.filter(duty_grid__division__startswith=code)
    return sorted(set(rows.values_list("user_id", flat=True)))
