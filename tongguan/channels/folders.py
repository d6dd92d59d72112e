# SPDX-License-Identifier: Apache-2.0
"""Finds the channel folders and registers them with intake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final

from tongguan.channels import manifests
from tongguan.channels.mapped import declared
from tongguan.intake.contracts import Parcel, Piece
from tongguan.intake.spi import channels

HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Folder:
    """A channel made of a folder's decoder."""

    title: str
    decode: Callable[[Parcel], Sequence[Piece]]


def manifest_folders() -> list[Path]:
    """Give the folders that are channels."""
    return sorted(path.parent for path in HERE.glob("*/manifest.yaml"))


def register_all(own: Path) -> None:
    """Register every channel folder and every declaration, the shipped ones and those in ``own``.

    Raises ValueError for a folder or declaration that is not in order: a start with half of the channels
    would lose what the others are sent.
    """
    for folder in manifest_folders():
        manifest = manifests.read((folder / "manifest.yaml").read_text(encoding="utf-8"), folder.name)
        module = import_module(f"tongguan.channels.{folder.name}.decode")
        channels.register(manifest.name, Folder(manifest.title, module.decode))
    for path in [*sorted((HERE / "mapped" / "declarations").glob("*.yaml")), *sorted(own.glob("*.yaml"))]:
        declaration = declared.read(path.read_text(encoding="utf-8"), path.stem)
        channels.register(path.stem, Folder(declaration.title, partial(declared.decode, declaration)))
