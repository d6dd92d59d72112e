# SPDX-License-Identifier: Apache-2.0
"""The next hours of people on squares: chosen, said, settled, recorded; each sees their own divisions."""

from datetime import timedelta

import numpy as np
import pytest

from tongguan.catalog.api import load_standards
from tongguan.foresight import api, choosing, jobs, keeping, queries
from tongguan.foresight.models import Expected
from tongguan.foresight.testing import HOUR, NOW, PRESENT, count, counted, truth
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.places.testing import square_city
from tongguan.sensing import queries as sensing
from tongguan.sensors.testing import declare, told
from tongguan.series.contracts import HOUR_MS
from tongguan.watch import api as watch
from tongguan.watch.contracts import Confidence, Draft, Scope, Setting

pytestmark = pytest.mark.django_db


@pytest.fixture
def hands():
    with clock.using(clock.ManualClock(NOW)) as moved:
        yield moved


@pytest.fixture
def city(db, hands):
    square_city()
    load_standards(PLATFORM)
    return cast()


@pytest.fixture
def squares(city, tmp_path):
    with counted(tmp_path) as found:
        yield found


def test_a_square_is_chosen_and_its_next_day_stands_with_a_week_of_record(city, squares, hands):
    api.choose(city.leader, observed=PRESENT, division="990101")
    assert api.foretell() == 2 * (7 * 24 + 7 * 24 - 24)
    found = queries.outlook(city.leader, squares["G-1"])
    assert [one.at for one in found.ahead] == [NOW.replace(minute=0) + timedelta(hours=n) for n in range(24)]
    assert all(0 <= one.low <= one.value <= one.high for one in found.ahead)
    assert [one.value for one in found.past] == pytest.approx(truth(squares["G-1"], 72)[1].tolist())
    assert "今后 24 小时预计" in found.text_zh
    assert "90% 区间" in found.text_zh
    assert found.record[0].hours == 144
    hands.advance(hours=1)
    count(squares["G-1"], 1, HOUR + HOUR_MS)
    count(squares["G-2"], 1, HOUR + HOUR_MS)
    api.foretell()
    found = queries.outlook(city.leader, squares["G-1"])
    assert found.record[0].hours == 145
    assert found.record[0].mae < 0.7 * found.record[0].usual_mae < found.record[0].still_mae
    assert 0.75 < np.mean([one.held for one in found.record]) <= 1
    assert "补作" in found.record_zh


def test_the_job_run_twice_says_everything_once_and_goes_on_after_a_pause(city, squares, hands):
    api.choose(city.city_chief, observed=PRESENT, division="9901")
    assert jobs.foretell() == 3 * (7 * 24 + 7 * 24 - 24), "those whose day is over are settled at once"
    before = list(Expected.objects.order_by("id").values())
    assert jobs.foretell() == 0
    keeping.forget()
    Expected.objects.filter(made_at=NOW.replace(minute=0)).delete()
    assert jobs.foretell() == 3, "as after a kill before the commit"
    said = Expected.objects.order_by("made_at", "stream")
    again = {(row["stream"], row["made_at"]): row for row in said.values()}
    for row in before:
        other = again[row["stream"], row["made_at"]]
        assert (row["usual"], row["came"]) == (other["usual"], other["came"])
    hands.advance(hours=5)
    for stream in squares.values():
        count(stream, 5, HOUR + 5 * HOUR_MS)
    keeping.forget()
    assert jobs.foretell() == 3 * 5 + 3 * 5, "the hours missed are said afterwards, and five more are settled"
    late = Expected.objects.filter(stream=squares["G-1"], made_at__gt=NOW).order_by("made_at")
    assert [row.replayed for row in late] == [True] * 4 + [False]
    assert not Expected.objects.filter(stream=squares["G-1"], made_at=NOW.replace(minute=0)).get().replayed


def test_what_is_settled_is_what_the_readings_say(city, squares):
    api.choose(city.city_chief, observed=PRESENT, division="9901")
    api.foretell()
    settled = Expected.objects.filter(came__isnull=False)
    assert settled.count() == 3 * (7 * 24 - 24)
    for row in settled:
        begin = int(row.made_at.timestamp() * 1000)
        hours = sensing.aggregate([row.stream], begin, begin + 24 * HOUR_MS)
        assert row.came == pytest.approx(hours.mean.tolist(), rel=1e-5)


def test_each_sees_the_streams_of_their_divisions_only(city, squares):
    api.choose(city.city_chief, observed=PRESENT, division="9901")
    api.choose(city.leader, stream=squares["G-1"])
    api.foretell()
    assert {one.stream for one in queries.streams(city.leader)} == {squares["G-1"], squares["G-2"]}
    assert {one.stream for one in queries.streams(city.city_chief)} == set(squares.values())
    assert {one.stream for one in queries.streams(city.outsider)} == {squares["G-3"]}
    assert [one.thing_name for one in queries.streams(city.leader, "g-2")] == ["G-2广场"]
    mine = [(one.stream, one.yours) for one in queries.choices(city.leader).rows]
    assert mine == [(0, False), (squares["G-1"], True)], "what the city chose concerns its districts too"
    assert queries.choices(city.citizen).rows == ()
    assert queries.choices(city.city_chief).taken == 3
    assert queries.streams(city.citizen) == []
    for actor, code in ((city.leader, "G-3"), (city.outsider, "G-1"), (city.citizen, "G-1")):
        with pytest.raises(NotFound):
            queries.outlook(actor, squares[code])


def test_choosing_needs_an_analyst_of_the_place_something_to_read_and_room(city, squares, monkeypatch):
    refused = (
        (city.acceptor, {"observed": PRESENT, "division": "990101"}, Forbidden),
        (city.leader, {"observed": PRESENT, "division": "9901"}, Forbidden),
        (city.leader, {"observed": "no.such", "division": "990101"}, NotFound),
        (city.leader, {"stream": squares["G-3"]}, NotFound),
        (city.leader, {"observed": PRESENT, "division": "990101009"}, Invalid),
    )
    for actor, what, kind in refused:
        with pytest.raises(kind):
            api.choose(actor, **what)
    made = api.choose(city.leader, observed=PRESENT, division="990101")
    assert (made.streams, made.observed_name, made.by_name) == (2, "在场人数", "周领导")
    with pytest.raises(Conflict):
        api.choose(city.leader, observed=PRESENT, division="990101")
    monkeypatch.setattr(choosing, "MOST", 2)
    with pytest.raises(Conflict, match="most"):
        api.choose(city.city_chief, observed=PRESENT, division="9901")
    with pytest.raises(NotFound):
        api.drop(city.outsider, made.id)
    with pytest.raises(Forbidden):
        api.drop(city.acceptor, made.id)
    api.drop(city.leader, made.id)
    assert queries.choices(city.leader).rows == ()
    assert api.foretell() == 0


def test_a_young_or_silent_stream_says_why_nothing_is_said(city, tmp_path, hands):
    with counted(tmp_path, days=9) as found:
        api.choose(city.leader, stream=found["G-1"])
        assert api.foretell() == 0
        told_of = queries.outlook(city.leader, found["G-1"])
        assert (told_of.ahead, told_of.about.made_at) == ((), None)
        assert "至少要有 14 天" in told_of.text_zh
        count(found["G-2"], 30 * 24)
        count(found["G-3"], 16 * 24)
        api.choose(city.city_chief, observed=PRESENT, division="9901")
        assert api.foretell() == 7 * 24 + 15 + 7 * 24 - 24, (
            "the week before is said of the older one, today of the younger"
        )
        assert api.foretell() == 0, "once is enough"
        hands.advance(hours=8)
        said = Expected.objects.count()
        api.foretell()
        assert Expected.objects.count() == said, "nothing was read for eight hours"


def test_streams_cost_statements_by_the_property_not_by_the_stream(
    city, squares, django_assert_max_num_queries
):
    declare(*(told(n, thing=f"G-{n}", kind="广场", observed=PRESENT) for n in range(4, 24)))
    api.choose(city.city_chief, observed=PRESENT, division="9901")
    with django_assert_max_num_queries(16):
        api.foretell()


def limit(code, division, **settings):
    """Put a rule over people on squares in force."""
    named = {name: Setting(value, "自定", Confidence.OWN) for name, value in settings.items()}
    draft = Draft(
        code=code, zh="广场人数", detector="threshold", settings=named,
        scope=Scope(observed=(PRESENT,), kinds=("广场",)), division=division, reason="节日保障",
    )  # fmt: skip
    written = watch.draft(PLATFORM, draft)
    watch.rehearsed(written.code, written.version, {"note": "试算"})
    watch.switch_on(PLATFORM, written.code, written.version, "启用")


def test_a_limit_that_will_be_reached_is_told_with_its_hour_and_interval(city, squares):
    api.choose(city.leader, stream=squares["G-1"])
    api.foretell()
    calm = queries.outlook(city.leader, squares["G-1"])
    assert calm.warnings_zh == ()
    top = max(calm.ahead, key=lambda one: one.value)
    limit("city.crowd", "9901", yellow=round(top.value) - 1, red=round(top.value) * 3)
    limit("other.crowd", "990102", yellow=1)
    (said,) = queries.outlook(city.leader, squares["G-1"]).warnings_zh
    first = next(one for one in calm.ahead if one.value >= round(top.value) - 1)
    local = first.at + timedelta(hours=8)
    assert said.startswith(f"预计 {local:%m-%d %H:%M} 前后达到或超过“广场人数”的黄色限值")
    assert "90% 区间" in said
    limit("edge.crowd", "990101", orange=(top.value + max(one.high for one in calm.ahead)) / 2)
    assert any("有可能达到或超过" in one for one in queries.outlook(city.leader, squares["G-1"]).warnings_zh)


def test_old_forecasts_go(city, squares, hands):
    api.choose(city.leader, stream=squares["G-1"])
    api.foretell()
    hands.advance(days=keeping.KEPT, hours=1)
    api.foretell()
    assert not Expected.objects.filter(
        made_at__lt=clock.now() - timedelta(days=keeping.KEPT, hours=1)
    ).exists()
