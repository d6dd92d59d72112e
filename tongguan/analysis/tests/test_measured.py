# SPDX-License-Identifier: Apache-2.0
"""The explorer over vital signs and readings: by centre, stream and division, compared, within scope."""

from datetime import timedelta

import numpy as np
import pytest

from tongguan.analysis import queries
from tongguan.analysis.asking import begin_of
from tongguan.analysis.contracts import Question
from tongguan.analysis.queries import Source
from tongguan.analysis.testing import NOW, TODAY
from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog.api import load_standards
from tongguan.indicators.testing import count
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.patterns import api as patterns
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.places.testing import square_city
from tongguan.sensing import api as sensing
from tongguan.sensing.testing import owned
from tongguan.sensors.models import Datastream
from tongguan.sensors.testing import declare, told
from tongguan.series.contracts import Frame

pytestmark = pytest.mark.django_db
MONTH = Question(since=TODAY - timedelta(days=28), until=TODAY)
GAS = "gas.ch4_conc_lel"


@pytest.fixture
def city(db):
    square_city()
    load_standards(PLATFORM)
    with clock.using(clock.ManualClock(NOW)):
        yield cast()


def names(found):
    return [(one.name, one.verdict) for one in found.rows]


def test_gas_that_rose_in_one_district_is_told_and_its_neighbour_is_calm(city, tmp_path):
    declare(told(), told(2, thing="W-2"), told(3, thing="W-3", lon=121.025, division="990102001001"))
    streams = list(Datastream.objects.order_by("key").values_list("id", "division"))
    days = np.arange(56)
    begin = int(begin_of(TODAY - timedelta(days=56)).timestamp() * 1000)
    noise = np.random.default_rng(1)
    with owned(tmp_path):
        for n, (stream, _) in enumerate(streams):
            values = 5 + noise.normal(0, 1, 56) + np.where((days >= 28) & (n == 0), 4.0, 0.0)
            sensing.take(Frame.of([stream] * 56, begin + days * 86_400_000 + 3_600_000, values))
        found = queries.measured(city.city_chief, Source.READINGS, GAS, MONTH, "", "stream")
        assert [one.verdict for one in found.rows] == ["up", "", ""]
        assert [len(one.values) for one in found.rows] == [28, 28, 28]
        assert {one.q_year for one in found.rows} == {None}  # nothing was read a year ago
        by = queries.measured(city.city_chief, Source.READINGS, GAS, MONTH, "", "division")
        assert [one.key for one in by.rows] == ["990101", "990102"]
        assert by.rows[0].value == pytest.approx((found.rows[0].value + found.rows[1].value) / 2)
        within = queries.measured(city.city_chief, Source.READINGS, GAS, MONTH, "990102", "stream")
        assert [one.key for one in within.rows] == [found.rows[2].key]
        other = queries.measured(city.outsider, Source.READINGS, GAS, MONTH, "", "stream")
        assert [one.key for one in other.rows] == [found.rows[2].key]
        with pytest.raises(Invalid):
            queries.measured(city.city_chief, Source.READINGS, GAS, MONTH, "x", "stream")
        with pytest.raises(NotFound):
            queries.measured(city.city_chief, Source.READINGS, "no.such", MONTH, "", "stream")


def test_a_sign_is_told_by_centre_over_days_and_only_within_the_own_centre(city):
    until = TODAY + timedelta(days=1)
    for division, many in (("990101001001", 2), ("990102001001", 1)):
        new = NewCase(item_code="09006", title="占道", text="占道经营", division=division, source="hotline")
        cases.open_cases(PLATFORM, [new] * many)
    count()
    today = Question(since=TODAY - timedelta(days=2), until=until)
    found = queries.measured(city.city_chief, Source.SIGNS, "new_today", today, "", "stream")
    assert [(one.key, one.values[-1]) for one in found.rows] == [("9901", 3), ("990101", 2), ("990102", 1)]
    assert all(one.q is None for one in found.rows)  # three days prove nothing
    assert (
        queries.measured(city.outsider, Source.SIGNS, "new_today", today, "", "stream").rows[0].key
        == "990102"
    )
    with pytest.raises(NotFound):
        queries.measured(city.outsider, Source.SIGNS, "new_today", today, "990101", "stream")
    with pytest.raises(Forbidden):
        queries.measured(city.handler, Source.SIGNS, "new_today", today, "", "stream")
    signs, observed = queries.sources(city.handler)
    assert (signs, observed) == ([], [])


def test_days_that_are_alike_seldom_make_a_change_of_nothing():
    """Courses with memory, nothing changed: the share called a change stays near the nominal 5 %."""
    noise, found = np.random.default_rng(3), []
    for _ in range(400):
        steps = noise.normal(size=(2, 60))
        course = np.zeros((2, 60))
        for n in range(1, 60):
            course[:, n] = 0.6 * course[:, n - 1] + steps[:, n]
        found.append(patterns.courses_differ(course[0, 32:], course[1, 32:]) <= 0.05)
    assert np.mean(found) <= 0.12
    assert patterns.courses_differ(np.arange(20.0) + 9, np.arange(20.0)) == 0.0
    assert np.isnan(patterns.courses_differ(np.arange(9.0), np.arange(9.0)))
