# SPDX-License-Identifier: Apache-2.0
"""``tongguan units move|calendar|close|open``: what an import must not change of a unit."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from tongguan.doors.management.verbs import VerbCommand
from tongguan.kernel.errors import NotFound
from tongguan.people import api, queries
from tongguan.people.contracts import PLATFORM, UnitInfo


class Command(VerbCommand):
    help = "机构：move 改变上级，calendar 指定工作日历，close 停用，open 启用"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        move = does.add_parser("move", help="连同下级一起移到另一上级之下")
        move.add_argument("unit")
        move.add_argument("--under", default="", help="新的上级编码；缺省为最高一级")
        calendar = does.add_parser("calendar", help="指定工作日历，下级随之；缺省则取消")
        calendar.add_argument("unit")
        calendar.add_argument("calendar", nargs="?", default="")
        does.add_parser("close", help="停用").add_argument("unit")
        does.add_parser("open", help="启用").add_argument("unit")

    def do_move(self, options: dict[str, Any]) -> Iterator[str]:
        under = _unit(options["under"]).id if options["under"] else None
        moved = api.move_unit(PLATFORM, _unit(options["unit"]).id, under)
        yield f"{moved.name} 已移动 (moved)：{moved.path}"

    def do_calendar(self, options: dict[str, Any]) -> Iterator[str]:
        unit = api.set_unit(PLATFORM, _unit(options["unit"]).id, calendar=options["calendar"])
        yield f"{unit.name} 的工作日历：{options['calendar'] or '随上级'}"

    def do_close(self, options: dict[str, Any]) -> Iterator[str]:
        yield f"{api.set_unit(PLATFORM, _unit(options['unit']).id, active=False).name} 已停用 (closed)"

    def do_open(self, options: dict[str, Any]) -> Iterator[str]:
        yield f"{api.set_unit(PLATFORM, _unit(options['unit']).id, active=True).name} 已启用 (opened)"


def _unit(code: str) -> UnitInfo:
    found = queries.unit_by_code(code)
    if found is None:
        raise NotFound("unit.unknown", zh=f"没有这个机构：{code}", en="no such unit", field="unit")
    return found
