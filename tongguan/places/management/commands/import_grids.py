# SPDX-License-Identifier: Apache-2.0
"""``tongguan import_grids FILE``: unit grids, also with codes of older standards."""

from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tongguan.kernel.errors import Refusal
from tongguan.kernel.tabular import csv_rows, open_text
from tongguan.people.contracts import PLATFORM
from tongguan.places import api
from tongguan.places.codes import GridStandard
from tongguan.places.commanding import ImportCommand, existing

_MAPPING = {"old": ("old", "原代码", "旧代码"), "new": ("new", "新代码")}


class Command(ImportCommand):
    help = "导入单元网格（列：code, name, state；GeoJSON 可带边界）"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--standard", default="2026", choices=[s.value for s in GridStandard])
        parser.add_argument("--mapping", type=existing, help="新旧代码（或前缀）对照 CSV，列：old, new")

    def handle(self, *args: Any, **options: Any) -> None:
        self.run(
            partial(api.import_grids, PLATFORM),
            options,
            standard=GridStandard(options["standard"]),
            recoded=_mapping(options["mapping"]) if options["mapping"] else None,
        )


def _mapping(path: Path) -> dict[str, str]:
    try:
        with path.open("rb", buffering=0) as stream, open_text(stream) as text:
            return {row.get("old"): row.get("new") for row in csv_rows(text, _MAPPING) if row.get("old")}
    except Refusal as refusal:
        raise CommandError(refusal.zh) from refusal
