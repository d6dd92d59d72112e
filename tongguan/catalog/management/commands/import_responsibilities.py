# SPDX-License-Identifier: Apache-2.0
"""Import a responsibility list from Excel or CSV."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.catalog import api, queries
from tongguan.catalog.contracts import ImportReport
from tongguan.catalog.labels import diff_lines
from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import PLATFORM


def refuse(refusal: Refusal) -> CommandError:
    """Give a refusal as the command line shows it."""
    return CommandError(f"{refusal.zh} ({refusal.code})")


def show(command: BaseCommand, report: ImportReport) -> None:
    """Print what an import found. Raises CommandError when there are mistakes."""
    for warning in report.warnings:
        command.stdout.write(f"提示：{warning}")
    for error in report.errors:
        command.stderr.write(f"第 {error.row_no} 行 {error.field}：{error.zh} ({error.code})")
    if report.errors_total:
        raise CommandError(
            f"共 {report.rows} 行，{report.errors_total} 处错误，没有导入任何内容 (nothing imported)"
        )


class Command(BaseCommand):
    """``tongguan import_responsibilities FILE [--division CODE] [--merge] [--dry-run] [--apply]``."""

    help = "导入权责清单（.xlsx 或 CSV）为草案 / import a responsibility list as a draft"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="清单文件 (.xlsx, .csv)")
        parser.add_argument("--division", help="清单所属区划，默认取能容纳所有行的最小区划")
        parser.add_argument("--title", default="", help="清单名称")
        parser.add_argument("--merge", action="store_true", help="文件只含部分事项，其余沿用现行清单")
        parser.add_argument("--dry-run", action="store_true", help="只校验，不导入")
        parser.add_argument("--apply", action="store_true", help="校验通过后立即生效")
        parser.add_argument("--reason", default="", help="生效事由")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, show the difference, apply if asked."""
        try:
            with options["file"].open("rb") as stream:
                report = api.import_responsibilities(
                    PLATFORM,
                    stream,
                    file_name=options["file"].name,
                    division=options["division"],
                    title=options["title"],
                    dry_run=options["dry_run"],
                    merge=options["merge"],
                )
            show(self, report)
            if report.version_id is None:
                self.stdout.write(f"校验通过，共 {report.rows} 行 (the list is sound)")
                return
            self.stdout.write(f"草案 {report.version_id}（第 {report.number} 版），{report.created} 行")
            for line in diff_lines(queries.responsibility_diff(report.version_id)):
                self.stdout.write(line)
            if options["apply"]:
                api.apply_responsibilities(PLATFORM, report.version_id, reason=options["reason"])
                self.stdout.write("已生效 (in force)")
        except Refusal as refusal:
            raise refuse(refusal) from None
        except OSError as error:
            raise CommandError(f"无法读取文件 {options['file']}：{error.strerror}") from None
