# SPDX-License-Identifier: Apache-2.0
"""A labeller of address texts: conditional random fields (CRFsuite), learned from marked texts. No Django.

The same examples give the same model, byte for byte.
"""

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import pycrfsuite

from tongguan.addresses.features import features
from tongguan.addresses.tokens import Span, spans, tags, tokens
from tongguan.kernel.errors import Conflict

VERSION: Final = "crf-2"
_MODEL, _ABOUT = "model.crf", "about.json"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its spans in tokens; they cover the whole text."""

    text: str
    spans: tuple[Span, ...]


def _unreadable(why: str) -> Conflict:
    return Conflict(
        "addresses.model_unreadable",
        zh=f"地址模型不能用，请重新训练：{why}",
        en=f"train the address model again: {why}",
    )


class Labeller:
    """A trained model. ``content`` are its bytes, to be kept in a file."""

    def __init__(self, content: bytes) -> None:
        """Read a model. Raises Conflict (``addresses.model_unreadable``)."""
        self.content = content
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                self.about: dict[str, Any] = json.loads(packed.read(_ABOUT))
                self._model = packed.read(_MODEL)
        except (ValueError, KeyError, zipfile.BadZipFile) as error:
            raise _unreadable(str(error)) from error
        if self.about.get("version") != VERSION:
            raise _unreadable(f"made by {self.about.get('version')}, this is {VERSION}")
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(self._model)

    @property
    def sha256(self) -> str:
        """Give the hash of the model's bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @classmethod
    def train(cls, examples: Sequence[Example], *, rounds: int = 80) -> Self:
        """Learn from examples; about a minute for 9,000 on one core. Raises Conflict."""
        cut = [(tokens(example.text), example.spans) for example in examples]
        trainer = pycrfsuite.Trainer("lbfgs", verbose=False)
        trainer.set_params({"c1": 0.05, "c2": 0.1, "max_iterations": rounds})
        for words, marked in cut:
            trainer.append(features(words), tags(marked, len(words)))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / _MODEL
            trainer.train(str(path))
            model = path.read_bytes()
        return cls(_packed({"version": VERSION, "texts": len(examples)}, model))

    def label(self, text: str) -> list[Span]:
        """Give the spans of one text, in tokens; they never overlap."""
        words = tokens(text)
        return spans(self._tagger.tag(features(words))) if words else []


def _packed(about: dict[str, object], model: bytes) -> bytes:
    """Put both into one archive; the same content gives the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo(_ABOUT, _EPOCH), json.dumps(about, ensure_ascii=False))
        packed.writestr(zipfile.ZipInfo(_MODEL, _EPOCH), model)
    return target.getvalue()
