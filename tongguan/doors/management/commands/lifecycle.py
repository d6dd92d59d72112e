# SPDX-License-Identifier: Apache-2.0
"""``tongguan lifecycle check|picture|publish|list``: the tables by which cases move."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from tongguan.cases import api, queries
from tongguan.cases.contracts import Process
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    help = "案件流程表：check 检查，picture 画图（SVG 或 Mermaid），publish 发布城市流程，list 列出版本"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="检查自带流程表或一个文件，逐条列出错误")
        check.add_argument("file", nargs="?", type=Path)
        draw = verbs.add_parser("picture", help="输出流程图")
        draw.add_argument("code", nargs="?", default="default")
        draw.add_argument("--state", default="", help="突出显示的状态")
        draw.add_argument("--mermaid", action="store_true", help="输出 Mermaid 文本")
        draw.add_argument("--shipped", action="store_true", help="画随包流程，不连数据库")
        draw.add_argument("--out", type=Path, help="写入文件，不给则打印")
        publish = verbs.add_parser("publish", help="发布一个流程文件为新版本；在办案件仍按旧版本")
        publish.add_argument("file", type=Path)
        verbs.add_parser("list", help="列出数据库中的版本")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _check(self, options: dict[str, Any]) -> None:
        try:
            found = queries.checked_processes(None if options["file"] is None else _read(options["file"]))
        except queries.ProcessFault as fault:
            raise CommandError(
                f"流程 {fault.code} 有 {len(fault.problems)} 处错误：\n  " + "\n  ".join(fault.problems)
            ) from fault
        for process in found:
            self.stdout.write(f"{process.code}（{process.name}）：{_size(process)}，无误")

    def _picture(self, options: dict[str, Any]) -> None:
        shipped = {process.code: process for process in queries.checked_processes()}
        try:
            named = options["shipped"] and shipped.get(options["code"])
            process = named or queries.process_named(options["code"])
        except Invalid as refused:
            raise CommandError(refused.zh) from refused
        draw = queries.as_mermaid if options["mermaid"] else queries.as_svg
        text = draw(process, options["state"])
        if options["out"] is None:
            self.stdout.write(text)
        else:
            options["out"].write_text(text, encoding="utf-8")

    def _publish(self, options: dict[str, Any]) -> None:
        try:
            process = api.publish_process(PLATFORM, _read(options["file"]))
        except Invalid as refused:
            raise CommandError("\n  ".join(refused.params.get("problems", [refused.zh]))) from refused
        self.stdout.write(f"{process.code} 第 {process.version} 版已发布：{_size(process)}")

    def _list(self, options: dict[str, Any]) -> None:
        for row in queries.process_versions():
            self.stdout.write(
                f"{row.code} 第 {row.version} 版 {row.published_by} {row.published_at:%Y-%m-%d %H:%M}"
            )


def _read(file: Path) -> dict[str, Any]:
    try:
        body = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise CommandError(f"{file}: {error}") from error
    if not isinstance(body, dict):
        raise CommandError(f"{file}: 不是流程表")
    return body


def _size(process: Process) -> str:
    return f"{len(process.states)} 个状态、{len(process.moves)} 种操作"
