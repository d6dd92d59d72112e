# SPDX-License-Identifier: Apache-2.0
"""``tongguan web``: the HTTP door, served by granian (WSGI)."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.urls import get_resolver
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from tongguan.runtime.processes import die_with, port_is_free


def _application(server: int, *_: Any) -> Callable[..., Any]:
    """Give the application to a worker, which is to end with its server."""
    die_with(server)
    return get_wsgi_application()


class Command(BaseCommand):
    """Serve HTTP until SIGTERM or Ctrl-C."""

    help = "运行网页与接口服务"
    #: `tongguan check` checks; starting should not wait for it.
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]

    def add_arguments(self, parser: CommandParser) -> None:
        """Read the port."""
        parser.add_argument("--port", type=int, default=settings.WEB_PORT, help="端口")
        parser.add_argument("--parent", type=int, help="随此进程结束")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run."""
        if options["parent"]:
            die_with(options["parent"])
        if not port_is_free(settings.LISTEN, options["port"]):
            message = f"端口 {options['port']} 已被占用，可用 TONGGUAN_PORT 另选 (the port is in use)"
            raise CommandError(message)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        # Loaded once here with all its addresses, shared by the workers that are forked.
        get_wsgi_application()
        _ = get_resolver().url_patterns
        connections.close_all()
        server = Granian(
            "tongguan.config.wsgi:application",
            address=settings.LISTEN,
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=settings.WEB_WORKERS or (1 if connection.vendor == "sqlite" else 2),
            blocking_threads=settings.WEB_THREADS,
            respawn_failed_workers=True,
            workers_kill_timeout=5,
            websockets=False,
            log_enabled=True,
            log_level=LogLevels.warning,
        )
        server.serve(target_loader=partial(_application, os.getpid()))
