# SPDX-License-Identifier: Apache-2.0
"""What stands out, in stories: a burst, a moved level, what drives a rise, projects, forecasts, boards."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from tongguan.analysis import api, queries
from tongguan.analysis.contracts import NewBoard, ProjectState, Question, Tile
from tongguan.analysis.models import Said
from tongguan.analysis.testing import NOW, TODAY, book, case, everyday, lamp
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.people.contracts import PLATFORM, Post
from tongguan.people.testing import cast

pytestmark = pytest.mark.django_db
MONTH = Question(since=TODAY - timedelta(days=28), until=TODAY)


@pytest.fixture
def home(settings):
    """Where the casebook lies."""
    return settings.HOME


@pytest.fixture(autouse=True)
def morning():
    """The stories play on one morning."""
    with clock.using(clock.ManualClock(NOW)) as hands:
        yield hands


def test_a_burst_in_one_street_is_a_cluster_and_everyday_life_is_none(home):
    calm = everyday(60, per_day=5)
    book(home, calm)
    question = replace(MONTH, since=TODAY - timedelta(days=56))
    assert queries.clusters(PLATFORM, question) == []
    book(home, [*calm, *(case(TODAY - timedelta(days=n % 3 + 1), 0, 0) for n in range(24))])
    (found,) = queries.clusters(PLATFORM, question)
    assert (found.since, found.until) == (TODAY - timedelta(days=3), TODAY - timedelta(days=1))
    assert found.cases >= 24
    assert found.cases > 1.4 * found.expected
    assert found.p <= 0.01
    assert "打乱时间" in found.text_zh


def test_a_level_that_moved_is_told_with_its_day_and_a_driver_is_named_once(home):
    calm = everyday(120, per_day=4)
    more = [case(TODAY - timedelta(days=n + 1), 2, 2, hour=h) for n in range(28) for h in (8, 12, 16, 20)]
    book(home, [*calm, *more])
    found = queries.course(PLATFORM, replace(MONTH, since=TODAY - timedelta(days=112)))
    (moved,) = found.changes
    assert abs((moved.day - (TODAY - timedelta(days=28))).days) <= 2
    assert len(found.steps) == 112
    taken = queries.drivers(PLATFORM, replace(MONTH, by=("street", "item", "source")))
    assert taken.drivers[0].names == ("三街道",)
    assert taken.drivers[0].change > taken.now - taken.before - 40
    assert taken.rest + sum(one.change for one in taken.drivers) == taken.now - taken.before


def test_hot_spots_need_a_map_and_counts(home):
    book(home, everyday(30))
    found = queries.hot_spots(PLATFORM, MONTH, 8)
    assert (found.looked_at, [one.verdict for one in found.cells]) == (3, ["", "", ""])
    with pytest.raises(Invalid) as refused:
        queries.hot_spots(PLATFORM, replace(MONTH, measure="late"), 8)
    assert refused.value.field == "measure"
    with pytest.raises(Invalid):
        queries.hot_spots(PLATFORM, MONTH, 12)


def test_rain_of_one_kind_before_another_is_linked_and_noise_is_not(home):
    calm = everyday(300, per_day=6)
    book(home, calm)
    year = replace(MONTH, since=TODAY - timedelta(days=280))
    assert not any(one.sure for one in queries.links(PLATFORM, year))
    days = np.random.default_rng(5).choice(np.arange(5, 270), 40, replace=False)
    storms = [TODAY - timedelta(days=int(n)) for n in days]
    wet = [case(day, 0, 0, hour=h) for day in storms for h in range(7, 12)]
    wet += [case(day + timedelta(days=2), 1, 2, hour=h) for day in storms for h in range(7, 12)]
    book(home, [*calm, *wet])
    first = queries.links(PLATFORM, year)[0]
    assert (first.leads_name, first.follows_name, first.lag, first.sure) == ("上水井盖", "暴露垃圾", 2, True)


def test_a_lamp_that_fails_every_winter_is_proposed_with_what_acting_could_have_spared(home):
    book(home, [*everyday(1000, per_day=3), *lamp()])
    people = cast()
    assert api.find_projects() == 1
    (found,), total = queries.projects(people.leader)
    assert (total, found.item_name, found.cases >= 12, found.state) == (
        1,
        "路灯",
        True,
        ProjectState.PROPOSED,
    )
    assert 8 <= found.after <= found.cases - 4
    assert found.decisions == ()
    assert f"此后又来 {found.after} 件" in found.why_zh
    assert queries.project_cases(people.leader, found.id).total == found.cases
    assert queries.projects(people.outsider) == ([], 0)
    with pytest.raises(NotFound):
        queries.project(people.outsider, found.id)


def test_a_decision_needs_an_analyst_a_reason_and_the_version_seen(home):
    book(home, [*everyday(1000, per_day=3), *lamp()])
    people = cast()
    api.find_projects()
    (found,), _ = queries.projects(people.leader)
    for actor, reason, version, kind in (
        (people.acceptor, "同意", 1, Forbidden),
        (people.leader, " ", 1, Invalid),
        (people.leader, "同意", 7, Stale),
        (people.outsider, "同意", 1, Forbidden),
    ):
        with pytest.raises(kind):
            api.decide(actor, found.id, ProjectState.ACCEPTED, reason, version)
    taken = api.decide(people.leader, found.id, ProjectState.ACCEPTED, "列入秋季养护", 1)
    assert (taken.state, taken.version, taken.since_accepted) == (ProjectState.ACCEPTED, 2, 0)
    assert [(one.reason, one.by_name) for one in taken.decisions] == [("列入秋季养护", "周领导")]
    with pytest.raises(Conflict):
        api.decide(people.leader, found.id, ProjectState.ACCEPTED, "再次", 2)


def test_what_was_rejected_comes_back_only_by_what_came_since_and_needs_more(home, morning):
    calm = everyday(1000, per_day=3)
    book(home, [*calm, *lamp()])
    people = cast()
    api.find_projects()
    (found,), _ = queries.projects(people.leader)
    api.decide(people.leader, found.id, ProjectState.REJECTED, "电缆已更换", 1)
    assert api.find_projects() == 0
    morning.advance(days=200)
    again = [case(date(2026, 12, 1) + timedelta(days=9 * n), 3, 1) for n in range(4)]
    book(home, [*calm, *lamp(), *again])
    assert api.find_projects() == 0, (
        "four more spells were enough the first time; a rejection asks for one more"
    )
    book(home, [*calm, *lamp(), *again, case(date(2027, 1, 20), 3, 1)])
    assert api.find_projects() == 1
    (back,), _ = queries.projects(people.leader)
    assert (back.id, back.state, back.cases) == (found.id, ProjectState.PROPOSED, 5)
    assert [one.state for one in back.decisions] == [ProjectState.REJECTED]
    assert "要求多出现 1 次" in back.why_zh


def test_every_forecast_is_kept_and_what_came_is_written_beside_it(home, morning):
    rows = everyday(400, per_day=8)
    book(home, rows)
    people = cast()
    assert api.foretell() > 0
    assert api.foretell() == 0
    seen = queries.outlook(people.leader, "990101")
    assert (len(seen.ahead), seen.ahead[0].day, seen.ahead[0].came) == (14, TODAY, None)
    assert all(one.low <= one.value <= one.high for one in seen.ahead)
    assert len(seen.past) == 42
    record = queries.accuracy(people.leader, "990101")
    assert record[0].days >= 50
    assert record[0].mae < record[0].usual_mae
    assert 0.8 <= record[0].held <= 1
    with pytest.raises(NotFound):
        queries.outlook(people.outsider, "990101")
    assert all(division.startswith("990102") for division, _, _ in queries.outlook_list(people.outsider))
    morning.advance(days=1)
    book(home, [*rows, *(case(TODAY, 0, 0, hour=h) for h in range(8, 13))])
    assert api.foretell() > 0
    said = Said.objects.get(division="990101", family="", made_on=TODAY - timedelta(days=1), horizon=1)
    assert (said.day, said.came, said.replayed) == (TODAY, 5, False)


def test_a_board_is_its_owners_and_its_posts_and_answers_in_each_ones_scope(home):
    book(home, [case(TODAY - timedelta(days=2), place) for place in range(3)])
    people = cast()
    tile = Tile(title="近两周", show="bars", measure="cases", days=14, by=("district",))
    kept = api.keep_board(people.leader, NewBoard(name="晨会", tiles=(tile,), posts=(Post.SUPERVISOR,)))
    assert [one.name for one in queries.board_list(people.supervisor)] == ["晨会"]
    assert queries.board_list(people.evaluator) == queries.board_list(people.outsider) == []
    _, (answer,) = queries.board_cubes(people.supervisor, kept.id)
    assert [row.names for row in answer.rows] == [("江北区",)]
    with pytest.raises(NotFound):
        queries.board_cubes(people.outsider, kept.id)
    with pytest.raises(NotFound):
        api.drop_board(people.supervisor, kept.id)
    with pytest.raises(Invalid) as refused:
        api.keep_board(people.leader, NewBoard(name="坏", tiles=(replace(tile, by=("colour",)),)))
    assert refused.value.field == "tiles.0.by"
    assert api.keep_board(people.leader, NewBoard(name="晨会", tiles=(tile, tile))).version == 2
    api.drop_board(people.leader, kept.id)
    assert queries.board_list(people.leader) == []
