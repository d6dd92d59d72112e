# SPDX-License-Identifier: Apache-2.0
"""Finding the reply that belongs to a message: mean reciprocal rank and recall at one.

The query is the message (title and body), the pool all replies of the folder. Each reply is ranked by
six figures of the texts, weighed by a conditional logit learned on the train folder's own pairs. The scores
``with_times`` add what is known of the times: a reply comes after its message, mostly within weeks. A reply
that says nothing but "received, will be dealt with" cannot be found by its words.
Without a test folder: five-fold, each fold's messages asked against all replies of the folder.
"""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.matching.comparing import Matrix, lengths_one, products
from tongguan.texts.grams import Bag, Floats, Ints, Rarity, grams, normal

DATA: Final = "tipdm_zwzx"
FOLDS: Final = 5
TEXT_FIGURES, ALL_FIGURES = 6, 8
#: Wrong replies a message learns from: those its own text is nearest to, and some at random.
NEAREST, RANDOM = 40, 400
_STEPS, _CLOSE = 60, 1e-6
_TIMES: Final = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M")
_EPOCH: Final = datetime(2010, 1, 1)  # noqa: DTZ001  # the data has local times without a zone


@dataclass(frozen=True, slots=True)
class Pair:
    """A message and the reply it got; times in days."""

    title: str
    body: str
    reply: str
    asked: float
    replied: float


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Yield the scores of the test folder, or the five-fold ones of the train folder."""
    known = pairs_of(train)
    if test is not None:
        asked = pairs_of(test)
        rarity = _rarities(known + asked)
        yield _scores(figures(known, rarity), figures(asked, rarity))
        return
    table = figures(known, _rarities(known))
    fold = np.random.default_rng(20260101).permutation(len(known)) % FOLDS
    ranks = [
        np.concatenate(
            [_ranks(table[:, :, :columns], table[:, :, :columns], fold != n) for n in range(FOLDS)]
        )
        for columns in (TEXT_FIGURES, ALL_FIGURES)
    ]
    yield {"figures": "cross-validated", "folds": FOLDS, **_shown(*ranks)}


def _scores(learning: Matrix, asking: Matrix) -> dict[str, object]:
    return _shown(*(_ranks(learning[:, :, :n], asking[:, :, :n]) for n in (TEXT_FIGURES, ALL_FIGURES)))


def _shown(ranks: Ints, with_times: Ints) -> dict[str, object]:
    return {
        "mrr": round(float((1 / ranks).mean()), 4),
        "recall_at_1": round(float((ranks == 1).mean()), 4),
        "recall_at_5": round(float((ranks <= 5).mean()), 4),
        "mrr_with_times": round(float((1 / with_times).mean()), 4),
        "recall_at_1_with_times": round(float((with_times == 1).mean()), 4),
        "messages": int(ranks.size),
    }


def pairs_of(folder: Path) -> list[Pair]:
    """Read the messages and replies of a folder."""
    with gzip.open(folder / "f4_reply_pairs.csv.gz") as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")))
    return [
        Pair(
            normal(r["title"]),
            normal(r["detail"]),
            normal(r["reply"]),
            _day(r["time"]),
            _day(r["reply_time"]),
        )
        for r in rows
    ]


def _day(words: str) -> float:
    for form in _TIMES:
        try:
            return (datetime.strptime(words.strip(), form) - _EPOCH).total_seconds() / 86_400  # noqa: DTZ007
        except ValueError:
            continue
    return float("nan")


def _rarities(pairs: list[Pair]) -> tuple[Rarity, Rarity]:
    texts = [p.title + p.body for p in pairs] + [p.reply for p in pairs]
    blank = Rarity.blank()
    return blank.learned(grams(texts, shortest=1, longest=2)), blank.learned(grams(texts, 4, shortest=3))


def figures(pairs: list[Pair], rarity: tuple[Rarity, Rarity]) -> Matrix:
    """Give an array (messages x replies x 8): six figures of the texts, two of the times."""
    plain, named = rarity
    titles, bodies, replies = ([getattr(p, name) for p in pairs] for name in ("title", "body", "reply"))
    wholes = [t + b for t, b in zip(titles, bodies, strict=True)]
    reply = grams(replies, 2, shortest=1)
    found: list[Matrix] = []
    for texts in (titles, wholes):
        asked = grams(texts, 2, shortest=1)
        found.append(products(asked, lengths_one(asked, plain), reply, lengths_one(reply, plain)))
        found.append(_covered(asked, reply, plain.weights(asked.hashes)))
    reply = grams(replies, 4, shortest=3)
    for texts in (titles, wholes):
        asked = grams(texts, 4, shortest=3)
        found.append(_covered(asked, reply, named.weights(asked.hashes) ** 2))
    later = np.array([[p.replied for p in pairs]]) - np.array([[p.asked] for p in pairs])
    later = np.nan_to_num(later, nan=0.0)
    found.append((later < -0.5).astype(np.float32))
    found.append(np.log1p(np.maximum(later, 0.0)).astype(np.float32))
    return np.stack(found, axis=2)


def _covered(asked: Bag, reply: Bag, weights: Floats) -> Matrix:
    """Give the share of each message's grams, by weight, that each reply repeats."""
    whole = np.bincount(asked.owners, weights, minlength=len(asked))
    return (
        products(asked, weights, reply, np.ones(reply.hashes.size))
        / np.float32(np.maximum(whole, 1e-9))[:, None]
    )


def _ranks(learning: Matrix, asking: Matrix, taught: NDArray[np.bool_] | None = None) -> Ints:
    """Learn on one set of messages, give the rank of the right reply for the other; ties count against us.

    ``taught``: of one and the same set, learn on these messages and rank for the others.
    """
    count = len(learning)
    own = np.arange(count)[:, None]
    nearest = np.argsort(-(learning[:, :, 0] + learning[:, :, 2]), axis=1)[:, :NEAREST]
    some = np.random.default_rng(1).integers(0, count, (count, RANDOM))
    choices = np.concatenate([own, nearest, some], axis=1)
    rows = np.ones(count, bool) if taught is None else taught
    weights = choice_weights(learning[own, choices][rows].astype(np.float64), (choices == own)[rows, 1:])
    score = asking.astype(np.float64) @ weights
    ranks = (score >= np.diag(score)[:, None] - 1e-12).sum(axis=1)
    return np.asarray(ranks if taught is None else ranks[~taught])


def choice_weights(choices: Floats, again: NDArray[np.bool_], ridge: float = 1.0) -> Floats:
    """Learn weights by which the first of each row's choices beats the others (conditional logit).

    ``choices``: rows x choices x figures; ``again``: which of the others are the first one once more.
    """
    spread = np.maximum(choices.std(axis=(0, 1)), 1e-9)
    scaled = (choices - choices.mean(axis=(0, 1))) / spread
    closed = np.concatenate([np.zeros((len(again), 1), bool), again], axis=1)
    found = np.zeros(scaled.shape[2])
    for _ in range(_STEPS):
        score = np.where(closed, -np.inf, scaled @ found)
        likely = np.exp(score - score.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        mean = (likely[:, :, None] * scaled).sum(axis=1)
        slope = (scaled[:, 0] - mean).sum(axis=0) - ridge * found
        spreads = np.einsum("qcf,qcg->fg", likely[:, :, None] * scaled, scaled) - mean.T @ mean
        step = np.linalg.solve(spreads + ridge * np.eye(found.size), slope)
        longest = float(np.abs(step).max())
        found += step * min(1.0, 1.0 / max(longest, 1e-12))
        if longest < _CLOSE:
            break
    return np.asarray(found / spread)
