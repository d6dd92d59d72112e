# SPDX-License-Identifier: Apache-2.0
"""Import a city's filing and closing standard."""

from argparse import ArgumentParser
from typing import Any, BinaryIO

from tongguan.catalog import api
from tongguan.catalog.contracts import ImportReport
from tongguan.catalog.importers import STANDARDS
from tongguan.catalog.management.files import FileCommand
from tongguan.catalog.standards import OLD_STANDARD
from tongguan.people.contracts import PLATFORM


class Command(FileCommand):
    """``tongguan import_filing_standard FILE --source NAME [--title T] [--standard S] [--dry-run]``."""

    help = "导入城市立结案标准（.xlsx 或 CSV） / import a city's filing and closing standard"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--source", required=True, help="来源名，如城市名；同名再次导入为新版本")
        parser.add_argument("--title", default="城市立结案标准")
        parser.add_argument("--standard", default=OLD_STANDARD, choices=STANDARDS, help="分类码所依标准")

    def load(self, stream: BinaryIO, options: dict[str, Any]) -> ImportReport:
        wanted = {name: options[name] for name in ("source", "title", "standard", "dry_run")}
        return api.import_filing_standard(PLATFORM, stream, **wanted)
