# SPDX-License-Identifier: Apache-2.0
"""Reading an IMAP folder without changing anything in it. No database."""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tongguan.mailboxes.contracts import Security

_TIMEOUT: Final = 20.0
#: Larger mails are received without their attachments; attachments of this size would be refused anyway.
MOST_BYTES: Final = 30 * 1024 * 1024
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
#: What the library and the network raise.
BROKEN: Final = (imaplib.IMAP4.error, OSError, ssl.SSLError, EOFError)


class NotAnswered(Exception):  # noqa: N818 - said of the server
    """The server said no; the message tells to what."""


@dataclass(frozen=True, slots=True)
class Where:
    """How to get to a folder."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str


class Folder:
    """A folder opened for reading only: nothing is marked as seen, moved or deleted."""

    def __init__(self, client: imaplib.IMAP4, uidvalidity: int) -> None:
        """Keep the connection; ``uidvalidity`` says under which numbering the numbers are good."""
        self._client = client
        self.uidvalidity = uidvalidity

    def after(self, uid: int) -> list[int]:
        """Give the numbers of the mails behind one, ascending."""
        (found,) = self._asked("SEARCH", None, f"UID {uid + 1}:*")
        # A server gives the last mail even when it lies before the range.
        return sorted(number for number in map(int, (found or b"").split()) if number > uid)

    def mail(self, uid: int) -> bytes | None:
        """Give a mail's bytes; of a huge one its head with a line that says so; None when it is gone."""
        told = _joined(self._asked("FETCH", str(uid), "(RFC822.SIZE)"))
        size = _SIZE.search(told)
        if size is None:
            return None
        if int(size[1]) <= MOST_BYTES:
            return _literal(self._asked("FETCH", str(uid), "(BODY.PEEK[])"))
        head = _literal(self._asked("FETCH", str(uid), "(BODY.PEEK[HEADER])")) or b""
        kept = [
            line for line in _unfolded(head) if not line.lower().startswith((b"content-", b"mime-version"))
        ]
        words = f"（原邮件 {int(size[1]) // 1024 // 1024} MB，过大，只收取了信头；原件仍在邮箱中）"
        plain = [b"Content-Type: text/plain; charset=utf-8", b"", words.encode()]
        return b"\r\n".join([*kept, *plain])

    def _asked(self, command: str, *arguments: Any) -> list[Any]:
        kind, found = self._client.uid(command, *arguments)
        if kind != "OK":
            message = f"{command}: {found!r}"
            raise NotAnswered(message)
        return found


@contextmanager
def opened(where: Where, authority: Path | None = None) -> Iterator[Folder]:
    """Sign in over TLS and open the folder for reading. ``authority``: certificates to trust besides.

    Raises one of BROKEN, or NotAnswered.
    """
    context = ssl.create_default_context()
    if authority is not None:
        context.load_verify_locations(authority)
    client: imaplib.IMAP4
    if where.security == Security.TLS:
        client = imaplib.IMAP4_SSL(where.host, where.port, ssl_context=context, timeout=_TIMEOUT)
    else:
        client = imaplib.IMAP4(where.host, where.port, timeout=_TIMEOUT)
    try:
        if where.security == Security.STARTTLS:
            client.starttls(context)
        client.login(where.user, where.password)
        kind, found = client.select(_quoted(where.folder), readonly=True)
        if kind != "OK":
            message = f"SELECT {where.folder}: {found!r}"
            raise NotAnswered(message)
        _, validity = client.response("UIDVALIDITY")
        yield Folder(client, int(validity[0]) if validity and validity[0] else 0)
    finally:
        # A farewell to a broken connection breaks too; what broke it is what is told.
        with suppress(*BROKEN):
            client.logout()


def _quoted(name: str) -> str:
    """Give a folder's name in the modified UTF-7 of IMAP (RFC 3501, 5.1.3), quoted."""
    parts = re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name)
    coded = "".join(part.replace("&", "&-") if part.isascii() else _utf7(part) for part in parts)
    return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(part: str) -> str:
    letters = base64.b64encode(part.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{letters}-"


def _literal(found: list[Any]) -> bytes | None:
    return next((bytes(one[1]) for one in found if isinstance(one, tuple)), None)


def _joined(found: list[Any]) -> bytes:
    return b" ".join(one[0] if isinstance(one, tuple) else one for one in found if one)


def _unfolded(head: bytes) -> list[bytes]:
    return [line for line in re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines() if line.strip()]
