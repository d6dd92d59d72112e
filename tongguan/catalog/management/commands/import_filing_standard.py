# SPDX-License-Identifier: Apache-2.0
"""Import a city's filing and closing standard."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.catalog import api
from tongguan.catalog.importers import OLD_STANDARD, STANDARDS
from tongguan.catalog.management.commands.import_responsibilities import refuse, show
from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    """``tongguan import_filing_standard FILE --source NAME [--title T] [--standard S] [--dry-run]``."""

    help = "导入城市立结案标准（.xlsx 或 CSV） / import a city's filing and closing standard"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="来源名，如城市名；同名再次导入为新版本")
        parser.add_argument("--title", default="城市立结案标准")
        parser.add_argument("--standard", default=OLD_STANDARD, choices=STANDARDS, help="分类码所依标准")
        parser.add_argument("--dry-run", action="store_true", help="只校验，不导入")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import and tell what was found."""
        try:
            with options["file"].open("rb") as stream:
                report = api.import_filing_standard(
                    PLATFORM,
                    stream,
                    source=options["source"],
                    title=options["title"],
                    standard=options["standard"],
                    dry_run=options["dry_run"],
                )
        except Refusal as refusal:
            raise refuse(refusal) from None
        except OSError as error:
            raise CommandError(f"无法读取文件 {options['file']}：{error.strerror}") from None
        show(self, report)
        self.stdout.write(f"共 {report.rows} 行，导入 {report.created} 条立案条件，第 {report.number} 版")
