# SPDX-License-Identifier: Apache-2.0
"""Whether an actor may, and what is wrong with rows."""

from collections.abc import Iterable, Sequence

from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM, Actor, Post, RowError
from tongguan.people.labels import POST_NAMES

#: Lengths of division codes: province, city, district, street, community.
DIVISION_DIGITS = frozenset({2, 4, 6, 9, 12})


def require_post(actor: Actor, *posts: Post) -> None:
    """Raise Forbidden unless the actor holds one of the posts somewhere. The platform itself may."""
    if actor == PLATFORM or not actor.scope.posts().isdisjoint(posts):
        return
    names = "、".join(POST_NAMES[post] for post in posts)
    raise Forbidden(
        "actor.post_required",
        zh=f"需要{names}岗位",
        en=f"needs one of the posts: {', '.join(posts)}",
        posts=list(posts),
    )


def within(actor: Actor, division: str, *posts: Post) -> bool:
    """Tell whether the division lies where the actor holds one of the posts."""
    return actor == PLATFORM or actor.scope.covers(division, *posts)


def require_within(actor: Actor, division: str, *posts: Post, thing: str = "unit") -> None:
    """Raise Forbidden without the post, NotFound outside of the divisions it is held for."""
    require_post(actor, *posts)
    if not within(actor, division, *posts):
        raise NotFound(f"{thing}.unknown", zh="没有这个对象，或不在您的管辖范围", en=f"no such {thing}")


def refuse_rows(errors: Sequence[RowError]) -> None:
    """Raise Invalid that names the first mistake and carries all of them (at most 200)."""
    if not errors:
        return
    first = errors[0]
    raise Invalid(
        "rows.invalid",
        zh=f"第 {first.row} 行 {first.field}：{first.message}"
        + (f"（共 {len(errors)} 处错误）" if len(errors) > 1 else ""),
        en=f"row {first.row}, {first.field}: {first.message} ({len(errors)} mistakes)",
        field=first.field,
        errors=[{"row": e.row, "field": e.field, "message": e.message} for e in errors[:200]],
    )


def text_mistake(text: str, longest: int, *, empty: bool = False) -> str | None:
    """Say in words what is wrong with a short text, or None."""
    if not text.strip():
        return None if empty else "不能为空"
    if len(text) > longest:
        return f"不能超过 {longest} 个字符"
    if any(not c.isprintable() for c in text):
        return "含有不可见字符"
    return None


def division_mistake(division: str) -> str | None:
    """Say in words what is wrong with a division code, or None."""
    if division.isascii() and division.isdigit() and len(division) in DIVISION_DIGITS:
        return None
    return "应为 2、4、6、9 或 12 位数字的行政区划代码"


def repeated(values: Iterable[str]) -> set[str]:
    """Give the values that occur more than once."""
    seen: set[str] = set()
    twice: set[str] = set()
    for value in values:
        (twice if value in seen else seen).add(value)
    return twice
