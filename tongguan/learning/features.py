# SPDX-License-Identifier: Apache-2.0
"""Pure: texts to rows. Chinese needs no spaces: characters in a row, words cut by rjieba, and meanings."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import opencc
import rjieba
from sklearn.feature_extraction.text import TfidfVectorizer

from tongguan.learning.grams import Grams
from tongguan.learning.sense import Sense

_SPACE: Final = re.compile(r"\s+")
_HALVES: Final = re.compile("[\ud800-\udfff]")
_SIMPLIFIED: Final = opencc.OpenCC("t2s")
#: Longest text that is looked at, in characters: what comes later says the same again.
MOST: Final = 4_000


def folded(text: str) -> str:
    """Give the text with width, case, spaces and traditional characters evened out, cut to ``MOST``."""
    whole = _HALVES.sub("\ufffd", unicodedata.normalize("NFKC", text))
    return _SIMPLIFIED.convert(_SPACE.sub(" ", whole).strip().casefold()[:MOST])


def words(text: str) -> list[str]:
    """Cut a folded text into words."""
    return [word for word in rjieba.cut(text) if word.strip()]


@dataclass(frozen=True, slots=True)
class View:
    """One way to see a text: by grams of ``low`` to ``high`` ``char`` or ``word``, or by ``sense``."""

    name: str
    kind: str
    low: int = 1
    high: int = 1
    least: int = 1

    def fitted(self, texts: Sequence[str]) -> Any:
        """Give the fitted view of folded texts; grams in fewer than ``least`` of them are left out."""
        if self.kind == "sense":
            return Sense().fit(texts)
        if self.kind == "char":
            return Grams(self.low, self.high, self.least).fit(texts)
        return TfidfVectorizer(
            tokenizer=words,
            token_pattern=None,
            ngram_range=(self.low, self.high),
            min_df=self.least,
            sublinear_tf=True,
            lowercase=False,
            dtype=np.float32,
        ).fit(texts)


class Sight:
    """Fitted views: the same columns for every text that comes later."""

    def __init__(self, views: Sequence[View], texts: Sequence[str]) -> None:
        """Fit every view on folded texts."""
        self._fitted = {view.name: view.fitted(texts) for view in views}

    def rows(self, texts: Sequence[str]) -> dict[str, Any]:
        """Give a matrix (texts × columns) per view: CSR, and for meanings an array."""
        return {name: view.transform(texts) for name, view in self._fitted.items()}
