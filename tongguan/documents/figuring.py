# SPDX-License-Identifier: Apache-2.0
"""Figures of a document: each number once, as it is written, with its query and rows. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from tongguan.documents import change
from tongguan.documents.conditions import VIEWS, Ref
from tongguan.documents.contracts import (
    DIMENSIONS,
    Counted,
    Filters,
    Group,
    Measure,
    Need,
    Span,
    Stage,
    Tally,
)
from tongguan.documents.needing import merged
from tongguan.documents.wordsof import changed, moved, percent, shown, written

_NONE: Final = Tally(None, 0)
_ZERO: Final = Tally(0.0, 0)
_PLACES: Final = 6
Where = tuple[str, Group] | None


class Figures:
    """Looks up what was counted and keeps every figure that was named, in the order of naming."""

    def __init__(self, stage: Stage, counted: Counted, measures: Mapping[str, Measure]) -> None:
        """Begin without figures."""
        self.told: dict[str, dict[str, Any]] = {}
        self.measures = measures
        self._stage = stage
        self._counted = counted
        self._by_key = {need: {group.key: group for group in groups} for need, groups in counted.items()}
        self._known: dict[tuple[Need, str, str], str] = {}

    def groups(self, need: Need) -> Sequence[Group]:
        """Give the groups of a need, the largest first."""
        return self._counted.get(need, ())

    def tally(self, ref: Ref, span: Span, at: Where) -> Tally:
        """Give what was counted for a figure in a span; in a loop, of that value."""
        by, key = (at[0], at[1].key) if at else ("", "")
        need = Need(ref.measure, merged(ref.filters, self._stage.focus), span, by)
        found = self._by_key.get(need, {}).get(key)
        if found is not None:
            return found.tally
        return _ZERO if self.measures[ref.measure].sort == "count" else _NONE

    def whole(self, ref: Ref, span: Span, at: Where) -> Tally:
        """Give what a share is of: all values of the loop, or the figure without its own filters."""
        filters = merged(ref.filters if at else (), self._stage.focus)
        found = self._by_key.get(Need(ref.measure, filters, span), {}).get("")
        return found.tally if found else _NONE

    def number(self, ref: Ref, at: Where = None) -> float | None:
        """Give a figure's view as a number, for conditions; rates and changes are fractions."""
        now = self.tally(ref, Span.NOW, at).value
        if ref.view == "value":
            return now
        span = Span.YEAR if ref.view in {"year", "change_year"} else Span.BEFORE
        if ref.view == "share":
            return _over(now, self.whole(ref, Span.NOW, at).value)
        then = self.tally(ref, span, at).value
        if ref.view in {"before", "year"}:
            return then
        if ref.view == "verdict":
            return float(self.verdict(ref, at).significant)
        if now is None or then is None:
            return None
        if ref.view == "difference":
            return now - then
        if ref.view == "contribution":
            gap = (self.whole(ref, Span.NOW, at).value or 0.0) - (
                self.whole(ref, Span.BEFORE, at).value or 0.0
            )
            return _over(now - then, gap)
        return now - then if self.measures[ref.measure].sort == "rate" else _over(now - then, then)

    def verdict(self, ref: Ref, at: Where = None) -> change.Verdict:
        """Tell whether a figure changed more than it ordinarily does."""
        now, before = self.tally(ref, Span.NOW, at), self.tally(ref, Span.BEFORE, at)
        sort = self.measures[ref.measure].sort
        if sort == "rate":
            return change.of_rates(now, before)
        if sort != "count":
            return change.of_means(now, before)
        period = self._stage.period
        spans = (_days(period.until - period.since), _days(period.before[1] - period.before[0]))
        if self.measures[ref.measure].level:
            spans = (1.0, 1.0)
        return change.of_counts(now.n, before.n, spans, self._lags(ref, at))

    def _lags(self, ref: Ref, at: Where) -> list[int]:
        by, key = (at[0], at[1].key) if at else ("", "")
        need = Need(ref.measure, merged(ref.filters, self._stage.focus), Span.LAGS, by)
        return [one.tally.n for one in self.groups(need) if one.key.rpartition("|")[0] == key]

    def figure(self, ref: Ref, at: Where) -> str:
        """Name a figure in its view; give its key within the document."""
        measure = self.measures[ref.measure]
        now = self.tally(ref, Span.NOW, at)
        text = self._text(ref, at, measure)
        by, group = at or ("", Group("", "", now))
        span = {"before": Span.BEFORE, "year": Span.YEAR}.get(ref.view, Span.NOW)
        need = Need(ref.measure, merged(ref.filters, self._stage.focus), span, by)
        tally = self.tally(ref, span, at)
        key = self.entry(need, Group(group.key, group.name, tally), ref.view, text)
        if ref.view in {"change", "difference", "ratio", "contribution", "verdict"}:
            self.told[key]["against"] = self._rows(Span.BEFORE, self.tally(ref, Span.BEFORE, at))
        elif ref.view == "change_year":
            self.told[key]["against"] = self._rows(Span.YEAR, self.tally(ref, Span.YEAR, at))
        elif ref.view == "share":
            self.told[key]["against"] = self._rows(Span.NOW, self.whole(ref, Span.NOW, at))
        if ref.view == "verdict":
            found = self.verdict(ref, at)
            p = None if found.p is None else round(found.p, _PLACES)
            self.told[key]["test"] = {
                "p": p,
                "dispersion": round(found.dispersion, _PLACES),
                "how": found.how,
            }
        return key

    def _text(self, ref: Ref, at: Where, measure: Measure) -> str:
        now = self.tally(ref, Span.NOW, at).value
        if ref.view == "value":
            return written(now, measure)
        if ref.view in {"share", "contribution"}:
            return percent(self.number(ref, at))
        if ref.view == "verdict":
            return "变化显著" if self.verdict(ref, at).significant else "属正常波动"
        yearly = ref.view in {"year", "change_year"}
        then = self.tally(ref, Span.YEAR if yearly else Span.BEFORE, at).value
        if ref.view in {"before", "year"}:
            return written(then, measure)
        if ref.view == "difference":
            return moved(now, then, measure)
        return changed(now, then, measure)

    def entry(self, need: Need, group: Group, view: str, text: str) -> str:
        """Keep one figure as counted and written; give its key. The same figure keeps its key."""
        same = (need, group.key, view)
        if same in self._known:
            return self._known[same]
        key = f"f{len(self.told) + 1}"
        self._known[same] = key
        measure = self.measures[need.measure]
        entry: dict[str, Any] = {
            "measure": need.measure,
            "zh": self._name(measure, need, group, view),
            "view": view,
            "text": text,
            "value": shown(group.tally.value, measure),
            "unit": measure.unit,
            "filters": dict(need.filters),
            "by": need.by,
            "key": group.key,
        }
        self.told[key] = entry | self._rows(need.span, group.tally, group.key if need.by == "day" else "")
        return key

    def _name(self, measure: Measure, need: Need, group: Group, view: str) -> str:
        where = [group.name] if need.by and group.name else []
        return _titled(measure, where, need.filters, view)

    def named(self, ref: Ref) -> str:
        """Give a figure's name, without its value."""
        return _titled(self.measures[ref.measure], [], ref.filters, ref.view)

    def _rows(self, span: Span, tally: Tally, day: str = "") -> dict[str, Any]:
        since, until = self.stretch(span)
        rows: dict[str, Any] = {
            "span": span.value, "since": since.isoformat(), "until": until.isoformat(), "n": tally.n,
            "digest": tally.digest,
        }  # fmt: skip
        return rows | ({"day": day} if day else {})

    def stretch(self, span: Span) -> tuple[datetime, datetime]:
        """Give the stretch of time of a span."""
        period = self._stage.period
        if span is Span.BEFORE:
            return period.before
        if span is Span.YEAR:
            return period.year
        return period.since, period.until

    def head(self, ref: Ref) -> str:
        """Give a table column's heading."""
        measure = self.measures[ref.measure]
        if ref.view != "value":
            return {"change": "较上期", "share": "占比", "change_year": "较去年同期"}.get(
                ref.view, VIEWS[ref.view]
            )
        return measure.zh if measure.sort == "rate" else f"{measure.zh}（{measure.unit}）"

    def plain(self, pieces: Sequence[str | dict[str, Any]]) -> str:
        """Give pieces as the text a reader sees."""
        return "".join(
            one if isinstance(one, str) else str(self.told[one["figure"]]["text"]) for one in pieces
        )


def _titled(measure: Measure, where: list[str], filters: Filters, view: str) -> str:
    own = [f"{DIMENSIONS.get(name, name)}：{value}" for name, value in filters]
    return " · ".join([measure.zh, *where, *own, *([VIEWS[view]] if view != "value" else [])])


def _over(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole


def _days(span: timedelta) -> float:
    return span / timedelta(days=1)
