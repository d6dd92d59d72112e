# SPDX-License-Identifier: Apache-2.0
"""``tongguan model list|train|evaluate|compare|shadow|promote|rollback``: the algorithm warehouse."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.kernel.errors import Refusal
from tongguan.learning import api, queries
from tongguan.learning.contracts import VersionInfo
from tongguan.learning.labels import STATES
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    help = "模型：列出、训练、评测、比较、影子运行、启用、退回"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("list", help="列出各版本").add_argument("task", nargs="?", default="")
        for name, text in (("train", "训练新的候选版本"), ("rollback", "退回上一个在用版本")):
            does.add_parser(name, help=text).add_argument("task")
        for name, text in (
            ("evaluate", "在保留文本上重新评测一个版本"),
            ("compare", "与在用版本在同一批保留文本上比较"),
            ("shadow", "与在用版本并行预测，只计一致率"),
            ("promote", "启用"),
        ):
            one = does.add_parser(name, help=text)
            one.add_argument("task")
            one.add_argument("number", type=int)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._do(options["does"], options["task"], options.get("number") or 0)
        except Refusal as refusal:
            raise CommandError(f"{refusal.zh} ({refusal.en})") from refusal

    def _do(self, does: str, task: str, number: int) -> None:
        if does == "list":
            for version in queries.versions(task):
                self.stdout.write(_line(version))
        elif does in {"train", "rollback"}:
            verb = api.train if does == "train" else api.rollback
            self.stdout.write(_line(verb(PLATFORM, task)))
        elif does in {"shadow", "promote"}:
            move = api.shadow if does == "shadow" else api.promote
            self.stdout.write(_line(move(PLATFORM, task, number)))
        else:
            found = queries.compare(task, number)
            self.stdout.write(f"第 {number} 版\t{_figures(found.other)}")
            if does == "compare":
                self.stdout.write(f"在用版\t{_figures(found.active) if found.active else '无'}")
                self.stdout.write(f"一致\t{'-' if found.same is None else f'{found.same:.1%}'}")


def _line(version: VersionInfo) -> str:
    agreed = f"影子一致 {version.agreed}/{version.asked}" if version.asked else ""
    parts = (
        version.name,
        dict(STATES)[version.state.value],
        version.recipe,
        f"{version.made_at:%Y-%m-%d %H:%M}",
        f"{version.rows} 条",
        _figures(version.figures),
        agreed,
        version.words,
    )
    return "\t".join(part for part in parts if part)


def _figures(figures: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={'-' if value is None else value}" for name, value in figures.items())
