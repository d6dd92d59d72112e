# SPDX-License-Identifier: Apache-2.0
"""The demo city's watched water network: what is shipped is small, and is what its model says of it."""

import numpy as np

from tongguan.demo.leaking import FILE, pack
from tongguan.leakage.contracts import Gauge, GaugeKind
from tongguan.leakage.testing import against_model
from tongguan.simulation.testing import MPA

#: Hours of a day that are judged.
HOURS = range(5, 23)


def test_it_is_small_and_whole():
    shipped = pack()
    assert FILE.stat().st_size < 100_000
    assert shipped.readings.shape == (40 * 24, len(shipped.gauges))
    assert len(shipped.residuals) == 40
    assert {place for kind, place in shipped.gauges if kind is GaugeKind.PRESSURE} < set(shipped.nodes())


def test_days_shipped_are_what_the_model_says_of_the_readings_shipped(tmp_path):
    shipped = pack()
    units = [1 / MPA if kind is GaugeKind.PRESSURE else 1.0 for kind, _ in shipped.gauges]
    days = (shipped.readings * units).reshape(40, 24, -1)[[0, 15, 39], HOURS.start : HOURS.stop]
    gauges = [Gauge(kind, place, "") for kind, place in shipped.gauges]
    found = against_model(shipped.model, gauges, list(HOURS), list(days), tmp_path)
    np.testing.assert_allclose(found, [shipped.residuals[n] for n in (0, 15, 39)], atol=0.01)
