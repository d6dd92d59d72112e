# SPDX-License-Identifier: Apache-2.0
"""Who is scored by a set: divisions, units or persons, each with its name and the class it is ranked in."""

from collections.abc import Mapping
from typing import Final

from tongguan.casebook import queries as casebook
from tongguan.evaluation import scoring
from tongguan.evaluation.contracts import IndicatorSet, Subject
from tongguan.evaluation.scoring import Member
from tongguan.evaluation.tallying import LEVELS
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, UnitInfo, UserInfo

_LEVELS: Final = dict(zip(LEVELS, scoring.LEVELS, strict=True))
KINDS: Final = {
    "department": "部门", "street": "街道", "community": "社区", "company": "企业", "centre": "中心",
    "other": "其他",
}  # fmt: skip
_ALL_UNITS: Final = 100_000


def _units() -> list[UnitInfo]:
    return people.units_of("", limit=_ALL_UNITS)


def superiors() -> dict[int, tuple[str, ...]]:
    """Give unit id → the keys of the unit and of those above it that are not centres."""
    by_path = {one.path: one for one in _units()}
    found: dict[int, tuple[str, ...]] = {}
    for one in by_path.values():
        above = (by_path.get(one.path[:n]) for n in range(4, len(one.path), 4))
        keys = [str(up.id) for up in above if up is not None and up.kind != "centre"]
        found[one.id] = (str(one.id), *keys)
    return found


def of_set(of: IndicatorSet, found: Mapping[str, object]) -> list[Member]:
    """Give the members of a set in the order of their keys; ``found``: keys that something was counted for.

    Regions: every city, district and street of the register. Units: those with a figure and those that a
    class lists. Persons: those with a figure.
    """
    listed = {code: kin for kin, codes in of.classes.items() for code in codes}
    if of.subject is Subject.REGION:
        return _regions(listed)
    if of.subject is Subject.UNIT:
        return _of_units(listed, found)
    return _persons(of, found)


def _regions(listed: Mapping[str, str]) -> list[Member]:
    with casebook.open_book(PLATFORM) as book:
        rows = book.rows("SELECT code, name FROM divisions ORDER BY code")
    return [
        Member(code, name, listed.get(code, _LEVELS[len(code)]))
        for code, name in rows
        if len(code) in _LEVELS
    ]


def _of_units(listed: Mapping[str, str], found: Mapping[str, object]) -> list[Member]:
    return [
        Member(str(one.id), one.name, listed.get(one.code, KINDS.get(one.kind, one.kind)))
        for one in sorted(_units(), key=lambda one: one.id)
        if (str(one.id) in found and one.kind != "centre") or one.code in listed
    ]


def person_id(key: str) -> int | None:
    """Give the user's id of a person's key, None for a system's."""
    kind, _, number = key.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None


def persons(keys: Mapping[str, object]) -> dict[str, UserInfo]:
    """Give the known people among these keys."""
    ids = {key: person_id(key) for key in keys}
    known = people.users([one for one in ids.values() if one is not None])
    return {key: known[one] for key, one in ids.items() if one is not None and one in known}


def _persons(of: IndicatorSet, found: Mapping[str, object]) -> list[Member]:
    return [Member(key, one.name, of.zh) for key, one in sorted(persons(found).items())]
