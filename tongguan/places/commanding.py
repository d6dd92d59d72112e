# SPDX-License-Identifier: Apache-2.0
"""What the import commands share: their arguments, and the report on screen and in a CSV file."""

import csv
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongguan.kernel.errors import Refusal
from tongguan.places.contracts import ImportReport

_SHOWN: Final = 20


def existing(text: str) -> Path:
    """Give the path of a file that exists; for argparse."""
    path = Path(text)
    if not path.is_file():
        message = f"没有文件 {text}"
        raise ArgumentTypeError(message)
    return path


class ImportCommand(BaseCommand):
    """A command that takes one file into one register."""

    takes_crs = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and what all imports take."""
        parser.add_argument("file", type=existing, help="CSV 或 GeoJSON 文件，可为 .gz")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument(
            "--report", type=Path, help="错误清单 CSV 的位置（默认写入 TONGGUAN_HOME/imports）"
        )
        if self.takes_crs:
            parser.add_argument("--crs", default="", help="坐标系：WGS84、GCJ02、BD09 或 CGCS2000")

    def run(self, take: Callable[..., ImportReport], options: dict[str, Any], **more: Any) -> None:
        """Call the verb, print and file what it reports. Raises CommandError when nothing was imported."""
        if self.takes_crs:
            more["crs"] = options["crs"]
        try:
            report = take(options["file"], dry_run=options["dry_run"], **more)
        except Refusal as refusal:
            raise CommandError(refusal.zh) from refusal
        for fault in report.faults[:_SHOWN]:
            self.stderr.write(f"第 {fault.line} 行 {fault.field}：{fault.zh} [{fault.code}]")
        if report.faults:
            place = options["report"] or _default_place(options["file"])
            _write(report, place)
            self.stderr.write(f"共 {len(report.faults)} 处问题，清单见 {place}")
        if report.failed:
            fatal = sum(fault.fatal for fault in report.faults)
            message = f"有 {fatal} 处错误，未导入任何一行（共读 {report.rows} 行）"
            raise CommandError(message)
        word = "试运行，未写入：" if report.dry_run else "已导入："
        self.stdout.write(
            f"{word}共 {report.rows} 行，"
            f"新增 {report.created}，更新 {report.updated}，未变 {report.unchanged}"
        )


def _default_place(source: Path) -> Path:
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{source.name}.faults.csv"


def _write(report: ImportReport, place: Path) -> None:
    # With a byte order mark, so that office programs read the Chinese.
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("行", "字段", "错误码", "说明", "是否阻止导入"))
        writer.writerows((f.line, f.field, f.code, f.zh, "是" if f.fatal else "否") for f in report.faults)
