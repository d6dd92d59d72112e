# SPDX-License-Identifier: Apache-2.0
"""What patterns offers: pure functions over arrays of counts, places and days."""

from tongguan.patterns.changepoints import changes, scatter
from tongguan.patterns.contribution import contributions
from tongguan.patterns.heat import heat
from tongguan.patterns.hotspots import around, gi_star, spots
from tongguan.patterns.links import links
from tongguan.patterns.rates import (
    counts_differ,
    courses_differ,
    discovery,
    dispersion,
    means_differ,
    odds,
    shares_differ,
)
from tongguan.patterns.recurrence import Recipe as Coming
from tongguan.patterns.recurrence import recurrences, season
from tongguan.patterns.scan import SHUFFLES, clusters
from tongguan.patterns.season import by_weekday, taken_apart
from tongguan.patterns.surges import Recipe as Surging
from tongguan.patterns.surges import surges

__all__ = [
    "SHUFFLES",
    "Coming",
    "Surging",
    "around",
    "by_weekday",
    "changes",
    "clusters",
    "contributions",
    "counts_differ",
    "courses_differ",
    "discovery",
    "dispersion",
    "gi_star",
    "heat",
    "links",
    "means_differ",
    "odds",
    "recurrences",
    "scatter",
    "season",
    "shares_differ",
    "spots",
    "surges",
    "taken_apart",
]
