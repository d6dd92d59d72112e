# SPDX-License-Identifier: Apache-2.0
"""Import a responsibility list from Excel or CSV."""

from argparse import ArgumentParser
from typing import Any, BinaryIO

from tongguan.catalog import api, queries
from tongguan.catalog.contracts import ImportReport
from tongguan.catalog.labels import diff_lines
from tongguan.catalog.management.files import FileCommand
from tongguan.people.contracts import PLATFORM


class Command(FileCommand):
    """``tongguan import_responsibilities FILE [--division CODE] [--merge] [--dry-run] [--apply]``."""

    help = "导入权责清单（.xlsx 或 CSV）为草案 / import a responsibility list as a draft"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--division", help="清单所属区划，默认取能容纳所有行的最小区划")
        parser.add_argument("--title", default="", help="清单名称")
        parser.add_argument("--merge", action="store_true", help="文件只含部分事项，其余沿用现行清单")
        parser.add_argument("--apply", action="store_true", help="校验通过后立即生效")
        parser.add_argument("--reason", default="", help="生效事由")

    def load(self, stream: BinaryIO, options: dict[str, Any]) -> ImportReport:
        wanted = {name: options[name] for name in ("division", "title", "dry_run", "merge")}
        return api.import_responsibilities(PLATFORM, stream, file_name=options["file"].name, **wanted)

    def after(self, report: ImportReport, options: dict[str, Any]) -> None:
        if report.version_id is None:
            self.stdout.write(f"校验通过，共 {report.rows} 行 (the list is sound)")
            return
        self.stdout.write(f"草案 {report.version_id}（第 {report.number} 版），{report.created} 行")
        for line in diff_lines(queries.responsibility_diff(PLATFORM, report.version_id)):
            self.stdout.write(line)
        if options["apply"]:
            api.apply_responsibilities(PLATFORM, report.version_id, reason=options["reason"])
            self.stdout.write("已生效 (in force)")
