# SPDX-License-Identifier: Apache-2.0
"""What the leaders of the demo city look at every week: a board of questions, shared with the duty chief."""

from typing import Final

from tongguan.analysis import api as analysis
from tongguan.analysis.contracts import NewBoard, Tile
from tongguan.demo.staff import Staff
from tongguan.people.contracts import Post

_WEEKLY: Final = (
    Tile(title="本周上报", show="number", measure="tellings", days=7),
    Tile(title="本周结案超期率", show="number", measure="late", days=7),
    Tile(title="近四周案件逐日", show="line", measure="cases", days=28, by=("day",)),
    Tile(title="近四周各大类", show="bars", measure="cases", days=28, by=("family",)),
    Tile(title="近十周各单位返工率", show="table", measure="reworked", days=70, by=("unit",)),
    Tile(title="近十周案件分布", show="map", measure="cases", days=70, by=("cell8",)),
)


def seed_boards(staff: Staff, *divisions: str) -> None:
    """Give the leader of each centre a board."""
    for division in divisions:
        leader = staff.at_centre(Post.LEADER, division)
        board = NewBoard(name="每周例会", tiles=_WEEKLY, posts=(Post.LEADER, Post.DUTY_CHIEF))
        analysis.keep_board(leader, board)
