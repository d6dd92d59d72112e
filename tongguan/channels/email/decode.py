# SPDX-License-Identifier: Apache-2.0
"""Pure: one e-mail (RFC 5322, ``.eml``) becomes one telling; its attachments come along."""

import email
import hashlib
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Final

from tongguan.intake.contracts import Medium, Parcel, Piece, ReporterIn, ReportIn
from tongguan.kernel.errors import Invalid, Refusal

SOURCE: Final = "email"
_TITLE: Final = 200
_TEXT: Final = 20_000
_MOST_MEDIA: Final = 20
_NUMBER: Final = 200
#: What the library raises for a header or body that is broken beyond reading.
_BROKEN: Final = (MessageError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
_BLOCKS: Final = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table"})
_UNSEEN: Final = frozenset({"script", "style", "head", "title"})


def decode(parcel: Parcel) -> list[Piece]:
    """Give the telling of one message. Raises Invalid when it is none."""
    try:
        message = email.message_from_bytes(parcel.body, policy=default)
        return [_piece(parcel, message)]
    except _BROKEN as error:
        raise Invalid(
            "mail.broken", zh=f"邮件损坏：{error}", en=f"a broken mail: {error}", field="body"
        ) from error


def _piece(parcel: Parcel, message: EmailMessage) -> Piece:
    try:
        return Piece(parcel, report=_report(parcel, message), media=_media(message))
    except Refusal as refusal:
        return Piece(parcel, fault=refusal)


def _report(parcel: Parcel, message: EmailMessage) -> ReportIn:
    sender = _sender(message)
    if sender is None:
        raise Invalid("mail.from", zh="没有发件人", en="no sender", field="From")
    subject, text = _line(message.get("Subject")), _text(message)
    if not (subject or text):
        raise Invalid("mail.empty", zh="没有主题也没有正文", en="neither subject nor text", field="body")
    number = _line(message.get("Message-ID"))
    if not number or len(number) > _NUMBER:
        number = hashlib.sha256(parcel.body).hexdigest()
    return ReportIn(
        source=SOURCE,
        external_id=number,
        title=subject[:_TITLE],
        text=(text or subject)[:_TEXT],
        told_at=_date(message),
        reporter=ReporterIn(name=sender.display_name[:60], email=sender.addr_spec[:200]),
        payload=text[:_TEXT],
    )


def _sender(message: EmailMessage) -> Address | None:
    header = message.get("From")
    addresses = getattr(header, "addresses", ())
    return addresses[0] if addresses else None


def _date(message: EmailMessage) -> datetime | None:
    found = getattr(message.get("Date"), "datetime", None)
    if not isinstance(found, datetime):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _line(header: object) -> str:
    return _clean(" ".join(str(header or "").split()))


def _clean(text: str) -> str:
    """Leave out what no database keeps: NUL and halves of characters."""
    return "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff").strip()


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    content = body.get_content()
    if not isinstance(content, str):
        return ""
    return _clean(_plain(content) if body.get_content_subtype() == "html" else content)


def _media(message: EmailMessage) -> tuple[Medium, ...]:
    found = []
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            found.append(Medium(_clean(part.get_filename() or "attachment"), content))
    if len(found) > _MOST_MEDIA:
        raise Invalid("mail.media", zh=f"附件超过 {_MOST_MEDIA} 个", en="too many attachments", field="media")
    return tuple(found)


class _Words(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the library's signature
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)


def _plain(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return "\n".join(line for line in lines if line)
