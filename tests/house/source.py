# SPDX-License-Identifier: Apache-2.0
"""The source tree as the house tests read it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Floors from the roof down; neighbours on one line do not import each other.
FLOORS = (
    ("config",),
    ("doors",),
    ("calls", "patrol", "walls"),
    ("replay", "demo"),
    ("channels", "industry"),
    ("openly",),
    ("evaluation",),
    ("casebook",),
    ("revisits",),
    ("exchange", "replies", "video", "mailboxes", "trials", "warnings", "gateways"),
    ("intake",),
    ("handover", "advice", "vitals", "linking"),
    ("matching", "bulk", "workdays"),
    ("dispatch",),
    ("maps", "tracking", "watch"),
    ("cases", "alarms"),
    ("sensing",),
    ("rules", "messaging", "learning", "knowledge", "indicators"),
    ("catalog",),
    ("sensors",),
    ("things",),
    ("addresses", "layers"),
    ("places",),
    ("savedviews",),
    ("people",),
    ("vault",),
    ("runtime",),
    ("tables", "pictures", "cityfiles", "series", "detection", "forecasts", "simulation", "marks"),
    ("kernel",),
)
FLOOR = {name: len(FLOORS) - level for level, names in enumerate(FLOORS) for name in names}


@dataclass(frozen=True)
class Module:
    """One Python file: where it is, what it says."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Give the path from the root, for messages."""
        return str(self.path.relative_to(ROOT))

    @property
    def package(self) -> str:
        """Give the package of the first level, e.g. ``cases``."""
        parts = self.path.relative_to(ROOT / "tongguan").parts
        return parts[0] if len(parts) > 1 else ""

    @property
    def is_test(self) -> bool:
        """Tell whether this is test code."""
        return "tests" in self.path.parts or self.path.name in {"testing.py", "conftest.py"}


@cache
def modules() -> tuple[Module, ...]:
    """Give every file of the product except generated migrations."""
    paths = sorted(p for p in (ROOT / "tongguan").rglob("*.py") if "migrations" not in p.parts)
    return tuple(Module(p, t := p.read_text(encoding="utf-8"), ast.parse(t)) for p in paths)


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Give (line, dotted target) for every import of our own packages in the module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tongguan."):
            if node.module.count(".") == 1:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.startswith("tongguan."))
