# SPDX-License-Identifier: Apache-2.0
"""Opening a store, reading sealed files from any process, checking and restoring a copy."""

import shutil
from pathlib import Path

from tongguan.series import segments, spi
from tongguan.series.contracts import Damaged, Plan, StoreError
from tongguan.series.hot import FILE
from tongguan.series.journal import Journal, Record
from tongguan.series.segments import manifest, part_of, verify
from tongguan.series.slots import Slots, grown
from tongguan.series.store import DuckStore, joined
from tongguan.series.upkeep import COPY

__all__ = [
    "Journal",
    "Record",
    "Slots",
    "check",
    "grown",
    "joined",
    "manifest",
    "open_store",
    "part_of",
    "restore",
    "verify",
]


def open_store(folder: Path, plan: Plan | None = None) -> spi.Store:
    """Open or make the store in a folder and become its owner. Raises StoreError when it has one, Damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    return DuckStore(folder, plan or Plan())


def check(copy: Path) -> int:
    """Prove a backup by its checksums; give the number of files that hold. Raises Damaged naming one."""
    told = segments.read_json(copy / COPY)
    for name, digest in told.items():
        if not (copy / name).exists() or segments.sha256(copy / name) != digest:
            raise Damaged(f"{copy / name}: not what was copied")
    return len(told) + segments.verify(copy)


def restore(copy: Path, folder: Path) -> None:
    """Bring a proved backup into a folder that is empty or not there. Raises StoreError, Damaged."""
    check(copy)
    if folder.exists() and any(folder.iterdir()):
        raise StoreError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(copy / segments.SEALED, folder / segments.SEALED)
    shutil.copy2(copy / FILE, folder / FILE)
    segments.verify(folder)
