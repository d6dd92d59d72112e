# SPDX-License-Identifier: Apache-2.0
"""What the commands that read a city's file have in common."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from tongguan.catalog.contracts import ImportReport
from tongguan.kernel.errors import Refusal


def refuse(refusal: Refusal) -> CommandError:
    """Give a refusal as the command line shows it."""
    return CommandError(f"{refusal.zh} ({refusal.code})")


class FileCommand(BaseCommand):
    """Reads one file; prints remarks and mistakes, and fails when there are mistakes."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and the dry run."""
        parser.add_argument("file", type=Path, help="文件（.xlsx 或 CSV）")
        parser.add_argument("--dry-run", action="store_true", help="只校验，不导入")

    def load(self, stream: BinaryIO, options: dict[str, Any]) -> ImportReport:
        """Import the stream; each command says how."""
        raise NotImplementedError

    def after(self, report: ImportReport, options: dict[str, Any]) -> None:
        """Say what was stored."""
        words = "校验通过" if options["dry_run"] else f"新增 {report.created} 行，更新 {report.updated} 行"
        number = f"，第 {report.number} 版" if report.number else ""
        self.stdout.write(f"共 {report.rows} 行，{words}{number}")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Open, import, tell."""
        try:
            with options["file"].open("rb") as stream:
                report = self.load(stream, options)
            self._tell(report)
            self.after(report, options)
        except Refusal as refusal:
            raise refuse(refusal) from None
        except OSError as error:
            raise CommandError(f"无法读取文件 {options['file']}：{error.strerror}") from None

    def _tell(self, report: ImportReport) -> None:
        for warning in report.warnings:
            self.stdout.write(f"提示：{warning}")
        for error in report.errors:
            self.stderr.write(f"第 {error.row_no} 行 {error.field}：{error.zh} ({error.code})")
        if report.errors_total:
            raise CommandError(
                f"共 {report.rows} 行，{report.errors_total} 处错误，没有导入任何内容 (nothing imported)"
            )
