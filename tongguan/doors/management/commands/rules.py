# SPDX-License-Identifier: Apache-2.0
"""``tongguan rules import|list|export|try|publish|back``: officials' dispatch rules from files."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from tongguan.advice.contracts import Tried
from tongguan.doors.management.verbs import VerbCommand
from tongguan.people.contracts import PLATFORM
from tongguan.rules import api, queries
from tongguan.trials import queries as trials


class Command(VerbCommand):
    help = (
        "派遣规则：import 检查并存为草案，list 列出版本，export 导出，try 用往期案件试算，"
        "publish 发布，back 恢复旧版本"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        take = does.add_parser("import", help="检查一个 YAML 或 JSON 文件并存为草案，逐条列出错误")
        take.add_argument("file", type=Path)
        take.add_argument("--division", default="", help="适用的行政区划；缺省为全域")
        take.add_argument("--kind", default="routing")
        take.add_argument("--note", default="", help="说明")
        does.add_parser("list", help="列出版本")
        for name, words in (("export", "打印为 YAML"), ("publish", "发布草案"), ("back", "恢复此版本")):
            does.add_parser(name, help=words).add_argument("id", type=UUID)
        tries = does.add_parser("try", help="用最近的案件试算一版派遣或直派规则（草案亦可），不改动任何案件")
        tries.add_argument("id", type=UUID)
        tries.add_argument("--days", type=int, default=30, help="最近多少天上报的案件；缺省 30")
        tries.add_argument("--division", default="", help="只看此行政区划")

    def do_import(self, options: dict[str, Any]) -> Iterator[str]:
        try:
            text = options["file"].read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            raise CommandError(f"无法读取 {options['file']}：{error}") from error
        made = api.import_rules(PLATFORM, options["kind"], options["division"], text, options["note"])
        yield f"第 {made.version} 版草案，{made.rules} 条规则；发布：tongguan rules publish {made.id}"

    def do_list(self, _options: dict[str, Any]) -> Iterator[str]:
        for row in queries.rulesets(PLATFORM):
            place, state = row.division or "全域", queries.STATE_NAMES[row.state]
            yield f"{row.id}\t{row.kind}\t{place}\t第 {row.version} 版\t{state}\t{row.rules} 条\t{row.note}"

    def do_export(self, options: dict[str, Any]) -> Iterator[str]:
        yield api.export_rules(PLATFORM, options["id"])

    def do_try(self, options: dict[str, Any]) -> Iterator[str]:
        told = trials.try_rules(PLATFORM, options["id"], days=options["days"], division=options["division"])
        kind = queries.ruleset(PLATFORM, options["id"]).kind
        yield (_straight if kind == "straight" else _routing)(told, options["days"])
        if told.more:
            yield f"案件过多，只看了最近的 {told.cases + told.before} 件"
        for rule in told.rules:
            yield f"{rule.no}\t{rule.name}\t适用 {rule.hits} 件\t一致 {rule.same} 件"
        for line in told.lines:
            yield f"{line.number}\t{line.title}\t{line.words}"

    def do_publish(self, options: dict[str, Any]) -> Iterator[str]:
        done = api.publish(PLATFORM, options["id"])
        yield f"{done.kind} {done.division or '全域'} 第 {done.version} 版已发布 (in force)"

    def do_back(self, options: dict[str, Any]) -> Iterator[str]:
        done = api.go_back(PLATFORM, options["id"])
        yield f"已恢复，发布为第 {done.version} 版 (restored)"


def _straight(told: Tried, days: int) -> str:
    return (
        f"最近 {days} 天由分诊立案 {told.cases} 件：规则适用 {told.matched} 件，人工办得一致 {told.same} 件，"
        f"不一致 {told.different} 件，尚未办到 {told.matched - told.same - told.different} 件，"
        f"无一适用 {told.unmatched} 件；另有 {told.before} 件由人直接立案，不经规则"
    )


def _routing(told: Tried, days: int) -> str:
    return (
        f"最近 {days} 天已派遣 {told.cases} 件：规则适用 {told.matched} 件，"
        f"与实际一致 {told.same} 件（其中 {told.spared} 件当时曾被退回），不一致 {told.different} 件，"
        f"无一适用 {told.unmatched} 件；另有 {told.before} 件由裁定或权责清单确定，不经规则"
    )
