# SPDX-License-Identifier: Apache-2.0
"""The city in which a source is replayed: divisions, units, a small staff, filing rules, a token."""

import csv
import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from django.conf import settings
from PIL import Image

from tongguan.catalog import api as catalog
from tongguan.catalog import queries as catalogue
from tongguan.catalog.contracts import FilingRule
from tongguan.kernel.errors import Invalid, Unauthenticated
from tongguan.people import api as people
from tongguan.people import queries as registers
from tongguan.people.contracts import PLATFORM, Actor, NewAppointment, NewUnit, NewUser, Post
from tongguan.places import api as places
from tongguan.replay.mapping import City, Source
from tongguan.replay.records import Record
from tongguan.runtime import files
from tongguan.runtime.transactions import atomic

SCOPES: Final = ("reports:read", "reports:write")
#: The classification the generated standard's codes follow.
_STANDARD: Final = "GB/T 47678.5-2026"
_SINCE: Final = date(1995, 1, 1)
_CENTRE: Final = ((Post.ACCEPTOR, "受理员"), (Post.DISPATCHER, "派遣员"), (Post.DUTY_CHIEF, "值班长"))
_COLLECTORS, _HANDLERS, _PHOTOS = 3, 2, 8
_HEAD: Final = (
    "类型",
    "大类代码",
    "大类名称",
    "小类代码",
    "小类名称",
    "处置单位",
    "主管部门",
    "立案条件",
    "结案条件",
    "处置时限",
)


@dataclass(slots=True)
class Staff:
    """Who acts: looked up once, then held."""

    city: str
    _held: dict[tuple[Post, int | str], Actor] = field(default_factory=dict)
    _known: dict[int, Actor] = field(default_factory=dict)

    def at_centre(self, post: Post) -> Actor:
        """Give who holds a post at the city's centre."""
        return self._one(post, self.city)

    def of_unit(self, post: Post, unit_id: int) -> Actor:
        """Give who holds a post in a unit."""
        return self._one(post, unit_id)

    def person(self, user_id: int) -> Actor:
        """Give a person by id. Raises LookupError when they may not act."""
        if user_id not in self._known:
            actor = registers.actor_by_id(user_id)
            if actor is None:
                raise LookupError(user_id)
            self._known[user_id] = actor
        return self._known[user_id]

    def _one(self, post: Post, where: int | str) -> Actor:
        if (post, where) not in self._held:
            self._held[post, where] = self.person(registers.holders(post, where)[0].id)
        return self._held[post, where]


def prepare(source: Source) -> Staff:
    """Make what the city lacks of divisions, units and people; running it again changes nothing."""
    with atomic():
        catalog.load_standards(PLATFORM)
        _divisions(source.city)
        missing = [u for u in _units(source) if registers.unit_by_code(u.code) is None]
        if missing:
            people.create_units(PLATFORM, missing)
            _people({unit.code for unit in missing}, source)
    return Staff(source.city.code)


def _divisions(city: City) -> None:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("code", "name"))
    rows.writerows(city.divisions.items())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "divisions.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        report = places.import_divisions(PLATFORM, path)
    if report.failed:
        raise Invalid(
            "replay.divisions",
            zh="；".join(f"第 {f.line} 行 {f.zh}" for f in report.faults[:5]),
            en="the mapping's divisions are wrong",
            field="city",
        )


def _units(source: Source) -> list[NewUnit]:
    city = source.city
    name = city.divisions[city.code]
    centre = f"{city.code}-ZX"
    units = [NewUnit(centre, f"{name}运行中心", "centre", city.code, "", ("平台中心",))]
    units += [NewUnit(code, own, "department", city.code, centre, ()) for code, own in city.units.items()]
    return units


def _people(units: set[str], source: Source) -> None:
    city = source.city
    centre = f"{city.code}-ZX"
    posts: list[tuple[str, str, Post, str]] = []
    if centre in units:
        posts += [(f"replay.{city.code}.{post.value}", centre, post, name) for post, name in _CENTRE]
        posts += [
            (f"replay.{city.code}.collector.{n}", centre, Post.COLLECTOR, f"采集员{n}")
            for n in range(1, _COLLECTORS + 1)
        ]
    for code in sorted(units - {centre}):
        posts.append((f"replay.{code.lower()}.head", code, Post.DEPARTMENT, "负责人"))
        posts += [
            (f"replay.{code.lower()}.{n}", code, Post.HANDLER, f"处置员{n}") for n in range(1, _HANDLERS + 1)
        ]
    people.create_users(PLATFORM, [NewUser(user, name, unit) for user, unit, _, name in posts])
    people.appoint_many(
        PLATFORM, [NewAppointment(user, unit, post, city.code, _SINCE) for user, unit, post, _ in posts]
    )


def import_standard(source: Source, path: Path) -> int:
    """Load the source's own filing standard as the city's catalogue; give how many rules it has in force."""
    with path.open("rb") as stream:
        report = catalog.import_filing_standard(PLATFORM, stream, source=source.standard, title=source.title)
    if report.errors:
        told = "；".join(f"第 {e.row_no} 行 {e.zh}" for e in report.errors[:5])
        raise Invalid("replay.standard", zh=told, en="the filing standard has mistakes", field="file")
    return len(rules_of(source))


def rules_of(source: Source) -> list[FilingRule]:
    """Give the filing rules of the source's own standard, by item and condition."""
    infos = catalogue.items_table()
    return [rule for info in infos for rule in catalogue.filing_rules(info.code, source.standard)]


def standard_from(source: Source, records: Iterable[Record]) -> dict[tuple[str, int | None], int]:
    """Make the city's standard out of the records' own due times; give (item, days) -> rule id.

    Every pair of item and limit in whole days becomes one condition; what has no limit becomes one too.
    """
    pairs = sorted({(r.item_code, r.days or 0) for r in records if r.item_code})
    known = catalogue.items(code for code, _ in pairs)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(_HEAD)
    for code, days in pairs:
        info = known[code]
        kind = "部件" if info.kind == "component" else "事件"
        limit = f"{days}自然日" if days else ""
        words = f"来源系统规定期限 {days} 天" if days else "来源系统未规定期限"
        rows.writerow(
            (kind, code[:2], info.major_name, code[2:], info.name, "", "", words, "按来源系统办结", limit)
        )
    body = io.BytesIO(text.getvalue().encode())
    report = catalog.import_filing_standard(
        PLATFORM, body, source=source.standard, title=source.title, standard=_STANDARD
    )
    if report.errors:
        raise Invalid("replay.standard", zh=report.errors[0].zh, en=report.errors[0].en, field="limits")
    found: dict[tuple[str, int | None], int] = {}
    for rule in rules_of(source):
        days_found = None if rule.limit is None else int(rule.limit.value)
        found.setdefault((rule.item_code, days_found), rule.id)
    return found


def token_of(source: Source) -> str:
    """Give the token of the source's system: the one kept from an earlier run while it is good.

    The same system must tell the same records again, else they would be another's.
    """
    path = Path(settings.HOME) / f"replay-{source.name}.token"
    if path.exists():
        kept = path.read_text(encoding="ascii")
        try:
            people.authenticate_token(kept)
        except Unauthenticated:
            path.unlink()
        else:
            return kept
    raw = people.issue_token(PLATFORM, f"回放 {source.name}"[:60], SCOPES, source.city.code)
    path.touch(mode=0o600)
    path.write_text(raw, encoding="ascii")
    return raw


def photos() -> list[str]:
    """Draw a few tiny photos and keep them as evidence; give their ids."""
    made = []
    for number in range(_PHOTOS):
        stream = io.BytesIO()
        Image.new("RGB", (16, 16), (30 * number, 120, 200 - 20 * number)).save(stream, "JPEG")
        stream.seek(0)
        made.append(str(files.store(PLATFORM, f"replay-{number}.jpg", stream, "evidence").id))
    return made
