# SPDX-License-Identifier: Apache-2.0
"""Receiving: durable, once, and refused with the field's name."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tongguan.intake import api
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.intake.models import Report
from tongguan.intake.pressure import gauge
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, Unavailable
from tongguan.people.contracts import Actor, Grant, Post, Scope
from tongguan.vault import api as vault

pytestmark = pytest.mark.django_db

HOTLINE = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
OTHER = Actor(None, "client:2", "另一系统", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
AUDITOR = Actor(9, "user:9", "审计员", None, "", Scope((Grant(Post.AUDITOR, "9901", 0, ""),)))
TOLD = ReportIn(
    source="hotline", external_id="H-1", text="人民路路灯不亮", item_code="01001", lon=121.2, lat=31.0
)


def test_the_telling_is_kept_as_told_and_answered_with_code_and_secret():
    receipt = api.receive(HOTLINE, TOLD)
    row = Report.objects.get(pk=receipt.report_id)
    assert (row.text, row.source, row.external_id, row.client) == (
        "人民路路灯不亮",
        "hotline",
        "H-1",
        "client:1",
    )
    assert (row.state, receipt.state, receipt.repeated) == ("waiting", "waiting", False)
    assert receipt.tracking == row.tracking
    assert len(receipt.secret) == 10
    assert receipt.secret not in (row.secret_hash, row.payload)


def test_the_same_number_again_gives_the_first_receipt_and_no_second_report():
    first = api.receive(HOTLINE, TOLD)
    again = api.receive(HOTLINE, replace(TOLD, text="换了说法"))
    assert (again.tracking, again.secret, again.repeated) == (first.tracking, first.secret, True)
    assert Report.objects.get().text == "人民路路灯不亮"


def test_another_clients_number_gives_no_receipt():
    api.receive(HOTLINE, TOLD)
    with pytest.raises(Conflict) as refusal:
        api.receive(OTHER, TOLD)
    assert (refusal.value.code, refusal.value.field) == ("report.other_client", "external_id")
    assert Report.objects.count() == 1


def test_without_a_number_every_telling_is_its_own():
    anonymous = replace(TOLD, external_id="")
    assert api.receive(HOTLINE, anonymous).tracking != api.receive(HOTLINE, anonymous).tracking
    assert Report.objects.count() == 2


def test_the_contact_is_sealed_apart_from_the_telling():
    told = replace(TOLD, reporter=ReporterIn(name="钱女士", phone="13800000000", secret=True))
    row = Report.objects.get(pk=api.receive(HOTLINE, told).report_id)
    assert row.contact_seal == vault.current_key()
    assert b"13800000000" not in bytes(row.contact_sealed)
    assert row.reporter_secret is True
    shown = {f: getattr(row, f) for f in ("payload", "text", "title", "address")}
    assert "13800000000" not in str(shown)


def test_a_report_is_immutable():
    row = Report.objects.get(pk=api.receive(HOTLINE, TOLD).report_id)
    row.text = "改口"
    with pytest.raises(TypeError, match="immutable"):
        row.save()
    with pytest.raises(TypeError, match="immutable"):
        row.save(update_fields=["text", "state"])


def test_one_insert_and_nothing_else(django_assert_num_queries):
    gauge.check()
    with django_assert_num_queries(3):  # savepoint, insert, release: the test's own transaction is open
        api.receive(HOTLINE, TOLD)


def test_an_auditor_may_not_tell():
    with pytest.raises(Forbidden):
        api.receive(AUDITOR, TOLD)
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source": "Hotline"}, "source"),
        ({"source": ""}, "source"),
        ({"text": "", "title": "  "}, "text"),
        ({"text": "路\x00灯"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": "长" * 20_001}, "text"),
        ({"title": "一\n二"}, "title"),
        ({"external_id": "1\r\n"}, "external_id"),
        ({"lon": 181.0}, "lon"),
        ({"lat": -90.5}, "lat"),
        ({"lon": float("nan")}, "lon"),
        ({"lat": float("inf")}, "lat"),
        ({"lat": None}, "lat"),
        ({"system": "MARS"}, "system"),
        ({"division": "9901x"}, "division"),
        ({"division": "990"}, "division"),
        ({"division": "٩٩"}, "division"),
        ({"grid": "A1"}, "grid"),
        ({"told_at": datetime(2026, 1, 1)}, "told_at"),  # noqa: DTZ001
        ({"told_at": datetime(2999, 1, 1, tzinfo=UTC)}, "told_at"),
        ({"told_at": datetime(1980, 1, 1, tzinfo=UTC)}, "told_at"),
        ({"reporter": ReporterIn(phone="1" * 41)}, "reporter.phone"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(change, field):
    with pytest.raises(Invalid) as refusal:
        api.receive(HOTLINE, replace(TOLD, **change))
    assert refusal.value.field == field
    assert not Report.objects.exists()


def test_a_batch_answers_each_telling_on_its_own():
    api.receive(OTHER, replace(TOLD, external_id="taken"))
    api.receive(HOTLINE, replace(TOLD, external_id="known"))
    answers = api.receive_many(
        HOTLINE,
        [
            replace(TOLD, external_id="new"),
            replace(TOLD, text="", external_id="empty"),
            replace(TOLD, external_id="known"),
            replace(TOLD, external_id="taken"),
            replace(TOLD, external_id="new", text="同一批里的重复"),
        ],
    )
    assert [a.index for a in answers] == [0, 1, 2, 3, 4]
    assert answers[1].refusal.code == "report.empty"
    assert answers[3].refusal.code == "report.other_client"
    assert [a.receipt.repeated for a in answers if a.receipt] == [False, True, True]
    assert answers[4].receipt.tracking == answers[0].receipt.tracking
    assert Report.objects.count() == 3


def test_a_batch_of_a_thousand_costs_a_constant_number_of_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(40):  # SQLite splits one insert by its limit of variables
        answers = api.receive_many(HOTLINE, [replace(TOLD, external_id=f"B{n}") for n in range(1000)])
    assert len({a.receipt.tracking for a in answers}) == 1000
    with pytest.raises(Invalid):
        api.receive_many(HOTLINE, [TOLD] * 1001)


def test_too_many_waiting_reports_are_told_to_come_later(settings):
    settings.TONGGUAN_INTAKE_BOUND = 2
    gauge.forget()
    for n in range(3):
        api.receive(HOTLINE, replace(TOLD, external_id=f"P{n}"))
    gauge.forget()
    with pytest.raises(Unavailable) as refusal:
        api.receive(HOTLINE, replace(TOLD, external_id="P3"))
    assert refusal.value.params["retry_after"] == 30
    Report.objects.update(state="opened")
    gauge.forget()
    assert api.receive(HOTLINE, replace(TOLD, external_id="P3")).repeated is False


def test_the_time_of_receiving_is_the_clocks():
    noon = datetime(2026, 5, 1, 4, tzinfo=UTC)
    with clock.using(clock.ManualClock(noon)):
        receipt = api.receive(HOTLINE, TOLD)
    row = Report.objects.get()
    assert (receipt.received_at, row.received_at, row.told_at) == (noon, noon, noon)
