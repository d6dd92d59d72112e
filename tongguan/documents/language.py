# SPDX-License-Identifier: Apache-2.0
"""The language of templates: YAML of sections and parts, read into frozen shapes and checked whole. Pure.

A part is one of ``say``, ``each``, ``chart``, ``map``, ``table``, ``sub`` or ``strategies``. Sentences name
figures in braces. Everything wrong is told with its place (``sections[1].parts[0].say``) in both languages.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

from tongguan.documents.conditions import Condition, Fault, Ref, condition, reference
from tongguan.documents.contracts import DIMENSIONS, FILTERS, Cadence, Measure
from tongguan.documents.parts import (
    Chart,
    Each,
    Map,
    Part,
    Piece,
    Say,
    Section,
    Strategies,
    Strategy,
    Sub,
    Table,
    Template,
    Word,
)

MOST_LETTERS: Final = 40_000
MOST_PARTS: Final = 200
MOST_TOP: Final = 50
KINDS: Final = {
    "daily": "日报",
    "weekly": "周报",
    "monthly": "月报",
    "topic": "专题报告",
    "after": "复盘报告",
}
#: Words that any sentence may use, beside figures; ``name`` and ``rank`` within a loop.
WORDS: Final = ("place", "period", "before", "focus", "areas", "data_until")
LOOP_WORDS: Final = ("name", "rank")
CHARTS: Final = {"bar": "柱状图", "line": "折线图", "heat": "热力图"}
MAPS: Final = {"areas": "分区图", "points": "点位图"}
LEVELS: Final = ("district", "street")
SORTS: Final = ("value", "difference", "ratio")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


class _NoAliases(yaml.SafeLoader):
    """YAML without references: a template is what it shows, and cannot unfold into a mountain."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(None, None, "no aliases", None)
        return super().compose_node(parent, index)


def read(text: str, measures: Mapping[str, Measure]) -> Template:
    """Read a template and check every name in it. Raises Fault with the place and both texts."""
    if len(text) > MOST_LETTERS:
        raise Fault(f"模板最长 {MOST_LETTERS} 字", f"at most {MOST_LETTERS} characters")
    try:
        written = yaml.load(text, _NoAliases)  # noqa: S506 - a SafeLoader that also refuses aliases
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"第 {mark.line + 1} 行" if mark else "全文"
        raise Fault(f"模板格式有误（{line}）", f"not YAML: {error}"[:300], line) from error
    return _Reader(measures).template(written)


class _Reader:
    """Reads one template; knows the measures and counts the parts."""

    def __init__(self, measures: Mapping[str, Measure]) -> None:
        self._measures = measures
        self._parts = 0

    def template(self, written: Any) -> Template:
        body = _keys(written, "", {"code", "name", "kind", "cadence", "title", "sections"},
                     {"asks", "strategies"})  # fmt: skip
        code, kind, cadence = str(body["code"]), str(body["kind"]), str(body["cadence"])
        if not _CODE.match(code):
            raise Fault("代码由小写字母、数字和下划线组成", "small letters, digits, underscores", "code")
        if kind not in KINDS:
            raise Fault(f"类别只能是 {'、'.join(KINDS)}", "no such kind", "kind")
        if cadence not in list(Cadence):
            raise Fault(f"周期只能是 {'、'.join(Cadence)}", "no such cadence", "cadence")
        asks = tuple(str(one) for one in _list(body.get("asks", []), "asks"))
        if not set(asks) <= set(FILTERS):
            raise Fault(f"只能要求 {'、'.join(FILTERS)}", "no such filter", "asks")
        strategies = tuple(
            self._strategy(one, f"strategies[{n}]")
            for n, one in enumerate(_list(body.get("strategies", []), "strategies"))
        )
        codes = [one.code for one in strategies]
        if len(set(codes)) != len(codes):
            raise Fault("策略代码重复", "a strategy's code is there twice", "strategies")
        sections = tuple(
            self._section(one, f"sections[{n}]", codes)
            for n, one in enumerate(_list(body["sections"], "sections"))
        )
        if not sections:
            raise Fault("至少要有一节", "no section", "sections")
        title = self._pieces(body["title"], "title")
        name = _text(body["name"], "name", 60)
        return Template(code, name, kind, Cadence(cadence), title, asks, sections, strategies)

    def _strategy(self, written: Any, where: str) -> Strategy:
        if not isinstance(written, dict) or not _CODE.match(str(written.get("code", ""))):
            raise Fault("每条策略要有代码", "a strategy needs a code", where)
        rest = {key: value for key, value in written.items() if key != "code"}
        part = self._part(rest, where, [])
        if not isinstance(part, Say | Each) or part.when is None:
            raise Fault("策略由 when 与 say 组成", "a strategy has when and say", where)
        return Strategy(str(written["code"]), part)

    def _section(self, written: Any, where: str, codes: list[str]) -> Section:
        body = _keys(written, where, {"title", "parts"}, set())
        parts = _list(body["parts"], f"{where}.parts")
        return Section(
            self._pieces(body["title"], f"{where}.title"),
            tuple(self._part(one, f"{where}.parts[{n}]", codes) for n, one in enumerate(parts)),
        )

    def _part(self, written: Any, where: str, codes: list[str]) -> Part:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise Fault(f"最多 {MOST_PARTS} 个部分", f"at most {MOST_PARTS} parts", where)
        if not isinstance(written, dict):
            raise Fault("每个部分要写明类别", "a part names what it is", where)
        for key, read_it in (
            ("each", self._each), ("say", self._say), ("chart", self._chart),
            ("map", self._map), ("table", self._table),
        ):  # fmt: skip
            if key in written:
                return read_it(written, where)
        if "sub" in written:
            return Sub(self._pieces(_keys(written, where, {"sub"}, set())["sub"], f"{where}.sub"))
        if "strategies" in written:
            body = _keys(written, where, {"strategies"}, {"none"})
            chosen = body["strategies"]
            named = tuple(codes) if chosen is True else tuple(str(one) for one in _list(chosen, where))
            if not set(named) <= set(codes):
                raise Fault("引用了没有的策略", "no such strategy", where)
            return Strategies(named, self._pieces(body.get("none", ""), f"{where}.none"))
        raise Fault("部分只能是 say、each、chart、map、table、sub、strategies", "no such part", where)

    def _say(self, written: Any, where: str) -> Say:
        body = _keys(written, where, {"say"}, {"when", "otherwise"})
        return Say(
            self._pieces(body["say"], f"{where}.say"),
            self._when(body.get("when"), where),
            str(body.get("when", "")),
            self._pieces(body.get("otherwise", ""), f"{where}.otherwise"),
        )

    def _each(self, written: Any, where: str) -> Each:
        body = _keys(written, where, {"each", "of", "say"},
                     {"top", "sort", "when", "begin", "join", "end", "otherwise"})  # fmt: skip
        sort = str(body.get("sort", "value"))
        if sort not in SORTS:
            raise Fault(f"排序只能是 {'、'.join(SORTS)}", "no such sort", f"{where}.sort")
        by, of = _dimension(body["each"], f"{where}.each"), self._figure(body["of"], f"{where}.of")
        say, when = self._pieces(body["say"], f"{where}.say", loop=True), self._when(body.get("when"), where)
        for one in (of, *(piece for piece in say if isinstance(piece, Ref)), *(_refs(when) if when else ())):
            self._splits(one, by, where)
        if sort != "value" and self._measures[of.measure].plain:
            raise Fault(f"“{self._measures[of.measure].zh}”只能按本期的数排序", "sorts by value only", where)
        return Each(
            by,
            of,
            _whole(body.get("top", 3), f"{where}.top", MOST_TOP),
            sort,
            say,
            when,
            str(body.get("when", "")),
            self._pieces(body.get("begin", ""), f"{where}.begin"),
            _text(body.get("join", "；"), f"{where}.join", 10),
            _text(body.get("end", "。"), f"{where}.end", 200),
            self._pieces(body.get("otherwise", ""), f"{where}.otherwise"),
        )

    def _chart(self, written: Any, where: str) -> Chart:
        body = _keys(written, where, {"chart", "of", "title"}, {"by", "top", "days"})
        draw = str(body["chart"])
        if draw not in CHARTS:
            raise Fault(f"图只能是 {'、'.join(CHARTS)}", "no such chart", f"{where}.chart")
        usual = {"line": "day", "heat": "weekday_hour", "bar": "district"}[draw]
        by = _dimension(body.get("by", usual), f"{where}.by")
        if draw != "bar" and by != usual:
            raise Fault(f"{CHARTS[draw]}只能按 {usual}", f"goes by {usual} only", f"{where}.by")
        of = self._figure(body["of"], f"{where}.of")
        self._splits(of, by, where)
        title = self._pieces(body["title"], f"{where}.title")
        top = _whole(body.get("top", 10), f"{where}.top", MOST_TOP)
        return Chart(draw, of, by, top, _whole(body.get("days", 14), f"{where}.days", 92), title)

    def _map(self, written: Any, where: str) -> Map:
        body = _keys(written, where, {"map", "of", "title"}, {"level", "top"})
        draw, level = str(body["map"]), str(body.get("level", "district"))
        if draw not in MAPS or level not in LEVELS:
            raise Fault("地图只能是 areas、points，按 district 或 street", "no such map", f"{where}.map")
        of = self._figure(body["of"], f"{where}.of")
        self._splits(of, "cell" if draw == "points" else level, where)
        title = self._pieces(body["title"], f"{where}.title")
        return Map(draw, of, level, _whole(body.get("top", 10), f"{where}.top", MOST_TOP), title)

    def _table(self, written: Any, where: str) -> Table:
        body = _keys(written, where, {"table", "columns", "title"}, {"top"})
        columns = tuple(
            self._figure(one, f"{where}.columns[{n}]", views=True)
            for n, one in enumerate(_list(body["columns"], f"{where}.columns"))
        )
        if not 0 < len(columns) <= 8:  # noqa: PLR2004 - what fits across a page
            raise Fault("表格 1 到 8 列", "1 to 8 columns", f"{where}.columns")
        by = _dimension(body["table"], f"{where}.table")
        for one in columns:
            self._splits(one, by, where)
        title = self._pieces(body["title"], f"{where}.title")
        return Table(by, columns, _whole(body.get("top", 20), f"{where}.top", MOST_TOP), title)

    def _splits(self, of: Ref, by: str, where: str) -> None:
        table = self._measures[of.measure].table
        if table == "tellings" and by in {"family", "urgency", "unit", "hub", "cell"}:
            raise Fault(f"上报不能按“{DIMENSIONS[by]}”分", f"tellings have no {by}", where)
        if by == "stage" and table != "stages":
            raise Fault("只有环节的指标能按“环节”分", "only figures of stages have a stage", where)

    def _figure(self, written: Any, where: str, *, views: bool = False) -> Ref:
        ref = reference(str(written), where)
        self._known(ref, where)
        if ref.view != "value" and not views:
            raise Fault("这里只写指标，不写看法", "a figure without a view", where)
        return ref

    def _known(self, ref: Ref, where: str) -> None:
        if ref.measure not in self._measures:
            raise Fault(f"没有“{ref.measure}”这个指标", f"no figure {ref.measure!r}", where)
        if self._measures[ref.measure].plain and ref.view not in {"value", "share"}:
            raise Fault(
                f"“{self._measures[ref.measure].zh}”只有本期的数，不能比较",
                "it is compared with nothing",
                where,
            )

    def _when(self, written: Any, where: str) -> Condition | None:
        if written is None:
            return None
        found = condition(str(written), f"{where}.when")
        for ref in _refs(found):
            self._known(ref, f"{where}.when")
        return found

    def _pieces(self, written: Any, where: str, *, loop: bool = False) -> tuple[Piece, ...]:
        text = _text(written, where, 1000)
        pieces: list[Piece] = []
        at = 0
        for match in _BRACES.finditer(text):
            pieces.append(_literal(text[at : match.start()], where))
            inner, at = match.group(1).strip(), match.end()
            if inner in WORDS or (loop and inner in LOOP_WORDS):
                pieces.append(Word(inner))
                continue
            ref = reference(inner, where)
            self._known(ref, where)
            pieces.append(ref)
        pieces.append(_literal(text[at:], where))
        return tuple(piece for piece in pieces if piece != "")


def _refs(found: Condition) -> list[Ref]:
    from_parts = getattr(found, "parts", ())
    if from_parts:
        return [ref for part in from_parts for ref in _refs(part)]
    sides = [getattr(found, name, None) for name in ("ref", "left", "right")]
    return [one for one in sides if isinstance(one, Ref)]


def _literal(text: str, where: str) -> str:
    if "{" in text or "}" in text:
        raise Fault("花括号不成对", "a brace stands alone", where)
    return text


def _keys(written: Any, where: str, needed: set[str], allowed: set[str]) -> dict[str, Any]:
    if not isinstance(written, dict):
        raise Fault("应为若干“名称: 内容”", "must be a mapping", where)
    missing, strange = needed - written.keys(), {str(key) for key in written} - needed - allowed
    if missing:
        raise Fault(f"缺少 {'、'.join(sorted(missing))}", f"missing: {', '.join(sorted(missing))}", where)
    if strange:
        raise Fault(f"不认识 {'、'.join(sorted(strange))}"[:200], f"unknown: {sorted(strange)}"[:200], where)
    return written


def _list(written: Any, where: str) -> list[Any]:
    if not isinstance(written, list):
        raise Fault("应为列表", "must be a list", where)
    return written


def _text(written: Any, where: str, most: int) -> str:
    if not isinstance(written, str) or len(written) > most:
        raise Fault(f"应为文字，最长 {most} 字", f"text of at most {most} characters", where)
    if any(not one.isprintable() for one in written):
        raise Fault("含有不可见字符", "holds characters that cannot be printed", where)
    return written


def _dimension(written: Any, where: str) -> str:
    if written not in DIMENSIONS:
        raise Fault(f"只能按 {'、'.join(DIMENSIONS)} 分", "no such dimension", where)
    return str(written)


def _whole(written: Any, where: str, most: int) -> int:
    if type(written) is not int or not 1 <= written <= most:
        raise Fault(f"应为 1 到 {most}", f"1 to {most}", where)
    return written
