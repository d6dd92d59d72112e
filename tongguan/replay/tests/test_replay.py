# SPDX-License-Identifier: Apache-2.0
"""Records are lived through: every case ends where its record says, every deadline is the reference's."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from tongguan.cases import queries as cases
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import PLATFORM
from tongguan.replay import living, mapping, records
from tongguan.replay.plans import plan
from tongguan.replay.records import draws
from tongguan.replay.replaying import replay

ROWS = 200
#: A request over the whole WSGI stack drops a connection that stands in a test's open transaction.
committed = pytest.mark.django_db(transaction=True)


def history():
    """Give how many lines each case's timeline has."""
    seen = cases.visible(PLATFORM).annotate(lines=Count("timeline", distinct=True))
    return dict(seen.values_list("number", "lines"))


@committed
def test_the_shipped_sample_is_lived_through_and_twice_is_once(shared):
    first = replay("sample", shared)
    assert first["mismatches"] == []
    assert first["states"] == {
        "closed": 7,
        "handling": 1,
        "not_accepted": 1,
        "pending_handle": 1,
        "quarantined": 1,
        "reported": 1,
    }
    assert first["quarantined"] == {"item.missing 未说明事项": 1}
    assert [row["row"] for row in first["unusable"]] == [14, 15]
    assert first["deadlines_compared"] > 20
    before = history()
    again = replay("sample", shared)
    assert (again["rows"], again["repeated"], again["moves"]) == (12, 12, 0)
    assert again["mismatches"] == []
    assert again["states"] == first["states"]
    assert history() == before
    assert len(before) == 11


@committed
def test_a_replay_that_was_cut_off_goes_on_where_it_stopped(shared):
    class Cut(Exception):  # noqa: N818 - not an error of ours
        """The power fails."""

    def cut(played):
        if played == 40:
            raise Cut

    with pytest.raises(Cut):
        replay("sample", shared, tick=cut)
    whole = replay("sample", shared)
    assert whole["mismatches"] == []
    assert 0 < whole["repeated"] < 12
    assert 0 < whole["moves"] < 96
    assert len(history()) == 11


@committed
def test_a_wrong_state_or_deadline_is_found_and_the_command_fails(shared, tmp_path, monkeypatch):
    from_plan = living.plan
    monkeypatch.setattr(living, "plan", lambda *given: from_plan(*given)[:-1])
    out = tmp_path / "report.json"
    with pytest.raises(CommandError, match="不符"):
        call_command("replay", source="sample", report=out, verbosity=0)
    wrong = json.loads(out.read_text())["mismatches"]
    assert {"状态", "结案时间"} <= {one["kind"] for one in wrong}


@pytest.mark.shared
@committed
@pytest.mark.parametrize("name", ["baltimore311", "syracuse_potholes", "tipdm_messages", "tipdm_replies"])
def test_real_records_end_right_with_every_deadline_exact(name, shared):
    report = replay(name, shared / "data", limit=ROWS)
    assert report["mismatches"] == []
    assert report["refused"] == {}
    assert sum(report["states"].values()) == ROWS
    assert report["deadlines_compared"] > ROWS // 3
    if name != "baltimore311":
        return
    assert report["recorded_deadlines_compared"] > ROWS * 0.9
    lines = history()
    again = replay(name, shared / "data", limit=ROWS)
    assert (again["repeated"], again["moves"], again["mismatches"]) == (ROWS, 0, [])
    assert history() == lines
    assert len(lines) == ROWS - report["states"].get("joined", 0)


@pytest.mark.shared
@committed
def test_a_citys_own_standard_becomes_its_catalogue_and_its_rules_hold(shared):
    report = replay("cityguard_standard", shared / "data", limit=ROWS)
    assert report["mismatches"] == []
    assert report["states"] == {"closed": ROWS}


@pytest.mark.parametrize("name", mapping.names())
def test_every_shipped_mapping_reads(name):
    source = mapping.load(name)
    assert source.name == name
    assert source.licence


def test_a_mapping_that_names_what_is_not_there_is_refused(tmp_path):
    body = (mapping.SHIPPED / "sample.yaml").read_text(encoding="utf-8")
    for wrong, to in (('西区: "980402"', '西区: "980499"'), ("办理中: handling", "办理中: asleep")):
        assert wrong in body
        (tmp_path / "own.yaml").write_text(body.replace(wrong, to), encoding="utf-8")
        with pytest.raises(Invalid) as refused:
            mapping.load(str(tmp_path / "own.yaml"))
        assert refused.value.code == "replay.mapping"


def test_plans_are_the_same_for_the_same_seed_and_end_at_the_record():
    source = mapping.load("sample")
    told, _ = records.read(source, mapping.SHIPPED / source.file, 1)
    for record in told:
        steps = plan(record, source.twists, source.waits, draws(7, record.external_id))
        assert steps == plan(record, source.twists, source.waits, draws(7, record.external_id))
        assert [s.at for s in steps] == sorted(s.at for s in steps)
        assert all(record.told_at <= s.at <= record.closed_at + timedelta(0) for s in steps)
        if record.ending == "closed":
            assert (steps[-1].move, steps[-1].at) == ("close", record.closed_at)
