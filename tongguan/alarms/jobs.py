# SPDX-License-Identifier: Apache-2.0
"""What alarms do by time."""

from tongguan.alarms.history import LineSource
from tongguan.runtime import spi

spi.audited.register("alarms", LineSource())
