# SPDX-License-Identifier: Apache-2.0
"""``tongguan keys list|rotate|reseal``: the keys that seal contacts and credentials."""

from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from tongguan.kernel.errors import Refusal
from tongguan.vault import api, queries
from tongguan.vault.contracts import PLAIN, KeyInfo, Resealed


@dataclass(frozen=True, slots=True)
class _Operator:
    """Who sits at the command line."""

    key: str = "system"
    name: str = "平台"


_OPERATOR: Final = _Operator()


class Command(BaseCommand):
    help = "密钥：list 列出，rotate 启用新密钥，reseal 用当前密钥重新加密（可随时中断、续做）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("list", help="列出密钥及其加密的条数")
        does.add_parser("rotate", help="启用新密钥；旧数据仍可解封，随后请 reseal")
        reseal = does.add_parser("reseal", help="未加密的与旧密钥加密的，改用当前密钥")
        reseal.add_argument("--batch", type=int, default=api.BATCH, help="每批条数")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["does"] == "list":
                for key in queries.all_keys():
                    self.stdout.write(_line(key))
            elif options["does"] == "rotate":
                self.stdout.write(f"新密钥 {api.rotate(_OPERATOR)} 已启用；请备份密钥环，再运行 keys reseal")
            else:
                self._reseal(max(1, min(options["batch"], 10_000)))
        except (Refusal, ValueError) as refusal:
            raise CommandError(refusal.zh if isinstance(refusal, Refusal) else str(refusal)) from refusal

    def _reseal(self, batch: int) -> None:
        last: dict[str, Resealed] = {}
        for made in api.reseal(_OPERATOR, batch):
            if last.get(made.title) != made:
                self.stdout.write(f"{made.title}：已重新加密 {made.done} 条")
            last[made.title] = made
        lost = sum(made.lost for made in last.values())
        if lost:
            raise CommandError(f"{lost} 条无法解封，保持原样；见 keys list ({lost} rows cannot be opened)")


def _line(key: KeyInfo) -> str:
    state = "当前" if key.current else "未加密" if key.id == PLAIN else "旧" if key.known else "缺失"
    made = f"{key.made_at:%Y-%m-%d}" if key.made_at else "-"
    rows = "，".join(f"{title} {count}" for title, count in key.rows.items()) or "无"
    return f"{key.id}\t{state}\t{made}\t{rows}"
