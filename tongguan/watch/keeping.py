# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: the states of all rules with the number of the last frame they know, in one file.

Written beside and renamed, so that there is always a whole one; the one before is kept as well.
"""

import contextlib
import io
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from tongguan.detection.batches import Index
from tongguan.detection.contracts import State
from tongguan.detection.states import packed, unpacked
from tongguan.watch.running import Running
from tongguan.watch.subjects import Subjects

_NAMES: Final = ("watch.checkpoint", "watch.checkpoint.1")


class _Entry(msgspec.Struct, frozen=True):
    code: str
    version: int
    matters: tuple[str, ...]


class _Whole(msgspec.Struct, frozen=True):
    number: int
    rules: tuple[_Entry, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One rule of a checkpoint."""

    code: str
    version: int
    subjects: Subjects
    state: State


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The number of the last frame known, and the rules as they stood then."""

    number: int
    rules: tuple[Kept, ...]


def keep(folder: Path, number: int, rules: Iterable[Running]) -> None:
    """Write a checkpoint; durable when it returns."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    beside = folder / f"{_NAMES[0]}.new"
    with beside.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for place, running in enumerate(rules):
                subjects = running.subjects
                entries.append(_Entry(running.rule.code, running.rule.version, subjects.matters))
                archive.writestr(f"{place}.state", packed(running.state))
                members = {"streams": subjects.streams, "starts": subjects.starts}
                archive.writestr(f"{place}.subjects", packed(members))
            archive.writestr("whole.json", msgspec.json.encode(_Whole(number, tuple(entries))))
        file.flush()
        os.fsync(file.fileno())
    newest, older = (folder / name for name in _NAMES)
    with contextlib.suppress(FileNotFoundError):
        newest.replace(older)
    beside.replace(newest)
    _sync(folder)


def kept(folder: Path) -> Checkpoint | None:
    """Give the newest checkpoint that can be read; None without one."""
    for name in _NAMES:
        with contextlib.suppress(FileNotFoundError, ValueError, zipfile.BadZipFile, KeyError):
            return _read((folder / name).read_bytes())
    return None


def _read(content: bytes) -> Checkpoint:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        whole = msgspec.json.decode(archive.read("whole.json"), type=_Whole)
        rules = []
        for place, entry in enumerate(whole.rules):
            members = unpacked(archive.read(f"{place}.subjects"))
            streams, starts = members["streams"], members["starts"]
            # Only who a slot was matters of what is kept: readings are judged by the subjects of today.
            none = np.empty(0, np.int32)
            index = Index(np.empty(0, np.int64), none, none, len(starts) - 1, single=not entry.matters)
            subjects = Subjects(index, streams, starts, entry.matters)
            rules.append(Kept(entry.code, entry.version, subjects, unpacked(archive.read(f"{place}.state"))))
    return Checkpoint(whole.number, tuple(rules))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
