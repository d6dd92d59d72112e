# SPDX-License-Identifier: Apache-2.0
"""The quality of what the platform decides, measured on real data.

``python -m bench.quality <task> --train DIR [--test DIR]``: with ``--test`` the model trains on the first
folder and is scored on the second (same file names and columns, other rows), and one JSON line is printed;
without it, cross-validated figures with their spread. Without a task all tasks run on their default
folders and a table is printed.
"""

import argparse
import importlib
import json
import pkgutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import bench.quality

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def tasks() -> dict[str, ModuleType]:
    """Give the task modules by name."""
    names = sorted(m.name for m in pkgutil.iter_modules(bench.quality.__path__) if not m.name.startswith("_"))
    found = {name: importlib.import_module(f"bench.quality.{name}") for name in names}
    return {name: module for name, module in found.items() if hasattr(module, "evaluate")}


def lines(name: str, module: ModuleType, train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Run one task; every line says which task it is of and how long it took."""
    began = time.perf_counter()
    for line in module.evaluate(train, test):
        yield {"task": name, **line, "seconds": round(time.perf_counter() - began, 1)}


def main() -> None:
    """Read the arguments and run."""
    known = tasks()
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("task", nargs="?", choices=sorted(known), help="all when none is given")
    parser.add_argument("--train", type=Path, help="folder laid out like the task's data set")
    parser.add_argument("--test", type=Path, help="folder with the same files, other rows")
    asked = parser.parse_args()
    table = []
    for name in [asked.task] if asked.task else sorted(known):
        train = asked.train or SHARED / known[name].DATA
        for folder in (train, asked.test):
            if folder is not None and not folder.is_dir():
                parser.error(f"no such folder: {folder}")
        for line in lines(name, known[name], train, asked.test):
            print(json.dumps(line, ensure_ascii=False, default=str), flush=True)
            table.append(line)
    if asked.task is None:
        for line in table:
            shown = {k: v for k, v in line.items() if isinstance(v, int | float) and not isinstance(v, bool)}
            print(f"{line['task']:<12}" + "  ".join(f"{k}={v:g}" for k, v in shown.items()))


if __name__ == "__main__":
    main()
