# SPDX-License-Identifier: Apache-2.0
"""``tongguan brokers keep|list|stop|devices|kept|again|forget``: brokers through which devices send."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tongguan.doors.management.verbs import VerbCommand
from tongguan.gateways import api, queries
from tongguan.gateways.contracts import BrokerIn
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import PLATFORM


class Command(VerbCommand):
    help = (
        "设备消息服务器（MQTT）：keep 按文件登记（密码从标准输入读取），list 列出，stop 停收，"
        "devices 待查设备，kept 未能识别的消息，again 重新读取，forget 清除设备记录"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        keep = does.add_parser("keep", help="登记或更改")
        keep.add_argument("file", type=Path, help="声明文件（YAML），见 docs/how-to/mqtt.md")
        keep.add_argument("--password", action="store_true", help="从标准输入读取密码")
        does.add_parser("list", help="列出")
        for verb, words in (("stop", "停收"), ("kept", "未能识别的消息"), ("again", "重新读取")):
            does.add_parser(verb, help=words).add_argument("name")
        devices = does.add_parser("devices", help="待查设备")
        devices.add_argument("name")
        devices.add_argument("--kind", choices=("unknown", "flood", "silent"), default="unknown")
        forget = does.add_parser("forget", help="清除设备记录")
        forget.add_argument("name")
        forget.add_argument("things", nargs="*")

    def do_keep(self, options: dict[str, Any]) -> Iterator[str]:
        told = yaml.safe_load(options["file"].read_text(encoding="utf-8"))
        unknown = (
            sorted(set(told) - set(BrokerIn.__dataclass_fields__)) if isinstance(told, dict) else ["file"]
        )
        if unknown:
            raise Invalid("broker.field", zh=f"不认识的字段 {unknown}", en="unknown fields", field=unknown[0])
        told["topics"] = tuple(told.get("topics", ()))
        password = sys.stdin.readline().rstrip("\r\n") if options["password"] else None
        api.keep(PLATFORM, BrokerIn(**told), password)
        yield f"已登记 {told['name']} (kept)"

    def do_list(self, _options: dict[str, Any]) -> Iterator[str]:
        for one in queries.brokers(PLATFORM):
            state = "收听" if one.active else "已停收"
            where = f"{one.host}:{one.port}\t{one.payload}\t{one.division}"
            yield f"{one.name}\t{where}\t{state}\t未识别 {one.kept}"
            for seat in one.seats:
                now = seat.error or f"{seat.rate:.1f} 条/秒，时延 {seat.lag_ms} 毫秒"
                yield f"  {seat.number}\t{seat.messages} 条\t{seat.readings} 读数\t超量 {seat.flooded}\t{now}"

    def do_stop(self, options: dict[str, Any]) -> Iterator[str]:
        api.stop(PLATFORM, options["name"])
        yield f"已停收 {options['name']} (stopped)"

    def do_devices(self, options: dict[str, Any]) -> Iterator[str]:
        for note in queries.notes(PLATFORM, options["name"], options["kind"]):
            yield f"{note.thing}\t{note.property}\t{note.value}\t{note.unit}\t{note.count}\t{note.last_at}"

    def do_kept(self, options: dict[str, Any]) -> Iterator[str]:
        for one in queries.kept(PLATFORM, options["name"]):
            yield f"{one.id}\t{one.at}\t{one.topic}\t{one.field}\t{one.words}\t{one.body[:80]!r}"

    def do_again(self, options: dict[str, Any]) -> Iterator[str]:
        messages, readings = api.read_again(PLATFORM, options["name"])
        yield f"重新读取 {messages} 条消息，{readings} 个读数 (read again)"

    def do_forget(self, options: dict[str, Any]) -> Iterator[str]:
        yield f"清除 {api.forget(PLATFORM, options['name'], options['things'])} 项 (forgotten)"
