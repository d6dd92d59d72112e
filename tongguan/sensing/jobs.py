# SPDX-License-Identifier: Apache-2.0
"""What the engine runs: the owner of readings, in one engine at a time; what is declared of its streams."""

from django.conf import settings

from tongguan.runtime import spi
from tongguan.sensing.owning import Residence
from tongguan.sensing.registered import of_sensors

__all__ = ["of_sensors"]

if not settings.READINGS_PARTS:
    spi.residents.register("readings", Residence)
