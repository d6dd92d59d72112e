# SPDX-License-Identifier: Apache-2.0
"""Sealed files: their names, their checksums, the manifest, and reading them from any process."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.series.contracts import Damaged, Segment
from tongguan.series.journal import sync_folder

SEALED: Final = "sealed"
MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1 << 20
#: Up to so many streams are named in the query itself, so that files can leave out what does not match.
_NAMED: Final = 200


def part_of(streams: NDArray[np.int64], parts: int) -> NDArray[np.int64]:
    """Give the part (0 … parts - 1) each stream belongs to; never changes for a stream."""
    spread = (streams.astype(np.uint64) % np.uint64(1 << 32)) * np.uint64(2654435761) % np.uint64(1 << 32)
    return (spread // np.uint64(65536) % np.uint64(parts)).astype(np.int64)


def sha256(path: Path) -> str:
    """Give a file's checksum."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, content: Any) -> None:
    """Write a checksummed JSON file: whole or not at all."""
    body = json.dumps(content, sort_keys=True)
    text = json.dumps({"sha256": hashlib.sha256(body.encode()).hexdigest(), "content": body})
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="ascii")
    sync_file(draft)
    draft.replace(path)
    sync_folder(path.parent)


def read_json(path: Path) -> Any:
    """Read such a file. Raises Damaged."""
    try:
        outer = json.loads(path.read_text(encoding="ascii"))
        body: str = outer["content"]
        whole = hashlib.sha256(body.encode()).hexdigest() == outer["sha256"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{path}: {error}") from error
    if not whole:
        raise Damaged(f"{path}: not what was written")
    return json.loads(body)


def write_manifest(folder: Path, segments: Sequence[Segment]) -> None:
    """Tell other processes which sealed files are in force."""
    write_json(folder / SEALED / MANIFEST, [msgspec.to_builtins(one) for one in segments])


def manifest(folder: Path) -> list[Segment]:
    """Give the sealed files in force, as any process may read them. Raises Damaged."""
    path = folder / SEALED / MANIFEST
    if not path.exists():
        return []
    try:
        return msgspec.convert(read_json(path), list[Segment])
    except msgspec.ValidationError as error:
        raise Damaged(f"{path}: {error}") from error


def verify(folder: Path) -> int:
    """Check every sealed file against the manifest; give how many hold. Raises Damaged naming the first."""
    found = manifest(folder)
    for one in found:
        path = folder / SEALED / one.name
        if not path.exists() or sha256(path) != one.sha256:
            raise Damaged(f"{path}: not what was sealed")
    return len(found)


def chosen(streams: NDArray[np.int64]) -> str:
    """Give SQL that chooses streams: named while few, by the registered table ``wanted`` when many."""
    if len(streams) <= _NAMED:
        named = ", ".join(str(int(one)) for one in streams)
        return f"stream IN ({named})" if named else "false"
    return "stream IN (SELECT stream FROM wanted)"


def files_sql(paths: Iterable[str]) -> str:
    """Give SQL for reading these Parquet files as one table."""
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}])"


def read(paths: Sequence[str], streams: NDArray[np.int64], begin: int, end: int) -> Frame:
    """Read sealed files from any process: readings of these streams with ``begin <= at < end``."""
    if not paths or not len(streams):
        return Frame.of([], [], [])
    with duckdb.connect() as connection:
        connection.register("wanted", {"stream": streams})
        found = connection.execute(
            f"SELECT stream, ms, value, quality FROM {files_sql(paths)} "
            f"WHERE ms >= ? AND ms < ? AND {chosen(streams)} ORDER BY stream, ms, quality & 4, value",
            [begin, end],
        ).fetchnumpy()
    return frame_of(found)


def frame_of(found: dict[str, Any]) -> Frame:
    """Make a frame of a query's columns stream, ms, value, quality; an empty value is not a number."""
    return Frame(
        np.asarray(found["stream"], np.int64),
        np.asarray(found["ms"], np.int64),
        np.ma.filled(found["value"], np.nan).astype(np.float64, copy=False),
        np.asarray(found["quality"], np.uint16),
    )


def in_order(frame: Frame) -> Frame:
    """Give the readings by stream and time, first ones before repeats."""
    order = np.lexsort((frame.value, frame.quality & 4, frame.at, frame.stream))
    return frame.taken(order)
