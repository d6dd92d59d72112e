# SPDX-License-Identifier: Apache-2.0
"""``tongguan stage_limits list|set``: how long a stage may take, by kind, division and urgency."""

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
        change.add_argument("--urgency", default="", help="紧急程度：normal、urgent、critical；缺省为不论")

    def do_list(self, _options: dict[str, Any]) -> Iterator[str]:
        for one, limit in queries.stage_limits():
            what = (one.stage, one.kind or "全部", one.division or "全域", one.urgency or "不论缓急")
            yield "\t".join((*what, limit.zh() if limit else "不限"))

    def do_set(self, options: dict[str, Any]) -> Iterator[str]:
        told = {name: options[name] for name in ("kind", "division", "urgency")}
        api.set_stage_limit(PLATFORM, options["stage"], options["limit"], **told)
        yield f"环节 {options['stage']} 的时限已设置 (set)：{options['limit'] or '不限'}"
