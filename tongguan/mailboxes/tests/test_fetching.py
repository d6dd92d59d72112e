# SPDX-License-Identifier: Apache-2.0
"""Mails fetched from a real server: each once, none deleted, a poisoned one stops nobody."""

import logging
from dataclasses import replace
from email.message import EmailMessage

import pytest
from django.core.management import CommandError, call_command

from tongguan.intake.contracts import Parcel
from tongguan.intake.models import Unread
from tongguan.intake.spi import channels
from tongguan.intake.testing import forget_pressure, told
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.mailboxes import api, imap, queries
from tongguan.mailboxes.contracts import MailboxIn, Security
from tongguan.mailboxes.models import Mailbox
from tongguan.mailboxes.tests.conftest import PASSWORD, USER
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited
from tongguan.vault import api as vault

pytestmark = pytest.mark.django_db
FOLDER = "Complaints"


def mail(number, text="小区门口路灯不亮", **other):
    message = EmailMessage()
    message["From"] = "钱女士 <qian@example.org>"
    message["Subject"] = f"路灯 {number}"
    message["Message-ID"] = f"<{number}@example.org>"
    for name, value in other.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()


@pytest.fixture
def city():
    forget_caches()
    forget_pressure()
    square_city()
    return cast()


@pytest.fixture
def box(city, server):
    """The mailbox 投诉 on the server, empty."""
    with server.hand() as client:
        client.delete(FOLDER)
        assert client.create(FOLDER)[0] == "OK"
    wanted = MailboxIn(
        name="tousu",
        host="127.0.0.1",
        port=server.port,
        security=Security.STARTTLS,
        user=USER,
        folder=FOLDER,
        division="9901",
    )
    api.keep(PLATFORM, wanted, PASSWORD)
    return wanted


def shown():
    (one,) = queries.mailboxes(PLATFORM)
    return one


def test_each_mail_comes_once_and_nothing_is_marked_or_deleted(box, server):
    server.put(mail(1), mail(2), folder=FOLDER)
    before = server.flags(FOLDER)
    assert api.fetch(PLATFORM, "tousu") == 2
    assert api.fetch(PLATFORM, "tousu") == 0
    server.put(mail(3), folder=FOLDER)
    assert api.fetch(PLATFORM, "tousu") == 1
    assert [row.external_id for row in told()] == [f"<{n}@example.org>" for n in (1, 2, 3)]
    assert {row.client for row in told()} == {f"mailbox:{Mailbox.objects.get().pk}"}
    assert server.flags(FOLDER)[:2] == before
    assert (shown().fetched, shown().last_uid) == (3, told() and shown().last_uid)
    assert shown().last_ok_at is not None


def test_a_mail_that_was_fetched_but_not_counted_comes_again_without_harm(box, server):
    server.put(mail(1), folder=FOLDER)
    api.fetch(PLATFORM, "tousu")
    Mailbox.objects.update(last_uid=0)
    assert api.fetch(PLATFORM, "tousu") == 1
    assert len(told()) == 1


def test_a_server_that_numbers_anew_is_read_from_the_beginning(box, server):
    server.put(mail(1), mail(2), folder=FOLDER)
    api.fetch(PLATFORM, "tousu")
    first = Mailbox.objects.get().uidvalidity
    with server.hand() as client:
        client.delete(FOLDER)
        client.create(FOLDER)
    server.put(mail(2), mail(3), folder=FOLDER)
    assert api.fetch(PLATFORM, "tousu") == 2
    assert Mailbox.objects.get().uidvalidity != first
    assert sorted(row.external_id for row in told()) == [f"<{n}@example.org>" for n in (1, 2, 3)]


def test_what_cannot_be_read_is_kept_and_the_next_goes_on(box, server):
    nobody = b"Subject: x\r\nMessage-ID: <9@example.org>\r\n\r\nwords\r\n"
    server.put(mail(1), nobody, mail(2), folder=FOLDER)
    assert api.fetch(PLATFORM, "tousu") == 3
    assert len(told()) == 2
    (kept,) = Unread.objects.all()
    assert (kept.channel, kept.field) == ("email", "From")


def test_a_mail_that_breaks_the_platform_is_passed_by_after_three_rounds_with_a_line(box, server, caplog):
    class Poisoned:
        title = "坏的"

        def decode(self, parcel: Parcel):
            if b"<1@" in parcel.body:
                return [object()]  # no piece: whoever receives it breaks
            return good.decode(parcel)

    good = channels.get("email")
    server.put(mail(1), mail(2), folder=FOLDER)
    with channels.temporarily("email", Poisoned()), caplog.at_level(logging.ERROR):
        assert [api.fetch(PLATFORM, "tousu") for _ in range(3)] == [0, 0, 2]
    assert [row.external_id for row in told()] == ["<2@example.org>"]
    (line,) = audited("mailbox.passed_by")
    assert (line.subject, line.detail["error"]) == ("mailbox:tousu", "AttributeError")


def test_a_huge_mail_comes_without_its_attachments_and_says_so(box, server, monkeypatch):
    monkeypatch.setattr(imap, "MOST_BYTES", 300)
    server.put(mail(1, "很长" * 300), folder=FOLDER)
    assert api.fetch(PLATFORM, "tousu") == 1
    (row,) = told()
    assert (row.title, row.external_id) == ("路灯 1", "<1@example.org>")
    assert "过大，只收取了信头" in row.text
    assert "很长" not in row.text


def test_a_silent_server_is_told_once_and_its_return_too(box, server, caplog, request):
    server.stop()
    request.addfinalizer(server.start)
    with caplog.at_level(logging.WARNING):
        assert [api.fetch(PLATFORM, "tousu") for _ in range(2)] == [0, 0]
        failing = shown()
        assert failing.failing_since is not None
        assert "Refused" in failing.error
        server.start()
        with server.hand() as client:
            client.create(FOLDER)
        server.put(mail(1), folder=FOLDER)
        assert api.fetch(PLATFORM, "tousu") == 1
    assert (shown().failing_since, shown().error) == (None, "")
    said = [record.message for record in caplog.records if "tousu" in record.message]
    assert len([line for line in said if "cannot be fetched" in line]) == 1
    assert said[-1] == "mailbox tousu is fetched again"


@pytest.mark.parametrize(
    "change",
    [{"folder": "Nowhere"}, {"password": "wrong"}, {"security": Security.TLS}, {"host": "localhost"}],
)
def test_a_wrong_setting_is_told_and_breaks_nothing(box, server, change):
    password = change.pop("password", PASSWORD)
    api.keep(PLATFORM, replace(box, **change), password)
    assert api.fetch(PLATFORM, "tousu") == 0
    assert shown().error


def test_an_unknown_certificate_is_not_trusted(box, server, settings):
    (settings.HOME / "city" / "mail-ca.pem").unlink()
    server.put(mail(1), folder=FOLDER)
    assert api.fetch(PLATFORM, "tousu") == 0
    assert "CERTIFICATE_VERIFY_FAILED" in shown().error


def test_a_full_heap_leaves_the_mail_for_later(box, server, settings):
    server.put(mail(1), mail(2), folder=FOLDER)
    settings.TONGGUAN_INTAKE_BOUND = 0
    api.fetch(PLATFORM, "tousu")
    forget_pressure()
    assert api.fetch(PLATFORM, "tousu") == 0
    settings.TONGGUAN_INTAKE_BOUND = 100
    forget_pressure()
    api.fetch(PLATFORM, "tousu")
    assert len(told()) == 2


def test_one_fetches_at_a_time_and_a_stopped_one_nobody(box, server):
    server.put(mail(1), folder=FOLDER)
    Mailbox.objects.update(claimed_until="2999-01-01T00:00:00Z")
    assert api.fetch(PLATFORM, "tousu") == 0
    Mailbox.objects.update(claimed_until=None)
    api.stop(PLATFORM, "tousu")
    assert api.fetch(PLATFORM, "tousu") == 0
    assert queries.active() == []


def test_the_password_is_sealed_and_sealed_anew_with_a_new_key(box, server):
    first = Mailbox.objects.get().password
    assert PASSWORD not in first
    vault.rotate(PLATFORM)
    list(vault.reseal(PLATFORM))
    assert Mailbox.objects.get().password != first
    server.put(mail(1), folder=FOLDER)
    assert api.fetch(PLATFORM, "tousu") == 1


def test_who_may_and_what_is_wrong_is_named(city):
    good = MailboxIn(name="a", host="h", user="u", division="990101")
    for change, field in (
        ({"name": "投诉"}, "name"),
        ({"host": ""}, "host"),
        ({"port": 0}, "port"),
        ({"folder": "a\r\nb"}, "folder"),
    ):
        with pytest.raises(Invalid) as refused:
            api.keep(city.sysadmin, replace(good, **change), "x")
        assert refused.value.field == field
    with pytest.raises(Forbidden):
        api.keep(city.acceptor, good, "x")
    with pytest.raises(NotFound):
        api.keep(city.sysadmin, replace(good, division="990199"), "x")
    api.keep(city.sysadmin, good, "x")
    assert [box.name for box in queries.mailboxes(city.sysadmin)] == ["a"]
    assert queries.mailboxes(city.acceptor) == []
    with pytest.raises(NotFound):
        api.stop(city.acceptor, "a")


def test_the_command_keeps_fetches_and_stops(box, server, capsys, monkeypatch):
    server.put(mail(1), folder=FOLDER)
    call_command("mailboxes", "fetch", "tousu")
    call_command("mailboxes", "list")
    call_command("mailboxes", "stop", "tousu")
    said = capsys.readouterr().out
    assert "收到 1 封" in said
    assert f"{USER}@127.0.0.1/{FOLDER}" in said
    assert PASSWORD not in said
    with pytest.raises(CommandError, match="没有这个邮箱"):
        call_command("mailboxes", "stop", "none")


@pytest.mark.parametrize(
    ("name", "coded"),
    # The example of RFC 3501, 5.1.3.
    [
        ("~peter/mail/台北/日本語", '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'),
        ("A&B", '"A&-B"'),
        ('say "x"', '"say \\"x\\""'),
    ],
)
def test_folder_names_are_written_as_imap_wants_them(name, coded):
    assert imap._quoted(name) == coded
