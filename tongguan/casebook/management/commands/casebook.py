# SPDX-License-Identifier: Apache-2.0
"""The casebook on the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.casebook import checking, keeping, queries, store


class Command(BaseCommand):
    """``tongguan casebook check|rebuild|compact``."""

    help = "案件台账：核对、重建、整理 / the casebook: check, rebuild, compact"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("check", help="核对文件校验和，并与数据库逐行比较")
        verbs.add_parser("rebuild", help="从数据库从头重建；重建完成前仍用旧台账")
        verbs.add_parser("compact", help="把各月的增量并入主体")

    def handle(self, *args: Any, **options: Any) -> None:
        {"check": self._check, "rebuild": self._rebuild, "compact": self._compact}[options["verb"]]()
        self.stdout.write(checking.words(queries.folder()))

    def _check(self) -> None:
        found = checking.check(queries.folder())
        if found is None:
            raise CommandError("台账尚未建立 / there is no casebook yet")
        for name in found.damaged:
            self.stderr.write(f"  损坏或缺失：{name}")
        for line in found.differences:
            self.stderr.write(f"  {line}")
        if not found.sound:
            raise CommandError("与数据库不一致；尚未取入的变更也会显示为差异 / book and database differ")
        self.stdout.write(f"核对 {found.subjects} 个对象，无差异 / no difference")

    def _rebuild(self) -> None:
        done = keeping.build(queries.folder())
        if done is None:
            self.stdout.write("引擎正在写台账，已请它从头重建 / the engine was asked to rebuild")
        else:
            self.stdout.write(f"已重建：{done} 个对象 / rebuilt")

    def _compact(self) -> None:
        done = 0
        while store.compact_one(queries.folder(), everything=True):
            done += 1
        self.stdout.write(f"已整理 {done} 个月 / months rewritten")
