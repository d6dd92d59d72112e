# SPDX-License-Identifier: Apache-2.0
"""``tongguan layers import FILE --name … --crs …`` and ``layers list / faults / drop``."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongguan.kernel.errors import Refusal
from tongguan.layers import api, queries
from tongguan.layers.contracts import FaultInfo
from tongguan.people.contracts import PLATFORM

_SHOWN = 20


class Command(BaseCommand):
    help = "城市自有图层：导入、列出、查看未采用的要素、删除"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        take = verbs.add_parser("import", help="导入 GeoJSON 或 Shapefile")
        take.add_argument("file", type=Path)
        take.add_argument("--name", required=True, help="图层名称；同名图层被替换")
        take.add_argument("--crs", default="", help="坐标系：WGS84、GCJ02、BD09 或 CGCS2000")
        take.add_argument("--zone", type=int, help="CGCS2000 高斯-克吕格投影带（25–45 或 13–23），坐标为米")
        take.add_argument("--division", default="", help="不在任何社区内的要素归哪个区划")
        take.add_argument("--colour", default=api.COLOUR, help="颜色，如 #2f8be6")
        verbs.add_parser("list", help="列出图层")
        for verb, words in (("faults", "列出未采用的要素及原因"), ("drop", "删除图层")):
            verbs.add_parser(verb, help=words).add_argument("name")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(options)
        except Refusal as refusal:
            raise CommandError(f"{refusal.field}：{refusal.zh}" if refusal.field else refusal.zh) from refusal

    def _import(self, options: dict[str, Any]) -> None:
        if not options["file"].is_file():
            message = f"file：没有文件 {options['file']}"
            raise CommandError(message)
        words = {name: options[name] for name in ("name", "crs", "zone", "division", "colour")}
        done = api.import_layer(PLATFORM, options["file"], **words)
        self._tell(done.faults[:_SHOWN])
        self.stdout.write(f"图层 {done.name}：采用 {done.taken} 个要素，未采用 {len(done.faults)} 个")

    def _list(self, options: dict[str, Any]) -> None:
        for one in queries.layers(PLATFORM):
            self.stdout.write(f"{one.name}\t{one.features}\t{one.crs}\t{one.changed_at:%Y-%m-%d %H:%M}")

    def _faults(self, options: dict[str, Any]) -> None:
        self._tell(queries.faults(options["name"]))

    def _drop(self, options: dict[str, Any]) -> None:
        api.drop_layer(PLATFORM, options["name"])
        self.stdout.write(f"已删除图层 {options['name']}")

    def _tell(self, faults: Any) -> None:
        fault: FaultInfo
        for fault in faults:
            self.stderr.write(f"要素 {fault.number} {fault.field}：{fault.text} [{fault.code}]")
