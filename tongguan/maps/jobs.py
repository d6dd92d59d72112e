# SPDX-License-Identifier: Apache-2.0
"""What maps do by time: count in the closed cases that have become final."""

from typing import Final

from tongguan.maps.settling import recount, settle
from tongguan.runtime.spi import every

_DAY: Final = 86_400

every(_DAY, "maps.settle")(settle)
every(7 * _DAY, "maps.recount")(recount)
