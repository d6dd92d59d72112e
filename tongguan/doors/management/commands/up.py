# SPDX-License-Identifier: Apache-2.0
"""``tongguan up``: the whole platform as one foreground process."""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from tongguan.runtime.processes import near, port_is_free
from tongguan.runtime.supervisor import Child, Supervisor, run_once

#: Written by the demo seed, shown at every start.
LOGINS = "demo-logins.txt"


class Command(BaseCommand):
    """Prepare what is missing, then run web and engine; safe to run again."""

    help = "启动平台（首次运行自动建库并生成演示城市），Ctrl-C 停止"
    #: `tongguan check` checks; starting should not wait for it.
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]

    def add_arguments(self, parser: CommandParser) -> None:
        """Read whether an empty platform is wanted, and whether only preparing."""
        parser.add_argument("--no-demo", action="store_true", help="不生成演示城市")
        parser.add_argument("--prepare", action="store_true", help="只建库、生成演示城市，不启动")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run until Ctrl-C or SIGTERM."""
        began = time.monotonic()
        for port, variable in (
            (settings.WEB_PORT, "TONGGUAN_PORT"),
            (settings.STREAM_PORT, "TONGGUAN_STREAM_PORT"),
        ):
            if not port_is_free(settings.LISTEN, port):
                raise CommandError(f"端口 {port} 已被占用（平台也许已在运行），可用 {variable} 另选 (in use)")
        self._prepare(demo=not options["no_demo"])
        if options["prepare"]:
            return
        connections.close_all()
        host = near(settings.LISTEN)
        children = (
            Child("web", ["web"], f"http://{host}:{settings.WEB_PORT}/health"),
            Child("engine", ["engine"], f"http://{host}:{settings.STREAM_PORT}/health"),
        )
        supervisor = Supervisor(children, self._say)
        supervisor.obey_signals()
        self._say("启动 web 与 engine …")
        ready = supervisor.run(lambda: self._welcome(host, time.monotonic() - began))
        self._say("已停止")
        if not ready:
            sys.exit(1)

    def _prepare(self, *, demo: bool) -> None:
        try:
            executor = MigrationExecutor(connection)
        except DatabaseError as error:
            raise CommandError(
                f"无法连接数据库，请检查 TONGGUAN_DATABASE_URL (no database): {error}"
            ) from error
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._step("建立数据表", partial(call_command, "migrate", verbosity=0))
        if demo and "seed_demo" in get_commands() and not get_user_model().objects.exists():
            connections.close_all()
            if code := self._step("生成演示城市", partial(run_once, ["seed_demo"])):
                raise CommandError(f"生成演示城市失败 (failed: seed_demo, {code})", returncode=code)

    def _step(self, title: str, does: Callable[[], Any]) -> Any:
        """Do it and show how long it took."""
        self._say(f"{title} …")
        began = time.monotonic()
        done = does()
        self._say(f"{title}：{time.monotonic() - began:.1f} 秒")
        return done

    def _welcome(self, host: str, seconds: float) -> None:
        self._say(f"统管已就绪（{seconds:.1f} 秒）：http://{host}:{settings.WEB_PORT}/")
        self._say(f"数据目录 {settings.HOME}，数据库 {connection.vendor}，进程 {os.getpid()}，Ctrl-C 停止")
        logins = settings.HOME / LOGINS
        if logins.exists():
            self._say("演示账号：")
            self._say(logins.read_text(encoding="utf-8").rstrip())

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
