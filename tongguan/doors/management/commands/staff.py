# SPDX-License-Identifier: Apache-2.0
"""``tongguan staff show|disable|enable|reset|end|off``: one person's account, posts and turns of duty."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tongguan.doors.management.verbs import VerbCommand
from tongguan.kernel import clock
from tongguan.people import api, queries
from tongguan.people.contracts import PLATFORM

_AHEAD = timedelta(days=31)


class Command(VerbCommand):
    help = "人员：show 查看任职与值班，disable 停用，enable 启用，reset 重置密码，end 结束任职，off 取消班次"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        for name, words in (
            ("show", "查看任职与一月内的值班"),
            ("disable", "停用账号"),
            ("enable", "启用账号"),
            ("reset", "生成新的初始密码"),
        ):
            does.add_parser(name, help=words).add_argument("username")
        end = does.add_parser("end", help="结束一项任职（编号见 show）")
        end.add_argument("id", type=int)
        end.add_argument("--last-day", type=date.fromisoformat, help="最后一天；缺省立即")
        does.add_parser("off", help="取消一个班次（编号见 show）").add_argument("id", type=int)

    def do_show(self, options: dict[str, Any]) -> Iterator[str]:
        person = queries.user_named(options["username"])
        held = queries.appointments(person.id)
        units = queries.units(post.unit_id for post in held)
        yield f"{options['username']} {person.name}"
        for post in held:
            unit = units.get(post.unit_id)
            state = "已撤销" if post.revoked_at else f"至 {post.valid_to}" if post.valid_to else "在任"
            name = unit.name if unit else ""
            yield f"任职 {post.id}\t{name}\t{queries.POST_NAMES[post.post]}\t{post.division}\t{state}"
        now = clock.now()
        for unit_id in units:
            for turn in queries.rota(PLATFORM, unit_id, now, now + _AHEAD):
                if turn.user.id == person.id:
                    start, end = timezone.localtime(turn.starts_at), timezone.localtime(turn.ends_at)
                    yield f"值班 {turn.id}\t{start:%m-%d %H:%M} 至 {end:%m-%d %H:%M}"

    def do_disable(self, options: dict[str, Any]) -> Iterator[str]:
        api.set_active(PLATFORM, queries.user_named(options["username"]).id, active=False)
        yield f"{options['username']} 已停用 (disabled)"

    def do_enable(self, options: dict[str, Any]) -> Iterator[str]:
        api.set_active(PLATFORM, queries.user_named(options["username"]).id, active=True)
        yield f"{options['username']} 已启用 (enabled)"

    def do_reset(self, options: dict[str, Any]) -> Iterator[str]:
        word = api.reset_password(PLATFORM, queries.user_named(options["username"]).id)
        yield f"新的初始密码只显示这一次 (shown this once)：{word}"

    def do_end(self, options: dict[str, Any]) -> Iterator[str]:
        api.end_appointment(PLATFORM, options["id"], options["last_day"])
        yield f"任职 {options['id']} 已结束 (ended)"

    def do_off(self, options: dict[str, Any]) -> Iterator[str]:
        api.cancel_shift(PLATFORM, options["id"])
        yield f"班次 {options['id']} 已取消 (cancelled)"
