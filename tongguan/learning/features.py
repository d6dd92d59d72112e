# SPDX-License-Identifier: Apache-2.0
"""Pure: texts to sparse rows. Chinese needs no spaces: characters in a row, and words cut by rjieba."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import rjieba
from sklearn.feature_extraction.text import TfidfVectorizer

_SPACE: Final = re.compile(r"\s+")
_HALVES: Final = re.compile("[\ud800-\udfff]")
#: Longest text that is looked at, in characters: what comes later says the same again.
MOST: Final = 4_000


def folded(text: str) -> str:
    """Give the text with full-width forms, case and spaces evened out, cut to ``MOST`` characters."""
    whole = _HALVES.sub("\ufffd", unicodedata.normalize("NFKC", text))
    return _SPACE.sub(" ", whole).strip().casefold()[:MOST]


def words(text: str) -> list[str]:
    """Cut a folded text into words."""
    return [word for word in rjieba.cut(text) if word.strip()]


@dataclass(frozen=True, slots=True)
class View:
    """One way to see a text: ``kind`` is ``char`` or ``word``; grams of ``low`` to ``high`` parts."""

    name: str
    kind: str
    low: int
    high: int
    least: int = 1

    def vectorizer(self) -> TfidfVectorizer:
        """Give an unfitted vectoriser; grams in fewer than ``least`` texts are left out."""
        how: dict[str, Any] = {"analyzer": "char"}
        if self.kind == "word":
            how = {"tokenizer": words, "token_pattern": None}
        return TfidfVectorizer(
            ngram_range=(self.low, self.high),
            min_df=self.least,
            sublinear_tf=True,
            lowercase=False,
            dtype=np.float32,
            **how,
        )


class Sight:
    """Fitted views: the same columns for every text that comes later."""

    def __init__(self, views: Sequence[View], texts: Sequence[str]) -> None:
        """Fit every view on folded texts."""
        self._fitted = {view.name: view.vectorizer().fit(texts) for view in views}

    def rows(self, texts: Sequence[str]) -> dict[str, Any]:
        """Give a CSR matrix (texts × grams) per view."""
        return {name: vectorizer.transform(texts) for name, vectorizer in self._fitted.items()}
