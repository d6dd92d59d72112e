# SPDX-License-Identifier: Apache-2.0
"""Versions of processes: a running case keeps its own; a city has its own; pictures are drawn."""

from io import StringIO
from xml.etree import ElementTree as ET

import pytest
import yaml
from django.core.management import CommandError, call_command

from tongguan.cases import api, picture, queries, versions
from tongguan.cases.models import ProcessVersion
from tongguan.cases.tests.conftest import OTHER_PLACE, new, opened
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db

STRICT = {
    "code": "default@990101",
    "extends": "default",
    "name": "江北区流程",
    "moves": {"refuse": {"by": ["duty_chief"]}},
    "settings": {"max_returns": 1},
}


def test_a_running_case_keeps_the_version_it_began_with(people):
    before = opened(people)
    assert (before.process_code, before.process_version) == ("default", 1)
    published = api.publish_process(people.sysadmin, STRICT)
    assert (published.code, published.version) == ("default@990101", 1)
    after = opened(people)
    assert (after.process_code, after.process_version) == ("default@990101", 1)
    assert api.move(people.acceptor, before.id, "refuse", {"reason": "不属范围"}).state == "not_accepted"
    with pytest.raises(Forbidden):
        api.move(people.acceptor, after.id, "refuse", {"reason": "不属范围"})
    assert queries.process_of(after).settings["max_returns"] == 1

    api.publish_process(people.sysadmin, {**STRICT, "settings": {"max_returns": 4}})
    third = opened(people)
    assert third.process_version == 2
    assert queries.process_of(third).settings["max_returns"] == 4
    assert queries.process_of(queries.case(people.acceptor, after.id)).settings["max_returns"] == 1


def test_a_districts_process_holds_in_its_district_only(people):
    api.publish_process(people.sysadmin, STRICT)
    (elsewhere,) = api.open_cases(PLATFORM, [new(division=OTHER_PLACE)])
    assert elsewhere.process_code == "default"


def test_the_same_wording_again_is_no_new_version(people):
    one = api.publish_process(people.sysadmin, STRICT)
    assert api.publish_process(people.sysadmin, STRICT) == one
    assert ProcessVersion.objects.filter(code="default@990101").count() == 1


def test_only_a_system_administrator_publishes_and_it_is_audited(people):
    for role in ("acceptor", "leader", "secadmin", "auditor"):
        with pytest.raises(Forbidden):
            api.publish_process(people.actor(role), STRICT)
    assert not ProcessVersion.objects.filter(code="default@990101").exists()
    api.publish_process(people.sysadmin, STRICT)
    assert [act.subject for act in audited("process.publish")] == ["process:default@990101"]


def test_a_faulty_table_is_refused_whole_with_its_faults(people):
    body = {**STRICT, "moves": {"accept": {"to": "limbo"}, "sign": {"by": ["janitor"]}}}
    with pytest.raises(Invalid) as refused:
        api.publish_process(people.sysadmin, body)
    assert "move accept: unknown state limbo" in refused.value.params["problems"]
    assert "move sign: unknown post janitor" in refused.value.params["problems"]
    assert not ProcessVersion.objects.filter(code="default@990101").exists()


def test_an_unknown_process_opens_nothing(people):
    with pytest.raises(Invalid):
        opened(people, process="no such")


def test_what_a_city_published_is_not_replaced_by_a_shipped_table(people, monkeypatch):
    opened(people)
    own = {**versions.shipped("default"), "name": "江州流程"}
    api.publish_process(people.sysadmin, own)
    newer = {**versions.shipped("default"), "version": 9}
    monkeypatch.setattr(versions, "shipped", lambda _: newer)
    assert queries.process_of(opened(people)).name == "江州流程"


def test_a_newer_shipped_table_replaces_an_older_one(people, monkeypatch):
    old = opened(people)
    newer = {**versions.shipped("default"), "version": 9, "name": "新流程"}
    monkeypatch.setattr(versions, "shipped", lambda _: newer)
    case = opened(people)
    assert case.process_version == 9
    assert queries.process_of(case).name == "新流程"
    assert queries.process_of(old).name == "标准流程"


@pytest.mark.parametrize("code", versions.shipped_codes())
def test_the_picture_shows_every_state_and_move(code):
    process = queries.checked_processes(versions.shipped(code))[0]
    drawn = ET.fromstring(picture.svg(process, "handling", {"reported"}))  # noqa: S314 - our own text
    texts = ["".join(node.itertext()) for node in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {state.name for state in process.states.values()} <= set(texts)
    for no, move in enumerate(process.moves.values(), 1):
        assert f"{move.note}{no} {move.name}" in texts
    boxes = [node.get("class") for node in drawn.iter("{http://www.w3.org/2000/svg}g") if node.get("class")]
    assert boxes.count("state now") == 1
    assert boxes.count("state been") == 1
    text = picture.mermaid(process, "handling")
    assert text.startswith("stateDiagram-v2\n    [*] --> reported\n")
    assert "pending_dispatch --> pending_handle : 派遣" in text
    assert "class handling now" in text


def test_names_from_a_city_cannot_break_out_of_the_picture():
    body = {**versions.shipped("default"), "name": '"><script>alert(1)</script>'}
    body["states"] = {**body["states"], "handling": {"name": "<b>&", "stage": "handle"}}
    drawn = picture.svg(queries.checked_processes(body)[0])
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own text


def test_the_command_checks_draws_publishes_and_lists(people, tmp_path):
    def run(*words):
        out = StringIO()
        call_command("lifecycle", *words, stdout=out)
        return out.getvalue()

    assert "default（标准流程）：17 个状态、36 种操作，无误" in run("check")
    file = tmp_path / "own.yaml"
    file.write_text(yaml.safe_dump(STRICT, allow_unicode=True), encoding="utf-8")
    assert "default@990101" in run("check", str(file))
    assert "第 1 版已发布" in run("publish", str(file))
    assert "default@990101 第 1 版 系统" in run("list")
    run("picture", "default@990101", "--out", str(tmp_path / "own.svg"))
    assert "江北区流程" in (tmp_path / "own.svg").read_text(encoding="utf-8")
    file.write_text(yaml.safe_dump({**STRICT, "initial": "nowhere"}), encoding="utf-8")
    for verb in ("check", "publish"):
        with pytest.raises(CommandError, match="initial state nowhere is unknown"):
            run(verb, str(file))
    with pytest.raises(CommandError):
        run("picture", "no such")


def test_the_version_of_a_case_never_changes_under_it(people):
    case = opened(people)
    api.publish_process(
        people.sysadmin,
        {**versions.shipped("default"), "moves": {**versions.shipped("default")["moves"]}, "name": "改名"},
    )
    with pytest.raises(Conflict):
        api.move(people.acceptor, case.id, "close", {"closing_met": True})
    assert queries.process_of(case).name == "标准流程"
