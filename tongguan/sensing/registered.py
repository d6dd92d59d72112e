# SPDX-License-Identifier: Apache-2.0
"""What the register of sensors declares of its streams, as the owner of readings needs it."""

import numpy as np
from numpy.typing import NDArray

from tongguan.sensing.contracts import Declared
from tongguan.sensing.spi import declarations
from tongguan.sensors import queries


def of_sensors() -> Declared:
    """Give what the streams in use declare at this moment: what was declared elsewhere just now, too."""
    queries.look_again()
    told = queries.declared()
    return Declared(told.number, told.low, told.high, _ms(told.every), _ms(told.still))


def _ms(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give whole milliseconds, 0 where nothing is declared."""
    return np.round(np.nan_to_num(seconds) * 1000).astype(np.int64)


declarations.register("sensors", of_sensors)
