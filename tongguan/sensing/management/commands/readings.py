# SPDX-License-Identifier: Apache-2.0
"""``tongguan readings import FILE``: readings of the past from CSV or Parquet."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import PLATFORM
from tongguan.sensing.backfill import Backfill, backfill


class Command(BaseCommand):
    help = "导入历史读数（CSV 或 Parquet；列：at、value 与 stream、key 或 thing/property，可有 unit）"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        load = acts.add_parser("import", help="由文件补录")
        load.add_argument("file", type=Path)
        load.add_argument("--zone", default="", help="不带时区的时间属于哪个时区，缺省为平台时区")
        load.add_argument("--resume", action="store_true", help="从上次中断处继续")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            report = backfill(
                PLATFORM, path, zone=options["zone"], resume=options["resume"], progress=self._progress
            )
        except Refusal as refusal:
            raise CommandError(refusal.zh) from refusal
        except OSError as error:
            message = f"无法读取 {path}：{error.strerror}"
            raise CommandError(message) from error
        self.stderr.write("")
        self.stdout.write(
            f"读 {report.rows} 行（续传跳过 {report.skipped}）：收下 {report.kept}，已有 {report.again}，"
            f"另存 {report.aside}，拒收 {report.refused}"
        )

    def _progress(self, report: Backfill) -> None:
        self.stderr.write(f"\r已读 {report.skipped + report.rows} 行", ending="")
