# SPDX-License-Identifier: Apache-2.0
"""Triage: waiting reports become cases in constant statements; nothing is ever dropped."""

from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread

import pytest
from django.db import connections

from tongguan.cases import queries as cases
from tongguan.catalog import api as catalog
from tongguan.intake import api, opening, queries
from tongguan.intake.contracts import Correction, ReporterIn, ReportIn
from tongguan.intake.models import Report, ReportCorrection
from tongguan.intake.pressure import gauge
from tongguan.kernel import clock
from tongguan.kernel.coordinates import from_wgs84
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited, published

pytestmark = pytest.mark.django_db

HOTLINE = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
#: In the first grid of 江北区.
TOLD = ReportIn(
    source="hotline", external_id="H-1", text="井盖破损", item_code="01001", lon=121.005, lat=30.805
)


@pytest.fixture
def city():
    """The square city, its people and the standard items."""
    forget_caches()
    gauge.forget()
    square_city()
    catalog.load_standards(PLATFORM)
    return cast()


def test_a_waiting_report_becomes_a_case_where_it_was_told(city):
    receipt = api.receive(HOTLINE, replace(TOLD, reporter=ReporterIn("钱女士", "13800000000")))
    assert api.triage_batch(10) == 1
    row = Report.objects.get()
    case = cases.case(city.acceptor, row.case_id)
    assert (row.state, row.attempts, row.placed) == ("opened", 1, "990101001001")
    assert (case.division, case.grid, case.item_code) == ("990101001001", "990101001001001", "01001")
    assert (case.title, case.source, case.lon, case.lat) == ("井盖破损", "hotline", 121.005, 30.805)
    assert published("ReportOpened") == [
        (
            "ReportOpened",
            {"division": "990101001001", "report_id": str(receipt.report_id), "case_id": str(case.id)},
        )
    ]
    assert "13800000000" not in str(case) + str(cases.timeline(city.acceptor, case.id))
    assert api.triage_batch(10) == 0


@pytest.mark.parametrize("system", ["WGS84", "GCJ02", "BD09", "CGCS2000"])
def test_the_place_is_converted_and_the_telling_kept(city, system):
    lon, lat = from_wgs84(121.005, 30.805, system)
    api.receive(HOTLINE, replace(TOLD, lon=lon, lat=lat, system=system))
    api.triage_batch(10)
    row = Report.objects.get()
    case = cases.case(city.acceptor, row.case_id)
    assert (row.lon, row.lat, row.system) == (lon, lat, system)
    assert (round(case.lon, 6), round(case.lat, 6)) == (121.005, 30.805)


def test_a_hundred_reports_cost_as_many_statements_as_ten(city, django_assert_max_num_queries):
    def cost(prefix, n):
        api.receive_many(HOTLINE, [replace(TOLD, external_id=f"{prefix}{k}") for k in range(n)])
        with django_assert_max_num_queries(200) as counted:
            assert api.triage_batch(n) == n
        return len(counted)

    cost("warm", 2)
    assert cost("b", 30) <= cost("a", 10) + 2  # SQLite splits one insert by its limit of variables


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item_code": ""}, "item.missing"),
        ({"item_code": "99999"}, "item.unknown"),
        ({"lon": None, "lat": None}, "place.unknown"),
        ({"lon": 100.0, "lat": 20.0}, "place.unknown"),
        ({"lon": None, "lat": None, "division": "9901"}, "place.too_wide"),
        ({"lon": None, "lat": None, "division": "990199"}, "place.no_division"),
    ],
)
def test_what_cannot_be_placed_or_classified_is_kept_with_the_reason(city, change, code):
    api.receive(HOTLINE, replace(TOLD, **change))
    api.receive(HOTLINE, replace(TOLD, external_id="H-2"))
    assert api.triage_batch(10) == 2
    bad, good = Report.objects.order_by("id")
    assert (bad.state, bad.error_code, bad.case_id) == ("quarantined", code, None)
    assert bad.error
    assert good.state == "opened"
    assert [q.id for q in queries.quarantined(city.city_chief)] == [bad.id]
    assert published("ReportQuarantined")[0][1]["code"] == code
    assert api.triage_batch(10) == 0


def test_a_city_without_polygons_works_by_code(city):
    api.receive(HOTLINE, replace(TOLD, lon=None, lat=None, division="990102001001", grid="990102001001002"))
    api.triage_batch(10)
    case = cases.case(PLATFORM, Report.objects.get().case_id)
    assert (case.division, case.grid, case.lon) == ("990102001001", "990102001001002", None)


def test_a_correction_is_a_row_of_its_own_and_the_report_is_tried_again(city):
    receipt = api.receive(HOTLINE, replace(TOLD, item_code="99999", lon=None, lat=None))
    api.triage_batch(10)
    still = api.correct_and_replay(
        city.acceptor, receipt.report_id, Correction(item_code="01001"), "归类更正"
    )
    assert (still.state, still.error) == ("quarantined", "无法确定所在区划")
    done = api.correct_and_replay(
        city.acceptor, receipt.report_id, Correction(lon=121.005, lat=30.805), "电话核实地点"
    )
    assert done.state == "opened"
    row = Report.objects.get()
    assert (row.item_code, row.lon, row.attempts, row.error) == ("99999", None, 3, "")
    assert cases.case(city.acceptor, done.case_id).item_code == "01001"
    assert [(c.reason, c.actor_name) for c in ReportCorrection.objects.all()] == [
        ("归类更正", "王受理"),
        ("电话核实地点", "王受理"),
    ]
    with pytest.raises(Conflict):
        api.correct_and_replay(city.acceptor, receipt.report_id, Correction(item_code="01001"), "再来")


def test_a_question_is_answered_without_a_case(city):
    receipt = api.receive(HOTLINE, replace(TOLD, item_code=""))
    api.triage_batch(10)
    assert api.consult(city.acceptor, receipt.report_id, "营业时间为 9 至 17 时").state == "consulted"
    assert queries.tracked(receipt.tracking, receipt.secret).status == "answered"
    assert queries.tracked(receipt.tracking, receipt.secret).reply == "营业时间为 9 至 17 时"
    assert published("CaseOpened") == []


@pytest.mark.parametrize("role", ["handler", "auditor", "sysadmin", "dispatcher", "citizen"])
def test_only_reviewers_look_after_what_waits(city, role):
    receipt = api.receive(HOTLINE, replace(TOLD, item_code="", division="990101"))
    api.triage_batch(10)
    actor = city.actor(role)
    for verb in (
        lambda: queries.quarantined(actor),
        lambda: api.correct_and_replay(actor, receipt.report_id, Correction(item_code="01001"), "x"),
        lambda: api.consult(actor, receipt.report_id, "x"),
        lambda: api.open_contact(actor, receipt.report_id, "回访"),
    ):
        with pytest.raises(Forbidden):
            verb()


def test_a_reviewer_of_another_district_finds_nothing(city):
    receipt = api.receive(HOTLINE, replace(TOLD, item_code=""))
    api.triage_batch(10)
    outsider = city.outside_acceptor
    assert queries.quarantined(outsider) == []
    with pytest.raises(NotFound):
        api.correct_and_replay(outsider, receipt.report_id, Correction(item_code="01001"), "x")
    assert Report.objects.get().state == "quarantined"


def test_the_contact_is_opened_for_a_call_back_and_leaves_a_trace(city):
    receipt = api.receive(HOTLINE, replace(TOLD, reporter=ReporterIn("钱女士", "13800000000")))
    api.triage_batch(10)
    opened = api.open_contact(city.acceptor, receipt.report_id, "回访核实地点")
    assert opened == ReporterIn("钱女士", "13800000000")
    (trace,) = audited("report.open_contact")
    assert "回访核实地点" in str(trace)
    assert str(receipt.report_id) in str(trace)
    assert "13800000000" not in str(trace)


def test_an_operator_gets_the_case_at_once(city):
    receipt = api.receive(city.acceptor, replace(TOLD, source="desk", external_id=""), open_now=True)
    assert receipt.state == "opened"
    assert cases.case(city.acceptor, receipt.case_id).source == "desk"
    bad = api.receive(
        city.acceptor, replace(TOLD, source="desk", external_id="", item_code=""), open_now=True
    )
    assert (bad.state, bad.error, bad.case_id) == ("quarantined", "未说明事项", None)


def test_one_poisoned_report_does_not_hold_up_the_others(city, monkeypatch):
    api.receive_many(HOTLINE, [replace(TOLD, external_id=f"H{n}") for n in range(5)])
    api.receive(
        HOTLINE, replace(TOLD, external_id="bad", title="毒", lon=None, lat=None, division="990102001001")
    )
    honest = opening.dispatch.open_many

    def poisoned(actor, openings):
        if any(one.new.title == "毒" for one in openings):
            raise RuntimeError(str(len(openings)))
        return honest(actor, openings)

    monkeypatch.setattr(opening.dispatch, "open_many", poisoned)
    for _ in range(10):
        api.triage_batch(10)
    states = {r.external_id: (r.state, r.error_code) for r in Report.objects.all()}
    assert states.pop("bad") == ("quarantined", "triage.failed")
    assert set(states.values()) == {("opened", ""), ("joined", "")}


@pytest.mark.django_db(transaction=True)
def test_two_engines_at_once_triage_every_report_once(city):
    """At two ends of the city, in the middle, and without a place; each matter is told twelve times."""
    where = [(121.005, 30.805), (121.035, 30.815), (121.015, 30.815), (None, None)]
    told = [
        replace(
            TOLD,
            external_id=f"E{n}",
            lon=where[n % 4][0],
            lat=where[n % 4][1],
            division="" if n % 4 < 3 else "990101001001",
        )
        for n in range(48)
    ]
    api.receive_many(HOTLINE, told)
    done = []

    def engine():
        try:
            done.extend(api.triage_batch(5) for _ in range(20))
        finally:
            connections.close_all()

    engines = [Thread(target=engine) for _ in range(2)]
    for one in engines:
        one.start()
    for one in engines:
        one.join(240)
        assert not one.is_alive()
    rows = list(Report.objects.all())
    assert sum(done) == len(rows) == 48
    assert {row.attempts for row in rows} == {1}
    assert {row.state for row in rows} == {"opened", "joined"}
    opened = [row.case_id for row in rows if row.state == "opened"]
    assert len(opened) == len(set(opened)) == len({row.case_id for row in rows})


def test_a_citizen_follows_the_case_in_plain_words(city):
    with clock.using(clock.ManualClock(datetime(2026, 5, 1, 1, tzinfo=UTC))):
        receipt = api.receive(HOTLINE, TOLD)
    assert queries.tracked(receipt.tracking, receipt.secret).words == "已收到您的反映，正在登记"
    api.triage_batch(10)
    typed = queries.tracked(receipt.tracking.lower().replace("-", ""), receipt.secret.lower())
    assert (typed.status, typed.words) == ("accepted", "已登记，等待受理")
    assert typed.case_number
    assert [line.words for line in typed.lines] == ["已收到您的反映，正在登记"]
    for code, secret in ((receipt.tracking, "0000000000"), ("0000-0000-0000", receipt.secret)):
        with pytest.raises(NotFound) as refusal:
            queries.tracked(code, secret)
        assert refusal.value.code == "track.not_found"


def test_an_empty_correction_is_refused(city):
    receipt = api.receive(HOTLINE, replace(TOLD, item_code=""))
    api.triage_batch(10)
    with pytest.raises(Invalid):
        api.correct_and_replay(city.acceptor, receipt.report_id, Correction(), "x")
    with pytest.raises(Invalid):
        api.correct_and_replay(city.acceptor, receipt.report_id, Correction(lon=181.0, lat=0.0), "x")
