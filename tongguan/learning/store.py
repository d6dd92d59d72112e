# SPDX-License-Identifier: Apache-2.0
"""Models as files under TONGGUAN_HOME: written whole or not at all, read only when the hash agrees."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tongguan.kernel.errors import Conflict
from tongguan.learning import artefact
from tongguan.learning.ensemble import Classifier

FOLDER = "models"


def put(task: str, content: bytes) -> str:
    """Store the bytes of a model and give their SHA-256; the same bytes are stored once."""
    name = hashlib.sha256(content).hexdigest()
    path = _path(task, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return name


def get(task: str, sha256: str) -> Classifier:
    """Give the model of these bytes; the last four stay in memory.

    Raises Conflict ``learning.model_lost`` (no file), ``learning.model_changed`` (another hash) and
    ``learning.model_unreadable`` (another library's version).
    """
    return _read(str(_path(task, sha256)), sha256)


@lru_cache(maxsize=4)
def _read(path: str, sha256: str) -> Classifier:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise Conflict(
            "learning.model_lost", zh=f"模型文件读不到：{path}", en=f"cannot read the model: {error}"
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Conflict(
            "learning.model_changed", zh="模型文件已被改动，不予使用", en="the model's file was changed"
        )
    try:
        return artefact.load(content)
    except artefact.UnreadableError as error:
        raise Conflict(
            "learning.model_unreadable", zh=f"模型文件不能用，请重新训练：{error}", en=f"train again: {error}"
        ) from error


def _path(task: str, sha256: str) -> Path:
    return Path(settings.HOME) / FOLDER / task / f"{sha256}.model"
