# SPDX-License-Identifier: Apache-2.0
"""Boards: tiles of questions, one's own or shared with posts of the own unit."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from tongguan.analysis import asking
from tongguan.analysis.contracts import Board, NewBoard, Question, Tile
from tongguan.analysis.models import KeptBoard
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.importing import text_mistake
from tongguan.people.contracts import Actor, Post
from tongguan.runtime.transactions import atomic

MOST: Final = 30
MOST_TILES: Final = 12
SHOWN_AS: Final = ("number", "line", "bars", "table", "map")
_SHARED_LISTED: Final = 100


def owner_of(actor: Actor) -> int:
    """Give whose boards they are. Raises Forbidden for who is no person."""
    if actor.id is None:
        raise Forbidden("board.no_person", "只有登录人员可以保存看板", "boards are for people")
    return actor.id


def visible(actor: Actor) -> QuerySet[KeptBoard]:
    """Give the own boards and, beside them, those of the own unit that name any post."""
    mine = Q(owner_id=owner_of(actor))
    return KeptBoard.objects.filter(mine | Q(unit_id=actor.unit_id) if actor.unit_id else mine)


def boards(actor: Actor) -> list[Board]:
    """Give the actor's boards, then those shared with a post of theirs, each by name."""
    held = {str(post) for post in actor.scope.posts()}
    rows = visible(actor).order_by("name", "id")[:_SHARED_LISTED]
    seen = [row for row in rows if row.owner_id == actor.id or held & set(row.posts)]
    return [shown(row, actor) for row in sorted(seen, key=lambda row: row.owner_id != actor.id)]


def keep(actor: Actor, board: NewBoard) -> Board:
    """Keep a board under its name; one of that name is replaced. Raises Forbidden, Invalid, Conflict."""
    owner_id = owner_of(actor)
    checked(actor, board)
    name = board.name.strip()
    with atomic():
        known = KeptBoard.objects.filter(owner_id=owner_id)
        row = known.filter(name=name).first()
        if row is None and known.count() >= MOST:
            raise Conflict("board.full", f"最多保存 {MOST} 个看板", f"{MOST} boards at most")
        row = row or KeptBoard(owner_id=owner_id, name=name, version=0)
        row.owner_name, row.made_at = actor.name, clock.now()
        row.unit_id = actor.unit_id if board.posts else None
        row.posts = [str(post) for post in board.posts]
        row.tiles = [_written(tile) for tile in board.tiles]
        row.version += 1
        row.save()
    return shown(row, actor)


def drop(actor: Actor, board_id: UUID) -> None:
    """Drop an own board. Raises NotFound, also for a colleague's."""
    gone, _ = KeptBoard.objects.filter(pk=board_id, owner_id=owner_of(actor)).delete()
    if not gone:
        raise NotFound("board.unknown", "没有这个看板", "no such board")


def checked(actor: Actor, board: NewBoard) -> None:
    """Raise Invalid for what is no board: its name, number of tiles, posts without a unit, a tile."""
    wrong = text_mistake(board.name, 30)
    if wrong:
        raise Invalid("board.name", wrong, "the name is not a short text", field="name")
    if not 0 < len(board.tiles) <= MOST_TILES:
        raise Invalid("board.tiles", f"须有 1 至 {MOST_TILES} 块", "1 to 12 tiles", field="tiles")
    if board.posts and not actor.unit_id:
        raise Invalid("board.no_unit", "您不属于任何单位，不能共享", "you have no unit", field="posts")
    today = clock.now().astimezone(asking.LOCAL).date()
    for n, tile in enumerate(board.tiles):
        if tile.show not in SHOWN_AS:
            raise Invalid("board.show", "没有这种图", "no such picture", field=f"tiles.{n}.show")
        if text_mistake(tile.title, 40):
            raise Invalid(
                "board.title", "标题须为短文字", "the title is a short text", field=f"tiles.{n}.title"
            )
        try:
            asking.checked(question_of(tile, today))
        except Invalid as refused:
            field = f"tiles.{n}.{refused.field or ''}"
            raise Invalid(refused.code, refused.zh, refused.en, field=field) from refused


def question_of(tile: Tile, today: Any) -> Question:
    """Give a tile's question over its last days, today with them."""
    until = asking.day_after(today)
    since = asking.days_before(until, tile.days)
    return Question(measure=tile.measure, since=since, until=until, by=tile.by, where=tile.where)


def shown(row: KeptBoard, actor: Actor) -> Board:
    """Give a board as the actor has it."""
    return Board(
        id=row.id, name=row.name, tiles=tuple(_read(tile) for tile in row.tiles),
        posts=tuple(Post(post) for post in row.posts), mine=row.owner_id == actor.id,
        owner_name=row.owner_name, version=row.version,
    )  # fmt: skip


def _written(tile: Tile) -> dict[str, Any]:
    return {
        "title": tile.title, "show": tile.show, "measure": tile.measure, "days": tile.days,
        "by": list(tile.by), "where": {code: list(values) for code, values in tile.where.items()},
    }  # fmt: skip


def _read(told: Mapping[str, Any]) -> Tile:
    where = {code: tuple(values) for code, values in told["where"].items()}
    return Tile(
        title=told["title"], show=told["show"], measure=told["measure"], days=told["days"],
        by=tuple(told["by"]), where=where,
    )  # fmt: skip
