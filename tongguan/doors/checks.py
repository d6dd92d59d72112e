# SPDX-License-Identifier: Apache-2.0
"""What the doctor asks of the packages below: shipped tables, the calendar ahead, what nobody could take."""

from collections.abc import Callable, Iterator

from django.conf import settings

from tongguan.cases import queries as cases
from tongguan.dispatch import queries as work
from tongguan.doors.georeport import views as open311
from tongguan.handover import queries as danger
from tongguan.kernel import clock
from tongguan.learning import queries as models
from tongguan.linking import queries as links
from tongguan.places import queries as places
from tongguan.replay import queries as replay
from tongguan.replies import queries as replies
from tongguan.revisits import queries as visits
from tongguan.runtime import queries as runtime
from tongguan.runtime.health import Finding, Level, installation_checks, source_checks
from tongguan.video import queries as video
from tongguan.workdays import queries as workdays


def check_processes() -> Iterator[Finding]:
    """Look whether the shipped process tables hold; a fault is raised with its line and told as broken."""
    for process in cases.checked_processes():
        told = f"{process.name}：{len(process.states)} 个状态，{len(process.moves)} 个操作"
        yield Finding(Level.GOOD, told, f"{process.code}: {len(process.moves)} moves hold")


def check_city_files() -> Iterator[Finding]:
    """Look whether the rule files hold that a city may replace, its own ones where it has any."""
    yield from _files(own=True)


def check_shipped_files() -> Iterator[Finding]:
    """Look whether the shipped rule files hold; no database is asked."""
    yield from _files(own=False)


def _files(*, own: bool) -> Iterator[Finding]:
    """Read them all: one that is wrong does not hide the others."""
    readers: tuple[tuple[str, Callable[[], list[tuple[str, bool, str]]]], ...] = (
        ("ladders.yaml, approvals.yaml", lambda: [(*one, "") for one in work.checked_files(own=own)]),
        ("danger.yaml", lambda: [_danger(own=own)]),
        ("urgency.yaml", lambda: [_urgency(own=own)]),
        ("components.yaml", lambda: [("components.yaml", links.checked_file(own=own)[0], "")]),
        ("survey.yaml", lambda: [("survey.yaml", replies.checked_file(own=own)[0], "")]),
        ("revisits.yaml, suspicions.yaml", lambda: [(*one, "") for one in visits.checked_files(own=own)]),
        ("video.yaml", lambda: [("video.yaml", video.checked_file(own=own)[0], "")]),
        ("open311.yaml", lambda: [("open311.yaml", open311.FILE.checked(own=own)[0], "")]),
        ("retrain.yaml", lambda: [("retrain.yaml", models.checked_file(own=own)[0], "")]),
        ("sources", lambda: [(f"sources/{name}", False, title) for name, title in replay.checked_sources()]),
    )
    for names, read in readers:
        try:
            found = read()
        except (OSError, ValueError) as error:
            yield Finding(Level.BROKEN, f"{names} 有误：{error}", f"{names} is wrong: {error}")
            continue
        for name, of_city, more in found:
            told = f"{name}（{'本市' if of_city else '随包'}）无误" + (f"：{more}" if more else "")
            yield Finding(Level.GOOD, told, f"{name} holds")


def _danger(*, own: bool) -> tuple[str, bool, str]:
    of_city, rules = danger.checked_file(own=own)
    return "danger.yaml", of_city, f"{len(rules.rules)} 条险情规则"


def _urgency(*, own: bool) -> tuple[str, bool, str]:
    of_city, scale = danger.checked_urgency(own=own)
    return "urgency.yaml", of_city, f"{len(scale.rules.rules)} 条紧急用词规则"


def check_calendar() -> Iterator[Finding]:
    """Look whether the holidays of the coming weeks are known."""
    warnings = workdays.unknown_years(clock.now())
    yield from (Finding(Level.WARNING, warning.zh, warning.en) for warning in warnings)
    if not warnings:
        yield Finding(Level.GOOD, "近 60 天节假日已知", "holidays of the next 60 days are known")


def check_divisions() -> Iterator[Finding]:
    """Look whether there is a place to govern."""
    if not places.children(""):
        yield Finding(Level.WARNING, "尚未导入行政区划（tongguan import_divisions）", "no divisions yet")


def check_dead_letters() -> Iterator[Finding]:
    """Look for facts that a subscriber could not take."""
    letters = runtime.dead_letters(limit=100)
    if letters:
        told = f"{len(letters)} 条事实未能处理（死信），请查看并重放"
        yield Finding(Level.WARNING, told, f"{len(letters)} dead letters")


def check_variables() -> Iterator[Finding]:
    """Look for variables that look like settings and are none: a misspelt one would silently not count."""
    for name in settings.MISSPELT:
        yield Finding(Level.WARNING, f"没有这个设置，未起作用：{name}", f"no such setting, ignored: {name}")


source_checks.register("流程 processes", check_processes)
source_checks.register("规则 rule files", check_shipped_files)
installation_checks.register("流程 processes", check_processes)
installation_checks.register("规则 city files", check_city_files)
installation_checks.register("日历 calendar", check_calendar)
installation_checks.register("区划 divisions", check_divisions)
installation_checks.register("死信 dead letters", check_dead_letters)
installation_checks.register("设置 settings", check_variables)
