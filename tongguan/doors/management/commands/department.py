# SPDX-License-Identifier: Apache-2.0
"""``tongguan department link|change|list|rotate|replay|retry|skip|stop|resume``: others' own systems.

Of a unit (its work orders), or of a service such as 119 for a division (hand-overs of danger).
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.core.management.base import CommandError

from tongguan.doors.management.verbs import VerbCommand
from tongguan.exchange import api, queries
from tongguan.exchange.contracts import NewLink
from tongguan.people.contracts import PLATFORM

_ONCE = "签名密钥只显示这一次 (shown this once)："


class Command(VerbCommand):
    help = "部门系统与 110、119、120 系统对接：建立、修改、列出、换密钥、按序号重放、处理卡住的案件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        for word, words in (("link", "建立"), ("change", "修改")):
            link = does.add_parser(word, help=words)
            link.add_argument("code", help="编码，如 shizheng")
            link.add_argument("--name", required=True, help="名称，如 市政所工单系统")
            whose = link.add_mutually_exclusive_group(required=True)
            whose.add_argument("--unit", default="", help="机构编码：接收其工单")
            whose.add_argument("--service", default="", help="police、fire、ambulance：接收险情移交")
            link.add_argument("--division", default="", help="险情移交：接收哪个区划的，如 9901")
            link.add_argument("--contact", action="store_true", help="险情移交：附上来电号码，默认不附")
            link.add_argument("--url", required=True, help="接收地址")
            link.add_argument("--handler", default="", help="代表该系统处置人员的账号")
            link.add_argument("--items", default="", help="只接哪些事项，编码前缀，逗号分隔；空为全部")
            link.add_argument("--mapping", type=Path, help="字段映射声明（YAML）")
        does.add_parser("list", help="列出各对接的状态")
        rotate = does.add_parser("rotate", help="换签名密钥")
        rotate.add_argument("code")
        rotate.add_argument("--hours", type=int, help="旧密钥继续有效的小时数，默认 168，0 为立即失效")
        replay = does.add_parser("replay", help="从某序号起重新发送")
        replay.add_argument("code")
        replay.add_argument("--from", dest="seq", type=int, required=True, help="序号，从 1 开始")
        retry = does.add_parser("retry", help="重试卡住的案件")
        retry.add_argument("code")
        retry.add_argument("--case", type=UUID, help="只重试这一件")
        skip = does.add_parser("skip", help="跳过一件案件卡住的事件")
        skip.add_argument("code")
        skip.add_argument("--case", type=UUID, required=True)
        skip.add_argument("--reason", required=True)
        for word, words in (("stop", "停用"), ("resume", "恢复")):
            does.add_parser(word, help=words).add_argument("code")

    def do_link(self, options: dict[str, Any]) -> Iterator[str]:
        secret = api.link(PLATFORM, _new(options))
        yield _ONCE
        yield secret

    def do_change(self, options: dict[str, Any]) -> Iterator[str]:
        version = api.change(PLATFORM, _new(options))
        yield f"{options['code']} 已修改，第 {version} 版 (changed)"

    def do_list(self, _options: dict[str, Any]) -> Iterator[str]:
        states = {state.code: state for state in queries.states(PLATFORM)}
        for link in queries.links(PLATFORM):
            state = states[link.code]
            how = "停用" if not link.active else "故障" if state.down_since else "正常"
            numbers = f"序号 {state.last_seq}，待发 {state.waiting}，卡住 {state.stuck}，拒收 {state.refused}"
            yield f"{link.code}\t{link.name}\t{link.unit_name}\t{how}\t{numbers}"
            for case in queries.stuck(PLATFORM, link.code) if state.stuck else ():
                yield f"  卡住：{case.case_id} {case.case_number} 序号 {case.seq} {case.error}"

    def do_rotate(self, options: dict[str, Any]) -> Iterator[str]:
        secret = api.rotate(PLATFORM, options["code"], options["hours"])
        yield _ONCE
        yield secret

    def do_replay(self, options: dict[str, Any]) -> Iterator[str]:
        count = api.replay(PLATFORM, options["code"], options["seq"])
        yield f"{count} 件案件将从序号 {options['seq']} 起重新发送 (cases)"

    def do_retry(self, options: dict[str, Any]) -> Iterator[str]:
        yield f"{api.retry(PLATFORM, options['code'], options['case'])} 件案件将重试 (cases)"

    def do_skip(self, options: dict[str, Any]) -> Iterator[str]:
        seq = api.skip(PLATFORM, options["code"], options["case"], options["reason"])
        yield f"已跳过序号 {seq} (passed over)"

    def do_stop(self, options: dict[str, Any]) -> Iterator[str]:
        api.switch(PLATFORM, options["code"], active=False)
        yield f"{options['code']} 已停用 (stopped)"

    def do_resume(self, options: dict[str, Any]) -> Iterator[str]:
        api.switch(PLATFORM, options["code"], active=True)
        yield f"{options['code']} 已恢复 (resumed)"


def _new(options: dict[str, Any]) -> NewLink:
    return NewLink(
        code=options["code"],
        name=options["name"],
        unit=options["unit"],
        service=options["service"],
        division=options["division"],
        contact=options["contact"],
        url=options["url"],
        handler=options["handler"],
        items=tuple(one.strip() for one in options["items"].split(",") if one.strip()),
        mapping=_mapping(options["mapping"]),
    )


def _mapping(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CommandError(f"读不了 {path}：{error}") from error
    if not isinstance(told, dict):
        raise CommandError(f"{path} 应为对象 (must be a map)")
    return told
