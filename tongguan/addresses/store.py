# SPDX-License-Identifier: Apache-2.0
"""The trained labeller as a file under TONGGUAN_HOME: written whole or not at all, read when it changed."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from tongguan.addresses.labeller import Labeller
from tongguan.kernel.errors import NotFound

_FOLDER: Final = "models/addresses"
_NAME: Final = "labeller.model"


def put(content: bytes) -> Path:
    """Put a model's bytes in place of those there were."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path


def get() -> Labeller:
    """Give the trained labeller. Raises NotFound ``addresses.no_model`` and what ``Labeller`` raises."""
    found = installed()
    if found is None:
        raise NotFound(
            "addresses.no_model",
            zh="还没有训练过地址模型，请运行 tongguan address train 目录",
            en="no address model yet: run tongguan address train FOLDER",
        )
    return found


def installed() -> Labeller | None:
    """Give the trained labeller, None when there is none."""
    path = _path()
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return _read(str(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1)
def _read(path: str, _changed: int, _size: int) -> Labeller:
    return Labeller(Path(path).read_bytes())


def _path() -> Path:
    return Path(settings.HOME) / _FOLDER / _NAME
