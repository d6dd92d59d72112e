# SPDX-License-Identifier: Apache-2.0
"""``tongguan create_administrators``: the first three, who then make everybody else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tongguan.kernel import clock
from tongguan.kernel.errors import Refusal
from tongguan.people import api, queries
from tongguan.people.contracts import PLATFORM, NewAppointment, NewUnit, NewUser, Post
from tongguan.runtime.transactions import atomic


class Command(BaseCommand):
    help = "创建系统管理员、安全管理员、审计员三个账号；--reset 重置其中一个的密码"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", help="城市的行政区划代码，如 9901")
        parser.add_argument("--name", default="城市运行中心", help="运行中心名称")
        parser.add_argument("--reset", metavar="账号", help="为此账号生成新的初始密码")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = self._reset(options["reset"]) if options["reset"] else self._create(options)
        except Refusal as refusal:
            raise CommandError(refusal.zh) from refusal
        self.stdout.write("以下密码只显示这一次，首次登录须修改：")
        for username, title, password in told:
            self.stdout.write(f"  {title}  {username}  {password}")

    def _reset(self, username: str) -> list[tuple[str, str, str]]:
        user = queries.user_named(username)
        return [(username, user.name, api.reset_password(PLATFORM, user.id))]

    def _create(self, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        division = options["division"]
        if not division:
            raise CommandError("请用 --division 给出城市的行政区划代码")
        powers = (Post.SYSADMIN, Post.SECADMIN, Post.AUDITOR)
        with atomic():
            unit = queries.centre_for(division)
            code = unit.code if unit else f"{division}-ZX"
            if unit is None:
                api.create_unit(PLATFORM, NewUnit(code, options["name"], "centre", division))
            made = api.create_users(PLATFORM, [NewUser(p.value, queries.POST_NAMES[p], code) for p in powers])
            today = timezone.localdate(clock.now())
            api.appoint_many(PLATFORM, [NewAppointment(p.value, code, p, division, today) for p in powers])
        return [(p.value, queries.POST_NAMES[p], word) for p, (_, word) in zip(powers, made, strict=True)]
