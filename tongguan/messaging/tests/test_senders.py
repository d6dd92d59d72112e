# SPDX-License-Identifier: Apache-2.0
"""One suite for every sender: with a good neighbour, a slow one, one that is down, one that talks rubbish."""

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from tongguan.kernel.ids import new_id
from tongguan.kernel.testing import free_port
from tongguan.messaging import signing
from tongguan.messaging.mail import MailSender, mail_server
from tongguan.messaging.senders import ConsoleSender, mail_sender, sms_sender
from tongguan.messaging.sms import HttpSmsSender, gateway
from tongguan.messaging.spi import Envelope, Fate
from tongguan.messaging.tests import neighbours
from tongguan.messaging.webhooks import WebhookSender

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="
QUICK = {"seconds": 0.3, "deadline": 0.6}


def envelope(address="w@example.com", url="", **more):
    values = {"subject": "新任务", "body": "案件 江北-1 “积水”", "created_at": AT, "secret": SECRET}
    return Envelope(id=new_id(), key="k", address=address, url=url, **{**values, **more})


def sms(url, **bounds):
    return HttpSmsSender(
        gateway(
            {
                "url": url,
                "json": {"phone": "{phone}", "content": "【江州城运】{text}", "outId": "{id}"},
                "success": {"field": "code", "equals": "OK"},
                "refused": ["BLACKLIST"],
                "receipt": "data.msgId",
            },
            {},
        ),
        **bounds,
    )


@dataclass
class Kind:
    """A sender to be tried: how to make it for a port, a good address, a bad one."""

    make: object
    good: str
    bad: str


KINDS = {
    "mail": Kind(
        lambda port, **b: MailSender(mail_server(f"smtp://127.0.0.1:{port}"), **b), "w@example.com", "no"
    ),
    "sms": Kind(lambda port, **b: sms(f"http://127.0.0.1:{port}/send", **b), "13900000001", "not a number"),
    "webhook": Kind(lambda _port, **b: WebhookSender(private=True, **b), "x", ""),
}
each_kind = pytest.mark.parametrize("name", KINDS)


def envelopes(name, port, count=3):
    return [envelope(KINDS[name].good, f"http://127.0.0.1:{port}/hook") for _ in range(count)]


@contextlib.contextmanager
def good(name):
    """A good neighbour of the kind: gives its port and a function that lists what it has."""
    if name == "mail":
        with neighbours.smtp() as (box, port):
            yield (
                port,
                lambda: [message_from_bytes(m, policy=default)["Message-ID"][1:37] for _, m in box.mails],
            )
        return
    answer = neighbours.gateway_answer if name == "sms" else (lambda _: (204, {}, b""))
    with neighbours.http(answer) as there:
        port = int(there.url.split(":")[2].split("/")[0])
        yield port, lambda: [heard.headers["idempotency-key"] for heard in there.heard]


@each_kind
def test_a_good_neighbour_gets_every_message_once_in_order_with_its_id(name):
    with good(name) as (port, received):
        sent = envelopes(name, port)
        results = KINDS[name].make(port).send(sent)
        assert [result.fate for result in results] == [Fate.SENT] * 3
        assert received() == [str(one.id) for one in sent]


@each_kind
@pytest.mark.parametrize("trouble", ["down", "hanging", "dripping", "rubbish", "slamming"])
def test_a_bad_neighbour_fails_the_first_message_and_leaves_the_rest_untried(name, trouble):
    with contextlib.ExitStack() as stack:
        if trouble == "down":
            port = free_port()
        else:
            port = stack.enter_context(neighbours.raw(getattr(neighbours, trouble)))
        results = KINDS[name].make(port, **QUICK).send(envelopes(name, port))
    assert [result.fate for result in results] == [Fate.FAILED, Fate.UNTRIED, Fate.UNTRIED]
    assert results[0].error


@pytest.mark.parametrize("name", ["mail", "sms"])
def test_a_bad_address_concerns_its_own_message_only(name):
    kind = KINDS[name]
    with good(name) as (port, received):
        results = kind.make(port).send([envelope(kind.bad), envelope(kind.good), envelope("")])
        assert [result.fate for result in results] == [Fate.REFUSED, Fate.SENT, Fate.REFUSED]
        assert len(received()) == 1


@pytest.mark.parametrize("channel", ["mail", "sms", "webhook"])
def test_the_console_twin_takes_everything(channel):
    results = ConsoleSender(channel).send([envelope(), envelope()])
    assert [result.fate for result in results] == [Fate.SENT, Fate.SENT]


def test_mail_arrives_readable_and_says_that_nobody_wrote_it():
    with neighbours.smtp() as (box, port):
        server = mail_server(f"smtp://127.0.0.1:{port}?from=城运中心 <yz@jiangzhou.example>")
        MailSender(server).send(
            [envelope("Li Ming <li@example.com>"), envelope("li@example.com", subject="新\r\nBcc: x@y")]
        )
    ((to, content),) = box.mails
    mail = message_from_bytes(content, policy=default)
    assert to == "li@example.com"
    assert (mail["Subject"], mail["Bcc"], mail["Auto-Submitted"]) == ("新 Bcc: x@y", None, "auto-generated")
    assert (mail["From"], mail.get_content().strip()) == (
        "城运中心 <yz@jiangzhou.example>",
        "案件 江北-1 “积水”",
    )


def test_a_mail_server_tells_the_passing_from_the_final():
    with neighbours.smtp() as (box, port):
        addresses = ["nobody@example.com", "busy@example.com", "w@example.com"]
        results = MailSender(mail_server(f"smtp://127.0.0.1:{port}")).send([envelope(a) for a in addresses])
    assert [result.fate for result in results] == [Fate.REFUSED, Fate.FAILED, Fate.SENT]
    assert results[0].error == "550 no such user"
    assert [to for to, _ in box.mails] == ["w@example.com"]


def test_a_gateway_answer_is_read_by_its_declaration():
    with neighbours.http(neighbours.gateway_answer) as there:
        good, black = envelope("13900000001"), envelope("13900009999")
        results = sms(there.url).send([black, good])
        assert [(r.fate, r.error) for r in results] == [(Fate.REFUSED, "code=BLACKLIST"), (Fate.SENT, "")]
        assert results[1].receipt == f"m-{str(good.id)[-4:]}"
        assert json.loads(there.heard[1].body)["content"] == "【江州城运】案件 江北-1 “积水”"
        there.answer = lambda _: (200, {}, b"<html>login</html>")
        (result,) = sms(there.url).send([good])
        assert (result.fate, result.error) == (Fate.FAILED, "答复不是 JSON (not JSON): <html>login</html>")


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ({}, "needs a url"),
        ({"url": "http://x/", "jsn": {}}, "unknown: jsn"),
        ({"url": "http://x/"}, "needs either json or form"),
        ({"url": "ftp://x/", "json": {"a": "{phone}{text}"}}, "http"),
        ({"url": "http://x/", "json": {"a": "{phone}"}}, "{phone} and {text}"),
        ({"url": "http://x/", "json": {"a": "{phone}{text}{name}"}}, "unknown placeholder: name"),
        ({"url": "http://x/", "json": {"a": "{phone}{text}${TOKEN}"}}, "not in the environment: TOKEN"),
        ({"url": "http://x/", "form": {"a": "{phone}{text}"}, "success": {"field": "c"}}, "field and equals"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(written, wrong):
    with pytest.raises(ValueError, match="SMS gateway: ") as told:
        gateway(written, {})
    assert wrong in str(told.value)


@pytest.mark.parametrize("url", ["imap://x", "smtp://", "smtp://x?tls=yes"])
def test_a_wrong_mail_url_is_refused(url):
    with pytest.raises(ValueError, match=r"not a mail server|must be none"):
        mail_server(url)


def test_nothing_named_means_the_console_twin():
    assert isinstance(mail_sender(""), ConsoleSender)
    assert isinstance(sms_sender(""), ConsoleSender)


def test_a_webhook_proves_who_sent_it():
    with neighbours.http() as there:
        WebhookSender(private=True).send([envelope(url=there.url, body='{"id":"1"}')])
    (heard,) = there.heard
    now = datetime.now(UTC)
    assert heard.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert signing.genuine(heard.headers, SECRET, heard.body, now)
    assert not signing.genuine(heard.headers, SECRET, heard.body + b" ", now)
    assert not signing.genuine(heard.headers, signing.new_secret(), heard.body, now)
    late = datetime.fromtimestamp(now.timestamp() + 301, UTC)
    assert not signing.genuine(heard.headers, SECRET, heard.body, late)
    assert not signing.genuine({}, SECRET, heard.body, now)


@pytest.mark.parametrize(
    ("status", "headers", "fate"),
    [
        (200, {}, Fate.SENT),
        (500, {}, Fate.FAILED),
        (503, {"Retry-After": "120"}, Fate.FAILED),
        (404, {}, Fate.FAILED),
        (410, {}, Fate.REFUSED),
        (422, {}, Fate.REFUSED),
        (302, {"Location": "/hook"}, Fate.FAILED),
    ],
)
def test_a_status_decides_the_fate_and_a_redirect_is_not_followed(status, headers, fate):
    with neighbours.http(lambda _: (status, headers, b"x" * 300_000)) as there:
        (result,) = WebhookSender(private=True).send([envelope(url=there.url)])
        assert len(there.heard) == 1
    assert result.fate is fate
    assert result.retry_after == (120 if status == 503 else 0)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/hook", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
     "http://169.254.169.254/latest", "http://10.0.0.1/", "http://0.0.0.0:{port}/", "http://2130706433:{port}/",
     "http://[::1]:{port}/", "http://user:pw@127.0.0.1/", "file:///etc/passwd"],
)  # fmt: skip
def test_the_private_network_is_out_of_reach(url):
    with neighbours.http() as there:
        port = there.url.split(":")[2].split("/")[0]
        (result,) = WebhookSender().send([envelope(url=url.format(port=port))])
        assert there.heard == []
    assert result.fate is Fate.FAILED
    assert "private" in result.error or "must" in result.error
