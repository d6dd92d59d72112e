# SPDX-License-Identifier: Apache-2.0
"""Who told: sealed at rest, shown shortened, opened with a reason, found by number without opening."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from tongguan.intake import api, queries
from tongguan.intake.contracts import ReporterIn, ReporterShown, ReportIn
from tongguan.intake.models import Report
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import Actor, Grant, Post, Scope
from tongguan.people.testing import cast
from tongguan.runtime.testing import audited
from tongguan.vault import api as vault
from tongguan.vault.testing import find_keys, lose_keys

pytestmark = pytest.mark.django_db

HOTLINE = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
WHO = ReporterIn(name="王小明", phone="138-0000-1234", email="wang@example.com", secret=True)
TOLD = ReportIn(source="hotline", text="人民路路灯不亮", division="990101001", reporter=WHO)


@pytest.fixture
def people():
    return cast()


def told(**changes) -> Report:
    return Report.objects.get(pk=api.receive(HOTLINE, replace(TOLD, **changes)).report_id)


def test_nothing_of_the_contact_is_readable_in_the_row():
    row = told()
    kept = repr({name: value for name, value in vars(row).items() if name != "_state"})
    assert not any(part in kept for part in ("13800001234", "138-0000-1234", "王小明", "wang@"))
    assert (len(row.caller_key), row.contact_seal) == (32, vault.current_key())


def test_reviewers_see_it_shortened_and_others_not_at_all(people):
    row = told()
    shortened = ReporterShown("王**", "138****1234", "w***@example.com", secret=True)
    assert queries.report(people.acceptor, row.id).reporter == shortened
    assert queries.report(HOTLINE, row.id).reporter is None
    Report.objects.update(state="quarantined")
    assert [one.reporter for one in queries.quarantined(people.acceptor)] == [shortened]
    assert queries.quarantined(people.outside_acceptor) == []


def test_a_report_without_contact_shows_none(people):
    row = told(reporter=None)
    assert (row.contact_seal, bytes(row.contact_sealed), row.caller_key) == ("", b"", "")
    assert queries.report(people.acceptor, row.id).reporter is None
    with pytest.raises(NotFound):
        api.open_contact(people.acceptor, row.id, "回访")


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201, "一\n二"])
def test_opening_it_needs_a_reason(people, reason):
    row = told()
    with pytest.raises(Invalid) as refusal:
        api.open_contact(people.acceptor, row.id, reason)
    assert refusal.value.field == "reason"
    assert audited("report.open_contact") == []


def test_a_contact_moved_to_another_report_does_not_open_there(people):
    row, other = told(), told(reporter=None)
    Report.objects.filter(pk=other.pk).update(
        contact_seal=row.contact_seal, contact_sealed=row.contact_sealed
    )
    with pytest.raises(Conflict) as refusal:
        api.open_contact(people.acceptor, other.id, "回访")
    assert refusal.value.code == "vault.broken"


def test_a_lost_key_is_told_spoils_no_list_and_stops_no_telling(people):
    row = told()
    hidden = lose_keys()
    with pytest.raises(Conflict) as refusal:
        api.open_contact(people.acceptor, row.id, "回访")
    assert refusal.value.code == "vault.key_lost"
    assert "密钥" in queries.report(people.acceptor, row.id).reporter.error
    assert told().contact_seal != row.contact_seal
    find_keys(hidden)
    assert api.open_contact(people.acceptor, row.id, "回访") == WHO


def test_an_earlier_report_of_the_caller_is_found_however_the_number_is_written(people):
    first = told()
    told(reporter=replace(WHO, phone="13800005678"))
    again = told(reporter=ReporterIn(name="自称他人", phone="+86 138 0000 1234"))
    told(reporter=ReporterIn(name="没有电话"))
    assert [one.id for one in queries.earlier(people.acceptor, again.id)] == [first.id]
    assert queries.earlier(people.acceptor, first.id) == []
    assert [one.id for one in api.look_up_caller(people.acceptor, "１３８ ００００ １２３４")] == [
        again.id,
        first.id,
    ]
    assert api.look_up_caller(people.outside_acceptor, WHO.phone) == []
    looked = audited("caller.look_up")
    assert len(looked) == 2
    assert "1380000" not in str(looked)


def test_a_caller_is_looked_up_by_reviewers_and_by_number_only(people):
    told()
    with pytest.raises(Forbidden):
        api.look_up_caller(people.handler, WHO.phone)
    with pytest.raises(Invalid) as refusal:
        api.look_up_caller(people.acceptor, "王小明")
    assert refusal.value.field == "phone"
    assert audited("caller.look_up") == []


def as_once_stored(row: Report) -> None:
    """Put the row back to how contacts were kept before there was a vault."""
    Report.objects.filter(pk=row.pk).update(
        contact_seal="plain",
        contact_sealed=b'{"name":"\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e","phone":"138-0000-1234"}',
        caller_key="",
    )


def test_contacts_from_before_read_as_they_are_and_are_sealed_by_the_command(people):
    rows = [told() for _ in range(5)]
    for row in rows:
        as_once_stored(row)
    before = Report.objects.order_by("id").values_list("id", "text", "tracking", "secret_hash", "state")
    kept = list(before)
    assert queries.report(people.acceptor, rows[0].id).reporter.phone == "138****1234"
    out = StringIO()
    call_command("keys", "reseal", "--batch", "2", stdout=out)
    assert "上报联系方式：已重新加密 5 条" in out.getvalue()
    assert set(Report.objects.values_list("contact_seal", flat=True)) == {vault.current_key()}
    assert api.open_contact(people.acceptor, rows[0].id, "回访").name == "王小明"
    assert len(api.look_up_caller(people.acceptor, WHO.phone)) == 5
    assert list(before.all()) == kept


def test_a_row_that_cannot_be_opened_does_not_stop_the_resealing(people):
    rows = [told() for _ in range(3)]
    Report.objects.filter(pk=rows[1].pk).update(contact_sealed=b"rubbish")
    vault.rotate(people.secadmin)
    made = [one for one in vault.reseal(people.secadmin, batch=1) if one.title == "上报联系方式"][-1]
    assert (made.done, made.lost) == (2, 1)
    assert bytes(Report.objects.get(pk=rows[1].pk).contact_sealed) == b"rubbish"
