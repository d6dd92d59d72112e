# SPDX-License-Identifier: Apache-2.0
"""``tongguan replay``: live through real records on simulated time and check every deadline."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from tongguan.kernel.errors import Refusal
from tongguan.replay import feeding, mapping, summary
from tongguan.replay.replaying import replay

_EVERY: Final = 1000


class Command(BaseCommand):
    """Exit code 1 on any mismatch. Use a database of its own, without a running engine."""

    help = (
        "回放真实记录：经开放接口上报，由模拟人员按记录时间办理，逐一核对状态与期限。"
        "请用单独的数据库（TONGGUAN_DATABASE_URL），且不要同时运行 engine；"
        "给出 --url 时只向运行中的平台上报并等候分诊"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--source", required=True, help=f"来源：{'、'.join(mapping.names())}，或映射文件路径"
        )
        parser.add_argument("--folder", type=Path, default=Path("../shared/data"), help="数据目录")
        parser.add_argument("--limit", type=int, help="至多回放的条数")
        parser.add_argument("--seed", type=int, default=1, help="随机种子")
        parser.add_argument("--report", type=Path, help="把报告存为 JSON 文件")
        parser.add_argument("--url", default="", help="运行中的平台地址：只上报，不模拟办理")
        parser.add_argument("--token", default="", help="该平台签发的令牌")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Replay and report."""
        try:
            report = self._run(options)
        except Refusal as refusal:
            raise CommandError(refusal.zh) from refusal
        for line in summary.lines(report):
            self.stdout.write(line)
        if options["report"]:
            text = json.dumps(report, ensure_ascii=False, indent=1, default=str)
            options["report"].write_text(text, encoding="utf-8")
            self.stdout.write(f"报告已存入 {options['report']}")
        if report["mismatches"]:
            raise CommandError(f"有 {len(report['mismatches'])} 处不符 (mismatches found)")

    def _run(self, options: dict[str, Any]) -> dict[str, Any]:
        name, folder = options["source"], options["folder"]
        if options["url"]:
            return feeding.feed(
                name,
                folder,
                url=options["url"],
                token=options["token"],
                limit=options["limit"],
                seed=options["seed"],
            )
        return replay(name, folder, limit=options["limit"], seed=options["seed"], tick=self._tick)

    def _tick(self, played: int) -> None:
        if played % _EVERY == 0:
            self.stderr.write(f"  已推进 {played} 步 …")
