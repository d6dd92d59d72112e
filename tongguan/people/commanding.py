# SPDX-License-Identifier: Apache-2.0
"""What the import commands of people share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongguan.kernel.errors import Refusal
from tongguan.kernel.importing import ImportReport

_SHOWN: Final = 50


class ImportCommand(BaseCommand):
    """A command that takes one file, all rows or none."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the dry run."""
        parser.add_argument("file", type=Path, help="CSV 或 Excel 文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")

    def take(self, file: Path, verb: Callable[..., ImportReport], **more: Any) -> None:
        """Call the verb and print what it reports. Raises CommandError when nothing was imported."""
        try:
            with file.open("rb") as stream:
                report = verb(stream, **more)
        except OSError as error:
            raise CommandError(f"无法读取 {file}：{error.strerror}") from error
        except Refusal as refusal:
            raise CommandError(refusal.zh) from refusal
        for told in report.errors[:_SHOWN]:
            self.stderr.write(f"第 {told.row} 行 {told.field}：{told.message}")
        if report.errors:
            raise CommandError(f"有 {len(report.errors)} 处错误，未导入任何一行（共读 {report.rows} 行）")
        word = "已导入" if report.applied else "试运行，未写入"
        counts = f"新增 {report.created}，更新 {report.updated}，未变 {report.unchanged}"
        self.stdout.write(f"{word}：共 {report.rows} 行，{counts}")
