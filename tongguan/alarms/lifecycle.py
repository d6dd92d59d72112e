# SPDX-License-Identifier: Apache-2.0
"""The life of an alarm as a table of moves. Pure: a move and its inputs in, the next state or a refusal out.

依据 lifeline.yaml 的处置流程：监测告警、误报过滤与研判、定级、预警发布、现场核实与处置、反馈、解除与归档。
Readings that are good again, a snooze and a time of quiet are no states: they go beside it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.people.contracts import Post


class State(StrEnum):
    """Where an alarm stands with people."""

    RAISED = "raised"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    NOTIFIED = "notified"
    HANDLED = "handled"
    EVALUATED = "evaluated"


STATES_ZH: Final = {
    State.RAISED: "待确认",
    State.CONFIRMED: "已确认",
    State.REJECTED: "误报",
    State.NOTIFIED: "已通知",
    State.HANDLED: "已处置",
    State.EVALUATED: "已评估",
}
STATES_EN: Final = {
    State.RAISED: "to be confirmed",
    State.CONFIRMED: "confirmed",
    State.REJECTED: "false alarm",
    State.NOTIFIED: "units notified",
    State.HANDLED: "handled",
    State.EVALUATED: "evaluated",
}
#: What an evaluation may find.
OUTCOMES: Final = {"true": "正确预警", "false": "误报"}
_OPEN: Final = (State.RAISED, State.CONFIRMED, State.NOTIFIED)
_SAME: Final = "="
_WATCH: Final = frozenset({Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF})
_LEAD: Final = frozenset({Post.DISPATCHER, Post.DUTY_CHIEF})
_JUDGES: Final = frozenset({Post.DUTY_CHIEF, Post.SUPERVISOR, Post.EVALUATOR})
_PLATFORM: Final = frozenset({Post.SYSTEM})
_LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table. ``needs`` must come with it, ``optional`` may; ``note`` is the line's reason."""

    id: str
    zh: str
    en: str
    by: frozenset[Post]
    frm: tuple[State, ...]
    to: str
    note: str
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


#: What a move may ask for: kind of value, name for people.
INPUTS: Final = {
    "reason": ("text", "理由", "reason"),
    "cause": ("word", "误报原因", "cause"),
    "unit_ids": ("ids", "通知单位", "units to notify"),
    "result": ("text", "处置结果", "result"),
    "outcome": ("outcome", "评估结论", "outcome"),
    "note": ("text", "备注", "note"),
    "minutes": ("minutes", "时长（分钟）", "minutes"),
}
#: Why an alarm was false; told apart because each asks for another cure.
CAUSES: Final = {
    "device": "设备故障",
    "interference": "环境干扰",
    "threshold": "阈值不当",
    "operation": "作业或试验",
    "other": "其他",
}
MOVES: Final[Mapping[str, Move]] = {
    move.id: move
    for move in (
        Move("confirm", "确认", "confirm", _WATCH, (State.RAISED,), State.CONFIRMED,
             "值守人员研判属实", optional=("note",)),
        Move("reject", "判为误报", "reject as false", _WATCH, _OPEN, State.REJECTED,
             "误报须写明原因，计入误报台账", needs=("reason", "cause")),
        Move("notify", "通知", "notify units", _LEAD, (State.CONFIRMED, State.NOTIFIED), State.NOTIFIED,
             "预警发布：行业主管部门、权属单位、属地", needs=("unit_ids",), optional=("note",)),
        Move("handle", "登记处置", "record handling", _LEAD | {Post.DEPARTMENT},
             (State.CONFIRMED, State.NOTIFIED), State.HANDLED,
             "现场核实与处置完毕后反馈；关联案件结案时由系统登记", needs=("result",)),
        Move("settle", "随案处置", "handled with its case", _PLATFORM, _OPEN, State.HANDLED,
             "关联案件已结案，闭环", needs=("result",)),
        Move("disown", "随案判误", "found false by its case", _PLATFORM, _OPEN, State.REJECTED,
             "关联案件作废或不予受理", needs=("reason", "cause")),
        Move("evaluate", "评估", "evaluate", _JUDGES, (State.HANDLED, State.REJECTED), State.EVALUATED,
             "事后评估预警是否正确，归档", needs=("outcome",), optional=("note",)),
        Move("lapse", "评估", "evaluate", _JUDGES, (State.RAISED,), State.EVALUATED,
             "无人确认而读数已恢复，直接评估归档", needs=("outcome", "reason")),
        Move("snooze", "暂缓提醒", "snooze", _WATCH, _OPEN, _SAME,
             "限时不再打扰，级别上升立即恢复", needs=("minutes", "reason")),
        Move("wake", "恢复提醒", "wake", _WATCH | _PLATFORM, _OPEN, _SAME, "暂缓期满、级别上升或人工恢复"),
        Move("return", "恢复待确认", "raised again", _PLATFORM, (State.REJECTED,), State.RAISED,
             "判为误报后级别又上升，重新研判"),
        Move("escalate", "逾期升级", "escalate", _PLATFORM, (State.RAISED,), _SAME, "逾期未确认，逐级上报"),
    )
}  # fmt: skip
#: Most minutes of a snooze: a day; what must be quiet longer is a window, with its own reason.
LONGEST_SNOOZE: Final = 24 * 60


def allowed(state: str, posts: Collection[Post], *, cleared: bool) -> list[Move]:
    """Give the moves these posts may make from a state, in the table's order."""
    return [
        move
        for move in MOVES.values()
        if state in move.frm and not move.by.isdisjoint(posts) and (cleared or move.id != "lapse")
    ]


def check(
    move_id: str, state: str, posts: Collection[Post], inputs: Mapping[str, Any], *, cleared: bool
) -> tuple[State, Post]:
    """Give the state a move leads to and the post that makes it.

    Raises Invalid (no such move, input missing or wrong), Forbidden (not your post), Conflict (not now).
    """
    move = MOVES.get(move_id)
    if move is None:
        raise Invalid("alarm.move", zh="没有这项操作", en="no such move", field="move")
    mine = sorted(post for post in posts if post in move.by)
    if not mine:
        raise Forbidden(
            "alarm.not_your_post",
            zh=f"您的岗位不能「{move.zh}」",
            en=f"your posts may not {move.en}",
            move=move.id,
        )
    if state not in move.frm or (move.id == "lapse" and not cleared):
        name = STATES_ZH.get(State(state), state) if state in set(State) else state
        raise Conflict(
            "alarm.wrong_state",
            zh=f"预警为「{name}」，不能「{move.zh}」",
            en=f"the alarm is {state}: no {move.id}",
            state=state,
        )
    _check_inputs(move, inputs)
    return State(state if move.to == _SAME else move.to), mine[0]


def _check_inputs(move: Move, inputs: Mapping[str, Any]) -> None:
    for name, value in inputs.items():
        if name not in (*move.needs, *move.optional):
            raise Invalid(
                "alarm.unknown_input",
                zh=f"「{move.zh}」不接受此项",
                en=f"{move.id} takes no such input",
                field=name,
            )
        kind, zh, en = INPUTS[name]
        if not _fits(kind, value):
            raise Invalid(
                "alarm.bad_input", zh=f"「{zh}」的值不正确", en=f"{en}: not a valid value", field=name
            )
    for name in move.needs:
        value = inputs.get(name)
        if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
            _, zh, en = INPUTS[name]
            raise Invalid(
                "alarm.needs", zh=f"「{move.zh}」必须填写「{zh}」", en=f"{move.id} needs: {en}", field=name
            )


def _fits(kind: str, value: object) -> bool:
    match kind:
        case "text":
            return isinstance(value, str) and len(value) <= _LONGEST and "\x00" not in value
        case "word":
            return isinstance(value, str) and value in CAUSES
        case "outcome":
            return isinstance(value, str) and value in OUTCOMES
        case "minutes":
            return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LONGEST_SNOOZE
        case _:
            listed = value if isinstance(value, list | tuple) else ()
            return 0 < len(listed) <= 20 and all(  # noqa: PLR2004 - units told at once
                isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**31 for one in listed
            )
