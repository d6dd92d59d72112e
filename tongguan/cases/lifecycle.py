# SPDX-License-Identifier: Apache-2.0
"""The life of a case as a table of moves. Pure: a validated table in, a plan or a refusal out.

依据 CJJ/T 106 七环节与城市系统六步；流程数据见 processes/*.yaml。
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tongguan.kernel.errors import Conflict, Forbidden, Invalid

#: In a move's ``to``: the case stays in its state.
SAME: Final = "="
_TEXT_MAX: Final = 4000
_LIST_MAX: Final = 40
_ID_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Input:
    """One thing a move may ask for: the kind of its value and its name for people."""

    kind: str
    zh: str
    en: str


#: Every input that exists. A process table may only ask for these.
INPUTS: Final[Mapping[str, Input]] = {
    "reason": Input("text", "理由", "reason"),
    "clause": Input("text", "依据条款", "clause"),
    "result": Input("text", "结果说明", "result"),
    "note": Input("text", "备注", "note"),
    "authority": Input("text", "批准依据", "authority"),
    "closing_words": Input("text", "结案说明", "closing words"),
    "answer": Input("text", "回访意见", "answer"),
    "photos_before": Input("files", "处置前照片", "photos before"),
    "photos_after": Input("files", "处置后照片", "photos after"),
    "photos": Input("files", "现场照片", "photos"),
    "attachments": Input("files", "附件", "attachments"),
    "filing_rule_id": Input("id", "立案条件", "filing condition"),
    "unit_id": Input("id", "主办单位", "lead unit"),
    "co_unit_ids": Input("ids", "协办单位", "co-handling units"),
    "handler_id": Input("id", "处置人员", "handler"),
    "collector_id": Input("id", "信息采集员", "collector"),
    "closing_met": Input("flag", "已达到结案条件", "closing condition met"),
    "verified": Input("flag", "属实", "verified"),
    "satisfied": Input("flag", "诉求人满意", "reporter satisfied"),
    "lon": Input("longitude", "经度", "longitude"),
    "lat": Input("latitude", "纬度", "latitude"),
    "hub": Input("division", "接收中心区划", "receiving centre's division"),
    "item_code": Input("word", "事项代码", "item code"),
    "to": Input("word", "去向", "target state"),
    "order_id": Input("uuid", "工单", "work order"),
    "application_id": Input("uuid", "申请", "application"),
    "until": Input("word", "期限", "until"),
}
#: Inputs any move takes without its line saying so.
COMMON: Final = frozenset(
    {"reason", "clause", "note", "attachments", "lon", "lat", "to", "order_id", "application_id", "until"}
)


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can be. ``stage`` names the clock that runs there; final states have none."""

    id: str
    name: str
    stage: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table.

    ``by`` are posts. ``needs`` must come with the move, ``optional`` may. ``starts/stops/pauses/resumes``
    name stages whose clocks change, ``keeps`` those that run on when the case leaves the stage,
    name stages whose clocks change, ``keeps`` those that run on when the case leaves them, ``counts``
    co-handling unit makes it on its own order without moving the case. ``undo`` names the move that takes
    it back. ``note`` is the reason of the line.
    """

    id: str
    name: str
    by: frozenset[str]
    frm: tuple[str, ...]
    to: tuple[str, ...]
    note: str
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    higher: bool = False
    parallel: bool = False
    reopens: bool = False
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a permitted move will do: the state it leads to and the clocks and counters it touches."""

    move: Move
    frm: str
    to: str
    post: str
    stage: str
    final: bool
    reopened: bool


@dataclass(frozen=True, slots=True)
class Process:
    """A validated table: built by ``tables.build`` only. ``settings`` are the city's numbers."""

    code: str
    version: int
    name: str
    initial: str
    states: Mapping[str, State]
    stages: Mapping[str, str]
    moves: Mapping[str, Move]
    settings: Mapping[str, int] = field(default_factory=dict)

    def allowed(self, state: str, posts: Collection[str]) -> list[Move]:
        """Give the moves these posts may make from a state, in the table's order."""
        return [m for m in self.moves.values() if state in m.frm and not m.by.isdisjoint(posts)]

    def targets(self, move: Move, state: str) -> tuple[str, ...]:
        """Give the states a move may lead to from a state."""
        return tuple(dict.fromkeys(state if t == SAME else t for t in move.to))

    def move(self, move_id: str) -> Move:
        """Give the line. Raises Invalid when the process has no such move."""
        found = self.moves.get(move_id)
        if found is None:
            raise Invalid(
                "move.unknown",
                f"本流程没有「{move_id[:40]}」这一操作",
                "this process has no such move",
                field="move",
            )
        return found


def check(
    process: Process,
    state: str,
    move_id: str,
    posts: Collection[str],
    inputs: Mapping[str, Any],
    to: str | None = None,
) -> Plan:
    """Give the plan of a move. Raises Invalid, Conflict (wrong state) or Forbidden (wrong post)."""
    move = process.move(move_id)
    if state not in move.frm:
        name = process.states[state].name if state in process.states else state
        raise Conflict(
            "case.wrong_state",
            f"案件处于「{name}」，不能「{move.name}」",
            f"the case is {state}: no {move_id}",
            state=state,
            move=move_id,
        )
    post = permitted_post(move, posts)
    check_inputs(move, inputs)
    target = _target(process, move, state, to or inputs.get("to"))
    return Plan(
        move=move,
        frm=state,
        to=target,
        post=post,
        stage=process.states[target].stage,
        final=process.states[target].final,
        reopened=process.states[state].final and not process.states[target].final,
    )


def permitted_post(move: Move, posts: Collection[str]) -> str:
    """Give the post through which the move is made. Raises Forbidden when none of them may."""
    mine = sorted(p for p in posts if p in move.by)
    if not mine:
        raise Forbidden(
            "move.not_your_post",
            f"您的岗位不能「{move.name}」",
            f"your posts may not {move.id}",
            move=move.id,
        )
    return mine[0]


def check_inputs(move: Move, inputs: Mapping[str, Any]) -> None:
    """Check that all needed inputs are there and every given one has its kind. Raises Invalid."""
    known = COMMON.union(move.needs, move.optional)
    for name, value in inputs.items():
        if name not in known:
            raise Invalid(
                "move.unknown_input",
                f"「{move.name}」不接受「{str(name)[:40]}」",
                f"{move.id} takes no {str(name)[:40]!r}",
                field=str(name)[:40],
            )
        if value is not None and not _fits(INPUTS[name].kind, value):
            raise Invalid(
                "move.bad_input",
                f"「{INPUTS[name].zh}」的值不正确",
                f"{INPUTS[name].en}: not a valid value",
                field=name,
            )
    for name in move.needs:
        if _missing(inputs.get(name)):
            raise Invalid(
                "move.needs",
                f"「{move.name}」必须填写「{INPUTS[name].zh}」",
                f"{move.id} needs a {INPUTS[name].en}",
                field=name,
            )


def _missing(value: object) -> bool:
    """Tell whether a needed value is absent: nothing, blank, an empty list, or a condition not met."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or value == []


def _target(process: Process, move: Move, state: str, wanted: str | None) -> str:
    targets = process.targets(move, state)
    if wanted is None:
        return targets[0]
    if wanted not in targets:
        raise Invalid(
            "move.bad_target",
            f"「{move.name}」不能去往「{wanted[:40]}」",
            f"{move.id} does not lead to {wanted[:40]!r}",
            field="to",
        )
    return wanted


def _fits(kind: str, value: object) -> bool:
    """Tell whether a JSON value is of an input's kind."""
    if kind == "text":
        return isinstance(value, str) and len(value) <= _TEXT_MAX and "\x00" not in value
    if kind == "word":
        return isinstance(value, str) and 0 < len(value) <= 40 and "\x00" not in value  # noqa: PLR2004
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "id":
        return _is_id(value)
    if kind == "ids":
        return _is_list(value) and all(_is_id(v) for v in _items(value))
    if kind == "files":
        return _is_list(value) and all(_is_id(v) or _is_uuid(v) for v in _items(value))
    if kind == "uuid":
        return _is_uuid(value)
    return _fits_place(kind, value)


def _fits_place(kind: str, value: object) -> bool:
    if kind == "division":
        return (
            isinstance(value, str) and value.isascii() and value.isdigit() and len(value) in {2, 4, 6, 9, 12}
        )
    bound = 180.0 if kind == "longitude" else 90.0
    return isinstance(value, int | float) and not isinstance(value, bool) and -bound <= value <= bound


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) <= _LIST_MAX


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _ID_MAX


def _is_uuid(value: object) -> bool:
    if isinstance(value, UUID):
        return True
    if not isinstance(value, str):
        return False
    try:
        UUID(value)
    except ValueError:
        return False
    return True
