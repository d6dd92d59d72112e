# SPDX-License-Identifier: Apache-2.0
"""Finds the channel folders and registers them: what tells with intake, what measures with gateways."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final

from tongguan.channels import manifests
from tongguan.channels.mapped import declared
from tongguan.gateways.spi import decoders
from tongguan.intake.contracts import Parcel, Piece
from tongguan.intake.spi import channels

HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Folder:
    """A channel made of a folder's decoder."""

    title: str
    decode: Callable[[Parcel], Sequence[Piece]]


def manifest_folders(gives: str = "") -> list[Path]:
    """Give the folders that are channels, all or those that give ``tellings`` or ``readings``."""
    found = sorted(path.parent for path in HERE.glob("*/manifest.yaml"))
    return [folder for folder in found if not gives or manifest_of(folder).gives == gives]


def manifest_of(folder: Path) -> manifests.Manifest:
    """Give what a channel folder says of itself. Raises ValueError."""
    return manifests.read((folder / "manifest.yaml").read_text(encoding="utf-8"), folder.name)


def register_all(own: Path) -> None:
    """Register every channel folder and every declaration, the shipped ones and those in ``own``.

    Raises ValueError for a folder or declaration that is not in order: a start with half of the channels
    would lose what the others are sent.
    """
    for folder in manifest_folders():
        manifest = manifest_of(folder)
        module = import_module(f"tongguan.channels.{folder.name}.decode")
        if manifest.gives == "readings":
            for name, decoder in module.DECODERS.items():
                decoders.register(name, decoder)
            continue
        channels.register(manifest.name, Folder(manifest.title, module.decode))
    for path in [*sorted((HERE / "mapped" / "declarations").glob("*.yaml")), *sorted(own.glob("*.yaml"))]:
        declaration = declared.read(path.read_text(encoding="utf-8"), path.stem)
        channels.register(path.stem, Folder(declaration.title, partial(declared.decode, declaration)))
