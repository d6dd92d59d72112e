# SPDX-License-Identifier: Apache-2.0
"""Import a city's own items: categories of appeals, local classes."""

from argparse import ArgumentParser
from typing import Any, BinaryIO

from tongguan.catalog import api
from tongguan.catalog.contracts import ImportReport
from tongguan.catalog.management.files import FileCommand
from tongguan.people.contracts import PLATFORM


class Command(FileCommand):
    """``tongguan import_items FILE --source NAME [--dry-run]``."""

    help = "导入城市自有事项（诉求分类、自定小类） / import a city's own items"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--source", required=True, help="来源名，如城市名")

    def load(self, stream: BinaryIO, options: dict[str, Any]) -> ImportReport:
        return api.import_items(PLATFORM, stream, source=options["source"], dry_run=options["dry_run"])
