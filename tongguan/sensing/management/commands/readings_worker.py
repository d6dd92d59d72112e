# SPDX-License-Identifier: Apache-2.0
"""``tongguan readings_worker``: one of several workers that share the readings over NATS."""

import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongguan.sensing import owning, worker


class Command(BaseCommand):
    help = "与其他进程一起，从 NATS 接收读数 · share the readings on NATS with other workers"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.READINGS_PARTS or not settings.NATS_URL:
            raise CommandError(
                "先设置 TONGGUAN_READINGS_PARTS 和 TONGGUAN_NATS_URL · "
                "TONGGUAN_READINGS_PARTS and TONGGUAN_NATS_URL are needed"
            )
        name = f"{socket.gethostname()[:30]}-{os.getpid()}".replace(".", "_")
        one = worker.Worker(
            settings.NATS_URL,
            name,
            settings.READINGS_PARTS,
            lambda part: owning.Residence(owning.part_folder(part)),
        )

        def ended(stop: Callable[[], None]) -> None:
            signal.signal(signal.SIGTERM, lambda *_: stop())

        worker.run(one, ended)
