# SPDX-License-Identifier: Apache-2.0
"""``tongguan address train|evaluate|locate``: learning to read addresses, and trying what is read."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.addresses import api, queries
from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    help = "地址：从标注文本训练、评测，试读一段文字"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        for name, text in (
            ("train", "从目录里的标注文本训练并启用"),
            ("evaluate", "用目录里的标注文本评测在用的模型"),
        ):
            does.add_parser(name, help=text).add_argument("folder", type=Path)
        locate = does.add_parser("locate", help="读出一段文字里的地址并在地名库中定位")
        locate.add_argument("text")
        locate.add_argument("--division", default="", help="已知的区划代码")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["does"] == "train":
                self._train(options["folder"])
            elif options["does"] == "evaluate":
                figures = queries.evaluate(options["folder"])
                self.stdout.write(" ".join(f"{name}={value:.4f}" for name, value in figures.items()))
            else:
                self._locate(options["text"], options["division"])
        except Refusal as refusal:
            raise CommandError(f"{refusal.zh} ({refusal.en})") from refusal

    def _train(self, folder: Path) -> None:
        made = api.train(PLATFORM, folder)
        self.stdout.write(f"从 {made.texts} 条学成，{made.left_out} 条标注对不齐未用：{made.path}")

    def _locate(self, text: str, division: str) -> None:
        (found,) = queries.locate_texts([text], division)
        self.stdout.write(found.explanation)
        for one in found.candidates:
            where = f"{one.lon:.6f},{one.lat:.6f}" if one.lon is not None else "无坐标"
            self.stdout.write(f"{one.score:.2f}\t{one.precision}\t{one.name}\t{where}\t{one.division}")
