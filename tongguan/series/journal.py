# SPDX-License-Identifier: Apache-2.0
"""The journal: appended, checksummed, synced. What is in it is not lost, whatever is killed afterwards.

A record: magic, number, rows, length of the mark's name, CRC-32 of all that follows; then the mark's offset
and name and the four columns as they lie in memory. A record cut short by a crash was never acknowledged.
"""

import contextlib
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.kernel.frames import Frame
from tongguan.series.contracts import Damaged, Mark, NoRoom

_HEAD: Final = struct.Struct("<4sQIHI")
_OFFSET: Final = struct.Struct("<q")
_MAGIC: Final = b"TGR1"
_ROW: Final = 26
#: A file is closed at this size, so that what is applied can go.
FILE_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One append as it is in the journal."""

    number: int
    frame: Frame
    mark: Mark | None


class Journal:
    """A folder of numbered files, of which the last is written to."""

    def __init__(self, folder: Path, reserve: int = 0) -> None:
        """Open the folder; ``reserve`` bytes of the disk are left to others."""
        self._folder = folder
        self._reserve = reserve
        self._file = -1
        self._size = 0
        folder.mkdir(parents=True, exist_ok=True)

    def records(self, after: int, *, mend: bool = False) -> Iterator[Record]:
        """Give the whole records numbered above ``after``.

        ``mend``: cut what a crash left of an unfinished one; only before anything is written. Raises Damaged
        when a record in the middle is not what was written.
        """
        paths = self._paths()
        for path in paths:
            body = path.read_bytes()
            end = 0
            for end, record in _parsed(body):  # noqa: B007 - the end of the last whole record is used below
                if record.number > after:
                    yield record
            if end < len(body):
                if (mend and path != paths[-1]) or _readable_beyond(body, end):
                    raise Damaged(f"{path}: not what was written, from byte {end}")
                if mend:
                    with path.open("r+b") as file:
                        file.truncate(end)
                        os.fsync(file.fileno())

    def write(self, number: int, frame: Frame, mark: Mark | None) -> None:
        """Append one record and sync it. Raises NoRoom, and then the file is as it was before."""
        name = mark.source.encode() if mark else b""
        body = b"".join(
            (
                _OFFSET.pack(mark.offset if mark else 0),
                name,
                np.ascontiguousarray(frame.stream, "<i8").tobytes(),
                np.ascontiguousarray(frame.at, "<i8").tobytes(),
                np.ascontiguousarray(frame.value, "<f8").tobytes(),
                np.ascontiguousarray(frame.quality, "<u2").tobytes(),
            )
        )
        head = _HEAD.pack(_MAGIC, number, len(frame), len(name), zlib.crc32(body))
        self._ready(number, len(body))
        try:
            _write_all(self._file, head + body)
            os.fdatasync(self._file)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            self.close()
            raise NoRoom(f"the journal cannot be written: {error}") from error
        self._size += len(head) + len(body)

    def forget(self, upto: int) -> None:
        """Remove files all of whose records are numbered ``upto`` or lower; the one written to stays."""
        paths = self._paths()
        for path, following in pairwise(paths):
            if int(following.stem) <= upto + 1:
                path.unlink()

    def close(self) -> None:
        """Close the file that is written to; the next write begins another."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _ready(self, number: int, size: int) -> None:
        if self._file >= 0 and self._size > FILE_BYTES:
            self.close()
        try:
            if self._reserve:
                disk = os.statvfs(self._folder)
                if disk.f_bavail * disk.f_frsize < self._reserve + size:
                    raise NoRoom(f"less than {self._reserve} bytes are free at {self._folder}")
            if self._file < 0:
                path = self._folder / f"{number:020}.journal"
                self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
                self._size = os.fstat(self._file).st_size
                sync_folder(self._folder)
        except OSError as error:
            raise NoRoom(f"the journal cannot be opened: {error}") from error

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.journal"))


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, body: bytes) -> None:
    left = memoryview(body)
    while left:
        left = left[os.write(handle, left) :]


def _parsed(body: bytes, begin: int = 0) -> Iterator[tuple[int, Record]]:
    while begin + _HEAD.size <= len(body):
        magic, number, rows, named, check = _HEAD.unpack_from(body, begin)
        size = _OFFSET.size + named + rows * _ROW
        content = memoryview(body)[begin + _HEAD.size : begin + _HEAD.size + size]
        if magic != _MAGIC or len(content) < size or zlib.crc32(content) != check:
            return
        (offset,) = _OFFSET.unpack_from(content)
        name = bytes(content[_OFFSET.size : _OFFSET.size + named]).decode()
        columns = content[_OFFSET.size + named :]
        frame = Frame(
            np.frombuffer(columns[: 8 * rows], "<i8"),
            np.frombuffer(columns[8 * rows : 16 * rows], "<i8"),
            np.frombuffer(columns[16 * rows : 24 * rows], "<f8"),
            np.frombuffer(columns[24 * rows :], "<u2"),
        )
        begin += _HEAD.size + size
        yield begin, Record(number, frame, Mark(name, offset) if name else None)


def _readable_beyond(body: bytes, end: int) -> bool:
    """Tell whether a whole record follows the broken place: then it is damage, not a crash."""
    place = body.find(_MAGIC, end + 1)
    while place >= 0:
        if next(_parsed(body, place), None) is not None:
            return True
        place = body.find(_MAGIC, place + 1)
    return False
