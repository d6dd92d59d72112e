# SPDX-License-Identifier: Apache-2.0
"""The mail sender: SMTP, one connection per batch, never longer than its deadline."""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from tongguan.messaging.spi import Envelope, Fate, Result

_PERMANENT: Final = 500
_PORTS: Final = {"smtp": 25, "smtps": 465}
_TROUBLE: Final = (OSError, smtplib.SMTPException, ValueError)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where to hand in mail. ``tls``: none, starttls or tls."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str


def mail_server(url: str) -> MailServer:
    """Read ``smtp://user:password@host:587?tls=starttls&from=a@b`` or ``smtps://…``. Raises ValueError."""
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if parts.scheme not in _PORTS or not parts.hostname:
        message = f"not a mail server: {parts.scheme}://{parts.hostname}"
        raise ValueError(message)
    tls = "tls" if parts.scheme == "smtps" else options.get("tls", "none")
    if tls not in {"none", "starttls", "tls"}:
        message = f"tls={tls!r}: must be none or starttls"
        raise ValueError(message)
    return MailServer(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=options.get("from", f"tongguan@{parts.hostname}"),
    )


class MailSender:
    """Hands mail to one SMTP server."""

    batch = 20

    def __init__(self, server: MailServer, *, seconds: float = 8.0, deadline: float = 25.0) -> None:
        """Bound one step of the conversation and the whole batch in seconds."""
        self.server = server
        self.seconds = seconds
        self.deadline = deadline

    def send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        """Send each envelope; a refused recipient concerns that message only, a lost server the rest."""
        results: list[Result] = []
        try:
            with self._connected() as smtp:
                for envelope in envelopes:
                    results.append(self._one(smtp, envelope))
                    if not results[-1].receipt and results[-1].fate is Fate.FAILED:
                        break
        except _TROUBLE as error:
            # Parting may fail after all was taken: then there is nothing left to tell.
            if len(results) < len(envelopes):
                results.append(Result(Fate.FAILED, error=_told(error)))
        return results + [Result(Fate.UNTRIED)] * (len(envelopes) - len(results))

    def _one(self, smtp: smtplib.SMTP, envelope: Envelope) -> Result:
        try:
            mail = compose(envelope, self.server.sender)
        except (ValueError, MessageError, LookupError) as error:
            return Result(Fate.REFUSED, error=f"邮件地址或内容有误 (cannot be composed): {error}")
        try:
            smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, told = next(iter(error.recipients.values()))
            return _answered(code, told)
        except smtplib.SMTPNotSupportedError as error:
            return Result(Fate.REFUSED, error=_told(error))
        except smtplib.SMTPDataError as error:
            return _answered(error.smtp_code, error.smtp_error)
        except _TROUBLE as error:
            return Result(Fate.FAILED, error=_told(error))
        return Result(Fate.SENT)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Connect, and cut the line at the deadline: time-outs alone do not stop a server that drips."""
        server = self.server
        context = ssl.create_default_context() if server.tls != "none" else None
        if server.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(timeout=self.seconds, context=context)
            smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001 - connect() later needs the name for TLS
        else:
            smtp = smtplib.SMTP(timeout=self.seconds)
        watchdog = threading.Timer(self.deadline, _cut, [smtp])
        watchdog.daemon = True
        watchdog.start()
        try:
            code, told = smtp.connect(server.host, server.port)
            if code != 220:  # noqa: PLR2004 - RFC 5321: service ready
                raise smtplib.SMTPConnectError(code, told)
            if server.tls == "starttls":
                smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001 - see above
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp
            smtp.quit()
        finally:
            watchdog.cancel()
            smtp.close()


def compose(envelope: Envelope, sender: str) -> EmailMessage:
    """Write the mail; its Message-ID is the envelope's id at every attempt. Raises ValueError."""
    _, plain = parseaddr(envelope.address)
    if plain != envelope.address.strip() or "@" not in plain:
        message = f"not an address: {envelope.address!r}"
        raise ValueError(message)
    mail = EmailMessage(policy=SMTP)
    name, at = parseaddr(sender)
    mail["From"] = Address(display_name=name or "统管", addr_spec=at)
    mail["To"] = Address(addr_spec=plain)
    mail["Subject"] = " ".join(envelope.subject.split()) or "统管消息"
    mail["Message-ID"] = f"<{envelope.id}@tongguan>"
    mail["Date"] = format_datetime(envelope.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(envelope.body)
    return mail


def _answered(code: int, told: bytes | str) -> Result:
    """Judge by code: a 5xx about one mail is final, a 4xx may pass; both say that the server is well."""
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    fate = Fate.REFUSED if code >= _PERMANENT else Fate.FAILED
    return Result(fate, receipt=str(code), error=f"{code} {text}")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500].replace("\x00", "")


def _cut(smtp: smtplib.SMTP) -> None:
    sock = smtp.sock
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
