# SPDX-License-Identifier: Apache-2.0
"""Triage understands: item, place, wish, danger, and which tellings are one matter."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from tongguan.cases import queries as cases
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.handover import queries as handovers
from tongguan.intake import api, jobs, learned, queries
from tongguan.intake.contracts import Correction, ReporterIn, ReportIn
from tongguan.intake.models import Report, TriageDecision
from tongguan.intake.pressure import gauge
from tongguan.kernel import clock
from tongguan.learning import queries as learning
from tongguan.learning.testing import corrections
from tongguan.linking import queries as links
from tongguan.matching import api as judging
from tongguan.matching import queries as matching
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.people.testing import cast, forget_caches
from tongguan.pictures.testing import jpeg, scene
from tongguan.places.testing import square_city
from tongguan.runtime import files
from tongguan.runtime.testing import published, settle
from tongguan.tellings.wants import wanted
from tongguan.things.testing import component

pytestmark = pytest.mark.django_db

HOTLINE = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
LID = ReportIn(
    source="hotline",
    external_id="H-1",
    title="井盖破损",
    text="滨江路12号门口井盖破损，晚上有人绊倒",
    item_code="01001",
    lon=121.005,
    lat=30.805,
    reporter=ReporterIn("钱女士", "13800000001"),
)


@pytest.fixture
def city():
    forget_caches()
    gauge.forget()
    square_city()
    catalog.load_standards(PLATFORM)
    return cast()


def told(n: int, **more) -> ReportIn:
    who = ReporterIn(f"第{n}人", f"1380000{n:04d}")
    return replace(LID, **{"external_id": f"H-{n}", "reporter": who, **more})


def triaged(*reports: ReportIn) -> list[Report]:
    receipts = [api.receive(HOTLINE, report) for report in reports]
    while api.triage_batch(100):
        pass
    rows = {row.id: row for row in Report.objects.all()}
    return [rows[r.report_id] for r in receipts]


def test_ten_tellings_of_one_lid_are_one_case_and_the_caller_who_calls_twice_is_no_crowd(city):
    rows = triaged(*(told(n) for n in range(9)), told(0, external_id="again"))
    assert len({row.case_id for row in rows}) == 1
    assert [row.state for row in rows] == ["opened"] + ["joined"] * 9
    case = cases.case(city.acceptor, rows[0].case_id)
    assert case.reporter_count == 9
    assert [d.voice for d in matching.decisions_of(city.acceptor, case.id)] == (
        ["first"] + ["further"] * 8 + ["reminder"]
    )
    joined = [line for line in cases.timeline(city.acceptor, case.id) if line.move == "join"]
    assert [(line.inputs["people"], line.inputs["reports"]) for line in joined] == [(8, 9)]
    assert "都提到“滨江路”" in joined[0].reason
    assert [p["voice"] for _, p in published("ReportJoined")].count("reminder") == 1
    late = triaged(told(20))[0]
    assert (late.state, late.case_id) == ("joined", case.id)
    assert cases.case(city.acceptor, case.id).reporter_count == 10


def test_a_case_is_tied_to_the_lid_it_is_about_and_says_why(city):
    lid = component(1, 121.00505, 30.805)
    first, _, lamp = triaged(told(1), told(2), told(3, item_code="06001", text="路边有暴露垃圾", lon=121.015))
    case = cases.case(city.acceptor, first.case_id)
    assert case.component_code == lid.code
    (kept,) = links.of_case(city.acceptor, case.id)
    assert (kept.state, [one.code for one in kept.near]) == ("linked", [lid.code])
    assert kept.words.startswith("部件：25 米内有 1 个供水井盖，最近的“供水井盖”")
    assert kept.words in TriageDecision.objects.get(report=first).lines
    assert links.of_case(city.acceptor, lamp.case_id) == []


def test_every_reporter_of_a_joined_matter_follows_the_same_case(city):
    first = api.receive(HOTLINE, told(1))
    second = api.receive(HOTLINE, told(2))
    api.triage_batch(10)
    mine, theirs = (queries.tracked(r.tracking, r.secret) for r in (first, second))
    assert mine.case_number == theirs.case_number != ""
    assert mine.tracking != theirs.tracking


def test_what_is_told_after_closing_opens_a_case_tied_to_the_closed_one(city):
    (row,) = triaged(told(1))
    dispatch.perform(city.acceptor, row.case_id, "refuse", {"reason": "现场未见破损"})
    # The fact of closing has not been heard yet: the lock tells.
    again, third = triaged(told(2), told(3))
    assert again.case_id == third.case_id != row.case_id
    number = cases.case(PLATFORM, row.case_id).number
    first_line = cases.timeline(PLATFORM, again.case_id)[0]
    assert number in first_line.reason
    assert "结案后再次反映" in first_line.reason
    assert [p["closed_case_id"] for _, p in published("CaseRecurred")] == [str(row.case_id)]
    settle()
    (later,) = triaged(told(4))
    assert (later.state, later.case_id) == ("joined", again.case_id)


def test_without_a_model_a_person_names_the_item(city):
    (row,) = triaged(told(1, item_code=""))
    assert (row.state, row.error_code) == ("quarantined", "item.missing")


def test_a_city_without_history_gets_suggestions_from_the_catalogues_words_and_is_always_asked(city):
    assert (jobs.learn(), jobs.learn()) == (1, 0)
    assert learning.versions(learned.ITEM)[0].state == "active"
    (row,) = triaged(told(1, item_code="", title="", text="路边的消防栓漏水了"))
    assert (row.state, row.error_code) == ("quarantined", "item.unsure")
    assert "消防" in row.error
    kept = TriageDecision.objects.get(report=row)
    assert (kept.item_how, kept.item_sure, len(kept.item_shares)) == ("model", False, 3)
    assert any("须人工选定" in line for line in kept.lines)
    best = kept.item_shares[0][0]
    api.correct_and_replay(city.acceptor, row.id, Correction(item_code="01001"), "来电人说是井盖")
    (taught,) = corrections(learned.ITEM)
    assert (taught.subject, taught.said, taught.chosen) == (learned.subject_of(row.id), best, "01001")
    assert Report.objects.get(pk=row.id).state == "opened"
    assert [d.item_how for d in TriageDecision.objects.filter(report=row)] == ["model", "person"]


def test_filing_under_another_item_teaches_too(city):
    jobs.learn()
    (row,) = triaged(told(1, item_code="", text="路边的消防栓漏水了"))
    api.correct_and_replay(city.acceptor, row.id, Correction(item_code="01001"), "归类更正")
    dispatch.perform(city.acceptor, Report.objects.get(pk=row.id).case_id, "accept")
    rule = items.filing_rules("01003")[0]
    inputs = {"filing_rule_id": rule.id, "item_code": "01003"}
    dispatch.perform(city.acceptor, Report.objects.get(pk=row.id).case_id, "register", inputs)
    settle()
    assert [c.chosen for c in corrections(learned.ITEM)] == ["01001", "01003"]


def test_danger_makes_the_case_critical_and_opens_a_hand_over(city):
    (row,) = triaged(told(1, title="", text="三楼着火了，有人被困在里面，快来救人"))
    case = cases.case(city.acceptor, row.case_id)
    assert case.urgency == "critical"
    assert {h.service for h in handovers.of_case(city.acceptor, case.id)} >= {"fire"}
    kept = TriageDecision.objects.get(report=row)
    assert kept.danger > 0
    assert any("着火" in line for line in kept.lines)


def test_words_alone_do_not_make_two_lamps_one(city):
    lamp = {"title": "", "text": "路灯不亮", "item_code": "01037", "lon": None, "lat": None}
    (one,) = triaged(told(1, **lamp, division="990101001001"))
    (other,) = triaged(told(2, **lamp, division="990101001001"))
    assert one.case_id != other.case_id
    assert matching.decision(city.acceptor, other.id).zone == "suggest"


def test_every_triage_keeps_what_it_decided_in_words(city):
    (row,) = triaged(told(1, text="我要投诉，滨江路井盖破损多次反映无人处理"))
    kept = TriageDecision.objects.get(report=row)
    assert (kept.want, kept.place_how, kept.item_how) == ("complaint", "point", "told")
    assert kept.lines[0].startswith("诉求类别：投诉")
    assert kept.lines[-1] == "办理：本区划没有直派规则，由人工受理"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问办理居住证需要什么材料？", "consult"),
        ("举报有人在河边偷倒建筑垃圾", "report"),
        ("建议在路口增设红绿灯", "suggestion"),
        ("感谢社区工作人员及时解决，服务很好", "praise"),
        ("求助：老人走失，请帮忙寻找", "help"),
        ("楼下夜宵店噪音扰民，投诉多次没人管", "complaint"),
        ("井盖", ""),
    ],
)
def test_what_a_teller_wants(text, kind):
    found = wanted(text)
    assert found.kind == kind
    assert bool(found.words) == bool(kind)
    assert 0.0 <= found.confidence <= 1.0


def test_a_telling_of_yesterday_and_one_of_today_meet(city):
    at = clock.now() - timedelta(hours=20)
    one, other = triaged(told(1, told_at=at), told(2))
    assert one.case_id == other.case_id


def photo(seed: int, width: int, quality: int):
    image = scene(seed).resize((width, width * 3 // 4))
    return files.store(HOTLINE, "现场.jpg", io.BytesIO(jpeg(image, quality)), "report").id


def test_a_photo_passed_on_in_a_chat_group_shows_that_two_tellings_are_one_matter(city):
    little = {"title": "", "lon": 121.005}
    first = told(1, text="井盖破损", attachments=(photo(1, 640, 90),), **little)
    same = told(2, text="这里很危险请尽快", attachments=(photo(1, 320, 50),), **little)
    other = told(3, text="麻烦派人看看谢谢", attachments=(photo(2, 640, 90),), **little)
    rows = triaged(first, same, other)
    assert rows[1].case_id == rows[0].case_id != rows[2].case_id
    assert "照片相近（指纹 64 位相差" in matching.decision(city.acceptor, rows[1].id).words


def test_a_fixed_cameras_view_is_no_sign_that_two_findings_are_one_matter(city):
    (one, other) = (
        told(n, source="video", text=text, attachments=(photo(3, 640, 90),), title="")
        for n, text in ((1, "井盖破损"), (2, "这里很危险请尽快"))
    )
    first, second = triaged(one, other)
    assert "照片" not in matching.decision(city.acceptor, second.id).words
    assert first.case_id != second.case_id


def test_two_tellings_of_one_batch_that_are_alike_but_not_surely_one_are_suggested_to_each_other(city):
    words = ("井盖坏了，请来修理", "井盖松动，很危险")
    alike = [told(n, title="", text=text) for n, text in enumerate(words)]
    one, other = triaged(*alike)
    assert (one.state, other.state) == ("opened", "opened")
    assert one.case_id != other.case_id
    assert [s.case_id for s in matching.suggested(city.acceptor, one.case_id)] == [other.case_id]
    assert [s.case_id for s in matching.suggested(city.acceptor, other.case_id)] == [one.case_id]
    decided = [matching.decision(city.acceptor, row.id).zone for row in (one, other)]
    assert decided == ["suggest", "suggest"]
    judging.never(city.acceptor, other.case_id, one.case_id, "两个不同的井盖")
    assert matching.suggested(city.acceptor, one.case_id) == []
    assert matching.suggested(city.acceptor, other.case_id) == []
