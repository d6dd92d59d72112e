# SPDX-License-Identifier: Apache-2.0
"""Which words of a telling mean danger to people now, for which service, and why. Pure, by data.

A whole batch is searched for the telling words of every rule at once; only texts that hold some are read
sentence by sentence. A word weighs less where its clause says no, tells of the past, asks or worries.
"""

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

_BREAK: Final = "\x1e"
_HIDDEN: Final = "\x1f"
_SENTENCE: Final = re.compile(r"[。！？!?;；\n\r]+")
_BREAKS: Final = re.compile(_BREAK)
_CLAUSE: Final = re.compile(r"[，,、：:]+")
_BLANK: Final = re.compile(r"[ \t\u3000\u200b]+")
_NEGATION_REACH: Final = 5
_DENIED: Final = 0.1
_MOST: Final = 4_000
_MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Spoken:
    """One word that spoke: its rule, the words as they stand, the weight left, what made it weigh less."""

    rule: str
    title: str
    words: str
    weight: float
    lowered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Danger:
    """What a telling is feared to mean: services to be told, the strongest first, with score and words."""

    services: tuple[str, ...]
    score: float
    scores: Mapping[str, float]
    spoken: tuple[Spoken, ...]
    explanation: str
    version: str


@dataclass(frozen=True, slots=True)
class Service:
    """Whom to call: 公安 110, 消防救援 119, 医疗急救 120."""

    code: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Rung:
    """After so many minutes without the next step, tell the holders of these posts."""

    minutes: float
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    title: str
    services: tuple[str, ...]
    weight: float
    pattern: re.Pattern[str]
    atoms: frozenset[str]
    #: In its sentence these words silence the rule.
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Context:
    name: str
    within: str
    factor: float
    pattern: re.Pattern[str]
    #: What is said to be happening now takes this context's force.
    yields: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """A danger file, checked and made ready. ``version`` names exactly these words."""

    version: str
    threshold: float
    #: A text longer than so many characters is a letter rather than a call for help: its words weigh less.
    letter_from: int
    letter_factor: float
    services: Mapping[str, Service]
    ladder: Mapping[str, tuple[Rung, ...]]
    rules: tuple[_Rule, ...]
    atoms: tuple[str, ...]
    contexts: tuple[_Context, ...]
    harmless: re.Pattern[str]
    negation: re.Pattern[str]
    present: re.Pattern[str]
    typos: Mapping[str, str]
    letters: Mapping[int, int]

    def titles(self) -> dict[str, str]:
        """Give what each rule is called."""
        return {rule.id: rule.title for rule in self.rules}

    def look(self, texts: Sequence[str]) -> list[Danger | None]:
        """Give for each text the danger it tells of, or None; only its first 4,000 characters are read."""
        heap = self._plain(texts)
        hits: dict[int, set[str]] = {}
        starts = [0, *(match.end() for match in _BREAKS.finditer(heap))]
        for atom in self.atoms:
            at = heap.find(atom)
            while at >= 0:
                hits.setdefault(bisect_right(starts, at) - 1, set()).add(atom)
                at = heap.find(atom, at + 1)
        found: list[Danger | None] = [None] * len(texts)
        ends = [*(start - 1 for start in starts[1:]), len(heap)]
        for row, atoms in hits.items():
            rules = [rule for rule in self.rules if rule.atoms & atoms]
            found[row] = self._judge(self.harmless.sub(_HIDDEN, heap[starts[row] : ends[row]]), rules)
        return found

    def _plain(self, texts: Sequence[str]) -> str:
        """Give all texts as one, folded: simplified, half width, no blanks, typing errors mended."""
        heap = _BREAK.join([text[:_MOST].replace(_BREAK, "").replace(_HIDDEN, "") for text in texts])
        return _folded(heap, tuple(self.letters.items()), tuple(self.typos.items()))

    def _judge(self, text: str, rules: Sequence[_Rule]) -> Danger | None:
        spoken: dict[str, Spoken] = {}
        for sentence in filter(None, _SENTENCE.split(text)):
            around = [c for c in self.contexts if c.within == "sentence" and c.pattern.search(sentence)]
            heard = [rule for rule in rules if rule.unless is None or not rule.unless.search(sentence)]
            for rule in heard:
                found = self._heard(rule, sentence, around)
                if found is not None and (rule.id not in spoken or spoken[rule.id].weight < found.weight):
                    spoken[rule.id] = found
        return self._sum(spoken, self.letter_factor if len(text) > self.letter_from else 1.0)

    def _heard(self, rule: _Rule, sentence: str, around: Sequence[_Context]) -> Spoken | None:
        best: Spoken | None = None
        for match in rule.pattern.finditer(sentence):
            left, right = _clause(sentence, match.start(), match.end())
            clause = sentence[left:right]
            # What stands before the word, and within a pattern, may say that it is not so.
            before = sentence[max(left, match.start() - _NEGATION_REACH) : match.end() - 1]
            near = [c for c in self.contexts if c.within == "clause" and c.pattern.search(clause)]
            now = self.present.search(clause) is not None
            lowering = [c for c in [*near, *around] if not (now and c.yields)]
            denied = self.negation.search(before) is not None
            weight = rule.weight * math.prod(c.factor for c in lowering) * (_DENIED if denied else 1.0)
            lowered = tuple(c.name for c in lowering) + (("被否定",) if denied else ())
            if best is None or weight > best.weight:
                best = Spoken(rule.id, rule.title, match.group(), round(weight, 3), lowered)
        return best

    def _sum(self, spoken: Mapping[str, Spoken], factor: float) -> Danger | None:
        scores: dict[str, float] = {}
        for rule in self.rules:
            if rule.id in spoken:
                for service in rule.services:
                    scores[service] = 1 - (1 - scores.get(service, 0.0)) * (
                        1 - spoken[rule.id].weight * factor
                    )
        scores = {code: round(score, 3) for code, score in scores.items()}
        ringing = sorted((c for c in scores if scores[c] >= self.threshold), key=lambda c: (-scores[c], c))
        if not ringing:
            return None
        heard = sorted(spoken.values(), key=lambda s: (-s.weight, s.rule))[:_MOST_WORDS]
        return Danger(
            services=tuple(ringing),
            score=scores[ringing[0]],
            scores=scores,
            spoken=tuple(heard),
            explanation="；".join([self._whom(ringing, scores), *map(_said, heard), *self._length(factor)]),
            version=self.version,
        )

    def _whom(self, ringing: Sequence[str], scores: Mapping[str, float]) -> str:
        told = "、".join(
            f"{self.services[c].number} {self.services[c].name}（{scores[c]:.2f}）" for c in ringing
        )
        return f"疑似险情，建议立即转 {told}，门槛 {self.threshold:g}"

    def _length(self, factor: float) -> list[str]:
        return [f"全文超过 {self.letter_from} 字，权重再乘 {factor:g}"] if factor < 1 else []


@lru_cache(maxsize=2)
def _folded(heap: str, letters: tuple[tuple[int, int], ...], typos: tuple[tuple[str, str], ...]) -> str:
    """Fold a heap of texts; one batch's is read for danger and then, folded alike, for urgency."""
    plain = _BLANK.sub("", unicodedata.normalize("NFKC", heap).translate(dict(letters)))
    for wrong, right in typos:
        plain = plain.replace(wrong, right)
    return plain


def _clause(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Give where the clause begins that holds ``start``, and where the one ends that holds ``end - 1``."""
    left = max((m.end() for m in _CLAUSE.finditer(sentence, 0, start)), default=0)
    after = _CLAUSE.search(sentence, end)
    return left, after.start() if after else len(sentence)


def _said(one: Spoken) -> str:
    lowered = f"，因{'、'.join(one.lowered)}降低" if one.lowered else ""
    return f"{one.title}：“{one.words}”权重 {one.weight:g}{lowered}"


def parse(body: Mapping[str, Any], version: str) -> Rules:
    """Check a danger file and make it ready. Raises ValueError naming what is wrong."""
    try:
        services = {
            str(code): Service(str(code), str(one["name"]), str(one["number"]))
            for code, one in body["services"].items()
        }
        gap = int(body["gap"])
        rules = tuple(_rule(row, services, gap) for row in body["rules"])
        ladder = {state: tuple(_rungs(state, rows)) for state, rows in body["ladder"].items()}
        traditional = str(body["traditional"])
        contexts = tuple(_context(row) for row in body["contexts"])
        threshold = float(body["threshold"])
        letter_from, letter_factor = int(body["letter"]["from"]), float(body["letter"]["factor"])
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise ValueError(f"danger file: {error!r}") from error
    if len({rule.id for rule in rules}) < len(rules):
        raise ValueError("danger file: two rules have the same id")
    if not 0 < threshold < 1 or len(traditional) % 2:
        raise ValueError("danger file: threshold between 0 and 1, traditional characters in pairs")
    return Rules(
        version=version,
        threshold=threshold,
        letter_from=letter_from,
        letter_factor=letter_factor,
        services=services,
        ladder=ladder,
        rules=rules,
        atoms=tuple(sorted({atom for rule in rules for atom in rule.atoms})),
        contexts=contexts,
        harmless=_any(sorted(map(re.escape, body["harmless"]), key=len, reverse=True)),
        negation=_any(body["negations"]),
        present=_any(body["present"]),
        typos={str(wrong): str(right) for wrong, right in body["typos"].items()},
        letters={ord(traditional[i]): ord(traditional[i + 1]) for i in range(0, len(traditional), 2)},
    )


def _any(words: Sequence[str]) -> re.Pattern[str]:
    if not words or not all(words):
        raise ValueError("danger file: an empty list or word")
    return re.compile("|".join(f"(?:{word})" for word in words))


def _context(row: Mapping[str, Any]) -> _Context:
    if row["within"] not in {"clause", "sentence"} or not 0 <= float(row["factor"]) <= 1:
        raise ValueError(f"danger file, context {row['id']}: unknown reach, or a factor outside 0 to 1")
    lasting = row["id"] in {"paper", "over"}
    return _Context(str(row["name"]), row["within"], float(row["factor"]), _any(row["words"]), not lasting)


def _rungs(state: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Rung]:
    last = 0.0
    for row in rows:
        minutes = float(row["minutes"])
        if minutes <= last:
            raise ValueError(f"danger file, ladder {state}: minutes must rise")
        if not set(row["to"]) <= {"acceptor", "duty_chief", "leader"} or not row["to"]:
            raise ValueError(f"danger file, ladder {state}: to must be acceptor, duty_chief or leader")
        last = minutes
        yield Rung(minutes, tuple(row["to"]))


def _rule(row: Mapping[str, Any], services: Mapping[str, Service], gap: int) -> _Rule:
    where = f"danger file, rule {row['id']}"
    if not row["services"] or not set(row["services"]) <= set(services):
        raise ValueError(f"{where}: unknown service")
    if not 0 < float(row["weight"]) < 1:
        raise ValueError(f"{where}: weight between 0 and 1")
    patterns: list[str] = []
    atoms: set[str] = set()
    for say in row["say"]:
        parts = [[word for word in part.split("|") if word] for part in str(say).split("…")]
        if not all(parts):
            raise ValueError(f"{where}: an empty part in {say}")
        between = f"[^过{_HIDDEN}]{{0,{gap}}}?"  # 着火过…有人: that was another time
        patterns.append(between.join(f"(?:{'|'.join(map(re.escape, part))})" for part in parts))
        # The part whose shortest word is longest is the rarest: it must be there for the rule to speak.
        atoms.update(max(parts, key=lambda part: min(map(len, part))))
    return _Rule(
        str(row["id"]), str(row["title"]), tuple(row["services"]), float(row["weight"]),
        _any(patterns), frozenset(atoms), _any(row["unless"]) if "unless" in row else None,
    )  # fmt: skip
