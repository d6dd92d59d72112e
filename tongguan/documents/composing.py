# SPDX-License-Identifier: Apache-2.0
"""A template and what was counted become a document: blocks of text, charts, tables and maps. Pure.

The same template, stage and counts give the same document, byte for byte in its canonical form. Every number
in it is a figure of its own with the query that counted it. Parts that a condition left out are kept, with
the condition, so that a reader can ask why a sentence is not there.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tongguan.documents import change, drawing
from tongguan.documents.conditions import Condition, Ref, Test, holds, in_words
from tongguan.documents.contracts import Counted, Group, Measure, Need, Span, Stage
from tongguan.documents.figuring import Figures
from tongguan.documents.needing import merged
from tongguan.documents.parts import (
    Chart,
    Each,
    Map,
    Part,
    Piece,
    Say,
    Strategies,
    Sub,
    Table,
    Template,
    Word,
)
from tongguan.documents.wordsof import ordinal, shown, stretch, written

FORMAT: Final = 1
#: A template of which nothing holds still says so.
_NOTHING: Final = "本期无相关情况。"
Doc = dict[str, Any]


def canonical(document: Mapping[str, Any]) -> bytes:
    """Give a document's one form: sorted keys, no spaces, UTF-8."""
    told = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return told.encode()


def digest(document: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a document's canonical form."""
    return hashlib.sha256(canonical(document)).hexdigest()


def compose(
    template: Template, version: int, stage: Stage, counted: Counted, measures: Mapping[str, Measure]
) -> Doc:
    """Write the document."""
    return _Writer(template, stage, Figures(stage, counted, measures)).document(version)


class _Writer:
    """Writes one document, block by block."""

    def __init__(self, template: Template, stage: Stage, figures: Figures) -> None:
        self._template = template
        self._stage = stage
        self._figures = figures
        self._blocks: list[Doc] = []
        self._omitted: list[Doc] = []
        self._sentences = 0
        self._open: list[Doc] | None = None

    def document(self, version: int) -> Doc:
        period = self._stage.period
        title = self._words(self._template.title)
        for number, section in enumerate(self._template.sections, 1):
            self._heading(1, f"{ordinal(number)}、{self._words(section.title)}")
            before = len(self._blocks)
            for part in section.parts:
                self._part(part)
            if len(self._blocks) == before:
                self._paragraph([self._sentence([_NOTHING])])
        return {
            "format": FORMAT,
            "template": {"code": self._template.code, "version": version, "name": self._template.name},
            "kind": self._template.kind,
            "title": title,
            "place": self._stage.place,
            "issuer": self._stage.issuer,
            "division": self._stage.division,
            "focus": dict(self._stage.focus),
            "period": {
                "zh": period.zh,
                "since": period.since.isoformat(),
                "until": period.until.isoformat(),
                "before": stretch(*period.before),
            },
            "data_until": self._stage.data_until.isoformat(),
            "blocks": self._blocks,
            "figures": self._figures.told,
            "omitted": self._omitted,
        }

    def _heading(self, level: int, text: str) -> None:
        self._open = None
        self._blocks.append({"kind": "heading", "level": level, "text": text})

    def _paragraph(self, sentences: list[Doc], lead: str = "") -> None:
        self._open = None
        self._blocks.append({"kind": "paragraph", "lead": lead, "sentences": sentences})

    def _add(self, sentence: Doc) -> None:
        if self._open is None:
            self._open = []
            self._blocks.append({"kind": "paragraph", "lead": "", "sentences": self._open})
        self._open.append(sentence)

    def _part(self, part: Part) -> None:
        if isinstance(part, Say | Each):
            pieces = self._said(part)
            if pieces:
                self._add(self._sentence(pieces))
        elif isinstance(part, Sub):
            self._heading(2, self._words(part.pieces))
        elif isinstance(part, Strategies):
            self._strategies(part)
        else:
            self._open = None
            self._blocks.append(self._drawn(part))

    def _strategies(self, part: Strategies) -> None:
        number = 0
        for one in self._template.strategies:
            if one.code not in part.codes:
                continue
            pieces = self._said(one.part)
            if pieces:
                number += 1
                sentence = self._sentence(pieces) | {"rule": one.code, "why": one.part.when_text}
                self._paragraph([sentence], lead=f"（{ordinal(number)}）")
        if not number and part.none:
            self._paragraph([self._sentence(self._pieces(part.none))])

    def _said(self, part: Say | Each) -> list[str | Doc]:
        if isinstance(part, Each):
            return self._each(part)
        if part.when is None or holds(part.when, self._figures.number, self._test):
            return self._pieces(part.pieces)
        self._omit(part.when, part.when_text)
        return self._pieces(part.otherwise)

    def _omit(self, when: Condition, text: str) -> None:
        """Keep why a sentence is not there."""
        words = in_words(when, self._figures.named)
        self._omitted.append({"when": text, "words": words, "after": len(self._blocks)})

    def _each(self, part: Each) -> list[str | Doc]:
        filters = merged(part.of.filters, self._stage.focus)
        ranked = self._ranked(part, self._figures.groups(Need(part.of.measure, filters, Span.NOW, part.by)))
        chosen: list[list[str | Doc]] = []
        for group in ranked:
            if len(chosen) == part.top:
                break
            where = (part.by, group)
            if part.when is None or self._holds(part.when, where):
                chosen.append(self._pieces(part.pieces, (where, len(chosen) + 1)))
        if not chosen:
            if part.when is not None:
                self._omit(part.when, part.when_text)
            return self._pieces(part.otherwise)
        told = self._pieces(part.begin)
        for number, pieces in enumerate(chosen):
            told += [part.join, *pieces] if number else pieces
        return [*told, part.end]

    def _holds(self, condition: Condition, at: tuple[str, Group]) -> bool:
        return holds(condition, lambda ref: self._figures.number(ref, at), lambda test: self._test(test, at))

    def _ranked(self, part: Each, groups: Sequence[Group]) -> list[Group]:
        view = Ref(part.of.measure, part.of.filters, part.sort)
        marked = [(self._figures.number(view, (part.by, group)), group) for group in groups if group.tally.n]
        marked = [(mark, group) for mark, group in marked if mark is not None]
        marked.sort(key=lambda one: (-(one[0] or 0.0), one[1].key))
        return [group for _, group in marked]

    def _test(self, test: Test, at: tuple[str, Group] | None = None) -> bool:
        verdict = self._figures.verdict(test.ref, at)
        if test.name == "significant" or not verdict.significant:
            return verdict.significant
        gap = self._figures.number(Ref(test.ref.measure, test.ref.filters, "difference"), at) or 0.0
        return gap > 0 if test.name == "rises" else gap < 0

    def _pieces(
        self, pieces: Sequence[Piece], loop: tuple[tuple[str, Group], int] | None = None
    ) -> list[str | Doc]:
        told: list[str | Doc] = []
        for piece in pieces:
            if isinstance(piece, str):
                told.append(piece)
            elif isinstance(piece, Word):
                told.append(self._word(piece.name, loop))
            else:
                told.append({"figure": self._figures.figure(piece, loop[0] if loop else None)})
        return told

    def _word(self, name: str, loop: tuple[tuple[str, Group], int] | None) -> str:
        if loop is not None and name == "name":
            return loop[0][1].name
        if loop is not None and name == "rank":
            return ordinal(loop[1])
        stage = self._stage
        return {
            "place": stage.place,
            "period": stage.period.zh,
            "before": stage.period.before_zh,
            "focus": stage.focus_zh,
            "areas": stage.areas,
            "data_until": f"{stage.data_until:%Y-%m-%d %H:%M}",
        }[name]

    def _sentence(self, pieces: list[str | Doc]) -> Doc:
        self._sentences += 1
        merged_pieces: list[str | Doc] = []
        for piece in pieces:
            if isinstance(piece, str) and merged_pieces and isinstance(merged_pieces[-1], str):
                merged_pieces[-1] += piece
            elif piece:
                merged_pieces.append(piece)
        return {"key": f"s{self._sentences}", "pieces": merged_pieces}

    def _words(self, pieces: Sequence[Piece]) -> str:
        return self._figures.plain(self._pieces(pieces))

    def _drawn(self, part: Chart | Map | Table) -> Doc:
        if isinstance(part, Table):
            return self._table(part)
        by = part.by if isinstance(part, Chart) else ("cell" if part.draw == "points" else part.level)
        span = Span.RECENT if part.draw == "line" else Span.NOW
        need = Need(part.of.measure, merged(part.of.filters, self._stage.focus), span, by)
        measure = self._figures.measures[part.of.measure]
        block: Doc = {"kind": "chart", "draw": part.draw, "title": self._words(part.title),
                      "unit": measure.unit, "measure": measure.zh, "rows": []}  # fmt: skip
        groups = self._figures.groups(need)
        if isinstance(part, Chart) and part.draw == "line":
            return block | {"rows": self._line(need, groups, part.days, measure)}
        if isinstance(part, Chart) and part.draw == "heat":
            return block | {"rows": [self._row(need, one, measure) for one in groups]}
        top = groups if isinstance(part, Map) and part.draw == "areas" else groups[: part.top]
        rows = [self._row(need, one, measure) for one in top]
        if isinstance(part, Map):
            block |= {"draw": part.draw, "shapes": drawing.shapes(self._stage.shapes.get(part.level, ()))}
        return block | {"rows": rows}

    def _row(self, need: Need, group: Group, measure: Measure) -> Doc:
        figure = self._figures.entry(need, group, "value", written(group.tally.value, measure))
        return {
            "key": group.key, "name": group.name, "figure": figure,
            "value": shown(group.tally.value, measure),
        }  # fmt: skip

    def _line(self, need: Need, groups: Sequence[Group], days: int, measure: Measure) -> list[Doc]:
        known = {group.key: group for group in groups}
        every = sorted(known)
        rows = []
        for day in every[-days:]:
            at = every.index(day)
            same = [known[every[at - 7 * back]].tally.value for back in range(1, 5) if at - 7 * back >= 0]
            ordinary = change.expected([one for one in same if one is not None])
            low, high = (None, None) if ordinary is None else (round(ordinary[1], 1), round(ordinary[2], 1))
            rows.append(self._row(need, known[day], measure) | {"low": low, "high": high})
        return rows

    def _table(self, part: Table) -> Doc:
        first = part.columns[0]
        need = Need(first.measure, merged(first.filters, self._stage.focus), Span.NOW, part.by)
        groups = [group for group in self._figures.groups(need) if group.tally.n or group.key]
        rows: list[Doc] = [
            {"name": group.name, "cells": [self._figures.figure(c, (part.by, group)) for c in part.columns]}
            for group in groups[: part.top]
        ]
        rows.append({"name": "合计", "cells": [self._figures.figure(c, None) for c in part.columns]})
        heads = [self._figures.head(column) for column in part.columns]
        return {
            "kind": "table",
            "title": self._words(part.title),
            "by": part.by,
            "heads": heads,
            "rows": rows,
        }
