# SPDX-License-Identifier: Apache-2.0
"""The file of component links that counts: the shipped one, or the city's own of the same name."""

from pathlib import Path
from typing import Final

from tongguan.cityfiles.api import CityFile, mapping_of, version_of
from tongguan.linking.judging import Strategy, parse


def _read(path: Path) -> Strategy:
    return parse(mapping_of(path), f"components-{version_of(path)}")


FILE: Final = CityFile(Path(__file__).with_name("components.yaml"), _read)
