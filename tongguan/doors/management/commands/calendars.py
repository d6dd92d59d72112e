# SPDX-License-Identifier: Apache-2.0
"""``tongguan calendars list|save``: the working hours of the city and of units."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from tongguan.doors.management.verbs import VerbCommand
from tongguan.people import api, queries
from tongguan.people.contracts import PLATFORM

_WEEK = 7


class Command(VerbCommand):
    help = "工作日历：list 列出，save 新建或修改（编码 default 为全市）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("list", help="列出")
        save = does.add_parser("save", help="新建或修改")
        save.add_argument("code")
        save.add_argument("name")
        save.add_argument("--hours", required=True, help='班次，如 "08:30-12:00 13:30-17:30"，夜班可跨零点')
        save.add_argument("--days", default="1-5", help="星期，如 1-5 或 1-7（1 为周一）")
        save.add_argument("--no-holidays", action="store_true", help="不随国家节假日与调休")

    def do_list(self, _options: dict[str, Any]) -> Iterator[str]:
        for calendar in queries.calendars():
            hours = [" ".join(f"{a}-{b}" for a, b in day) or "休" for day in calendar.shifts]
            follows = "随节假日" if calendar.national else "不随节假日"
            yield f"{calendar.code}\t{calendar.name}\t{follows}\t{' | '.join(hours)}"

    def do_save(self, options: dict[str, Any]) -> Iterator[str]:
        shifts = [shift.split("-") for shift in options["hours"].split()]
        first, _, last = options["days"].partition("-")
        worked = range(int(first), int(last or first) + 1) if (first + last).isdigit() else range(0)
        week = [shifts if day in worked else [] for day in range(1, _WEEK + 1)]
        api.save_calendar(
            PLATFORM, options["code"], options["name"], week, national=not options["no_holidays"]
        )
        yield f"工作日历 {options['code']} 已保存 (saved)"
