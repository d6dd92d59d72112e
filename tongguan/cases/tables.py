# SPDX-License-Identifier: Apache-2.0
"""Process tables: from data (YAML) to a validated ``Process``. Pure.

A variant names what it ``extends`` and overlays it key by key; ``null`` takes a line away. A table with any
fault is refused as a whole, with all its faults named.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from tongguan.cases.contracts import COUNTERS
from tongguan.cases.lifecycle import INPUTS, SAME, Move, Process, State
from tongguan.people.contracts import Post

_POSTS: Final = frozenset(Post)
_KEYS: Final = frozenset(
    {
        "name",
        "by",
        "from",
        "to",
        "note",
        "needs",
        "optional",
        "starts",
        "stops",
        "pauses",
        "resumes",
        "keeps",
        "counts",
        "higher",
        "parallel",
        "reopens",
        "undo",
    }
)
#: What a process must say in numbers, with the least and greatest sensible value.
SETTINGS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "max_returns": (0, 20),
        "reopen_days": (0, 3650),
        "photo_distance_m": (1, 100_000),
        "photo_hours": (1, 8760),
    }
)


class ProcessFault(ValueError):  # noqa: N818 - it names faults of data, all at once
    """A process table that cannot be used; ``problems`` names every fault."""

    def __init__(self, code: str, problems: list[str]) -> None:
        """Keep the table's code and the list of faults."""
        super().__init__(f"process {code}: " + "; ".join(problems))
        self.code = code
        self.problems = tuple(problems)


def merge(base: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a variant over its base: maps merge, null removes, everything else replaces."""
    result = dict(base)
    for key, value in overlay.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merge(result[key], value)
        else:
            result[key] = value
    return result


def resolve(
    code: str, source: Callable[[str], Mapping[str, Any]], seen: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Give the whole body of a table with everything it extends. Raises ProcessFault on a circle."""
    if code in seen:
        raise ProcessFault(code, ["extends itself: " + " → ".join((*seen, code))])
    body = dict(source(code))
    parent = body.pop("extends", None)
    if parent is None:
        return body
    return merge(resolve(parent, source, (*seen, code)), body)


def build(body: Mapping[str, Any]) -> Process:
    """Give the validated process of a whole body. Raises ProcessFault naming every fault."""
    code = str(body.get("code", "?"))
    problems = list(_shape(body))
    if problems:
        raise ProcessFault(code, problems)
    stages = {key: str(name) for key, name in body["stages"].items()}
    states = {
        key: State(key, str(row["name"]), str(row.get("stage", "")), bool(row.get("final")))
        for key, row in body["states"].items()
    }
    moves = {key: _move(key, row, tuple(stages)) for key, row in body["moves"].items()}
    process = Process(
        code=code,
        version=int(body["version"]),
        name=str(body["name"]),
        initial=str(body["initial"]),
        states=MappingProxyType(states),
        stages=MappingProxyType(stages),
        moves=MappingProxyType(moves),
        settings=MappingProxyType(dict(body["settings"])),
    )
    problems = [*_words(process), *_ways(process), *_clocks(process)]
    if problems:
        raise ProcessFault(code, problems)
    return process


def _move(key: str, row: Mapping[str, Any], stages: tuple[str, ...]) -> Move:
    def words(name: str) -> tuple[str, ...]:
        value = row.get(name, ())
        return (value,) if isinstance(value, str) else tuple(value)

    stops = words("stops")
    return Move(
        id=key,
        name=str(row.get("name", "")),
        by=frozenset(words("by")),
        frm=words("from"),
        to=words("to"),
        note=str(row.get("note", "")),
        needs=words("needs"),
        optional=words("optional"),
        starts=words("starts"),
        stops=stages if stops == ("all",) else stops,
        pauses=words("pauses"),
        resumes=words("resumes"),
        keeps=words("keeps"),
        counts=words("counts"),
        higher=bool(row.get("higher")),
        parallel=bool(row.get("parallel")),
        reopens=bool(row.get("reopens")),
        undo=str(row.get("undo", "")),
    )


def _shape(body: Mapping[str, Any]) -> Iterator[str]:
    for key in ("code", "version", "name", "initial"):
        if not body.get(key):
            yield f"{key} is missing"
    for key in ("states", "stages", "moves", "settings"):
        if not isinstance(body.get(key), Mapping):
            yield f"{key} must be a map"
            return
    for key, row in body["states"].items():
        if not isinstance(row, Mapping) or not row.get("name"):
            yield f"state {key}: needs a name"
    for key, row in body["moves"].items():
        words = row.keys() - _KEYS if isinstance(row, Mapping) else {"(must be a map)"}
        yield from (f"move {key}: unknown key {word}" for word in sorted(words))
    yield from _numbers(body)


def _numbers(body: Mapping[str, Any]) -> Iterator[str]:
    for key, (low, high) in SETTINGS.items():
        value = body["settings"].get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            yield f"setting {key}: a whole number from {low} to {high}"
    for key in body["settings"].keys() - SETTINGS.keys():
        yield f"setting {key}: unknown"


def _words(process: Process) -> Iterator[str]:
    """Find words that mean nothing: states, posts, inputs, stages, counters, moves."""
    if process.initial not in process.states:
        yield f"initial state {process.initial} is unknown"
    for state in process.states.values():
        if state.final and state.stage:
            yield f"state {state.id}: a final state has no stage"
        if not state.final and state.stage not in process.stages:
            yield f"state {state.id}: unknown stage {state.stage!r}"
    known: tuple[tuple[str, object], ...] = (
        ("state", process.states),
        ("post", _POSTS),
        ("input", INPUTS),
        ("stage", process.stages),
        ("counter", COUNTERS),
        ("move", process.moves),
    )
    allowed = {kind: frozenset(words) for kind, words in known}  # type: ignore[call-overload]
    for move in process.moves.values():
        used: tuple[tuple[str, tuple[str, ...]], ...] = (
            ("state", tuple(s for s in (*move.frm, *move.to) if s != SAME)),
            ("post", tuple(sorted(move.by))),
            ("input", (*move.needs, *move.optional)),
            ("stage", (*move.starts, *move.stops, *move.pauses, *move.resumes, *move.keeps)),
            ("counter", move.counts),
            ("move", (move.undo,) if move.undo else ()),
        )
        for kind, words in used:
            for word in words:
                if word not in allowed[kind]:
                    yield f"move {move.id}: unknown {kind} {word}"
        for key, value in (("by", move.by), ("from", move.frm), ("to", move.to), ("name", move.name)):
            if not value:
                yield f"move {move.id}: {key} is missing"
        if not move.note:
            yield f"move {move.id}: a line needs its reason (note)"


def _ways(process: Process) -> Iterator[str]:
    """Find states that cannot be reached, cannot be left, or are left although final."""
    edges: dict[str, set[str]] = {state: set() for state in process.states}
    for move in process.moves.values():
        for frm in move.frm:
            if frm not in process.states:
                continue
            leads = [t for t in process.targets(move, frm) if t in process.states]
            edges[frm].update(leads)
            if process.states[frm].final and any(t != frm for t in leads) and not move.reopens:
                yield f"move {move.id}: leaves the final state {frm} without reopens"
            if move.reopens and not process.states[frm].final:
                yield f"move {move.id}: reopens {frm}, which is not final"
    reached = _closure(edges, {process.initial} & process.states.keys())
    for state in process.states:
        if state not in reached:
            yield f"state {state}: cannot be reached"
    backwards: dict[str, set[str]] = {state: set() for state in process.states}
    for frm, targets in edges.items():
        for to in targets:
            backwards[to].add(frm)
    ending = _closure(backwards, {s.id for s in process.states.values() if s.final})
    for state in process.states:
        if state not in ending:
            yield f"state {state}: no way to a final state"


def _closure(edges: Mapping[str, set[str]], start: set[str]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for target in edges[todo.pop()] - seen:
            seen.add(target)
            todo.append(target)
    return seen


def _clocks(process: Process) -> Iterator[str]:
    """Find clocks that would run for ever, or not run where the case is."""
    started = {stage for m in process.moves.values() for stage in m.starts}
    stopped = {stage for m in process.moves.values() for stage in m.stops}
    paused = {stage for m in process.moves.values() for stage in m.pauses}
    resumed = {stage for m in process.moves.values() for stage in m.resumes}
    for stage in sorted(started - stopped):
        yield f"stage {stage}: started but never stopped"
    for stage in sorted(paused - resumed):
        yield f"stage {stage}: paused but never resumed"
    for move in process.moves.values():
        for frm in move.frm:
            for to in process.targets(move, frm):
                yield from _pair(process, move, frm, to)


def _pair(process: Process, move: Move, frm: str, to: str) -> Iterator[str]:
    if frm not in process.states or to not in process.states:
        return
    source, target = process.states[frm], process.states[to]
    if target.final and not source.final and set(move.stops) != set(process.stages):
        yield f"move {move.id}: into the final state {to} must stop all clocks"
    if source.stage == target.stage:
        return
    if source.stage and source.stage not in {*move.stops, *move.keeps, *move.pauses}:
        yield f"move {move.id}: {frm} → {to} leaves the clock {source.stage} neither stopped nor kept"
    if target.stage and target.stage not in {*move.starts, *move.resumes, *move.keeps}:
        yield f"move {move.id}: {frm} → {to} does not start the clock {target.stage}"
