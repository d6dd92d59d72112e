# SPDX-License-Identifier: Apache-2.0
"""Verbs of mailboxes: keep one, fetch it now, stop fetching it."""

import re
from typing import Final

from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.kernel.importing import text_mistake
from tongguan.mailboxes import credentials, fetching
from tongguan.mailboxes.contracts import MailboxIn
from tongguan.mailboxes.models import Mailbox
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.places import queries as places
from tongguan.runtime import audit, transactions

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_LONGEST: Final = {"host": 200, "user": 200, "folder": 200}
_PORTS: Final = range(1, 65_536)


def keep(actor: Actor, told: MailboxIn, password: str) -> None:
    """Keep a mailbox, or change the one of this name; its password is sealed.

    Another server, account or folder begins anew.
    Raises Forbidden without the post 系统管理员, Invalid, NotFound (division).
    """
    _may(actor, told.division)
    if not _NAME.fullmatch(told.name):
        raise Invalid(
            "mailbox.name",
            zh="小写字母、数字、- 和 _，最多 40 个",
            en="small letters and digits",
            field="name",
        )
    for field, longest in _LONGEST.items():
        mistake = text_mistake(getattr(told, field), longest)
        if mistake:
            raise Invalid("mailbox.text", zh=mistake, en="not a valid text", field=field)
    if not password or told.port not in _PORTS:
        field = "password" if not password else "port"
        raise Invalid("mailbox.missing", zh="缺失或有误", en="is missing or wrong", field=field)
    if told.division not in places.divisions([told.division]):
        raise NotFound("division.unknown", zh="没有这个区划", en="no such division", field="division")
    values = {
        "host": told.host,
        "port": told.port,
        "security": told.security,
        "user": told.user,
        "folder": told.folder,
        "division": told.division,
        "password": credentials.closed(told.name, password),
        "active": True,
    }
    with transactions.atomic():
        row = Mailbox.objects.select_for_update().filter(name=told.name).first()
        if row is None:
            Mailbox.objects.create(name=told.name, **values)
        else:
            _may(actor, row.division)
            moved = any(getattr(row, field) != values[field] for field in ("host", "user", "folder"))
            begin = {"uidvalidity": 0, "last_uid": 0, "stuck": 0} if moved else {}
            Mailbox.objects.filter(pk=row.pk).update(**values, **begin)
        shown = {"host": told.host, "user": told.user, "folder": told.folder, "division": told.division}
        audit.record(actor, "mailbox.keep", f"mailbox:{told.name}", shown)


def stop(actor: Actor, name: str) -> None:
    """Fetch a mailbox no longer; how far it was is kept. Raises Forbidden, NotFound."""
    with transactions.atomic():
        row = _row(actor, name)
        Mailbox.objects.filter(pk=row.pk).update(active=False)
        audit.record(actor, "mailbox.stop", f"mailbox:{name}", {})


def fetch(actor: Actor, name: str) -> int:
    """Fetch a mailbox now; give how many mails came. Raises Forbidden, NotFound."""
    return fetching.fetch(_row(actor, name).name)


def _row(actor: Actor, name: str) -> Mailbox:
    row = Mailbox.objects.filter(name=name).first()
    if row is None or not _covers(actor, row.division):
        raise NotFound("mailbox.unknown", zh="没有这个邮箱", en="no such mailbox", field="name")
    return row


def _may(actor: Actor, division: str) -> None:
    if not _covers(actor, division):
        raise Forbidden(
            "mailbox.not_your_post", zh="只有系统管理员可以设置邮箱", en="only a system administrator may"
        )


def _covers(actor: Actor, division: str) -> bool:
    return actor == PLATFORM or actor.scope.covers(division, Post.SYSADMIN)
