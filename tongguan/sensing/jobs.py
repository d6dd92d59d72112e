# SPDX-License-Identifier: Apache-2.0
"""What the engine runs: the owner of readings, in one engine at a time."""

from django.conf import settings

from tongguan.runtime import spi
from tongguan.sensing.owning import Residence

if not settings.READINGS_PARTS:
    spi.residents.register("readings", Residence)
