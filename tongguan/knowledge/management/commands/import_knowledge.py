# SPDX-License-Identifier: Apache-2.0
"""Import answers to questions from CSV or Excel."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.kernel.errors import Refusal
from tongguan.knowledge import api
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    """``tongguan import_knowledge FILE [--dry-run]``."""

    help = "导入知识库问答（CSV 或 Excel） / import answers to questions"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = api.import_entries(PLATFORM, options["file"].read_bytes(), dry_run=options["dry_run"])
        except (OSError, Refusal) as error:
            raise CommandError(error.zh if isinstance(error, Refusal) else str(error)) from error
        for mistake in report.errors[:200]:
            self.stderr.write(f"第 {mistake.row} 行 {mistake.field}：{mistake.message}")
        if report.errors:
            raise CommandError(f"共 {len(report.errors)} 处错误，没有写入 / {len(report.errors)} mistakes")
        done = "已写入" if report.applied else "检查通过，未写入"
        self.stdout.write(f"{done}：新增 {report.created}，更新 {report.updated}，不变 {report.unchanged}")
