# SPDX-License-Identifier: Apache-2.0
"""Load the shipped catalogue, or bring it up to date."""

from typing import Any

from django.core.management.base import BaseCommand

from tongguan.catalog import api
from tongguan.people.contracts import PLATFORM


class Command(BaseCommand):
    """``tongguan load_standards``."""

    help = "载入随平台提供的事项分类、立结案标准、环节时限（可重复执行） / load the shipped catalogue"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load and say how much changed."""
        count = api.load_standards(PLATFORM)
        self.stdout.write(f"新增 {count.created} 行，更新 {count.updated} 行 (created, updated)")
