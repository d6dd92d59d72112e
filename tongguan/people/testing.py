# SPDX-License-Identifier: Apache-2.0
"""The standing cast: the same units and people in every package's tests, and the matrix of roles."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import partial

from django.test import Client

from tongguan.kernel import clock
from tongguan.people import queries, stamps
from tongguan.people.contracts import Actor, NewAppointment, Post, UnitInfo
from tongguan.people.models import Appointment, Unit, User
from tongguan.people.scoping import actor_of
from tongguan.people.signin import SEEN, STARTED
from tongguan.people.worktimes import shipped_days

__all__ = [
    "PEOPLE",
    "ROLES",
    "UNITS",
    "Cast",
    "appointment",
    "cast",
    "forget_caches",
    "matrix",
    "shipped_days",
    "sign_in",
    "user",
]

CITY, DISTRICT, OTHER_DISTRICT = "9901", "990101", "990102"
STREET, COMMUNITY = "990101001", "990101001001"
OTHER_STREET, OTHER_COMMUNITY = "990102001", "990102001001"
SINCE = date(2004, 1, 1)

# code, name, parent's code, kind, division, duties
UNITS: tuple[tuple[str, str, str, str, str, list[str]], ...] = (
    ("C", "江州市城市运行中心", "", "centre", CITY, ["平台中心"]),
    ("C-SW", "江州市水务局", "C", "department", CITY, ["供水", "水务河道"]),
    ("N", "江北区城市运行中心", "C", "centre", DISTRICT, ["平台中心"]),
    ("N-SZ", "江北区市政所", "N", "department", DISTRICT, ["市政公用", "排水", "权属单位"]),
    ("N-SZ-1", "江北区市政所一班", "N-SZ", "department", DISTRICT, []),
    ("N-HW", "江北区环卫所", "N", "department", DISTRICT, ["环卫", "市容秩序"]),
    ("N-ZF", "江北区综合执法局", "N", "department", DISTRICT, ["综合执法"]),
    ("N-01", "江北区一街道", "N", "street", STREET, ["街道办事处"]),
    ("S", "江南区城市运行中心", "C", "centre", OTHER_DISTRICT, ["平台中心"]),
    ("S-SZ", "江南区市政所", "S", "department", OTHER_DISTRICT, ["市政公用", "排水"]),
    ("S-01", "江南区一街道", "S", "street", OTHER_STREET, ["街道办事处"]),
)

# role, name, unit, post, division
PEOPLE = (
    ("acceptor", "王受理", "N", Post.ACCEPTOR, DISTRICT),
    ("dispatcher", "李派遣", "N", Post.DISPATCHER, DISTRICT),
    ("duty_chief", "赵值班长", "N", Post.DUTY_CHIEF, DISTRICT),
    ("department", "张所长", "N-SZ", Post.DEPARTMENT, DISTRICT),
    ("handler", "小刘", "N-SZ", Post.HANDLER, DISTRICT),
    ("collector", "小陈", "N-01", Post.COLLECTOR, STREET),
    ("supervisor", "孙督查", "N", Post.SUPERVISOR, DISTRICT),
    ("evaluator", "钱考核", "N", Post.EVALUATOR, DISTRICT),
    ("leader", "周领导", "N", Post.LEADER, DISTRICT),
    ("outsider", "外区人", "S", Post.DISPATCHER, OTHER_DISTRICT),
    ("outside_acceptor", "外区受理", "S", Post.ACCEPTOR, OTHER_DISTRICT),
    ("outside_department", "外区所长", "S-SZ", Post.DEPARTMENT, OTHER_DISTRICT),
    ("outside_handler", "外区处置", "S-SZ", Post.HANDLER, OTHER_DISTRICT),
    ("outside_collector", "外区采集", "S-01", Post.COLLECTOR, OTHER_STREET),
    ("second_department", "吴所长", "N-HW", Post.DEPARTMENT, DISTRICT),
    ("second_handler", "小郑", "N-HW", Post.HANDLER, DISTRICT),
    ("city_chief", "市值班长", "C", Post.DUTY_CHIEF, CITY),
    ("city_dispatcher", "市派遣", "C", Post.DISPATCHER, CITY),
    ("citizen", "市民冯", "", Post.CITIZEN, ""),
    ("sysadmin", "系统管理员", "C", Post.SYSADMIN, CITY),
    ("secadmin", "安全管理员", "C", Post.SECADMIN, CITY),
    ("auditor", "审计员", "C", Post.AUDITOR, CITY),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """The standing people as actors, one attribute per role (district 990101 unless the name says else)."""

    acceptor: Actor
    dispatcher: Actor
    duty_chief: Actor
    department: Actor
    handler: Actor
    collector: Actor
    supervisor: Actor
    evaluator: Actor
    leader: Actor
    outsider: Actor
    outside_acceptor: Actor
    outside_department: Actor
    outside_handler: Actor
    outside_collector: Actor
    second_department: Actor
    second_handler: Actor
    city_chief: Actor
    city_dispatcher: Actor
    citizen: Actor
    sysadmin: Actor
    secadmin: Actor
    auditor: Actor

    def actor(self, role: str) -> Actor:
        """Give the actor of a role by its name."""
        actor: Actor = getattr(self, role)
        return actor

    def user(self, role: str) -> User:
        """Give the row of a role's person, e.g. for ``client.force_login``."""
        pk = self.actor(role).id
        assert pk is not None
        return User.objects.get(pk=pk)

    def unit(self, code: str) -> UnitInfo:
        """Give a standing unit by its code: C, C-SW, N, N-SZ, N-HW, N-ZF, N-01, S, S-SZ, S-01."""
        found = queries.unit_by_code(code)
        assert found is not None, code
        return found


ROLES = tuple(field.name for field in fields(Cast))


def _units() -> dict[str, Unit]:
    made: dict[str, Unit] = {}
    children: dict[str, int] = {}
    for code, name, parent, kind, division, duties in UNITS:
        children[parent] = children.get(parent, 0) + 1
        path = (made[parent].path if parent else "") + f"{children[parent]:04d}"
        made[code] = Unit(
            code=code, name=name, kind=kind, division=division, duties=duties, path=path,
            parent=made.get(parent), phone="021-55550100",
        )  # fmt: skip
        if not parent or any(row[2] == code for row in UNITS):
            made[code].save()  # a parent needs its key first
    Unit.objects.bulk_create([unit for unit in made.values() if unit.pk is None])
    return {unit.code: unit for unit in Unit.objects.filter(code__in=made)}


def cast(password: str | None = None) -> Cast:
    """Make the standing units and people and give them; with a password they can also sign in.

    Sign-in names are the roles (``acceptor``). Needs an empty register of people.
    """
    units = _units()
    users: list[User] = []
    for role, name, unit, _, _ in PEOPLE:
        user = User(username=role, display_name=name, unit=units.get(unit), email=f"{role}@jiangzhou.example")
        user.phone = f"1390000{len(users):04d}"
        user.set_password(password) if password else user.set_unusable_password()
        users.append(user)
    User.objects.bulk_create(users)
    by_role = {user.username: user for user in User.objects.filter(username__in=[row[0] for row in PEOPLE])}
    Appointment.objects.bulk_create(
        Appointment(user=by_role[role], unit=units[unit], post=post, division=division, valid_from=SINCE)
        for role, _, unit, post, division in PEOPLE
        if post is not Post.CITIZEN  # by holding no office
    )
    stamps.bump(stamps.UNITS, stamps.APPOINTMENTS)
    return Cast(**{role: actor_of(by_role[role]) for role in ROLES})


def matrix(
    allowed: Mapping[str, Collection[str]], roles: Iterable[str] = ROLES
) -> list[tuple[str, str, bool]]:
    """Give (verb, role, may) for every verb × role; unknown role names are refused.

    For ``@pytest.mark.parametrize(("verb", "role", "may"), matrix({"accept": {"acceptor"}}))``. Inside
    and outside of the scope are roles of their own (``dispatcher`` and ``outsider``).
    """
    known = set(ROLES)
    for verb, names in allowed.items():
        assert set(names) <= known, f"{verb}: {set(names) - known}"
    return [(verb, role, role in names) for verb, names in allowed.items() for role in roles]


def user(pk: int) -> User:
    """Give a user's row."""
    return User.objects.get(pk=pk)


def appointment(
    username: str, unit: str, post: Post, division: str, since: date = SINCE, until: date | None = None
) -> NewAppointment:
    """Give a new appointment, from 2004 on unless told otherwise."""
    return NewAppointment(username, unit, post, division, since, until)


def sign_in(client: Client, person: User) -> None:
    """Sign the person in on a test client, as if just now, without a password."""
    client.force_login(person)
    session = client.session
    session[STARTED] = session[SEEN] = clock.now().timestamp()
    session.save()


forget_caches = partial(stamps.forget)
