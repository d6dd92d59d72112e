# SPDX-License-Identifier: Apache-2.0
"""A briefing's life: asked for, written, traced to its rows, worded, reviewed, signed, told, scheduled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tongguan.briefings import api, keeping, queries
from tongguan.briefings.contracts import NewBriefing, State
from tongguan.briefings.jobs import schedule
from tongguan.briefings.models import Briefing
from tongguan.briefings.testing import END, LOUD, case, rows, write_city
from tongguan.casebook.testing import write_book
from tongguan.documents.api import wording
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.messaging.models import Message
from tongguan.runtime import api as runtime
from tongguan.runtime.testing import audited, published, settle

pytestmark = pytest.mark.django_db
WEEK = NewBriefing(template="weekly", division="990101", day="2026-09-09")


@pytest.fixture
def week(city):
    """江北区's weekly briefing, written."""
    info = api.write(city.evaluator, WEEK)
    assert info.state == State.WRITING
    settle()
    return queries.briefing(city.evaluator, info.id)


def text(whole):
    figures = whole.document["figures"]
    blocks = [block for block in whole.document["blocks"] if block["kind"] == "paragraph"]
    return "\n".join(
        block["lead"] + "".join(
            wording.plain(whole.wordings.get(one["key"], one["pieces"]), figures)
            for one in block["sentences"]
        )
        for block in blocks
    )  # fmt: skip


def figure(whole, measure, view="value", by="", name=""):
    return next(
        key for key, one in whole.document["figures"].items()
        if (one["measure"], one["view"], one["by"]) == (measure, view, by) and name in one["zh"]
    )  # fmt: skip


def test_the_engine_writes_it_with_numbers_causes_and_advice(week):
    assert (week.info.state, week.info.percent) == (State.DRAFT, 100)
    assert week.info.title == "江北区城市运行周报（2026年9月7日至13日）"
    told = text(week)
    assert "新增案件84件，较上周上升300.0%" in told
    assert "变化显著，需重点关注" in told
    assert "案件量变化主要由以下事项带动：上水井盖增加63件（63件）" in told
    assert "（一）对显著上升的事项开展专项治理" in told or "对显著上升的事项开展专项治理：上水井盖" in told
    assert published("BriefingWritten")


def test_a_districts_briefing_holds_only_its_own_and_a_citys_both(city, week):
    assert week.document["figures"][figure(week, "opened")]["n"] == 84
    info = api.write(city.city_chief, replace(WEEK, division="9901"))
    settle()
    whole = queries.briefing(city.city_chief, info.id)
    assert whole.document["figures"][figure(whole, "opened")]["n"] == 105
    with pytest.raises(NotFound):
        queries.briefing(city.evaluator, info.id)
    with pytest.raises(NotFound):
        queries.briefing(city.outsider, week.info.id)
    assert [one.id for one in queries.briefings(city.evaluator)] == [week.info.id]
    with pytest.raises(Forbidden):
        queries.briefings(city.handler)
    with pytest.raises(Forbidden):
        api.write(city.evaluator, replace(WEEK, division="990102"))


def test_the_same_inputs_give_the_same_bytes(city, week):
    again = api.write(city.evaluator, WEEK)
    settle()
    first, second = Briefing.objects.order_by("made_at")
    assert again.id == second.pk
    assert first.document == second.document
    assert first.digest == second.digest
    assert queries.compared(city.evaluator, first.pk) == []


def test_every_figure_opens_the_rows_that_were_counted(city, week):
    for key, one in week.document["figures"].items():
        behind = queries.behind(city.evaluator, week.info.id, key)
        assert behind.same, one["zh"]
        assert behind.now == one["n"]
    key = figure(week, "opened", by="item", name="上水井盖")
    assert len(queries.behind(city.evaluator, week.info.id, key).listed) == 63
    with pytest.raises(NotFound):
        queries.behind(city.evaluator, week.info.id, "f99999")


def test_when_the_book_has_moved_on_the_figure_says_so(city, week, book):
    more = case(LOUD + timedelta(hours=50), "990101001001", "010101", "上水井盖", 10)
    write_book(book, [*rows(), more], read_at=END)
    found = queries.behind(city.evaluator, week.info.id, figure(week, "opened"))
    assert (found.then, found.now, found.same) == (84, 85, False)
    changed = {one["zh"]: (one["then"], one["now"]) for one in queries.compared(city.evaluator, week.info.id)}
    assert changed["新增案件"] == ("84件", "85件")


def test_officials_word_it_but_the_numbers_stay(city, week):
    key, sentence = next(
        (one["key"], one) for block in week.document["blocks"] for one in block.get("sentences", ())
        if len(one["pieces"]) > 4
    )  # fmt: skip
    marked = wording.marked(sentence["pieces"])
    new = marked.replace("本周", "这周")
    info = api.reword(city.duty_chief, week.info.id, key, new, "更顺", week.info.version)
    whole = queries.briefing(city.duty_chief, week.info.id)
    assert text(whole).startswith("这周")
    assert (whole.notes[-1].before, whole.notes[-1].after, whole.notes[-1].by_name) == (
        marked,
        new,
        "赵值班长",
    )
    for bad in (new + "约100件", new.replace("⟦", "", 1), new + "⟦f1⟧", new + "三百件", "", "好\n" + new):
        with pytest.raises(Invalid):
            api.reword(city.duty_chief, week.info.id, key, bad, "", info.version)
    with pytest.raises(Stale):
        api.reword(city.duty_chief, week.info.id, key, new, "", week.info.version)
    with pytest.raises(Forbidden):
        api.reword(city.acceptor, week.info.id, key, new, "", info.version)


def test_it_is_reviewed_by_another_signed_by_a_leader_and_told(city, week):
    with pytest.raises(Forbidden):
        api.review(city.evaluator, week.info.id, week.info.version)
    with pytest.raises(Conflict):
        api.sign(city.leader, week.info.id, week.info.version)
    info = api.review(city.duty_chief, week.info.id, week.info.version)
    info = api.send_back(city.leader, week.info.id, "补充原因", info.version)
    info = api.review(city.duty_chief, week.info.id, info.version)
    with pytest.raises(Forbidden):
        api.sign(city.duty_chief, week.info.id, info.version)
    info = api.sign(city.leader, week.info.id, info.version)
    assert (info.state, info.signed_by) == (State.SIGNED, "周领导")
    assert api.distribute(city.duty_chief, week.info.id, ["dispatcher", "supervisor"]) == 2
    told = Message.objects.filter(template="briefing.signed").values_list("to_user__display_name", flat=True)
    assert sorted(told) == ["孙督查", "李派遣"]
    with pytest.raises(Conflict):
        api.reword(city.duty_chief, week.info.id, "s1", "好", "", None)
    kinds = [one.kind for one in queries.briefing(city.leader, week.info.id).notes]
    assert kinds == ["review", "send_back", "review", "sign", "distribute"]
    assert [act.verb for act in audited()][-1] == "briefing.distribute"


def test_a_cancelled_one_is_not_written(city):
    info = api.write(city.evaluator, WEEK)
    api.cancel(city.evaluator, info.id)
    settle()
    whole = queries.briefing(city.evaluator, info.id)
    assert (whole.info.state, whole.info.error, whole.document) == (State.FAILED, "已取消", None)
    with pytest.raises(Conflict):
        queries.printed(city.evaluator, info.id, "html")


def test_a_topic_needs_its_focus(city):
    asked = NewBriefing(template="topic", division="990101", since=LOUD, until=END)
    with pytest.raises(Invalid):
        api.write(city.evaluator, asked)
    info = api.write(city.evaluator, replace(asked, focus=(("item", "010101"),)))
    settle()
    whole = queries.briefing(city.evaluator, info.id)
    assert whole.document["title"] == "江北区“上水井盖”专题分析报告"
    assert "共发生“上水井盖”案件63件，较前一同等时段由0增至63件" in text(whole)


def test_a_schedule_writes_each_period_once_when_the_book_has_read_so_far(city, clock, book):
    keeping.plan(
        city.evaluator,
        "weekly",
        "990101",
        8 * 60,
        workdays=False,
        posts=["duty_chief"],
        signed_posts=["leader"],
    )
    assert schedule() == 0  # midnight: not yet eight
    clock.move_to(END + timedelta(hours=8, minutes=1))
    assert schedule() == 1
    assert schedule() == 0
    settle()
    (row,) = Briefing.objects.all()
    assert (row.state, row.made_by, row.period) == (State.DRAFT, "system", "2026年9月7日至13日")
    assert list(Message.objects.values_list("to_user__display_name", "link")) == [
        ("赵值班长", f"/desk/briefings/{row.pk}")
    ]
    clock.move_to(END + timedelta(days=7, hours=8, minutes=1))
    assert schedule() == 0  # the book has not read that week: wait
    clock.move_to(END + timedelta(days=7, hours=10))
    assert schedule() == 1


def test_on_days_off_nothing_is_due_and_the_next_working_day_covers_them(city, clock, book):
    keeping.plan(city.evaluator, "daily", "990101", 0, workdays=True, posts=[], signed_posts=[])
    clock.move_to(END - timedelta(days=1) + timedelta(hours=12))  # a Sunday
    assert schedule() == 0
    clock.move_to(END + timedelta(hours=9))  # Monday
    assert schedule() == 1
    settle()
    (row,) = Briefing.objects.all()
    assert row.period == "2026年9月12日至13日"


def test_templates_are_versioned_compared_and_kept_by_their_owners(city, book):
    shipped = queries.template(city.evaluator, "daily")
    new = shipped.text.replace("总体情况", "一日概况")
    with pytest.raises(Forbidden):
        keeping.word(city.evaluator, new, "改标题", 1)
    info = keeping.word(city.city_chief, new, "改标题", 1)
    assert info.version == 2
    lines = queries.changes(city.evaluator, "daily", 1, 2)
    assert "-  - title: 总体情况" in lines
    assert "+  - title: 一日概况" in lines
    with pytest.raises(Stale):
        keeping.word(city.city_chief, new, "再改", 1)
    own = new.replace("code: daily", "code: north")
    assert keeping.word(city.evaluator, own, "本区用", 0, "990101").division == "990101"
    with pytest.raises(NotFound):
        queries.template(city.outsider, "north")
    with pytest.raises(Conflict):
        keeping.word(city.evaluator, own, "又一个", 0, "990101")
    with pytest.raises(Invalid) as told:
        keeping.word(city.city_chief, new.replace("{tellings}", "{sorrows}", 1), "改", 2)
    assert told.value.params["where"] == "sections[0].parts[0].say"


def test_a_preview_stores_nothing(city, book):
    document = api.preview(
        city.evaluator, queries.template(city.evaluator, "daily").text, replace(WEEK, template="")
    )
    assert document["title"].startswith("江北区城市运行日报（2026年9月9日")
    assert not Briefing.objects.exists()


def test_jobs_tell_how_far_they_are(city):
    info = api.write(city.evaluator, WEEK)
    settle()
    job = runtime.Job.objects.get(pk=info.job_id)
    assert (job.state, job.done) == ("done", job.total)


def test_hostile_names_of_the_city_stay_text(city, book):
    write_city(book, item_name="<script>alert(1)</script>")
    info = api.write(city.evaluator, WEEK)
    settle()
    _, page = queries.printed(city.evaluator, info.id, "html")
    assert b"<script" not in page
    assert b"&lt;script&gt;" in page
