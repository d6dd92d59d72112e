# SPDX-License-Identifier: Apache-2.0
"""The file that says when models are trained again: the shipped one, or the city's own of the same name.

While the city's own file is wrong nothing goes by itself.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from tongguan.cityfiles.api import CityFile, mapping_of
from tongguan.learning import policy
from tongguan.learning.policy import Policy


def _read(path: Path) -> Mapping[str, Policy]:
    return policy.parse(mapping_of(path))


def _halted(shipped: Mapping[str, Policy]) -> Mapping[str, Policy]:
    return {"default": replace(shipped["default"], enabled=False, promote=False)}


FILE: Final = CityFile(
    Path(__file__).with_name("retrain.yaml"),
    _read,
    instead=_halted,
    meanwhile="no model is trained again by itself",
)
