# SPDX-License-Identifier: Apache-2.0
"""``tongguan audit``: seal the chains, verify that nothing was tampered with."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongguan.runtime import anchors

_SHOWN = 50


class Command(BaseCommand):
    """Exit code 0: everything holds; 1: something was found."""

    help = "审计链：verify 校验，anchor 立即封存"

    def add_arguments(self, parser: CommandParser) -> None:
        """Read what to do and for which day."""
        parser.add_argument("what", choices=["verify", "anchor"])
        parser.add_argument("--day", type=date.fromisoformat, help="只校验这一天封存的记录，如 2026-11-23")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        if options["what"] == "anchor":
            for anchor in anchors.seal_due(timedelta(0), upto_today=True):
                self.stdout.write(f"{anchor.day} {anchor.source} {anchor.rows} {anchor.hash}")
            return
        outcome = anchors.verify(options["day"])
        for finding in outcome.findings[:_SHOWN]:
            self.stdout.write(
                f"[{finding.kind}] {finding.source} {finding.subject} #{finding.row} {finding.zh}"
            )
        self.stdout.write(
            f"校验 {outcome.rows} 条记录、{outcome.seals} 个封存，发现 {len(outcome.findings)} 处问题"
        )
        if options["day"] and not outcome.rows:
            self.stdout.write(f"{options['day']} 没有封存的记录")
        if outcome.findings:
            message = "审计链校验未通过 (tampering found)"
            raise CommandError(message)
