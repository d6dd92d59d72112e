# SPDX-License-Identifier: Apache-2.0
"""Vital signs follow the facts of cases and of their clocks."""

from tongguan.indicators import spi
from tongguan.vitals.cases import SOURCE
from tongguan.vitals.signs import SIGNS

spi.supply(SOURCE, SIGNS)
