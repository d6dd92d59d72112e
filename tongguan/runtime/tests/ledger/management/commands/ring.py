# SPDX-License-Identifier: Apache-2.0
"""Rings bells, for tests: ``tongguan ring 100 --rows 50``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tongguan.runtime import api, outbox
from tongguan.runtime.testing import Person
from tongguan.runtime.tests.ledger.subscribers import BellRang
from tongguan.runtime.transactions import atomic


class Command(BaseCommand):
    """Publish so many facts, ten in a transaction, and start one job."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Read how many."""
        parser.add_argument("bells", type=int)
        parser.add_argument("--rows", type=int, default=0)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        for first in range(0, options["bells"], 10):
            with atomic():
                outbox.publish(*(BellRang(bell=bell, division="990101") for bell in range(first, first + 10)))
        if options["rows"]:
            api.start_job(Person("user:2", "李派遣"), "ledger.count", {}, options["rows"])
