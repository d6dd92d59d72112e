# SPDX-License-Identifier: Apache-2.0
"""``tongguan import_divisions FILE``: divisions with or without boundaries."""

from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from tongguan.people.contracts import PLATFORM
from tongguan.places import api
from tongguan.places.commanding import ImportCommand


class Command(ImportCommand):
    help = "导入行政区划（列：code, name；GeoJSON 可带边界）"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--under", default="", help="文件无代码时，在此上级区划下按名称对应")

    def handle(self, *args: Any, **options: Any) -> None:
        self.run(partial(api.import_divisions, PLATFORM), options, under=options["under"])
