# SPDX-License-Identifier: Apache-2.0
"""Reads of the casebook: DuckDB views over what the actor may see. Always scoped."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from tongguan.casebook import files, reading
from tongguan.casebook.contracts import Damaged
from tongguan.casebook.reading import Book, View
from tongguan.casebook.schema import VERSION
from tongguan.kernel.errors import Unavailable
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post

__all__ = ["LOCAL", "Book", "folder", "open_book", "view_of"]

#: Add it to a time of the book for the city's own time: ``date_trunc('day', opened_at + INTERVAL 8 HOUR)``.
LOCAL: Final = "INTERVAL 8 HOUR"
_UNIT_POSTS: Final = frozenset({Post.DEPARTMENT, Post.HANDLER})


def folder() -> Path:
    """Give where the casebook lies."""
    return Path(settings.HOME) / "casebook"


def view_of(actor: Actor) -> View:
    """Give what an actor may see of the book: the rule of ``cases.queries.visible``."""
    posts = actor.scope.posts()
    places = actor.scope.divisions(*CENTRE_POSTS) if posts & CENTRE_POSTS else ()
    if "" in places:
        return View(everything=True)
    units = tuple(sorted({g.unit_path for g in actor.scope.grants if g.post in _UNIT_POSTS}))
    person = actor.id if Post.COLLECTOR in posts else None
    return View(divisions=places, units=units, person=person)


@contextmanager
def open_book(
    actor: Actor, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Book]:
    """Open the book as the actor may see it; ``since`` ≤ ``opened_at`` < ``until`` where given (aware times).

    Views: cases, lines, orders, clocks, tellings, answers, units, divisions, items. Tellings are taken by
    the time they were received. What hangs on a case that is not shown is not shown. The book stays as it
    is while it is open. Raises Unavailable when its files are damaged.
    """
    where = folder()
    try:
        state = files.manifest(where) or files.manifest(where, files.BUILDING)
        if state is not None and state.schema != VERSION:
            state = None
        read_at = files.read_at(where, state)
    except Damaged as error:
        raise _unreadable(error) from error
    with reading.opened(where, state, view_of(actor), since=since, until=until, read_at=read_at) as book:
        yield book


def _unreadable(error: Exception) -> Unavailable:
    return Unavailable(
        "casebook.damaged",
        zh="案件台账的文件损坏，正在重建，请稍后再试",
        en=f"files of the casebook are damaged, it is being built anew: {error}",
    )
