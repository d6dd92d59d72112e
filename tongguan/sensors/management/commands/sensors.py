# SPDX-License-Identifier: Apache-2.0
"""``tongguan sensors``: declare things, sensors and streams from a file; store the shipped properties."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import PLATFORM
from tongguan.sensors import api

_SHOWN = 20


class Command(BaseCommand):
    help = "登记监测点、传感器与数据流；写入随包的观测属性"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        load = acts.add_parser("import", help="由 CSV 或 JSON 登记，编码相同即更新")
        load.add_argument("file", type=Path)
        load.add_argument("--crs", default="WGS84", help="坐标系：WGS84、GCJ02、BD09 或 CGCS2000")
        acts.add_parser("properties", help="写入随包的观测属性")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "properties":
            self.stdout.write(f"新增观测属性 {api.load_properties(PLATFORM)} 个")
            return
        path: Path = options["file"]
        try:
            report = api.import_file(PLATFORM, path, crs=options["crs"])
        except Refusal as refusal:
            raise CommandError(refusal.zh) from refusal
        except OSError as error:
            message = f"无法读取 {path}：{error.strerror}"
            raise CommandError(message) from error
        for one in report.refusals[:_SHOWN]:
            self.stderr.write(f"第 {one.place} 行 {one.field}：{one.zh} [{one.code}]")
        self.stdout.write(
            f"读 {report.rows} 行：监测点 {report.things}，数据流 {report.streams}；"
            f"新增 {report.created}，更新 {report.updated}，拒收 {report.refused}"
        )
        if report.rows and report.refused == report.rows:
            message = "没有一行可用，请核对列名与坐标系"
            raise CommandError(message)
