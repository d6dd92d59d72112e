# SPDX-License-Identifier: Apache-2.0
"""What happens to cases is in the book, as if it had been written from nothing."""

from datetime import timedelta

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.casebook import checking, files, gathering, keeping, queries, store
from tongguan.casebook.models import BookState, Dirty
from tongguan.casebook.testing import assert_same_as_rebuilt, contents, taken
from tongguan.casebook.tests.conftest import HOTLINE
from tongguan.cases import queries as cases
from tongguan.catalog import queries as catalog
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.people.contracts import PLATFORM
from tongguan.replies import api as replies
from tongguan.replies import queries as answers
from tongguan.replies.contracts import Opener, Rates, Satisfied
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.django_db


def rows(sql, who=PLATFORM):
    with queries.open_book(who) as book:
        return book.rows(sql)


def numbers(sql, who=PLATFORM):
    return rows(sql, who)[0][0]


def test_a_case_is_in_the_book_with_all_that_hangs_on_it(stage):
    taken()
    lid = stage.tell(1, text="井盖破损，投诉多次无人处理")
    assert stage.tell(1, who=2) == lid
    stage.dispatched(lid)
    stage.clock.advance(hours=2)
    taken()
    assert rows("SELECT id, kind, item_name, voices, street FROM cases") == [
        (lid, "complaint", "供水井盖异常", 2, "990101001")
    ]
    assert rows("SELECT role, state FROM orders") == [("lead", "pending_sign")]
    assert rows("SELECT outcome, voice FROM tellings ORDER BY received_at, id") == [
        ("opened", "first"),
        ("joined", "further"),
    ]
    assert numbers("SELECT count(*) FROM clocks WHERE stopped_at IS NULL") == 2
    stage.ended(lid)
    taken()
    assert rows("SELECT state, final, closed_at - opened_at FROM cases") == [
        ("forced_close", True, timedelta(hours=2))
    ]
    assert rows("SELECT move, post FROM lines ORDER BY no DESC LIMIT 1") == [("force_close", "leader")]
    assert rows("SELECT min(worked_minutes), max(paused_minutes) FROM clocks WHERE unit IS NOT NULL") == [
        (120, 0)
    ]
    found = assert_same_as_rebuilt()
    assert all(found[name] for name in ("units", "items", "divisions"))


def test_a_closed_case_still_says_whether_it_was_late(stage):
    taken()
    in_time = stage.tell(1)
    stage.dispatched(in_time)
    stage.clock.advance(minutes=30)
    stage.ended(in_time)
    stage.clock.advance(days=60)
    late = stage.tell(3)
    stage.dispatched(late)
    stage.clock.advance(days=30)
    taken()
    waiting = "closed_at IS NULL AND limited AND due_at < opened_at + INTERVAL 20 DAY"
    assert numbers(f"SELECT count(*) FROM cases WHERE {waiting}") == 1
    stage.ended(late)
    taken()
    told = rows("SELECT id, limited, overdue_at < closed_at FROM cases WHERE closed_at IS NOT NULL")
    assert sorted(told) == sorted([(in_time, True, None), (late, True, True)])
    assert_same_as_rebuilt()


def test_everybody_reads_of_it_what_the_desk_shows_them(stage):
    lid, light = stage.tell(1), stage.tell(2)
    stage.dispatched(lid)
    taken()
    people = stage.people
    for who in (people.leader, people.department, people.outsider, people.city_chief, people.collector):
        shown = set(cases.visible(who).values_list("pk", flat=True))
        assert {row[0] for row in rows("SELECT id FROM cases", who)} == shown, who
    assert {row[0] for row in rows("SELECT id FROM cases", people.department)} == {lid}
    assert {row[0] for row in rows("SELECT case_id FROM lines", people.city_chief)} == {lid, light}


def test_how_reporters_answer_is_read_from_surveys_and_call_backs(stage):
    lid = stage.tell(1)
    stage.dispatched(lid)
    stage.ended(lid)
    settle(jobs=False)
    token = answers.token_of(stage.told[0])
    rates = Rates(responded=True, solved=False, satisfied=Satisfied.NO)
    replies.answer(Opener(token=token), rates)
    taken()
    assert rows("SELECT case_id, how, round, solved, satisfied FROM answers") == [
        (lid, "survey", 1, False, "unsatisfied")
    ]
    assert_same_as_rebuilt()


def test_a_matter_that_comes_back_names_the_case_it_repeats(stage):
    lid = stage.tell(1)
    stage.dispatched(lid)
    stage.ended(lid)
    stage.clock.advance(days=1)
    again = stage.tell(1, who=3)
    assert again != lid
    taken()
    assert rows("SELECT recurs_of FROM cases WHERE recurs_of IS NOT NULL") == [(lid,)]
    assert_same_as_rebuilt()


def test_what_could_not_be_placed_is_a_telling_without_a_case_until_it_has_one(stage):
    nowhere = ReportIn(source="hotline", external_id="X-1", title="有事反映", text="请来人看看")
    intake.receive(HOTLINE, nowhere)
    taken()
    assert rows("SELECT * FROM tellings") == []
    intake.triage_batch(10)
    taken()
    assert rows("SELECT case_id, outcome FROM tellings") == [(None, "quarantined")]
    assert numbers("SELECT count(*) FROM tellings", stage.people.leader) == 0
    assert_same_as_rebuilt()


def test_a_rebuilt_book_takes_the_place_of_the_old_one_only_when_it_is_whole(stage, monkeypatch):
    for house in range(1, 6):
        stage.tell(house)
    taken()
    before, folder = contents(), queries.folder()
    monkeypatch.setattr(keeping, "BUILT_AT_ONCE", 2)
    keeping.ask_anew()
    old = files.manifest(folder).book
    assert keeping.take_in(folder, seconds=0) > 0
    assert files.manifest(folder).book == old
    assert files.manifest(folder, files.BUILDING).position["case"]
    assert contents() == before
    taken()
    assert files.manifest(folder).book != old
    assert files.manifest(folder, files.BUILDING) is None
    assert contents() == before


def test_a_book_of_another_hour_or_with_a_lost_file_is_built_anew(stage):
    stage.tell(1)
    taken()
    folder = queries.folder()
    first = files.manifest(folder)
    BookState.objects.update(generation=first.generation + 7)  # a back-up of the files was put back
    taken()
    second = files.manifest(folder)
    assert second.book != first.book
    (folder / second.groups[0].files["lines"].name).unlink()
    taken()
    assert files.manifest(folder).book not in {first.book, second.book}
    assert_same_as_rebuilt()


def test_killed_between_the_files_and_the_database_it_writes_them_again(stage):
    lid = stage.tell(1)
    taken()
    stage.dispatched(lid)
    settle(jobs=False)
    marked = list(Dirty.objects.values("subject", "key", "seq"))
    state = BookState.objects.values().get()
    taken()
    book = files.manifest(queries.folder()).book
    BookState.objects.filter(pk=1).update(generation=state["generation"])
    Dirty.objects.bulk_create(Dirty(**row) for row in marked)
    assert keeping.take_in(queries.folder()) == len(marked)
    assert files.manifest(queries.folder()).book == book
    assert_same_as_rebuilt()


def test_the_number_of_statements_does_not_grow_with_the_number_of_cases(stage):
    known = [stage.tell(house) for house in range(1, 9)]
    stage.dispatched(known[0])
    gathering.gathered("case", known)
    with CaptureQueriesContext(connection) as one:
        gathering.gathered("case", known[:1])
    with CaptureQueriesContext(connection) as many:
        gathering.gathered("case", known)
    assert len(one) == len(many) <= 14


def test_a_new_name_of_an_item_reaches_the_cases_that_have_it(stage, monkeypatch):
    stage.tell(1)
    taken()
    renamed = [
        msgspec.structs.replace(one, name="给水井盖") if one.code == "01001" else one
        for one in catalog.items_table()
    ]
    monkeypatch.setattr(catalog.shelves.items, "get", lambda: {one.code: one for one in renamed})
    while keeping.keep_house(queries.folder()):
        pass
    assert rows("SELECT item_name FROM cases") == [("给水井盖",)]
    assert rows("SELECT name FROM items WHERE code = '01001'") == [("给水井盖",)]


def test_only_one_writes_and_files_no_longer_in_force_go_after_a_while(stage):
    lid = stage.tell(1)
    taken()
    folder = queries.folder()
    stage.dispatched(lid)
    settle(jobs=False)
    with files.writing(folder) as mine:
        assert mine
        assert keeping.take_in(folder) == 0
        assert not keeping.keep_house(folder)
        assert keeping.build(folder) is None
    BookState.objects.update(wanted=False)
    taken()
    book = store.Store(folder, files.MANIFEST, files.manifest(folder))
    assert book.sweep() == 0
    assert book.sweep(kept_seconds=-1) > 0
    assert not store.verify(folder, book.state)
    assert_same_as_rebuilt()


def test_the_command_finds_what_differs_and_what_is_damaged(stage, capsys):
    with pytest.raises(CommandError, match="no casebook"):
        call_command("casebook", "check")
    lid = stage.tell(1)
    call_command("casebook", "rebuild")
    call_command("casebook", "check")
    call_command("casebook", "compact")
    assert "无差异" in capsys.readouterr().out
    stage.dispatched(lid)
    stage.ended(lid)
    with pytest.raises(CommandError, match="differ"):
        call_command("casebook", "check")
    assert "forced_close" in capsys.readouterr().err
    taken()
    assert checking.check(queries.folder()).sound
    path = queries.folder() / files.manifest(queries.folder()).groups[0].files["cases"].name
    path.write_bytes(path.read_bytes()[:-4] + b"PAR2")
    with pytest.raises(CommandError, match="differ"):
        call_command("casebook", "check")
    assert path.name in capsys.readouterr().err
