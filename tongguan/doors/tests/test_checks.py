# SPDX-License-Identifier: Apache-2.0
"""What the doctor says about the shipped tables, the calendar and an empty city."""

from datetime import UTC, datetime

import pytest

from tongguan.doors import checks
from tongguan.kernel import clock
from tongguan.replay import queries as replay
from tongguan.runtime.health import Level, installation_checks, run, source_checks


@pytest.mark.django_db
def test_the_shipped_processes_hold_and_an_empty_city_is_told():
    assert {finding.level for finding in checks.check_processes()} == {Level.GOOD}
    assert [finding.level for finding in checks.check_divisions()] == [Level.WARNING]
    assert list(checks.check_dead_letters()) == []


@pytest.mark.django_db
def test_a_year_nobody_has_announced_is_told_before_it_begins():
    with clock.using(clock.ManualClock(datetime(2026, 6, 1, tzinfo=UTC))) as hands:
        assert [f.level for f in checks.check_calendar()] == [Level.GOOD]
        hands.move_to(datetime(2026, 12, 1, tzinfo=UTC))
        (told,) = checks.check_calendar()
    assert told.level is Level.WARNING
    assert told.zh.startswith("2027 年的节假日")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("ladders.yaml", "handle:\n  - {share: '0.5', to: everybody, tone: remind}\n", "handle"),
        ("approvals.yaml", "extend: {name: 延期, effect: fly}\n", "extend"),
        ("approvals.yaml", "- 1\n", "must be a mapping"),
        ("ladders.yaml", "handle: [", "ladders.yaml"),
        ("danger.yaml", "threshold: 2\n", "danger file"),
        ("danger.yaml", "rules: [", "danger.yaml"),
        ("urgency.yaml", "levels: {}\nitems: {}\nrules: []\nthreshold: 0.5\n", "the levels are"),
        ("components.yaml", "radius: {default: 30}\n", "components file"),
        ("survey.yaml", "answer_days: 0\nchange_days: 3\n", "whole days"),
        ("video.yaml", "kinds: 3\n", "video.yaml"),
        ("retrain.yaml", "default: {days: 0}\n", "retrain file: default"),
        ("open311.yaml", "report: 3\n", "open311.yaml"),
    ],
)
def test_a_citys_own_file_is_looked_at_before_a_case_stumbles_on_it(settings, name, text, told):
    assert [f.zh for f in checks.check_city_files()][:2] == [
        "ladders.yaml（随包）无误",
        "approvals.yaml（随包）无误",
    ]
    folder = settings.HOME / "city"
    folder.mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    lines = [found for name, found in run(installation_checks) if name == "规则 city files"]
    (found,) = [line for line in lines if line.level is Level.BROKEN]
    assert told in found.zh
    assert len(lines) >= 6, "one wrong file hides no other"


def test_the_declarations_of_sources_are_read():
    told = [f.zh for f in checks.check_shipped_files() if f.zh.startswith("sources/")]
    assert "sources/sample.yaml（随包）无误：虚构样本" in told
    assert len(told) == len(replay.checked_sources())


def test_the_shipped_rule_files_hold_and_no_database_is_asked():
    found = list(checks.check_shipped_files())
    assert {line.level for line in found} == {Level.GOOD}
    assert [line.zh.split("（")[0] for line in found] == [
        "ladders.yaml", "approvals.yaml", "approvals_duty_chief.yaml", "danger.yaml", "urgency.yaml",
        "components.yaml", "survey.yaml", "revisits.yaml", "suspicions.yaml", "video.yaml", "open311.yaml",
        "retrain.yaml",
        *(f"sources/{name}" for name, _ in replay.checked_sources()),
    ]  # fmt: skip
    assert [line for line in run(source_checks) if line[0] == "规则 rule files"] != []
