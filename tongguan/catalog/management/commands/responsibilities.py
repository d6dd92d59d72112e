# SPDX-License-Identifier: Apache-2.0
"""Look at responsibility lists, put one in force, go back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tongguan.catalog import api, queries
from tongguan.catalog.labels import VERSION_STATES, diff_lines
from tongguan.catalog.management.files import refuse
from tongguan.kernel import clock
from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    """``tongguan responsibilities list | diff | apply | discard | rollback | who``."""

    help = "查看、比对、生效、回退权责清单 / look at, compare, apply and roll back responsibility lists"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-commands."""
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("list", help="列出各版本")
        for name, words in (("diff", "与现行清单比对"), ("apply", "使草案生效"), ("discard", "放弃草案")):
            does.add_parser(name, help=words).add_argument("version", type=int)
        back = does.add_parser("rollback", help="回退到较早的版本（生成新版本）")
        back.add_argument("division")
        back.add_argument("number", type=int)
        for name in ("apply", "rollback"):
            does.choices[name].add_argument("--reason", default="", help="事由")
        who = does.add_parser("who", help="查询某事项在某区划由谁负责及理由")
        who.add_argument("item")
        who.add_argument("division")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what the sub-command says."""
        try:
            for line in self._lines(options):
                self.stdout.write(line)
        except Refusal as refusal:
            raise refuse(refusal) from None

    def _lines(self, options: dict[str, Any]) -> list[str]:
        match options["does"]:
            case "list":
                shown = "{0.id}\t{0.division}\t第 {0.number} 版\t{1}\t{0.rows_count} 行\t{0.title}"
                return [shown.format(v, VERSION_STATES[v.state][0]) for v in queries.versions(PLATFORM)]
            case "diff":
                return diff_lines(queries.responsibility_diff(PLATFORM, options["version"]))
            case "apply":
                done = api.apply_responsibilities(PLATFORM, options["version"], reason=options["reason"])
                return [f"区划 {done.division} 第 {done.number} 版已生效 (in force)"]
            case "discard":
                api.discard_responsibilities(PLATFORM, options["version"])
                return ["草案已放弃 (discarded)"]
            case "rollback":
                done = api.rollback_responsibilities(
                    PLATFORM, options["division"], options["number"], reason=options["reason"]
                )
                return [f"已回退到第 {options['number']} 版，新版本号 {done.number} (rolled back)"]
            case _:
                return list(queries.explain_responsible(options["item"], options["division"], clock.now()))
