# SPDX-License-Identifier: Apache-2.0
"""``tongguan import_gazetteer FILE``: standard addresses, place names, roads, points of interest."""

from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from tongguan.people.contracts import PLATFORM
from tongguan.places import api
from tongguan.places.commanding import ImportCommand
from tongguan.places.labels import GazetteerKind


class Command(ImportCommand):
    help = "导入地名地址（列：id, kind, name, aliases, division, lon, lat）"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--source", default="", help="来源名（默认取文件名）")
        parser.add_argument(
            "--kind", default="", choices=["", *GazetteerKind.values], help="行内无类别时采用"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        take = partial(api.import_gazetteer, PLATFORM)
        self.run(take, options, source=options["source"], kind=options["kind"])
