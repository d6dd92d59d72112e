# SPDX-License-Identifier: Apache-2.0
"""Vital signs on the command line."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.indicators import checking, queries
from tongguan.indicators.sources import Source, sources
from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    """``tongguan indicators list [--centre CODE]|check [SOURCE]|recompute [SOURCE]``."""

    help = "城市体征：列出、核对、重算 / vital signs: list, check, recompute"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listed = verbs.add_parser("list", help="列出体征与现值")
        listed.add_argument("--centre", default="", help="中心的区划代码，缺省为全域")
        for verb, words in (("check", "与从头重算的结果核对"), ("recompute", "清掉后从头重算")):
            verbs.add_parser(verb, help=words).add_argument(
                "source", nargs="?", default="", help="缺省为全部来源"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"list": self._list, "check": self._check, "recompute": self._recompute}[options["verb"]](options)
        except Refusal as refusal:
            raise CommandError(f"{refusal.zh} / {refusal.en}") from refusal

    def _list(self, options: dict[str, Any]) -> None:
        formulas = {one.code: one for one in queries.registry()}
        for sign in queries.signs(PLATFORM, options["centre"]):
            value = "—" if sign.value is None else f"{sign.value:.{sign.decimals}f}"
            stale = "（数据陈旧）" if sign.stale else ""
            one = formulas[sign.code]
            self.stdout.write(
                f"{sign.code:<28} {sign.zh}  {value} {sign.unit}{stale}  第 {one.version} 版  {one.formula}"
            )

    def _check(self, options: dict[str, Any]) -> None:
        wrong = 0
        for source in self._chosen(options["source"]):
            found = checking.check(source)
            wrong += len(found.differences)
            self.stdout.write(
                f"{source.code}：{found.subjects} 个对象，{found.steps} 笔，差异 {len(found.differences)} 处"
            )
            for one in found.differences:
                self.stderr.write(f"  {one.what} {one.key}：现存 {one.kept}，重算 {one.computed}")
        if wrong:
            raise CommandError("与重算不一致；尚未处理的事实也会显示为差异 / kept and recomputed differ")

    def _recompute(self, options: dict[str, Any]) -> None:
        for source in self._chosen(options["source"]):
            self.stdout.write(f"{source.code}：已重算 {checking.recompute(source)} 个对象")

    def _chosen(self, code: str) -> Iterator[Source]:
        if code and code not in sources:
            raise CommandError(f"没有来源 {code}，现有：{'、'.join(sources.items())} / no such source")
        yield from (one for one in sources.items().values() if code in {"", one.code})
