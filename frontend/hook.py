# SPDX-License-Identifier: Apache-2.0
"""Put the built screens into the wheel, so that who installs it needs no Node."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))
import build as screens  # beside this file, which is loaded by path


class Screens(BuildHookInterface):
    """Builds the screens unless they are there; a checkout in development builds its own."""

    def dependencies(self) -> list[str]:
        """Ask for Node from PyPI where the machine has none."""
        return [] if screens.node_on_path() or screens.BUILT.exists() else [screens.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are collected."""
        if version == "editable":
            return
        if not screens.BUILT.exists():
            screens.build(None if screens.node_on_path() else Path(sys.executable).parent)
        build_data["artifacts"].append("tongguan/doors/static/web/**")
