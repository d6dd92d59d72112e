# SPDX-License-Identifier: Apache-2.0
"""``tongguan doctor``: tell what is wrong with this installation, or with the shipped data files."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.runtime import health

_MARK = {health.Level.GOOD: "✓", health.Level.WARNING: "!", health.Level.BROKEN: "✗"}


class Command(BaseCommand):
    help = "体检：检查本套安装，或（--source）检查随包数据文件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", action="store_true", help="只检查随包数据文件，不连数据库")

    def handle(self, *args: Any, source: bool, **options: Any) -> None:
        checks = health.source_checks if source else health.installation_checks
        broken = 0
        for name, finding in health.run(checks):
            self.stdout.write(f"{_MARK[finding.level]} {name}: {finding.zh}")
            broken += finding.level is health.Level.BROKEN
        if broken:
            raise CommandError(f"{broken} 项异常 ({broken} broken)")
