# SPDX-License-Identifier: Apache-2.0
"""The demo city's units and people: same seed, same rows; running it again changes nothing."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from tongguan.kernel import clock
from tongguan.people import api, stamps
from tongguan.people.contracts import PLATFORM, NewAppointment, NewUnit, Post
from tongguan.people.labels import POST_NAMES
from tongguan.people.models import Appointment, DutyShift, Unit, User
from tongguan.runtime.transactions import atomic

#: Only for demo data: every demo person signs in with it.
DEMO_PASSWORD: Final = "tongguan-demo"  # noqa: S105 - shown to everybody at the start of a demo
_SINCE: Final = date(2020, 1, 1)
_DOMAIN: Final = "jiangzhou.example"
_BATCH: Final = 1000

#: Units of the city (level 4) and of each district (6); together they cover every duty word.
_UNITS: Final = Path(__file__).parent / "data" / "demo_units.csv"
_CENTRE_STAFF: Final = (
    (Post.ACCEPTOR, 3), (Post.DISPATCHER, 2), (Post.DUTY_CHIEF, 2),
    (Post.SUPERVISOR, 1), (Post.EVALUATOR, 1), (Post.LEADER, 1),
)  # fmt: skip
_HANDLERS: Final = 3
#: The first holder in the first district, by sign-in name: the people of every story.
_CAST_TEXT: Final = (
    "acceptor=王受理 dispatcher=李派遣 duty_chief=赵值班长 department=张所长 handler=小刘 collector=小陈 "
    "supervisor=孙督查 evaluator=钱考核 leader=周领导 sysadmin=系统管理员 secadmin=安全管理员 auditor=审计员"
)
_CAST: Final = dict(pair.split("=") for pair in _CAST_TEXT.split())
_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建国志宇晨欣雨佳子轩浩然梦琪思远"


@dataclass(frozen=True, slots=True)
class SeededPerson:
    """Somebody with a post in a unit over a division."""

    id: int
    username: str
    name: str
    post: Post
    unit_id: int
    division: str


@dataclass(frozen=True, slots=True)
class SeededPeople:
    """What was seeded. ``logins``: (sign-in name, name, post in Chinese) of the people of the stories."""

    units: dict[str, int] = field(default_factory=dict)
    people: list[SeededPerson] = field(default_factory=list)
    logins: list[tuple[str, str, str]] = field(default_factory=list)
    password: str = DEMO_PASSWORD

    def holding(self, post: Post, division: str = "") -> list[SeededPerson]:
        """Give the holders of a post within a division prefix."""
        return [p for p in self.people if p.post == post and p.division.startswith(division)]


def seed_people(rng: np.random.Generator, divisions: Mapping[str, str]) -> SeededPeople:
    """Seed units, users, appointments and a rota for one city; ``divisions``: code -> name.

    Codes of 4 (the city), 6, 9 and 12 digits get a centre, district centres, streets, communities.
    """
    units = _units(divisions)
    posts = list(_posts(divisions, units))
    with atomic():
        known = set(Unit.objects.filter(code__in=[u.code for u in units]).values_list("code", flat=True))
        api.create_units(PLATFORM, [u for u in units if u.code not in known])
        _write_users(rng, posts)
        held = set(
            Appointment.objects.filter(revoked_at__isnull=True).values_list("user__username", flat=True)
        )
        api.appoint_many(PLATFORM, [p for p in posts if p.username not in held])
        seeded = _read(posts)
        _write_rota(seeded)
        stamps.bump(stamps.UNITS, stamps.APPOINTMENTS)
    return seeded


def _centre(division: str) -> str:
    return f"{division}-ZX"


def _units(divisions: Mapping[str, str]) -> list[NewUnit]:
    with _UNITS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    drafts = {level: [row for row in rows if row["level"] == level] for level in ("4", "6")}
    units = []
    for code, name in sorted(divisions.items(), key=lambda item: (len(item[0]), item[0])):
        phone = f"0990-55{int(code[-4:]):04d}"
        if len(code) in {4, 6}:
            parent = _centre(code[:4]) if len(code) == 6 else ""
            units.append(
                NewUnit(_centre(code), f"{name}城市运行中心", "centre", code, parent, ("平台中心",), phone)
            )
            for row in drafts[str(len(code))]:
                own, title = f"{code}-{row['suffix']}", name + row["name"]
                duties = tuple(row["duties"].split(";"))
                units.append(NewUnit(own, title, row["kind"], code, _centre(code), duties, phone))
        elif len(code) == 9:
            units.append(
                NewUnit(code, f"{name}办事处", "street", code, _centre(code[:6]), ("街道办事处",), phone)
            )
        elif len(code) == 12:
            units.append(NewUnit(code, f"{name}居委会", "community", code, code[:9], (), phone))
    return units


def _posts(divisions: Mapping[str, str], units: Sequence[NewUnit]) -> Iterator[NewAppointment]:
    """Give everybody's post; the first of a post in the first district has the post as sign-in name."""
    first = min((code for code in divisions if len(code) == 6), default="")
    named: set[Post] = set()

    def post(kind: Post, unit: NewUnit, number: int, division: str = "") -> NewAppointment:
        plain = kind not in named and (unit.division.startswith(first) or kind in _POWERS)
        if plain:
            named.add(kind)
        username = kind.value if plain else f"{kind}.{unit.code.lower()}.{number}"
        return NewAppointment(username, unit.code, kind, division or unit.division, _SINCE)

    for unit in units:
        if unit.kind == "centre":
            yield from (post(kind, unit, n) for kind, count in _CENTRE_STAFF for n in range(1, count + 1))
            if len(unit.division) == 4:
                yield from (post(kind, unit, 1) for kind in _POWERS)
            for kind in (Post.DEPARTMENT, Post.HANDLER):  # who works when the centre itself must (兜底)
                yield NewAppointment(f"{kind}.{unit.code.lower()}.1", unit.code, kind, unit.division, _SINCE)
        elif unit.kind == "community":
            yield post(Post.COLLECTOR, unit, 1)
        else:
            yield post(Post.DEPARTMENT, unit, 1)
            yield from (post(Post.HANDLER, unit, n) for n in range(1, _HANDLERS + 1))


_POWERS: Final = (Post.SYSADMIN, Post.SECADMIN, Post.AUDITOR)


def _write_users(rng: np.random.Generator, posts: Sequence[NewAppointment]) -> None:
    known = set(User.objects.values_list("username", flat=True))
    unit_ids = dict(Unit.objects.values_list("code", "id"))
    password = make_password(DEMO_PASSWORD)  # one slow hash for all: it is no secret
    users = []
    for number, row in enumerate(posts):
        # Drawn for known people too, so that a second run draws the same names.
        drawn = str(rng.choice(list(_SURNAMES))) + "".join(
            rng.choice(list(_GIVEN), size=int(rng.integers(1, 3)))
        )
        if row.username in known:
            continue
        name = _CAST.get(row.username, drawn)
        users.append(
            User(
                username=row.username, display_name=name, unit_id=unit_ids[row.unit], password=password,
                phone=f"1990000{number:04d}", email=f"{row.username}@{_DOMAIN}",
            )
        )  # fmt: skip
    User.objects.bulk_create(users, batch_size=_BATCH)


def _read(posts: Sequence[NewAppointment]) -> SeededPeople:
    users = {u.username: u for u in User.objects.filter(username__in=[p.username for p in posts])}
    people = [
        SeededPerson(users[p.username].pk, p.username, str(users[p.username]), p.post, unit_id, p.division)
        for p in posts
        if (unit_id := users[p.username].unit_id) is not None
    ]
    logins = [(p.username, p.name, POST_NAMES[p.post]) for p in people if p.username == p.post.value]
    return SeededPeople(dict(Unit.objects.values_list("code", "id")), people, logins)


#: Who takes turns, and how long one lasts: the centres by day and night, units from morning to morning, their
#: heads by the week. Collectors have no rota: each is the only one of a community and always on duty.
_TURNS: Final = {
    Post.DUTY_CHIEF: timedelta(hours=12), Post.ACCEPTOR: timedelta(hours=12),
    Post.DISPATCHER: timedelta(hours=12), Post.HANDLER: timedelta(days=1), Post.DEPARTMENT: timedelta(days=7),
}  # fmt: skip
_ROTA_DAYS: Final = 37


def _write_rota(seeded: SeededPeople) -> None:
    """Put everybody of a centre or unit on turns, without a gap, from a week ago to a month ahead."""
    first = timezone.localdate(clock.now()) - timedelta(days=7)
    begin = timezone.make_aware(datetime.combine(first, time(8)))
    planned = set(DutyShift.objects.values_list("unit_id", "post").distinct())
    crews: dict[tuple[int, Post], list[int]] = {}
    for person in seeded.people:
        if person.post in _TURNS and (person.unit_id, person.post) not in planned:
            crews.setdefault((person.unit_id, person.post), []).append(person.id)
    shifts = []
    for (unit_id, post), crew in crews.items():
        long = _TURNS[post]
        for turn in range(-(-timedelta(days=_ROTA_DAYS) // long)):
            start = begin + turn * long
            # Who had the day has a night next: crews of an even number step on by one each round.
            step = turn // len(crew) if len(crew) % 2 == 0 else 0
            user_id = crew[(turn + step) % len(crew)]
            shifts.append(
                DutyShift(user_id=user_id, unit_id=unit_id, post=post, starts_at=start, ends_at=start + long)
            )
    DutyShift.objects.bulk_create(shifts, batch_size=_BATCH)
