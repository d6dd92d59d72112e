# SPDX-License-Identifier: Apache-2.0
"""Registers from files: all rows or none, every mistake by row and column."""

import io
from datetime import date, datetime

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tongguan.kernel.errors import Invalid
from tongguan.kernel.importing import RowError
from tongguan.kernel.testing import BEIJING
from tongguan.people import importers, queries, testing
from tongguan.people.contracts import PLATFORM, Post
from tongguan.people.models import Appointment, CalendarDay, DutyShift, Unit, User
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db

UNITS = """编码,名称,上级编码,类别,行政区划,职责,电话
N-GX,江北区公用事业处,N,委办局,990101,公交；交通,021-55550101
N-SZ,江北区市政所,N,department,990101,市政公用、排水、权属单位,021-55550100
N-HW,江北区环卫中心,N,委办局,990101,环卫,021-55550100
"""


def file(text, encoding="utf-8"):
    return io.BytesIO(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_units_are_made_changed_or_left(encoding):
    cast = testing.cast()
    report = importers.import_units(cast.sysadmin, file(UNITS, encoding))
    assert (report.rows, report.created, report.updated, report.unchanged) == (3, 1, 1, 1)
    assert report.applied
    assert [u.code for u in queries.units_with_duty("公交", "990101")] == ["N-GX"]
    assert cast.unit("N-HW").name == "江北区环卫中心"


def test_a_dry_run_says_the_same_and_changes_nothing():
    cast = testing.cast()
    before = list(Unit.objects.order_by("id").values())
    report = importers.import_units(cast.sysadmin, file(UNITS), dry_run=True)
    assert (report.created, report.updated, report.unchanged, report.applied) == (1, 1, 1, False)
    assert list(Unit.objects.order_by("id").values()) == before
    assert audited() == []


def test_every_mistake_is_named_and_nothing_is_half_imported():
    cast = testing.cast()
    text = UNITS + "N-X,,没有,委办局,99,,\nN-SZ-1,一班,N,委办局,990101,,\n"
    before = list(Unit.objects.order_by("id").values())
    report = importers.import_units(cast.sysadmin, file(text))
    assert [(e.row, e.field) for e in report.errors] == [
        (5, "name"),
        (5, "division"),
        (5, "parent"),
        (6, "parent"),
    ]
    assert not report.applied
    assert list(Unit.objects.order_by("id").values()) == before
    report = importers.import_units(cast.sysadmin, file(UNITS + "N-Y,某处,N,衙门,990101,,\n"))
    (error,) = report.errors
    assert (error.row, error.field) == (5, "kind")
    assert "委办局" in error.message


def workbook(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return io.BytesIO(out.getvalue())


def test_a_workbook_is_read_like_a_csv_file():
    cast = testing.cast()
    report = importers.import_appointments(
        cast.secadmin,
        workbook(
            ["账号", "机构编码", "岗位", "区划范围", "起", "止"],
            ["handler", "N", "受理员", 990101, datetime(2026, 1, 1), "2026/12/31"],  # noqa: DTZ001 - a cell
            [None, None, None],
            ["collector", "N-01", "handler", None, None, None],
        ),
    )
    assert (report.created, report.errors) == (2, ())
    made = Appointment.objects.filter(user__username="handler", post=Post.ACCEPTOR).get()
    assert (made.division, made.valid_from, made.valid_to) == ("990101", date(2026, 1, 1), date(2026, 12, 31))
    assert Appointment.objects.get(user__username="collector", post="handler").division == "990101001"


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04rubbish", b"\xff\xfe\x00garbage", b"a,b,c\n1,2,3\n", b"\x1f\x8bnot gzip"],
)
def test_what_is_no_table_is_refused_in_words(content):
    cast = testing.cast()
    with pytest.raises(Invalid) as refusal:
        importers.import_units(cast.sysadmin, io.BytesIO(content))
    assert refusal.value.field == "file"


def test_appointments_tell_what_is_wrong_in_their_row():
    cast = testing.cast()
    text = (
        "账号,机构编码,岗位,起\nhandler,N,受理员,2026-01-01\nhandler,N,皇帝,2026-01-01\nleader,N,领导,昨天\n"
    )
    report = importers.import_appointments(cast.secadmin, file(text))
    assert [(e.row, e.field) for e in report.errors] == [(3, "post"), (4, "valid_from")]
    report = importers.import_appointments(cast.secadmin, file("账号,机构编码,岗位\nnobody,N,受理员\n"))
    assert report.errors == (RowError(2, "username", "没有这个用户"),)


def test_users_come_with_passwords_that_are_told_once():
    cast = testing.cast()
    text = "账号,姓名,机构编码,手机\nnew.one,新人,N,13800000001\nhandler,小刘,N-SZ-1,13900000004\n"
    chosen = {}
    report = importers.import_users(cast.sysadmin, file(text), passwords=chosen)
    assert (report.created, report.updated) == (1, 1)
    assert list(chosen) == ["new.one"]
    assert User.objects.get(username="new.one").check_password(chosen["new.one"])
    again = {}
    report = importers.import_users(cast.sysadmin, file(text), passwords=again)
    assert (report.created, report.unchanged, again) == (0, 2, {})


def test_ten_thousand_users_take_few_statements(django_assert_max_num_queries):
    testing.cast()
    text = "账号,姓名,机构编码\n" + "".join(f"user{i:05},用户{i},N\n" for i in range(2_000))
    with django_assert_max_num_queries(90):
        assert importers.import_users(PLATFORM, file(text)).created == 2_000


DAYS = (
    "日期,类型,名称\n"
    + "".join(f"2027-10-0{i},休息日,国庆节\n" for i in range(1, 8))
    + ("2027-10-09,makeup_workday,国庆节\n")
)


def test_a_later_year_becomes_known_and_counts():
    testing.cast()
    assert not queries.calendar_for().knows(2027)
    report = importers.import_days(PLATFORM, file(DAYS))
    assert (report.created, report.applied) == (8, True)
    calendar = queries.calendar_for()
    assert calendar.knows(2027)
    assert not calendar.is_working(datetime(2027, 10, 1, 9, tzinfo=BEIJING))
    assert calendar.is_working(datetime(2027, 10, 9, 9, tzinfo=BEIJING))  # a Saturday
    report = importers.import_days(PLATFORM, file(DAYS.replace("2027-10-09", "2027-10-16")))
    assert (report.created, report.unchanged) == (1, 7)


def test_a_day_given_twice_is_refused():
    report = importers.import_days(PLATFORM, file(DAYS + "2027-10-01,调休上班,\n,休息日,\n"))
    assert [(e.row, e.field) for e in report.errors] == [(11, "date")]
    report = importers.import_days(PLATFORM, file(DAYS + "2027-10-01,调休上班,\n"))
    assert [(e.row, e.message) for e in report.errors] == [(10, "与第 2 行日期重复")]
    assert not CalendarDay.objects.exists()


def test_the_commands_print_what_they_did(tmp_path, capsys):
    testing.cast()
    sheet = tmp_path / "units.csv"
    sheet.write_text(UNITS, encoding="utf-8")
    call_command("import_people", "units", str(sheet), "--dry-run")
    assert "试运行，未写入：共 3 行，新增 1，更新 1，未变 1" in capsys.readouterr().out
    sheet.write_text(UNITS + "N-Z,,N,委办局,990101,,\n", encoding="utf-8")
    with pytest.raises(CommandError, match="未导入任何一行"):
        call_command("import_people", "units", str(sheet))
    assert "第 5 行 name：不能为空" in capsys.readouterr().err
    days = tmp_path / "days.csv"
    days.write_text(DAYS, encoding="utf-8")
    call_command("import_calendar", str(days))
    assert "已导入：共 8 行" in capsys.readouterr().out
    with pytest.raises(CommandError, match="无法读取"):
        call_command("import_calendar", str(tmp_path / "none.csv"))


def test_initial_passwords_go_to_a_file_only_their_reader_opens(tmp_path):
    testing.cast()
    people, passwords = tmp_path / "people.csv", tmp_path / "passwords.csv"
    people.write_text("账号,姓名,机构编码\nnew.one,新人,N\n", encoding="utf-8")
    with pytest.raises(CommandError, match="--passwords"):
        call_command("import_people", "users", str(people))
    call_command("import_people", "users", str(people), passwords=passwords)
    assert passwords.stat().st_mode & 0o777 == 0o600
    name, password = passwords.read_text(encoding="utf-8-sig").splitlines()[1].split(",")
    assert User.objects.get(username=name).check_password(password)
    with pytest.raises(CommandError, match="无法写入"):
        call_command("import_people", "users", str(people), passwords=passwords)
    other = tmp_path / "other.csv"
    people.write_text("账号,姓名,机构编码\nx,坏行,none\n", encoding="utf-8")
    with pytest.raises(CommandError, match="未导入"):
        call_command("import_people", "users", str(people), passwords=other)
    assert not other.exists()


ROTA = """账号,机构编码,岗位,开始,结束,替谁
{duty_chief},N,值班长,2026-11-23 08:00,2026-11-23 20:00,
{supervisor},N,值班长,2026/11/23 20:00,2026-11-24 08:00,{duty_chief}
"""


def named(cast, text):
    return text.format(**{role: cast.user(role).username for role in ("duty_chief", "supervisor")})


def test_a_rota_from_a_file_says_who_is_on_duty():
    cast = testing.cast()
    text = named(cast, ROTA)
    tried = importers.import_rota(cast.duty_chief, file(text), dry_run=True)
    assert (tried.created, tried.applied) == (2, False)
    night = datetime(2026, 11, 23, 23, tzinfo=BEIJING)
    assert queries.on_duty(Post.DUTY_CHIEF, "990101", night) == []
    report = importers.import_rota(cast.duty_chief, file(text))
    assert (report.rows, report.created, report.applied) == (2, 2, True)
    assert [p.name for p in queries.on_duty(Post.DUTY_CHIEF, "990101", night)] == ["孙督查"]
    (turn, _) = queries.rota(cast.duty_chief, cast.unit("N").id, night.replace(hour=0), night.replace(day=25))
    assert turn.starts_at == datetime(2026, 11, 23, 8, tzinfo=BEIJING)
    again = importers.import_rota(cast.duty_chief, file(text))
    assert [(e.row, e.field) for e in again.errors] == [(2, "starts_at"), (3, "starts_at")]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("nobody,N,值班长,2026-11-25 08:00,2026-11-25 20:00,", "username"),
        ("{duty_chief},XX,值班长,2026-11-25 08:00,2026-11-25 20:00,", "unit"),
        ("{duty_chief},N,班长,2026-11-25 08:00,2026-11-25 20:00,", "post"),
        ("{duty_chief},N,值班长,明天,2026-11-25 20:00,", "starts_at"),
        ("{duty_chief},N,值班长,2026-11-25 08:00,,", "ends_at"),
        ("{duty_chief},N,值班长,2026-11-25 08:00,2026-11-24 08:00,", "starts_at"),
        ("{duty_chief},N,值班长,2026-11-25 08:00,2026-11-25 20:00,nobody", "covers"),
        ("{duty_chief},S,值班长,2026-11-25 08:00,2026-11-25 20:00,", "unit"),
    ],
)
def test_one_wrong_turn_and_none_is_rostered(row, field):
    cast = testing.cast()
    report = importers.import_rota(cast.duty_chief, file(named(cast, ROTA + row + "\n")))
    assert [(e.row, e.field) for e in report.errors] == [(4, field)]
    assert not DutyShift.objects.exists()
