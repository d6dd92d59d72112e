# SPDX-License-Identifier: Apache-2.0
"""What the doctor asks of the packages below: shipped tables, the calendar ahead, what nobody could take."""

from collections.abc import Iterator

from django.conf import settings

from tongguan.cases import queries as cases
from tongguan.dispatch import queries as work
from tongguan.kernel import clock
from tongguan.people import queries as people
from tongguan.places import queries as places
from tongguan.runtime import queries as runtime
from tongguan.runtime.health import Finding, Level, installation_checks, source_checks


def check_processes() -> Iterator[Finding]:
    """Look whether the shipped process tables hold; a fault is raised with its line and told as broken."""
    for process in cases.checked_processes():
        told = f"{process.name}：{len(process.states)} 个状态，{len(process.moves)} 个操作"
        yield Finding(Level.GOOD, told, f"{process.code}: {len(process.moves)} moves hold")


def check_city_files() -> Iterator[Finding]:
    """Look whether the escalation ladders and approval rules hold, the city's own ones where it has any."""
    for name, own in work.checked_files():
        whose = "本市" if own else "随包"
        yield Finding(Level.GOOD, f"{name}（{whose}）无误", f"{name} holds")


def check_calendar() -> Iterator[Finding]:
    """Look whether the holidays of the coming weeks are known."""
    warnings = people.calendar_warnings(clock.now())
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
installation_checks.register("流程 processes", check_processes)
installation_checks.register("规则 city files", check_city_files)
installation_checks.register("日历 calendar", check_calendar)
installation_checks.register("区划 divisions", check_divisions)
installation_checks.register("死信 dead letters", check_dead_letters)
installation_checks.register("设置 settings", check_variables)
