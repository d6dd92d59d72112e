# SPDX-License-Identifier: Apache-2.0
"""Where the demo city's packed map lies."""

from pathlib import Path
from typing import Final

CITY_FILE: Final = Path(__file__).with_name("city.pmtiles")
