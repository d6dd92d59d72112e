# SPDX-License-Identifier: Apache-2.0
"""``tongguan import_calendar FILE``: holidays and make-up days of later years."""

from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from tongguan.people import importers
from tongguan.people.commanding import ImportCommand
from tongguan.people.contracts import PLATFORM


class Command(ImportCommand):
    help = "导入节假日与调休（列：date 日期, kind 类型 holiday/makeup_workday, name 名称）"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--calendar", default="", help="单位工作日历编码；缺省为全国")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = partial(importers.import_days, PLATFORM)
        self.take(options["file"], verb, calendar=options["calendar"], dry_run=options["dry_run"])
