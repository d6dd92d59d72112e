# SPDX-License-Identifier: Apache-2.0
"""``tongguan tokens issue|list|revoke``: the keys of connected systems."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from tongguan.doors.management.verbs import VerbCommand
from tongguan.kernel.errors import Invalid
from tongguan.people import api, queries
from tongguan.people.contracts import PLATFORM


class Command(VerbCommand):
    help = "接口令牌：issue 签发（只显示一次），list 列出，revoke 吊销"

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        issue = does.add_parser("issue", help="签发")
        issue.add_argument("name", help="系统名称，如 12345 热线")
        issue.add_argument("--division", required=True, help="可及的行政区划，如 9901")
        issue.add_argument("--scopes", required=True, help="权限，逗号分隔：reports:write,reports:read,…")
        issue.add_argument("--unit", default="", help="所属机构编码")
        issue.add_argument("--until", type=date.fromisoformat, help="最后有效日，如 2027-06-30")
        does.add_parser("list", help="列出")
        does.add_parser("revoke", help="吊销").add_argument("id", type=int)

    def do_issue(self, options: dict[str, Any]) -> Iterator[str]:
        unit = queries.unit_by_code(options["unit"]) if options["unit"] else None
        if options["unit"] and unit is None:
            raise Invalid("unit.unknown", zh="没有这个机构", en="no such unit", field="unit")
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        until: date | None = options["until"]
        expires = timezone.make_aware(datetime.combine(until, time.max)) if until else None
        yield "令牌只显示这一次 (shown this once)："
        yield api.issue_token(
            PLATFORM, options["name"], scopes, options["division"], unit.id if unit else None, expires
        )

    def do_list(self, _options: dict[str, Any]) -> Iterator[str]:
        for token in queries.tokens(PLATFORM):
            state = (
                "已吊销"
                if token.revoked_at
                else f"至 {token.expires_at:%Y-%m-%d}"
                if token.expires_at
                else "长期"
            )
            yield f"{token.id}\t{token.name}\t{token.division}\t{','.join(sorted(token.scopes))}\t{state}"

    def do_revoke(self, options: dict[str, Any]) -> Iterator[str]:
        api.revoke_token(PLATFORM, options["id"])
        yield f"令牌 {options['id']} 已吊销 (revoked)"
