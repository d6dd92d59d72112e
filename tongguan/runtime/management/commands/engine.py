# SPDX-License-Identifier: Apache-2.0
"""``tongguan engine``: deliveries, jobs, periodic duties and the live stream."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from tongguan.runtime.engine import Engine
from tongguan.runtime.processes import die_with, port_is_free


class Command(BaseCommand):
    """Run one engine until SIGTERM or Ctrl-C."""

    help = "运行后台引擎：事实分发、任务、定时事项、实时推送"
    #: `tongguan check` checks; starting should not wait for it.
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]

    def add_arguments(self, parser: CommandParser) -> None:
        """Read the port."""
        parser.add_argument("--port", type=int, default=settings.STREAM_PORT, help="实时推送端口")
        parser.add_argument("--parent", type=int, help="随此进程结束")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run."""
        if options["parent"]:
            die_with(options["parent"])
        if not port_is_free(settings.LISTEN, options["port"]):
            message = f"端口 {options['port']} 已被占用，可用 TONGGUAN_STREAM_PORT 另选 (the port is in use)"
            raise CommandError(message)
        connections.close_all()
        Engine().run(settings.LISTEN, options["port"])
