# SPDX-License-Identifier: Apache-2.0
"""``tongguan mailboxes keep|list|fetch|stop``: from which mailboxes tellings are fetched (IMAP)."""

import getpass
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from tongguan.doors.management.verbs import VerbCommand
from tongguan.mailboxes import api, queries
from tongguan.mailboxes.contracts import MailboxIn, Security
from tongguan.people.contracts import PLATFORM


class Command(VerbCommand):
    help = "收件邮箱：keep 登记（密码从标准输入读取），list 列出，fetch 立即收取，stop 停收"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        keep = does.add_parser("keep", help="登记或更改")
        keep.add_argument("name", help="名称，如 mayor")
        keep.add_argument("--host", required=True, help="IMAP 服务器")
        keep.add_argument("--port", type=int, default=993)
        keep.add_argument("--security", choices=[str(s) for s in Security], default=str(Security.TLS))
        keep.add_argument("--user", required=True, help="账号")
        keep.add_argument("--folder", default="INBOX", help="文件夹")
        keep.add_argument("--division", required=True, help="来信归属的行政区划，如 9901")
        does.add_parser("list", help="列出")
        does.add_parser("fetch", help="立即收取").add_argument("name")
        does.add_parser("stop", help="停收").add_argument("name")

    def do_keep(self, options: dict[str, Any]) -> Iterator[str]:
        asked = sys.stdin.isatty()
        password = getpass.getpass("密码 (password)：") if asked else sys.stdin.readline().rstrip("\r\n")
        wanted = {k: options[k] for k in ("name", "host", "port", "user", "folder", "division")}
        api.keep(PLATFORM, MailboxIn(**wanted, security=Security(options["security"])), password)
        yield f"已登记 {options['name']} (kept)"

    def do_list(self, _options: dict[str, Any]) -> Iterator[str]:
        for box in queries.mailboxes(PLATFORM):
            state = box.error or ("收取中" if box.active else "已停收")
            yield f"{box.name}\t{box.user}@{box.host}/{box.folder}\t{box.division}\t{box.fetched}\t{state}"

    def do_fetch(self, options: dict[str, Any]) -> Iterator[str]:
        count = api.fetch(PLATFORM, options["name"])
        (box,) = [box for box in queries.mailboxes(PLATFORM) if box.name == options["name"]]
        yield box.error or f"收到 {count} 封 (fetched)"

    def do_stop(self, options: dict[str, Any]) -> Iterator[str]:
        api.stop(PLATFORM, options["name"])
        yield f"已停收 {options['name']} (stopped)"
