# SPDX-License-Identifier: Apache-2.0
"""Pure: a case's state and history in a citizen's words, like the tracking of a parcel (F73).

Only turning points are told. Returns, disputes and names of officials are the house's own business.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

from tongguan.tracking.contracts import Progress, ProgressLine

_BEFORE: Final = {
    "waiting": "已收到您的反映，正在登记",
    "quarantined": "已收到您的反映，工作人员正在核对地点和事项",
    "consulted": "您咨询的问题已答复",
    "opened": "已受理",
    "joined": "已受理",
}
_STATES: Final = {
    "reported": ("accepted", "已登记，等待受理"),
    "pending_register": ("accepted", "已受理，正在立案"),
    "pending_verify": ("verifying", "工作人员正在现场核实"),
    "not_accepted": ("ended", "经核实不属于受理范围"),
    "pending_dispatch": ("dispatching", "已立案，正在派给责任部门"),
    "returned": ("dispatching", "已立案，正在派给责任部门"),
    "in_dispute": ("dispatching", "已立案，正在确定责任部门"),
    "pending_handle": ("handling", "责任部门已接件"),
    "handling": ("handling", "责任部门正在处理"),
    "suspended": ("paused", "因客观原因暂缓处理，条件具备后继续"),
    "handle_finish": ("handling", "现场处理完毕，等待部门确认"),
    "pending_check": ("checking", "处理完毕，等待现场核查"),
    "checking": ("checking", "工作人员正在现场核查"),
    "pending_close": ("checking", "核查通过，等待结案"),
    "closed": ("solved", "已办结"),
    "forced_close": ("solved", "已办结"),
    "voided": ("ended", "已作废"),
}
_UNTOLD: Final = ("handling", "正在办理")
_MOVES: Final = {
    "accept": "已受理",
    "register": "已立案",
    "refuse": "经核实不属于受理范围",
    "dispatch": "已派给责任部门",
    "submit": "责任部门已处理",
    "check_pass": "现场核查通过",
    "check_fail": "现场核查未通过，责任部门重新处理",
    "close": "已办结",
    "force_close": "已办结",
    "void": "已作废",
    "reopen": "重新办理",
    "suspend": "因客观原因暂缓处理",
    "resume": "恢复处理",
}


class _Case(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def state(self) -> str: ...


class _Line(Protocol):
    @property
    def at(self) -> datetime: ...
    @property
    def move(self) -> str: ...


def words_of(state: str) -> str:
    """Tell a case's state in a citizen's words."""
    return _STATES.get(state, _UNTOLD)[1]


def before_case(
    tracking: str, told_at: datetime, received_at: datetime, state: str, reply: str = ""
) -> Progress:
    """Tell what happened to a report that is no case (yet)."""
    words = _BEFORE[state]
    return Progress(
        tracking=tracking,
        told_at=told_at,
        status="answered" if state == "consulted" else "received",
        words=words,
        case_number="",
        lines=(ProgressLine(received_at, _BEFORE["waiting"]),),
        reply=reply,
    )


def of_case(
    tracking: str, told_at: datetime, received_at: datetime, case: _Case, timeline: Iterable[_Line]
) -> Progress:
    """Tell the turning points of a case. A state or move without words is left out, never shown raw."""
    status, words = _STATES.get(case.state, _UNTOLD)
    lines = [ProgressLine(received_at, _BEFORE["waiting"])]
    lines += [ProgressLine(line.at, _MOVES[line.move]) for line in timeline if line.move in _MOVES]
    return Progress(
        tracking=tracking,
        told_at=told_at,
        status=status,
        words=words,
        case_number=case.number,
        lines=tuple(lines),
    )
