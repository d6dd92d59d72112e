# SPDX-License-Identifier: Apache-2.0
"""Hot matters out of citizens' messages (F53): clusters against the marked issues.

The weights of a pair's figures are learned from the marked pairs of the train folder; the messages of the
scored folder are compared all with all and grouped by ``tongguan.matching``. Scored on marked messages
only: B-cubed precision, recall and F, mean best-cluster F1 per issue, and how many of the issues are among
the ten hottest clusters. Without a test folder: five-fold over issues, the held-out fifth scored while
all messages are clustered.
"""

import csv
import gzip
import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.matching.clustering import average_link
from tongguan.matching.comparing import Telling, figures, rarities
from tongguan.matching.heat import HeatRule, Voice, heat_of
from tongguan.matching.learning import TextWeights, chance, learn, pair_weights
from tongguan.texts.grams import Floats, Ints, Rarity

DATA: Final = "tipdm_zwzx"
GOAL: Final = 0.95
#: One pair in fifty of what is compared is the same matter: what learning assumes.
SAME_SHARE: Final = 0.02
LEARNING_WEIGHT: Final = 2_000.0
#: Mean likeness within a group. Cross-validated B-cubed F is flat (0.98 to 1.0) from 0.03 to 0.3.
CUT: Final = 0.08
#: A pair less likely than this counts as unlike: it saves most of the pairs and changes no group.
LEAST: Final = 0.002
FOLDS: Final = 5
HOTTEST: Final = 10
_EPOCH: Final = datetime(2010, 1, 1)  # noqa: DTZ001  # the data has local times without a zone
_TIMES: Final = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Message:
    """One message and its mark: ``issue`` is empty when it is not marked."""

    id: str
    user: str
    telling: Telling
    votes: int
    issue: str
    ambiguous: bool


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """All pairs of a folder's messages with their figures."""

    messages: list[Message]
    left: Ints
    right: Ints
    figures: Floats


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Yield the scores: of the test folder, or cross-validated over the issues of the train folder."""
    known = messages_of(train)
    if test is None:
        compared = compare(known, rarities(texts(known)))
        all_in = scores(known, *grouped(compared, learned(compared, frozenset())))
        # Ten places are for all issues together: the recall of a fold alone would say nothing.
        yield {
            "figures": "cross-validated over issues",
            "folds": FOLDS,
            **_cross_validated(compared),
            "issue_recall_at_10": all_in["issue_recall_at_10"],
            "issues": all_in["issues"],
            "marked": all_in["marked"],
        }
        return
    asked = messages_of(test)
    rarity = rarities(texts(known) + texts(asked))
    weights = learned(compare(known, rarity), frozenset())
    compared = compare(asked, rarity)
    yield scores(compared.messages, *grouped(compared, weights))


def messages_of(folder: Path) -> list[Message]:
    """Read the messages of a folder with their marks."""
    with (folder / "f3_hot_issue_gold.csv").open(encoding="utf-8-sig", newline="") as file:
        marks = {row["id"]: row for row in csv.DictReader(file)}
    with gzip.open(folder / "f3_messages.csv.gz") as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")))
    return [_message(row, marks.get(row["id"], {})) for row in rows]


def _message(row: dict[str, str], mark: dict[str, str]) -> Message:
    ambiguous = mark.get("ambiguous") == "1"
    return Message(
        id=row["id"],
        user=row["user"],
        telling=Telling(row["title"], row["detail"], _day(row["time"])),
        votes=int(float(row["up"] or 0)),
        issue="" if ambiguous else mark.get("issue", ""),
        ambiguous=ambiguous,
    )


def _day(words: str) -> float:
    for form in _TIMES:
        try:
            return (datetime.strptime(words.strip(), form) - _EPOCH).total_seconds() / 86_400  # noqa: DTZ007
        except ValueError:
            continue
    message = f"not a time: {words!r}"
    raise ValueError(message)


def texts(messages: Sequence[Message]) -> list[str]:
    """Give the whole texts, from which rarity is learned."""
    return [f"{m.telling.title} {m.telling.body}" for m in messages]


def compare(messages: list[Message], rarity: tuple[Rarity, Rarity]) -> Compared:
    """Compare all messages of a folder with each other."""
    return Compared(messages, *figures([m.telling for m in messages], *rarity))


def learned(compared: Compared, held_out: frozenset[str]) -> TextWeights:
    """Learn from pairs with a marked message, leaving out ambiguous ones and the held-out issues."""
    names = {name: n for n, name in enumerate(sorted({m.issue for m in compared.messages}))}
    issue = np.array([names[m.issue] for m in compared.messages])
    unused = np.array([m.ambiguous or m.issue in held_out for m in compared.messages])
    marked = np.array([bool(m.issue) for m in compared.messages])
    left, right = compared.left, compared.right
    used = (marked[left] | marked[right]) & ~unused[left] & ~unused[right]
    same = (issue[left] == issue[right])[used] & marked[left][used]
    weight = pair_weights(same, issue[left][used], SAME_SHARE, LEARNING_WEIGHT)
    return learn(compared.figures[used], same, weight)


def grouped(compared: Compared, weights: TextWeights) -> tuple[Ints, Floats]:
    """Give the group of every message, and by group the mean likeness of its pairs."""
    likely = chance(weights.log_odds(compared.figures))
    near = likely > LEAST
    count, left, right = len(compared.messages), compared.left, compared.right
    groups = average_link(count, left[near], right[near], likely[near], CUT)
    within = groups[left] == groups[right]
    total = np.bincount(groups[left[within]], likely[within], minlength=count)
    return groups, total / np.maximum(np.bincount(groups[left[within]], minlength=count), 1)


def _cross_validated(compared: Compared) -> dict[str, object]:
    names = sorted({m.issue for m in compared.messages if m.issue})
    order = np.random.default_rng(20260101).permutation(names)
    found: list[dict[str, object]] = []
    for fold in range(FOLDS):
        held_out = frozenset(order[fold::FOLDS].tolist())
        groups, cohesion = grouped(compared, learned(compared, held_out))
        found.append(scores(compared.messages, groups, cohesion, only=held_out))
    shown: dict[str, object] = {}
    for name in ("bcubed_f", "bcubed_precision", "bcubed_recall", "best_cluster_f1"):
        values = np.array([one[name] for one in found], np.float64)
        shown[name] = round(float(values.mean()), 4)
        shown[f"{name}_worst"] = round(float(values.min()), 4)
    return shown


def scores(
    messages: Sequence[Message], groups: Ints, cohesion: Floats, only: frozenset[str] = frozenset()
) -> dict[str, object]:
    """Score groups against marks; ``only``: the issues whose messages are averaged over, all by default."""
    at = [n for n, message in enumerate(messages) if message.issue]
    gold, found = [messages[n].issue for n in at], groups[at].tolist()
    both = Counter(zip(found, gold, strict=True))
    group_size, issue_size = Counter(found), Counter(gold)
    rows = [(g, i) for g, i in zip(found, gold, strict=True) if not only or i in only]
    precision = float(np.mean([both[g, i] / group_size[g] for g, i in rows]))
    recall = float(np.mean([both[g, i] / issue_size[i] for g, i in rows]))
    issues = only or frozenset(gold)
    best = [max(2 * both[g, i] / (group_size[g] + issue_size[i]) for g in group_size) for i in issues]
    hot = hottest(messages, groups, cohesion)
    recalled = {i for i in issues for g in hot if both[g, i] * 2 > issue_size[i]}
    return {
        "bcubed_f": round(2 * precision * recall / (precision + recall), 4),
        "bcubed_precision": round(precision, 4),
        "bcubed_recall": round(recall, 4),
        "best_cluster_f1": round(float(np.mean(best)), 4),
        "issue_recall_at_10": round(len(recalled) / min(len(issues), HOTTEST), 4),
        "issues": len(issues),
        "marked": len(rows),
        "clusters": len(set(groups.tolist())),
    }


def hottest(messages: Sequence[Message], groups: Ints, cohesion: Floats) -> list[int]:
    """Give the ten hottest groups of the whole archive: nothing cools down."""
    now = max(m.telling.day for m in messages)
    voices: dict[int, list[Voice]] = {}
    for message, group in zip(messages, groups.tolist(), strict=True):
        voices.setdefault(group, []).append(Voice(message.user, message.telling.day, message.votes))
    rule = HeatRule(half_life=math.inf)
    ranked = sorted(voices, key=lambda g: (-heat_of(voices[g], now, rule, float(cohesion[g])).heat, g))
    return ranked[:HOTTEST]
