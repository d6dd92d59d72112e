# SPDX-License-Identifier: Apache-2.0
"""How long officials take to answer citizens' messages, foretold as quantiles (TipDM C 2020, attachment 4).

The district named in the message tells most of what is known beforehand. The room ``insight``'s Kaplan–Meier
curve gives the quantiles of every district (of all where few are known); scored are the share of answers
within each quantile (it should be the quantile), the pinball loss against the same quantiles of the whole,
and the MAE of the natural log of days.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.quality.replies import Pair, pairs_of
from tongguan.patterns.survival import Curve, curve, tally

DATA: Final = "tipdm_zwzx"
QUANTILES: Final = (0.5, 0.8, 0.95)
FOLDS: Final = 5
#: Answers of a district before its own curve is asked.
FEW: Final = 60
_LEAST: Final = 1e-3
Floats = NDArray[np.float64]


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Yield the scores of the test folder, or the five-fold ones of the train folder."""
    known = _clean(pairs_of(train))
    if test is not None:
        yield {"figures": "held-out", **_scored(*_said(known, _clean(pairs_of(test))))}
        return
    fold = np.random.default_rng(20260101).permutation(len(known)) % FOLDS
    parts = [
        _said([one for one, f in zip(known, fold, strict=True) if f != n],
              [one for one, f in zip(known, fold, strict=True) if f == n])
        for n in range(FOLDS)
    ]  # fmt: skip
    columns = [np.concatenate([part[n] for part in parts]) for n in range(3)]
    yield {"figures": "cross-validated", "folds": FOLDS, **_scored(*columns)}


def _clean(pairs: list[Pair]) -> list[Pair]:
    return [one for one in pairs if one.replied >= one.asked]


def _district(one: Pair) -> str:
    words = one.title + one.body
    place = words.find("a")
    return words[place : place + 2] if place >= 0 and words[place + 1 : place + 2].isdigit() else ""


def _said(known: list[Pair], asked: list[Pair]) -> tuple[Floats, Floats, Floats]:
    """Give (days taken, quantiles said, quantiles of the whole) of the asked ones."""
    whole = _curve(known)
    by_district = {
        name: _curve([one for one in known if _district(one) == name])
        for name in {_district(one) for one in known}
    }
    said = [
        _quantiles(found if (found := by_district.get(_district(one), whole)).ends >= FEW else whole)
        for one in asked
    ]
    plain = _quantiles(whole)
    taken = np.array([one.replied - one.asked for one in asked])
    return taken, np.array(said), np.tile(plain, (len(asked), 1))


def _curve(pairs: list[Pair]) -> Curve:
    days = np.array([one.replied - one.asked for one in pairs], dtype=np.float64)
    return curve(tally(days, np.ones(len(days), dtype=np.bool_)))


def _quantiles(known: Curve) -> list[float]:
    return [known.quantile(share) or float("nan") for share in QUANTILES]


def _scored(taken: Floats, said: Floats, plain: Floats) -> dict[str, object]:
    logs = np.log(np.maximum(taken, _LEAST))
    found: dict[str, object] = {
        "median_days": round(float(np.median(taken)), 2),
        "mae_log_days": round(float(np.abs(np.log(np.maximum(said[:, 0], _LEAST)) - logs).mean()), 4),
        "mae_log_days_of_all": round(float(np.abs(np.log(np.maximum(plain[:, 0], _LEAST)) - logs).mean()), 4),
    }
    for place, share in enumerate(QUANTILES):
        name = f"p{100 * share:.0f}"
        found[f"within_{name}"] = round(float((taken <= said[:, place]).mean()), 4)
        found[f"pinball_{name}"] = round(_pinball(taken, said[:, place], share), 4)
        found[f"pinball_{name}_of_all"] = round(_pinball(taken, plain[:, place], share), 4)
    return found | {"messages": len(taken)}


def _pinball(truth: Floats, said: Floats, share: float) -> float:
    off = truth - said
    return float(np.maximum(share * off, (share - 1) * off).mean())
