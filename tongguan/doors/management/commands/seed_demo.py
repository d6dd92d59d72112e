# SPDX-License-Identifier: Apache-2.0
"""``tongguan seed_demo``: make the demo city 江州市 with ninety days of work."""

import time
from argparse import ArgumentParser
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongguan.cases import queries as cases
from tongguan.demo.api import seed_city, write_logins
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    help = "生成演示城市：区划、网格、单位、人员、部件、权责清单和近 90 天的案件"

    #: `tongguan check` checks; the first start should not wait for it.
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=160, help="案件数（默认 160）")
        parser.add_argument("--seed", type=int, default=20260101, help="随机种子；同一种子同一城市")

    def handle(self, *args: Any, **options: Any) -> None:
        if cases.counts(PLATFORM).keys() - {"overdue"}:
            raise CommandError("数据库中已有案件，不再生成演示城市 (there are cases already)")
        began = time.monotonic()
        seeded = seed_city(options["cases"], options["seed"])
        write_logins(seeded.people, settings.HOME / "demo-logins.txt")
        open_ones = sum(n for state, n in seeded.states.items() if state != "overdue")
        self.stdout.write(
            f"演示城市已生成（{time.monotonic() - began:.1f} 秒）：人员 {len(seeded.people.people)}，"
            f"部件 {seeded.components}，案件 {options['cases']}"
            f"（在办 {open_ones}，超期 {seeded.states['overdue']}）"
        )
