# SPDX-License-Identifier: Apache-2.0
"""``tongguan import_people units|users|appointments|rota FILE``: people from CSV or Excel."""

import csv
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tongguan.people import importers
from tongguan.people.commanding import ImportCommand
from tongguan.people.contracts import PLATFORM

_VERBS = {
    "units": importers.import_units,
    "appointments": importers.import_appointments,
    "rota": importers.import_rota,
}


class Command(ImportCommand):
    help = "导入机构（units）、用户（users）、任职（appointments）、值班表（rota）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["units", "users", "appointments", "rota"])
        super().add_arguments(parser)
        parser.add_argument("--passwords", type=Path, help="新用户初始密码清单的位置（须尚不存在）")

    def handle(self, *args: Any, **options: Any) -> None:
        file, dry_run = options["file"], options["dry_run"]
        if options["what"] != "users":
            self.take(file, partial(_VERBS[options["what"]], PLATFORM), dry_run=dry_run)
            return
        place: Path | None = options["passwords"]
        if place is None and not dry_run:
            raise CommandError("请用 --passwords 指明初始密码清单的位置")
        chosen: dict[str, str] = {}
        if place is not None:
            _reserve(place)
        try:
            self.take(file, partial(importers.import_users, PLATFORM), dry_run=dry_run, passwords=chosen)
        finally:
            if place is not None and not chosen:
                place.unlink()
        if place is not None and chosen:
            with place.open("w", encoding="utf-8-sig", newline="") as out:
                csv.writer(out).writerows([("账号", "初始密码"), *chosen.items()])
            self.stdout.write(f"初始密码清单：{place}")


def _reserve(place: Path) -> None:
    """Make the list's file before the users exist: their passwords cannot be shown twice."""
    try:
        place.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise CommandError(f"无法写入 {place}：{error.strerror}") from error
