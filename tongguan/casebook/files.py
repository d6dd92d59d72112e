# SPDX-License-Identifier: Apache-2.0
"""Files of the casebook: checksums, the manifest replaced whole, one writer at a time. Pure of Django."""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb
import msgspec

from tongguan.casebook.contracts import BookFile, Damaged, Manifest

MANIFEST: Final = "manifest.json"
#: A book that is being built has its own manifest; when it is whole it takes the other's place.
BUILDING: Final = "building.json"
SEEN: Final = "seen.json"
#: Where an engine lays down what goes beyond its memory.
SPILL: Final = "spill"
_LOCK: Final = "writer.lock"
_CHUNK: Final = 1 << 20
_making = threading.Lock()
_engines: dict[Path, duckdb.DuckDBPyConnection] = {}
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class Seen(msgspec.Struct, frozen=True):
    """Up to when a generation of a book is known to be true, without its files having changed."""

    book: str
    generation: int
    read_at: datetime | None


@contextmanager
def writing(folder: Path) -> Iterator[bool]:
    """Be the only writer of a folder; gives False when somebody else is. Ends with the writer's life."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def sealed(folder: Path, name: str, rows: int) -> BookFile:
    """Make a written file durable and tell what it is."""
    path = folder / name
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return BookFile(name=name, rows=rows, size=path.stat().st_size, sha256=_sha256(path))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def holds(folder: Path, file: BookFile, *, whole: bool = True) -> bool:
    """Tell whether a file is there as it was written: by its checksum, or by its size alone."""
    path = folder / file.name
    try:
        return path.stat().st_size == file.size and (not whole or _sha256(path) == file.sha256)
    except OSError:
        return False


def write(path: Path, content: msgspec.Struct, *, durable: bool = True) -> None:
    """Write a checksummed JSON file: whole or not at all."""
    body = msgspec.json.encode(content)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    draft.replace(path)
    if durable:
        sync_folder(path.parent)


def read(path: Path, kind: type[_Struct]) -> _Struct | None:
    """Read such a file; None when there is none. Raises Damaged."""
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise Damaged(f"{path}: not what was written")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Damaged(f"{path}: {error}") from error


def manifest(folder: Path, name: str = MANIFEST) -> Manifest | None:
    """Give the manifest in force, or the one being built. Raises Damaged."""
    return read(folder / name, Manifest)


def read_at(folder: Path, state: Manifest | None) -> datetime | None:
    """Give up to when the book of a manifest is known to be true; None before it is whole. Raises Damaged."""
    if state is None or not state.whole:
        return None
    seen = read(folder / SEEN, Seen)
    if seen and (seen.book, seen.generation) == (state.book, state.generation):
        return max(filter(None, (seen.read_at, state.read_at)), default=None)
    return state.read_at


def sync_folder(folder: Path) -> None:
    """Make a folder's names durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def quoted(text: str) -> str:
    """Give a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def listed(paths: list[str]) -> str:
    """Give SQL for reading these Parquet files as one table."""
    return f"read_parquet([{', '.join(quoted(path) for path in paths)}])"


def engine(folder: Path) -> duckdb.DuckDBPyConnection:
    """Give this process's one engine: making one costs a hundred times what a cursor of it does."""
    with _making:
        found = _engines.get(folder)
        if found is None:
            _engines.clear()
            found = _engines[folder] = fresh(folder)
        return found


def fresh(folder: Path, *, threads: int = 2, memory: str = "1GB") -> duckdb.DuckDBPyConnection:
    """Make an engine in memory, which spills into the casebook's folder what goes beyond ``memory``."""
    config: dict[str, Any] = {
        "threads": threads,
        "memory_limit": memory,
        "temp_directory": str(folder / SPILL),
        "preserve_insertion_order": False,
    }
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    return connection


@contextmanager
def connected(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection of its own, whose temporary tables and views nobody else sees."""
    cursor = engine(folder).cursor()
    try:
        yield cursor
    finally:
        cursor.close()
