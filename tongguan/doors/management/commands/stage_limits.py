# SPDX-License-Identifier: Apache-2.0
"""``tongguan stage_limits list|set``: how long a stage may take, by kind of item and division."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from tongguan.catalog import api, queries
from tongguan.doors.management.verbs import VerbCommand
from tongguan.people.contracts import PLATFORM


class Command(VerbCommand):
    help = "环节时限：list 列出，set 设置（空文字为只计时不限时）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("list", help="列出")
        change = does.add_parser("set", help="设置")
        change.add_argument("stage", help="环节，如 accept、dispatch")
        change.add_argument("limit", help="时限，如 24自然小时、2工作时；空文字取消")
        change.add_argument("--kind", default="", help="事项类别：component、event、appeal；缺省为全部")
        change.add_argument("--division", default="", help="行政区划；缺省为全域")

    def do_list(self, _options: dict[str, Any]) -> Iterator[str]:
        for stage, kind, division, limit in queries.stage_limits():
            yield f"{stage}\t{kind or '全部'}\t{division or '全域'}\t{limit.zh() if limit else '不限'}"

    def do_set(self, options: dict[str, Any]) -> Iterator[str]:
        api.set_stage_limit(
            PLATFORM, options["stage"], options["limit"], kind=options["kind"], division=options["division"]
        )
        yield f"环节 {options['stage']} 的时限已设置 (set)：{options['limit'] or '不限'}"
