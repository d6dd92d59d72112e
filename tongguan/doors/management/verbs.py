# SPDX-License-Identifier: Apache-2.0
"""What commands with sub-commands share: lines printed, refusals told in words."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongguan.kernel.errors import Refusal


class VerbCommand(BaseCommand):
    """A command whose sub-command ``x`` is the method ``do_x``, which gives the lines to print."""

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what the sub-command says. Raises CommandError in the words of a refusal."""
        does: Any = getattr(self, "do_" + options["does"])
        try:
            lines: Iterable[str] = list(does(options))
        except Refusal as refusal:
            told = [refusal.zh, *(f"  {p['path']}：{p['zh']}" for p in refusal.params.get("problems", ()))]
            raise CommandError("\n".join(told)) from refusal
        for line in lines:
            self.stdout.write(line)
