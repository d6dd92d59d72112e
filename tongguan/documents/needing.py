# SPDX-License-Identifier: Apache-2.0
"""What must be counted for a template before a word of it can be written. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tongguan.documents.conditions import Ref, refs, tests
from tongguan.documents.contracts import Filters, Measure, Need, Span
from tongguan.documents.parts import Chart, Each, Map, Part, Piece, Say, Table, Template

_BEFORE: Final = frozenset({"before", "change", "difference", "ratio", "contribution", "verdict"})
_YEAR: Final = frozenset({"year", "change_year"})
_WHOLE: Final = frozenset({"share", "contribution"})


def needs(template: Template, focus: Filters, measures: Mapping[str, Measure]) -> list[Need]:
    """Give every need of a template once, in a fixed order."""
    found: dict[Need, None] = {}
    parts = [part for section in template.sections for part in section.parts]
    parts += [one.part for one in template.strategies]
    for part in parts:
        found.update(dict.fromkeys(_of_part(part, focus)))
    for section in template.sections:
        found.update(dict.fromkeys(_of_pieces(section.title, focus, "")))
    found.update(dict.fromkeys(_of_pieces(template.title, focus, "")))
    return sorted(one for one in found if one.span is not Span.LAGS or _varies(measures[one.measure]))


def _varies(measure: Measure) -> bool:
    return measure.sort == "count"


def merged(filters: Filters, focus: Filters) -> Filters:
    """Give filters with the document's focus; what a sentence says itself wins."""
    return tuple(sorted((dict(focus) | dict(filters)).items()))


def of_ref(ref: Ref, focus: Filters, by: str) -> Iterator[Need]:
    """Give the needs of one figure as it is named."""
    filters = merged(ref.filters, focus)
    yield Need(ref.measure, filters, Span.NOW, by)
    if ref.view in _BEFORE:
        yield Need(ref.measure, filters, Span.BEFORE, by)
    if ref.view in _YEAR:
        yield Need(ref.measure, filters, Span.YEAR, by)
    if ref.view == "verdict":
        yield Need(ref.measure, filters, Span.LAGS, by)
    if ref.view in _WHOLE:
        whole = filters if by else merged((), focus)
        yield Need(ref.measure, whole, Span.NOW)
        if ref.view == "contribution":
            yield Need(ref.measure, whole, Span.BEFORE)


def _of_part(part: Part, focus: Filters) -> Iterator[Need]:
    if isinstance(part, Say):
        yield from _of_pieces([*part.pieces, *part.otherwise], focus, "")
        yield from _of_when(part, focus, "")
    elif isinstance(part, Each):
        yield from of_ref(part.of, focus, part.by)
        if part.sort != "value":
            yield from of_ref(Ref(part.of.measure, part.of.filters, "change"), focus, part.by)
        yield from _of_pieces(part.pieces, focus, part.by)
        yield from _of_pieces([*part.begin, *part.otherwise], focus, "")
        yield from _of_when(part, focus, part.by)
    elif isinstance(part, Chart):
        span = Span.RECENT if part.draw == "line" else Span.NOW
        yield Need(part.of.measure, merged(part.of.filters, focus), span, part.by)
        yield from _of_pieces(part.title, focus, "")
    elif isinstance(part, Map):
        by = "cell" if part.draw == "points" else part.level
        yield Need(part.of.measure, merged(part.of.filters, focus), Span.NOW, by)
        yield from _of_pieces(part.title, focus, "")
    elif isinstance(part, Table):
        for column in part.columns:
            yield from of_ref(column, focus, part.by)
            yield from of_ref(column, focus, "")
        yield from _of_pieces(part.title, focus, "")


def _of_pieces(pieces: Iterable[Piece], focus: Filters, by: str) -> Iterator[Need]:
    for piece in pieces:
        if isinstance(piece, Ref):
            yield from of_ref(piece, focus, by)


def _of_when(part: Say | Each, focus: Filters, by: str) -> Iterator[Need]:
    if part.when is None:
        return
    for ref in refs(part.when):
        yield from of_ref(ref, focus, by)
    for test in tests(part.when):
        yield from of_ref(Ref(test.ref.measure, test.ref.filters, "verdict"), focus, by)
