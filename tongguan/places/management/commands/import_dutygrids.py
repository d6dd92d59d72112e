# SPDX-License-Identifier: Apache-2.0
"""``tongguan import_dutygrids FILE``: duty grids, their unit grids and people."""

from functools import partial
from typing import Any

from tongguan.people.contracts import PLATFORM
from tongguan.places import api
from tongguan.places.commanding import ImportCommand


class Command(ImportCommand):
    help = "导入责任网格（列：code, name, division, kind, grids, people）"
    takes_crs = False

    def handle(self, *args: Any, **options: Any) -> None:
        self.run(partial(api.import_dutygrids, PLATFORM), options)
