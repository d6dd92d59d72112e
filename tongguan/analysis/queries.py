# SPDX-License-Identifier: Apache-2.0
"""Reads of analysis: everything asked of the casebook within the viewer's scope."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tongguan.analysis import asking, exploring
from tongguan.analysis.contracts import Behind, Cube, Measure, Question, Slice
from tongguan.analysis.measures import COUNTED, slices
from tongguan.casebook.queries import Book, open_book
from tongguan.kernel.errors import Forbidden
from tongguan.people.contracts import CENTRE_POSTS, PLATFORM, Actor, Post

__all__ = ["behind", "cube", "measure_list", "slice_list"]

#: Whoever sees cases may ask: the centres' posts and, of their own cases, the departments'.
READERS: Final = CENTRE_POSTS | {Post.DEPARTMENT}
PAGE: Final = 50


def measure_list() -> list[Measure]:
    """Give every measure, each with the dimensions it can be cut by."""
    return [one.measure for one in COUNTED.values()]


def slice_list() -> list[Slice]:
    """Give every dimension."""
    return list(slices())


def cube(viewer: Actor, question: Question) -> Cube:
    """Give a measure by slices, compared with the period before and the last year, within the viewer's scope.

    Every row says by ``q`` and ``verdict`` whether its change is more than chance, all rows counted, and
    carries the ``query`` of the cases behind it. Raises Forbidden, Invalid (measure, period, dimensions, too
    fine), Unavailable.
    """
    asking.checked(question)
    with opened(viewer) as book:
        return exploring.cube(book, question)


def behind(viewer: Actor, question: Question, *, offset: int = 0, limit: int = PAGE) -> Behind:
    """Give the cases behind a number, in order of time, by pages: those it counts. Raises as ``cube``."""
    asking.checked(question)
    sql, params = asking.behind_sql(question, limit, offset)
    with opened(viewer) as book:
        rows = book.rows(sql, params)
    total = int(rows[0][1]) if rows else 0
    later = offset + len(rows)
    return Behind(tuple(row[0] for row in rows), total, later if rows and later < total else None)


@contextmanager
def opened(viewer: Actor) -> Iterator[Book]:
    """Open the casebook for who may analyse. Raises Forbidden, Unavailable."""
    if viewer != PLATFORM and viewer.scope.posts().isdisjoint(READERS):
        raise Forbidden(
            "analysis.post", "研判由各级运行中心和处置部门的岗位查看", "analysis is for posts of centres and departments"
        )  # fmt: skip
    with open_book(viewer) as book:
        yield book
