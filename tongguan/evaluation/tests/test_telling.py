# SPDX-License-Identifier: Apache-2.0
"""Counts that the casebook does not hold: notices to reporters, what departments' systems exchanged."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.evaluation import api, periods, queries, sets, wordings
from tongguan.evaluation.spi import Teller, Told, tellers
from tongguan.evaluation.telling import sharing
from tongguan.evaluation.testing import NORTH5
from tongguan.exchange.contracts import Kind
from tongguan.exchange.models import IncomingEvent, Link, OutgoingEvent, SyncedOrder
from tongguan.exchange.testing import state
from tongguan.kernel.errors import Invalid
from tongguan.kernel.ids import new_id

AT = datetime(2026, 5, 10, 2, tzinfo=UTC)
MAY = (datetime(2026, 4, 30, 16, tzinfo=UTC), datetime(2026, 5, 31, 16, tzinfo=UTC))


@pytest.fixture
def link(city):
    """The system of 江北区市政所."""
    return Link.objects.create(
        code="sz", name="市政", unit_id=city.unit("N-SZ").id, url="https://sz.example", secret="x",
        created_at=AT, created_by="test",
    )  # fmt: skip


def sent(link, seq, minutes):
    taken = None if minutes is None else AT + timedelta(minutes=minutes)
    OutgoingEvent.objects.create(
        link=link, seq=seq, case_id=NORTH5, order_id=new_id(), fact_id=seq, type="order.issued", body="{}",
        at=AT, sent_at=taken,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_systems_deliveries_and_states_are_scored_once_the_city_says_what_is_in_time(link, city, evaluator):
    for seq, minutes in enumerate((1, 20, None), 1):
        sent(link, seq, minutes)
    for told in (AT + timedelta(hours=1), None):
        SyncedOrder.objects.create(link=link, order_id=new_id(), case_id=NORTH5, since=AT, told_at=told)
    (row,) = queries.table(evaluator, "data_sharing", "2026-05").rows
    assert (row.name, row.counts["share_due"], row.counts["share_done"]) == ("江北区市政所", 3, 2)
    assert (row.rates["share_complete_rate"], row.rates["share_state_rate"]) == (0.6667, 0.5)
    assert (row.rates["share_in_time_rate"], row.counts["share_in_time"]) == (None, None)
    body = dict(wordings.SHIPPED["data_sharing"]) | {"parameters": {"share_minutes": 5}}
    (row,) = api.rehearse(evaluator, body, "2026-05").rows
    assert row.rates["share_in_time_rate"] == 0.3333
    found = queries.explain(evaluator, "data_sharing", "2026-05", row.key, "share_done")
    assert (found.counted, [one.case_id for one in found.rows]) == (2, [NORTH5, NORTH5])


@pytest.mark.django_db
def test_what_was_confirmed_after_the_period_is_not_told_of_it(link):
    sent(link, 1, 60 * 24 * 40)
    assert [one.count for one in sharing(*MAY, {})] == ["share_due"]


@pytest.mark.django_db
def test_the_fields_of_states_are_scored_and_each_case_that_lacks_some_is_shown(link, city, evaluator):
    order = new_id()
    SyncedOrder.objects.create(link=link, order_id=order, case_id=NORTH5, since=AT, told_at=AT)
    whole = state(link, 1, Kind.DONE, AT, at=AT, text="已更换", handler="li", files=("photo",))
    bare = state(link, 2, Kind.RETURNED, AT, reason="非我单位")
    unasked = state(link, 3, Kind.ACCEPTED, AT)
    refused = state(link, 4, Kind.DONE, AT)
    unasked.fields_due, refused.state, refused.done_at = None, "refused", None
    for one in (whole, bare, unasked, refused):
        one.order_id = order
        one.save()
    (row,) = queries.table(evaluator, "data_sharing", "2026-05").rows
    assert [row.counts[f"share_fields_{one}"] for one in ("due", "filled", "empty")] == [7, 5, 2]
    assert row.rates["share_fields_rate"] == 0.7143
    found = queries.explain(evaluator, "data_sharing", "2026-05", row.key, "share_fields_empty")
    assert [(one.case_id, one.amount, one.excluded) for one in found.rows] == [(NORTH5, 2, "")]


texts = st.sampled_from(("", "已处理"))
drawn = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(Kind), "text": texts, "reason": texts, "clause": texts, "handler": texts,
        "their_id": texts, "files": st.sampled_from(((), ("photo",))),
        "at": st.sampled_from((None, AT)), "days": st.integers(-12, 25),
    }
)  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(drawn, max_size=12))
def test_fields_counted_equal_a_row_by_row_reference(link, told):
    IncomingEvent.objects.all().delete()
    due = filled = 0
    asked = {
        "accepted": ["at", "their_id"], "progress": ["at", "text"], "extension": ["at", "reason"],
        "returned": ["at", "reason", "clause"], "done": ["at", "text", "handler", "files"],
    }  # fmt: skip
    for no, one in enumerate(told):
        taken = AT + timedelta(days=one["days"])
        given = {name: value for name, value in one.items() if name not in ("days", "kind", "at")}
        state(link, no, one["kind"], taken, at=one["at"], **given).save()
        if MAY[0] <= taken < MAY[1]:
            due += len(asked[one["kind"].value])
            filled += sum(bool(one[name]) for name in asked[one["kind"].value])
    sums = {"share_fields_due": 0, "share_fields_filled": 0, "share_fields_empty": 0}
    for one in sharing(*MAY, {}):
        assert one.unit == link.unit_id
        sums[one.count] += one.amount
    assert list(sums.values()) == [due, filled, due - filled]


@pytest.mark.django_db
def test_another_package_tells_a_count_and_it_is_frozen_with_the_period(city, evaluator):
    def missed(since, until, parameters):
        yield Told(count="missed_report", at=AT, division="990101001001", case_id=NORTH5, number="JB5")

    table = queries.table(evaluator, "region", "2026-05")
    assert "漏报" in table.missing["missed_report"]
    with tellers.temporarily("patrols", Teller(("missed_report",), missed, {})):
        told = {
            one.name: one.counts["missed_report"]
            for one in queries.table(evaluator, "region", "2026-05").rows
        }
        assert (told["江州市"], told["江北区"], told["江南区"]) == (1, 1, 0)
        api.close(evaluator, "region", "2026-05")
    kept = {
        one.name: one.counts["missed_report"] for one in queries.table(evaluator, "region", "2026-05").rows
    }
    assert kept == told
    found = queries.explain(evaluator, "region", "2026-05", "990101", "missed_report")
    assert [one.number for one in found.rows] == ["JB5"]


def test_periods_are_whole_local_days_and_know_the_one_before():
    zone = queries.zone()
    assert [periods.before(periods.parse(code, zone), zone).code for code in (
        "2026-01", "2026-Q1", "2026", "2026-05-11..2026-05-20",
    )] == ["2025-12", "2025-Q4", "2025", "2026-05-01..2026-05-10"]  # fmt: skip
    may = periods.parse("2026-05", zone)
    assert (may.since, may.until) == MAY
    for wrong in ("2026-13", "2026-Q5", "may", "2026-05-20..2026-05-01", "１９９９", "1800"):
        with pytest.raises(Invalid):
            periods.parse(wrong, zone)


def test_every_shipped_set_names_its_source_and_leaves_unknown_weights_unset():
    for code, body in wordings.SHIPPED.items():
        of = sets.read(body)
        assert of.source, code
        assert of.confidence, code
    assert [part.weight for part in sets.read(wordings.SHIPPED["three_rates"]).parts] == [None, None, None]
    assert sets.read(wordings.SHIPPED["dispatcher"]).parts[0].bands is None
