# SPDX-License-Identifier: Apache-2.0
"""Whom briefings are told: by post, where the briefing is about."""

from collections.abc import Iterable
from typing import Any

from tongguan.briefings.models import Briefing
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import Post


def tell(row: Briefing, template: str, posts: Iterable[str], **more: Any) -> int:
    """Tell the holders of posts; give how many people. In the open transaction."""
    found = [
        person.id for post in dict.fromkeys(posts) for person in people.holders(Post(post), row.division)
    ]
    users = list(dict.fromkeys(found))
    messaging.notify(
        [
            Notice(
                key=f"{template}:{row.pk}:{row.line_no}", to_user=user, template=template,
                params={"title": row.title, **more}, division=row.division,
                link=f"/desk/briefings/{row.pk}",
            )
            for user in users
        ]
    )  # fmt: skip
    return len(users)


def ready(row: Briefing) -> None:
    """Tell those of its schedule that a briefing waits for review."""
    if row.schedule is not None:
        tell(row, "briefing.ready", row.schedule.posts)
