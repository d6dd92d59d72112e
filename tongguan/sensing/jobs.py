# SPDX-License-Identifier: Apache-2.0
"""What the engine runs: the owner of readings, in one engine at a time."""

from tongguan.runtime import spi
from tongguan.sensing.owning import Residence

spi.residents.register("readings", Residence)
