# SPDX-License-Identifier: Apache-2.0
"""Setting up the senders that the settings name; where none is named, the console twin."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tongguan.kernel.masks import address
from tongguan.messaging import spi
from tongguan.messaging.contracts import Channel
from tongguan.messaging.mail import MailSender, mail_server
from tongguan.messaging.sms import HttpSmsSender, gateway
from tongguan.messaging.spi import Envelope, Fate, Result, Sender
from tongguan.messaging.webhooks import WebhookSender

_log = logging.getLogger(__name__)


class ConsoleSender:
    """Writes messages to the log instead of sending them: for a machine without neighbours."""

    batch = 200
    deadline = 5.0

    def __init__(self, channel: str) -> None:
        """Name the channel it stands in for."""
        self.channel = channel

    def send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        """Write one line per message; the address is shortened, the text left out."""
        for envelope in envelopes:
            _log.info("%s -> %s: %s", self.channel, address(envelope.address), envelope.subject)
        return [Result(Fate.SENT, receipt="console") for _ in envelopes]


def set_up() -> None:
    """Register a sender per channel from the settings. Raises ImproperlyConfigured."""
    spi.senders.register(Channel.MAIL, mail_sender(settings.MAIL_URL))
    spi.senders.register(Channel.SMS, sms_sender(settings.SMS_GATEWAY))
    spi.senders.register(Channel.WEBHOOK, WebhookSender(private=settings.WEBHOOK_PRIVATE))


def mail_sender(url: str) -> Sender:
    """Give the sender for a mail server's URL, the console twin for none."""
    if not url:
        return ConsoleSender(Channel.MAIL)
    try:
        return MailSender(mail_server(url))
    except ValueError as error:
        raise ImproperlyConfigured(f"TONGGUAN_MAIL_URL: 邮件服务器地址有误 ({error})") from error


def sms_sender(path: str) -> Sender:
    """Give the sender for a gateway's declaration (path of a YAML file), the console twin for none."""
    if not path:
        return ConsoleSender(Channel.SMS)
    try:
        written = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        return HttpSmsSender(gateway(written, os.environ))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ImproperlyConfigured(f"TONGGUAN_SMS_GATEWAY: 短信网关声明有误 ({error})") from error
